"""Reading ``bot.env``: lines to values, and what is wrong with them."""

from __future__ import annotations

import re
import stat
from difflib import get_close_matches
from typing import TYPE_CHECKING

from speechbot.errors import unreadable
from speechbot.wording import zh_corpus, zh_settings

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

PREFIX = "SPEECHBOT_"

# NAME=value, as in a shell or for `docker --env-file`; quotes around the value and a comment after it are allowed.
_ASSIGNMENT = re.compile(
    r"""(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*
    (?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^"'\s#](?:(?!\s+\#).)*)?)
    \s*(?:\#.*)?""",
    re.VERBOSE,
)
_CLOSE = 0.6  # likeness from which a name is a slip of another, by difflib's measure


def read_file(file: Path, known: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """Read a settings file.

    Args:
        file: The file; it may be missing.
        known: All names that there are, with their prefix.

    Returns:
        The values that are not empty, by name, and what is wrong in the file.
    """
    try:
        kind = file.stat().st_mode
        if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
            # Reading a pipe would wait for ever
            return {}, [zh_settings.SETTINGS_UNREADABLE.format(file=file, reason=zh_corpus.REASON_NOT_FILE)]
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except UnicodeDecodeError:
        return {}, [zh_settings.SETTINGS_NOT_UTF8.format(file=file)]
    except OSError as error:
        return {}, [zh_settings.SETTINGS_UNREADABLE.format(file=file, reason=unreadable(error))]
    return _assignments(text, file, known)


def unknown(name: str, known: Collection[str]) -> str:
    """What to say of a name that is none, with the one that may have been meant."""
    # Compared without the prefix: what all of them share would make all of them close
    short = [other.removeprefix(PREFIX) for other in known]
    near = get_close_matches(name.removeprefix(PREFIX), short, n=1, cutoff=_CLOSE)
    hint = zh_settings.SETTING_NEAR.format(near=PREFIX + near[0]) if near else ""
    return zh_settings.SETTING_UNKNOWN.format(name=name) + hint


def _assignments(text: str, file: Path, known: Collection[str]) -> tuple[dict[str, str], list[str]]:
    values: dict[str, str | None] = {}
    problems = []
    for number, row in enumerate(text.split("\n"), start=1):
        assignment = row.strip()
        if not assignment or assignment.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(assignment)
        if match is None or "\0" in assignment:
            problems.append(zh_settings.SETTINGS_LINE.format(file=file, line=number))
            continue
        name = match["name"].upper()
        if name in values:
            problems.append(zh_settings.SETTINGS_TWICE.format(file=file, line=number, name=name))
        elif name in known:
            values[name] = match["double"] or match["single"] or match["bare"]
        elif name.startswith(PREFIX):
            problems.append(unknown(name, known))
        elif PREFIX + name in known:
            problems.append(zh_settings.SETTINGS_PREFIX.format(file=file, line=number, name=name, prefix=PREFIX))
    return {name: value for name, value in values.items() if value}, problems
