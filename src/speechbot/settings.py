"""What the environment and ``bot.env`` configure."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from speechbot import wording
from speechbot.errors import ConfigError, unreadable

PREFIX = "SPEECHBOT_"
FILE = Path("bot.env")

# NAME=value, as in a shell or for `docker --env-file`; quotes around the value and a comment after it are allowed.
_ASSIGNMENT = re.compile(
    r"""(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*
    (?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^"'\s#](?:(?!\s+\#).)*)?)
    \s*(?:\#.*)?""",
    re.VERBOSE,
)
# BotFather's tokens: the bot's number, a colon, 35 characters today; the length has grown before.
_TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{30,}")


def _token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError(wording.SETTING_BOT)
    return value


Folder = Annotated[Path, AfterValidator(Path.expanduser)]


class Settings(BaseSettings):
    """All settings; the environment wins over ``bot.env``.

    Attributes:
        corpus: Folder of the materials.
        index: Folder of the index.
        model: Name or folder of a sentence-transformers model; None is the bundled one.
        token: The bot's token; without it there is no Telegram. Never shown.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    corpus: Folder = Path("corpus")
    index: Folder = Path("index")
    model: str | None = None
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
    try:
        settings = Settings(**values)
    except ValidationError as error:
        problems += [_problem(str(item["loc"][0]), item.get("ctx", {}).get("error")) for item in error.errors()]
        raise ConfigError(tuple(problems)) from None  # pydantic's own text may hold a secret
    if problems:
        raise ConfigError(tuple(problems))
    return settings


def _problem(field: str, reason: object) -> str:
    return wording.SETTING_BAD.format(name=PREFIX + field.upper(), reason=reason or wording.SETTING_VALUE)


def _read(file: Path) -> tuple[dict[str, Any], list[str]]:
    """The values of a settings file by field name, with what is wrong in it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}, []
    except UnicodeDecodeError:
        return {}, [wording.SETTINGS_NOT_UTF8.format(file=file)]
    except OSError as error:
        return {}, [wording.SETTINGS_UNREADABLE.format(file=file, reason=unreadable(error))]
    values: dict[str, Any] = {}
    problems = []
    for number, row in enumerate(text.split("\n"), start=1):
        assignment = row.strip()
        if not assignment or assignment.startswith("#"):
            continue
        match = _ASSIGNMENT.fullmatch(assignment)
        if match is None:
            problems.append(wording.SETTINGS_LINE.format(file=file, line=number))
            continue
        name = match["name"].upper()
        if name in names():
            values[name.removeprefix(PREFIX).lower()] = match["double"] or match["single"] or match["bare"]
        elif name.startswith(PREFIX):
            problems.append(_unknown(name))
    return {name: value for name, value in values.items() if value}, problems


def _unknown(name: str) -> str:
    near = get_close_matches(name, names(), n=1, cutoff=0.0)
    return wording.SETTING_UNKNOWN.format(name=name, near=near[0])
