"""What the environment and ``bot.env`` configure."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from speechbot import setting_types as types
from speechbot.errors import ConfigError
from speechbot.setting_types import Endpoint
from speechbot.settings_file import PREFIX, read_file, unknown
from speechbot.wording import zh_settings

if TYPE_CHECKING:
    from collections.abc import Callable

FILE = Path("bot.env")

# Settings that are useless, or open a door, without another: the other must be there once the first is.
_NEEDS = (
    ("generator_url", "generator_model"),
    ("generator_model", "generator_url"),
    ("generator_key", "generator_url"),
    ("webhook_url", "webhook_secret"),
    ("webhook_key", "webhook_cert"),
)


def _parsed(parse: Callable[[str], Any]) -> BeforeValidator:
    """Read text by one of our functions; leave what a program gives as it is."""
    return BeforeValidator(lambda value: parse(value) if isinstance(value, str) else value)


def _checked(check: Callable[[str], str]) -> AfterValidator:
    """Look at a secret; it stays hidden."""
    return AfterValidator(lambda value: SecretStr(check(value.get_secret_value())))


def _one_of(*options: str) -> BeforeValidator:
    return _parsed(partial(types.choice, options=options))


def _number(low: int, high: int) -> BeforeValidator:
    return _parsed(partial(types.whole, low=low, high=high))


def _beside_index(values: dict[str, Any]) -> Path:
    # Where the index folder itself is malformed, that is the one thing to report
    folder: Path = values.get("index", Path("index"))
    return folder / "state.sqlite"


Folder = Annotated[Path, AfterValidator(types.folder)]
File = Annotated[Path, AfterValidator(types.file)]
# NoDecode: pydantic-settings would take the text of a set or a dataclass for JSON
UserIds = Annotated[frozenset[int], NoDecode, _parsed(types.user_ids)]
GroupIds = Annotated[frozenset[int], NoDecode, _parsed(types.group_ids)]
Listen = Annotated[Endpoint, NoDecode, _parsed(types.endpoint)]


class Settings(BaseSettings):
    """All settings; the environment wins over ``bot.env``.

    Attributes:
        corpus: Folder of the materials.
        index: Folder of the index.
        state: SQLite file of what the bot remembers; beside the generations of the index unless told otherwise.
        model: Name or folder of a sentence-transformers model; None is the bundled one.
        reranker: Name or folder of a ``CrossEncoder`` that orders hits anew; None is none.
        gold: File of questions whose answers a new index must not lose.
        workers: Threads that encode questions and search.
        generator_url: Root of an OpenAI-compatible server that arranges quotations; None is none.
        generator_model: Name of its model.
        generator_key: What it wants to see of who asks. Never shown.
        generator_timeout: Seconds that it may take.
        token: The bot's token; without it there is no Telegram. Never shown.
        api_url: Root of the Bot API, without a slash at the end; None is Telegram's.
        proxy: Proxy of all connections to the Bot API; its URL may hold a password. Never shown.
        admins: Ids of people who may do everything.
        users: Ids of people who may ask.
        groups: Ids of groups, negative, in which everybody may ask.
        access: Who else may ask; see ``closed``. None: nothing was set.
        join_code: Code by which people let themselves in. Never shown.
        questions_per_minute: What one person may ask; 0 is no limit.
        messages_per_second: What the bot sends to all chats together; 0 is no limit.
        webhook_url: Where Telegram reaches the bot; None is polling.
        webhook_listen: Where the bot listens for that.
        webhook_secret: What Telegram sends with each request. Never shown.
        webhook_cert: Certificate, for TLS without a proxy in front, or one that Telegram must be told of.
        webhook_key: Its private key; None where a proxy in front holds it.
        log_questions: Questions are kept, to see what the materials do not answer.
        keep_days: How long they are kept.
        log_format: Lines for people or for programs.
        log_level: The least important messages that are logged.
        health_listen: Where ``/healthz`` and ``/metrics`` are, on this machine; None is nowhere.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    corpus: Folder = Path("corpus")
    index: Folder = Path("index")
    state: Folder = Field(default_factory=_beside_index)
    model: str | None = None
    reranker: str | None = None
    gold: Folder | None = None
    workers: Annotated[int, _number(1, 16)] = 2

    generator_url: Annotated[str, _parsed(types.generator_url)] | None = None
    generator_model: str | None = None
    generator_key: Annotated[SecretStr, _checked(types.generator_key)] | None = None
    generator_timeout: Annotated[int, _number(1, 120)] = 10

    token: Annotated[SecretStr, _checked(types.token)] | None = None
    api_url: Annotated[str, _parsed(types.api_url)] | None = None
    proxy: Annotated[SecretStr, _checked(types.proxy)] | None = None

    admins: UserIds = frozenset()
    users: UserIds = frozenset()
    groups: GroupIds = frozenset()
    access: Annotated[Literal["open", "closed"], _one_of("open", "closed")] | None = None
    join_code: Annotated[SecretStr, _checked(types.join_code)] | None = None
    questions_per_minute: Annotated[int, _number(0, 10_000)] = 20
    messages_per_second: Annotated[int, _number(0, 10_000)] = 30  # Telegram's own limit

    webhook_url: Annotated[str, _parsed(types.webhook_url)] | None = None
    webhook_listen: Listen = Endpoint("127.0.0.1", 8443)
    webhook_secret: Annotated[SecretStr, _checked(types.webhook_secret)] | None = None
    webhook_cert: File | None = None
    webhook_key: File | None = None

    log_questions: Annotated[bool, _parsed(types.yes_no)] = True
    keep_days: Annotated[int, _number(1, 3650)] = 90
    log_format: Annotated[Literal["text", "json"], _one_of("text", "json")] = "text"
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], _one_of("DEBUG", "INFO", "WARNING", "ERROR")] = (
        "INFO"
    )
    health_listen: Annotated[Endpoint | None, NoDecode, _parsed(types.loopback)] = None

    def connected_to(self, api_url: str, token: str) -> Settings:
        """The same settings for a Bot API server on this machine: straight, by polling, without Telegram's limits."""
        return self.model_copy(
            update={
                "api_url": api_url,
                "token": SecretStr(token),
                "proxy": None,
                "webhook_url": None,
                "messages_per_second": 0,
            }
        )

    @property
    def closed(self) -> bool:
        """Only people and groups who were let in may ask: as set, else as soon as anybody was named or a code given."""
        if self.access is not None:
            return self.access == "closed"
        return bool(self.admins or self.users or self.groups or self.join_code)

    def secrets(self) -> tuple[str, ...]:
        """All that no log may hold, in plain text."""
        secret = (self.token, self.generator_key, self.webhook_secret, self.join_code)
        given = [value.get_secret_value() for value in secret if value]
        return (*given, *(types.proxy_secrets(self.proxy.get_secret_value()) if self.proxy else ()))

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
        ConfigError: Settings are missing, malformed or misspelt; it names all of them, without a value.
    """
    known = names()
    values, problems = read_file(file, known)
    surroundings = {name.upper(): value for name, value in os.environ.items()}
    problems += [unknown(name, known) for name in sorted(surroundings) if name.startswith(PREFIX) and name not in known]
    read: dict[str, Any] = {_field(name): values[name] for name in names() if name in values}
    settings: Settings | None = None
    try:
        settings = Settings(**read)
    except ValidationError as error:
        problems += [_problem(str(item["loc"][0]), item.get("ctx", {}).get("error")) for item in _own(error)]
    # By names, not by values: a model validator would not run while any field is malformed
    given = {_field(name) for name in (*values, *(name for name, value in surroundings.items() if value))}
    problems += [
        _problem(other, zh_settings.SETTING_NEEDS.format(other=PREFIX + name.upper()))
        for name, other in _NEEDS
        if name in given and other not in given
    ]
    if settings is not None and settings.state.absolute().is_relative_to(settings.corpus.absolute()):
        # What is uploaded or removed lies beside the state, and would be material
        problems.append(_problem("state", zh_settings.SETTING_IN_CORPUS))
    if settings is None or problems:
        raise ConfigError(tuple(problems))  # outside `except`: pydantic's own text may hold a secret
    return settings


def _own(error: ValidationError) -> list[Any]:
    """What is wrong with values, less a default that hangs on one of them."""
    return [item for item in error.errors() if item["type"] != "default_factory_not_called"]


def _field(name: str) -> str:
    return name.removeprefix(PREFIX).lower()


def _problem(field: str, reason: object) -> str:
    return zh_settings.SETTING_BAD.format(name=PREFIX + field.upper(), reason=reason or zh_settings.SETTING_VALUE)
