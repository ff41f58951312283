"""Contents lists, recognised by their lines coming back further down."""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING

from speechbot.parsing.furniture import furniture
from speechbot.parsing.headings import match_heading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.parsing.lines import Line

_LONGEST = 60
# Dots and a page number after an entry.
_TAIL = re.compile(r"[\s.…·・\-—_]*[（(]?\d{0,4}[）)]?$")
_LEAST = 2  # entries
# An entry that shows its page by the leader before it. Such entries are a list of contents even where the headings of the
# body have lost their numbers, as those that a word processor counts.
_PAGED = re.compile(r"\S.{0,80}?(?:[.．…·]{2,}|\t|[ \xa0]{2,})\s*(?P<page>\d{1,4})")
_LEAST_PAGED = 3


def contents_lines(lines: Sequence[Line]) -> set[int]:
    """Positions of the lines of contents lists, the word 目录 over them included.

    A contents list is a run of short lines of which most come back later in the file: after the word 目录 any, else
    only numbered ones.
    """
    keys = [_key(line) for line in lines]
    last = {key: position for position, key in enumerate(keys) if key}
    found: set[int] = set()
    for short, group in groupby(range(len(lines)), key=lambda position: bool(keys[position])):
        run = list(group)
        if short:
            # The first heading of the body may follow its list at once: then its entry comes back in the same run.
            beyond = [at for at in run if last[keys[at]] > run[-1]]
            found.update(_entries(lines, run, {at for at in run if last[keys[at]] > at} if beyond else set()))
    return found | _paged(lines)


def _paged(lines: Sequence[Line]) -> set[int]:
    """Runs of entries with ascending page numbers."""
    found: set[int] = set()
    run: list[int] = []
    last = 0
    for at, line in enumerate(lines):
        match = _PAGED.fullmatch(line.text) if len(line.text) <= _LONGEST + 30 else None
        if match is None or int(match["page"]) < last:
            found.update(run if len(run) >= _LEAST_PAGED else ())
            run, last = [], 0
        if match:
            run.append(at)
            last = int(match["page"])
    return found | set(run if len(run) >= _LEAST_PAGED else ())


def _entries(lines: Sequence[Line], run: Sequence[int], recurring: set[int]) -> list[int]:
    """The entries in a run of short lines, from the first that comes back to the last."""
    named = [at for at in run if furniture(lines[at].text) == "contents"]
    numbered = [
        at for at in sorted(recurring) if furniture(lines[at].text) is None and (named or match_heading(lines[at].text))
    ]
    if len(numbered) < _LEAST:
        return named
    entries = [at for at in run if numbered[0] <= at <= numbered[-1]]
    return [*named, *entries] if len(numbered) * 3 >= len(entries) * 2 else named


def _key(line: Line) -> str:
    """What an entry and its heading have in common; empty for a line that is too long or too much of a sentence to be one."""
    if len(line.text) > _LONGEST or line.cut or line.text[-1] in "。！？；：":
        return ""
    return re.sub(r"\s", "", _TAIL.sub("", line.text))
