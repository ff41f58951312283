"""What the environment and ``bot.env`` configure."""

from __future__ import annotations

import os
import re
import stat
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from speechbot.errors import ConfigError, unreadable
from speechbot.wording import zh_corpus, zh_errors

PREFIX = "SPEECHBOT_"
FILE = Path("bot.env")

# Contract names that come with the Telegram frontend: accepted, so that one bot.env serves this version and the next.
LATER = (
    "STATE",
    "RERANKER",
    "API_URL",
    "ADMINS",
    "USERS",
    "GROUPS",
    "ACCESS",
    "WEBHOOK_URL",
    "WEBHOOK_LISTEN",
    "WEBHOOK_SECRET",
    "PROXY",
)

# NAME=value, as in a shell or for `docker --env-file`; quotes around the value and a comment after it are allowed.
_ASSIGNMENT = re.compile(
    r"""(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*
    (?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^"'\s#](?:(?!\s+\#).)*)?)
    \s*(?:\#.*)?""",
    re.VERBOSE,
)
_CLOSE = 0.6  # likeness from which a name is a slip of another, by difflib's measure
# BotFather's tokens: the bot's number, a colon, 35 characters today; the length has grown before.
_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{30,}")


def _token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError(zh_errors.SETTING_BOT)
    return value


def _folder(value: Path) -> Path:
    try:
        return value.expanduser()
    except RuntimeError as error:  # ~name of nobody here
        raise ValueError(zh_errors.SETTING_HOME) from error


Folder = Annotated[Path, AfterValidator(_folder)]


class Settings(BaseSettings):
    """All settings; the environment wins over ``bot.env``.

    Attributes:
        corpus: Folder of the materials.
        index: Folder of the index.
        model: Name or folder of a sentence-transformers model; None is the bundled one.
        gold: File of questions whose answers a new index must not lose.
        token: The bot's token; without it there is no Telegram. Never shown.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    corpus: Folder = Path("corpus")
    index: Folder = Path("index")
    model: str | None = None
    gold: Folder | None = None
    token: Annotated[SecretStr, AfterValidator(_token)] | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic-settings'
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment first, then what ``load_settings`` read from the file."""
        return env_settings, init_settings


def names() -> tuple[str, ...]:
    """The names of all settings as they stand in the environment."""
    return tuple(PREFIX + name.upper() for name in Settings.model_fields)


def load_settings(file: Path = FILE) -> Settings:
    """Read the settings.

    Args:
        file: The settings file; it may be missing.

    Raises:
        ConfigError: Settings are malformed or misspelt; it names all of them, without a value.
    """
    values, problems = _read(file)
    problems += [
        _unknown(name) for name in sorted(map(str.upper, os.environ)) if name.startswith(PREFIX) and not _known(name)
    ]
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems += [_problem(str(item["loc"][0]), item.get("ctx", {}).get("error")) for item in error.errors()]
        raise ConfigError(tuple(problems)) from None  # pydantic's own text may hold a secret
    if problems:
        raise ConfigError(tuple(problems))
    return settings


def _problem(field: str, reason: object) -> str:
    return zh_errors.SETTING_BAD.format(name=PREFIX + field.upper(), reason=reason or zh_errors.SETTING_VALUE)


def _read(file: Path) -> tuple[dict[str, Any], list[str]]:
    """The values of a settings file by field name, with what is wrong in it."""
    try:
        kind = file.stat().st_mode
        if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
            # Reading a pipe would wait for ever
            return {}, [zh_errors.SETTINGS_UNREADABLE.format(file=file, reason=zh_corpus.REASON_NOT_FILE)]
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except UnicodeDecodeError:
        return {}, [zh_errors.SETTINGS_NOT_UTF8.format(file=file)]
    except OSError as error:
        return {}, [zh_errors.SETTINGS_UNREADABLE.format(file=file, reason=unreadable(error))]
    return _assignments(text, file)


def _assignments(text: str, file: Path) -> tuple[dict[str, Any], list[str]]:
    values: dict[str, str | None] = {}
    problems = []
    for number, row in enumerate(text.split("\n"), start=1):
        assignment = row.strip()
        if not assignment or assignment.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(assignment)
        if match is None or "\0" in assignment:
            problems.append(zh_errors.SETTINGS_LINE.format(file=file, line=number))
            continue
        name = match["name"].upper()
        if name in values:
            problems.append(zh_errors.SETTINGS_TWICE.format(file=file, line=number, name=name))
        elif _known(name):
            values[name] = match["double"] or match["single"] or match["bare"]
        elif name.startswith(PREFIX):
            problems.append(_unknown(name))
        elif _known(PREFIX + name):
            problems.append(zh_errors.SETTINGS_PREFIX.format(file=file, line=number, name=name, prefix=PREFIX))
    return {name.removeprefix(PREFIX).lower(): values[name] for name in names() if values.get(name)}, problems


def _known(name: str) -> bool:
    return name in names() or name in {PREFIX + later for later in LATER}


def _unknown(name: str) -> str:
    # Compared without the prefix: what all of them share would make all of them close
    short = [known.removeprefix(PREFIX) for known in names()] + list(LATER)
    near = get_close_matches(name.removeprefix(PREFIX), short, n=1, cutoff=_CLOSE)
    hint = zh_errors.SETTING_NEAR.format(near=PREFIX + near[0]) if near else ""
    return zh_errors.SETTING_UNKNOWN.format(name=name) + hint
