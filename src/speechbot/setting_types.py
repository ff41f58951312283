"""What the values of settings mean: each function takes what stands in ``bot.env`` and gives a value of its type.

All raise ``ValueError`` with a part of an error in Chinese that never holds the value, which may be a secret. No pydantic here:
``settings`` alone uses it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from speechbot.wording import zh_settings

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

# BotFather's tokens: the bot's number, a colon, 35 characters today; the length has grown before.
_TOKEN = re.compile(r"[0-9]{5,}:[A-Za-z0-9_-]{30,}")
# Telegram's ids have at most 52 significant bits.
_ID = re.compile(r"-?[0-9]{1,16}")
_BETWEEN_IDS = re.compile(r"[\s,、;]+")
# Telegram's own rule for the header that comes with each webhook request.
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
# Code that people type or get in a link; /start takes at most 64 characters.
_CODE = (6, 64)
# A name of a machine or an IPv4 address; brackets are for IPv6 alone.
_HOST_PORT = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.]+)\]|(?P<host>[A-Za-z0-9._-]+)):(?P<port>[0-9]{1,5})")
_KEY = re.compile(r"[!-~]{1,1000}")
_PROXIES = frozenset({"http", "https", "socks5", "socks5h"})


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a server listens.

    Attributes:
        host: Name or address; an IPv6 address is without brackets.
        port: From 1 to 65535.
    """

    host: str
    port: int

    def __str__(self) -> str:
        """As it is written in the settings."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def folder(value: Path) -> Path:
    """A path with ``~`` expanded: no shell does that in a settings file."""
    try:
        return value.expanduser()
    except RuntimeError as error:  # ~name of nobody here
        raise ValueError(zh_settings.SETTING_HOME) from error


def file(value: Path) -> Path:
    """A file that is there."""
    found = folder(value)
    if not found.is_file():
        raise ValueError(zh_settings.SETTING_NO_FILE)
    return found


def token(text: str) -> str:
    """A bot's token."""
    if not _TOKEN.fullmatch(text):
        raise ValueError(zh_settings.SETTING_BOT)
    return text


def webhook_secret(text: str) -> str:
    """What Telegram sends with each webhook request."""
    if not _WEBHOOK_SECRET.fullmatch(text):
        raise ValueError(zh_settings.SETTING_WEBHOOK_SECRET)
    return text


def join_code(text: str) -> str:
    """A code by which people let themselves in: long enough not to be guessed by trying."""
    low, high = _CODE
    if not low <= len(text) <= high or any(character.isspace() for character in text):
        raise ValueError(zh_settings.SETTING_JOIN_CODE.format(low=low, high=high))
    return text


def user_ids(text: str) -> frozenset[int]:
    """Ids of people, positive."""
    found = set()
    for position, item in _items(text):
        if not _ID.fullmatch(item) or int(item) <= 0:
            raise ValueError(zh_settings.SETTING_USER_ID.format(position=position))
        found.add(int(item))
    return frozenset(found)


def group_ids(text: str) -> frozenset[int]:
    """Ids of groups, negative; programs that show them without ``-100`` are why people write positive ones."""
    found = set()
    for position, item in _items(text):
        if not _ID.fullmatch(item) or int(item) == 0:
            raise ValueError(zh_settings.SETTING_GROUP_ID.format(position=position))
        if int(item) > 0:
            raise ValueError(zh_settings.SETTING_GROUP_POSITIVE.format(position=position))
        found.add(int(item))
    return frozenset(found)


def _items(text: str) -> list[tuple[int, str]]:
    """The parts of a list with their positions; full-width digits, minus and commas count as the plain ones."""
    parts = _BETWEEN_IDS.split(unicodedata.normalize("NFKC", text))
    return list(enumerate((part for part in parts if part), start=1))


def whole(text: str, low: int, high: int) -> int:
    """A whole number within bounds."""
    # Ten digits are more than any bound; int() of thousands of them is an error of its own
    if not re.fullmatch(r"[0-9]{1,10}", text) or not low <= int(text) <= high:
        raise ValueError(zh_settings.SETTING_NUMBER.format(low=low, high=high))
    return int(text)


def yes_no(text: str) -> bool:
    """Yes or no, in English or Chinese."""
    word = text.strip().lower()
    if word not in zh_settings.YES | zh_settings.NO:
        raise ValueError(zh_settings.SETTING_YES_NO)
    return word in zh_settings.YES


def choice(text: str, options: Collection[str]) -> str:
    """One of some words, in whatever case."""
    for option in options:
        if option.lower() == text.strip().lower():
            return option
    raise ValueError(zh_settings.SETTING_CHOICE.format(options=zh_settings.SETTING_OPTIONS.join(options)))


def endpoint(text: str) -> Endpoint:
    """Where to listen, from ``host:port`` or ``[IPv6]:port``."""
    match = _HOST_PORT.fullmatch(text.strip())
    if match is None or not 1 <= int(match["port"]) <= 65535 or not _right_six(match["six"]):
        raise ValueError(zh_settings.SETTING_LISTEN)
    return Endpoint(match["six"] or match["host"], int(match["port"]))


def _right_six(address: str | None) -> bool:
    try:
        return address is None or bool(IPv6Address(address))
    except ValueError:
        return False


def loopback(text: str) -> Endpoint:
    """Where to listen, on this machine alone."""
    found = endpoint(text)
    try:
        inside = found.host == "localhost" or ip_address(found.host).is_loopback
    except ValueError:  # a name, which may lead anywhere
        inside = False
    if not inside:
        raise ValueError(zh_settings.SETTING_LOOPBACK)
    return found


def api_url(text: str) -> str:
    """Root of a Bot API server, without the slash at the end: ``/bot<token>/method`` is put behind it."""
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(zh_settings.SETTING_API_URL)
    return text.rstrip("/")


def generator_url(text: str) -> str:
    """Root of an OpenAI-compatible server, without the slash at the end: ``/chat/completions`` is put behind it."""
    parts = _split(text)
    if parts is None or parts.scheme not in {"http", "https"} or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError(zh_settings.SETTING_GENERATOR_URL)
    return text.rstrip("/")


def generator_key(text: str) -> str:
    """What goes into the header that proves who asks: visible ASCII."""
    if not _KEY.fullmatch(text):
        raise ValueError(zh_settings.SETTING_GENERATOR_KEY)
    return text


def webhook_url(text: str) -> str:
    """Where Telegram reaches us; it wants TLS."""
    parts = _split(text)
    if parts is None or parts.scheme != "https" or "@" in parts.netloc or parts.fragment:
        raise ValueError(zh_settings.SETTING_WEBHOOK_URL)
    return text


def proxy(text: str) -> str:
    """A proxy; the URL may hold a password."""
    parts = _split(text)
    if parts is None or parts.scheme not in _PROXIES or parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError(zh_settings.SETTING_PROXY)
    return text


def proxy_secrets(url: str) -> tuple[str, ...]:
    """What in a proxy's URL is secret: the password as its owner knows it, as it is written there, and as the proxy gets it."""
    parts = urlsplit(url)
    if not parts.password:
        return ()
    plain = unquote(parts.password)
    # A proxy's header holds both in base64
    both = f"{unquote(parts.username or '')}:{plain}"
    return tuple(dict.fromkeys((plain, parts.password, both)))


def _split(text: str) -> SplitResult | None:
    """The parts of an absolute URL, or None if it is none."""
    if re.search(r"[\s\x00-\x1f\\]", text):  # urlsplit drops some of these silently
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:  # a broken IPv6 address or port
        return None
    return parts if parts.hostname and port != 0 else None
