"""Logging of the bot: lines for people or programs, without a secret in any of them."""

from __future__ import annotations

import base64
import json
import logging
import re
import sys
import threading
import traceback
from datetime import datetime
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from speechbot.settings import Settings

MASK = "***"
# What python-telegram-bot received and could not read: enough to see what it was, not a whole conversation.
_RECEIVED = 200
# The first two log each request with its URL, and the token is a part of that; the others what concerns nobody here.
_TALKATIVE = ("httpx", "httpcore", "faiss", "jieba")
# These log whatever fails on the way to Telegram, which is no bug: what they say is enough, where they say it is noise.
_ON_THE_WAY = ("telegram.request.BaseRequest", "telegram.ext", "telegram.ext.Updater")
# The path of every request to the Bot API holds a token, which may be another bot's.
_IN_PATH = re.compile(r"((?:/|%2[Ff])bot)[0-9]+(?::|%3[Aa])[^/\s\"'<>?#%]+")
_LOGGER = logging.getLogger(__name__)


class Redactor:
    """Takes secrets out of text, plain or written as in a URL, in JSON, in a ``repr`` or in a proxy's header."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Set up.

        Args:
            secrets: In plain text; empty ones are left out.
        """
        forms = {form for secret in secrets if secret for form in _forms(secret)}
        # The longest first: what holds another secret is taken out as a whole
        ordered = sorted(forms, key=lambda form: (-len(form), form))
        # In any case: %3a is %3A, and what a library writes in small letters gives away nearly as much
        self._pattern = re.compile("|".join(map(re.escape, ordered)), re.IGNORECASE) if ordered else None

    def __call__(self, text: str) -> str:
        """The text with ``***`` for each secret."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return _IN_PATH.sub(rf"\1{MASK}", text)


def _forms(secret: str) -> set[str]:
    """A secret in every way in which something that we use writes it."""
    # The part of a token behind the colon is the secret one, and URLs may be cut at a colon
    parts = {secret, secret.partition(":")[2]} if re.fullmatch(r"[0-9]{5,}:\S+", secret) else {secret}
    found = set()
    for part in parts:
        found |= {part, quote(part), quote(part, safe=""), quote_plus(part), repr(part)[1:-1]}
        found |= {json.dumps(part)[1:-1], json.dumps(part, ensure_ascii=False)[1:-1]}
        found |= {repr(part.encode())[2:-1], base64.b64encode(part.encode()).decode()}
    return found


class SecretFilter(logging.Filter):
    """Makes a record harmless for every handler that comes after: one text without arguments, no exception objects."""

    def __init__(self, redact: Redactor) -> None:
        """Set up with what takes the secrets out."""
        super().__init__()
        self._redact = redact

    def filter(self, record: logging.LogRecord) -> bool:
        """Take secrets out of all that a record shows; no record is dropped."""
        try:
            text = record.getMessage()
        except Exception as error:  # noqa: BLE001 - logging itself would print the arguments as they are
            text = f"{record.msg} ({type(error).__name__} in the arguments)"
        text = self._redact(text)
        if record.levelno >= logging.CRITICAL and record.name.partition(".")[0] == "telegram" and len(text) > _RECEIVED:
            text = f"{text[:_RECEIVED]}…"
        record.msg, record.args = text, None
        record.name = self._redact(record.name)
        if record.name in _ON_THE_WAY and record.levelno < logging.CRITICAL:
            record.exc_info = record.exc_text = None
        if record.exc_info and not record.exc_text:
            record.exc_text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
        record.exc_info = None
        record.exc_text = self._redact(record.exc_text) if record.exc_text else None
        record.stack_info = self._redact(record.stack_info) if record.stack_info else None
        error_id = getattr(record, "error_id", None)
        record.error_id = None if error_id is None else self._redact(str(error_id))
        return True


class TextFormatter(logging.Formatter):
    """Lines for people; an exception follows in lines of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        error_id = getattr(record, "error_id", None)
        shown = f" [{error_id}]" if error_id else ""
        # Nobody who writes to the bot can make a line that looks like another record
        message = record.getMessage().replace("\r", "\\r").replace("\n", "\\n")
        head = f"{_time(record)} {record.levelname} {record.name}{shown}: {message}"
        return "\n".join(part for part in (head, record.exc_text, record.stack_info) if part)


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        data: dict[str, Any] = {
            "time": _time(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "error_id": getattr(record, "error_id", None),
            "exception": record.exc_text,
            "stack": record.stack_info,
        }
        return json.dumps({name: value for name, value in data.items() if value is not None}, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Log by the settings, and by nothing else: handlers that were there are taken away.

    What no code catches is logged too, instead of printed with whatever stands in it. Give an error's id as
    ``extra={"error_id": …}``.

    Args:
        settings: The settings; their secrets are never logged.
        stream: Where to; standard error where it is left out.
    """
    handler = logging.StreamHandler(stream)
    handler.addFilter(SecretFilter(Redactor(settings.secrets())))
    handler.setFormatter(JsonFormatter() if settings.log_format == "json" else TextFormatter())
    logging.basicConfig(handlers=[handler], level=settings.log_level, force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It calls every flood an error, with a traceback; the outbox waits for it and says so
    logging.getLogger("telegram.ext.AIORateLimiter").setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _LOGGER.critical("Uncaught %s", kind.__name__, exc_info=(kind, error, trace))


def _uncaught_in_thread(given: threading.ExceptHookArgs) -> None:
    if given.exc_value is not None and not issubclass(given.exc_type, SystemExit):
        _uncaught(given.exc_type, given.exc_value, given.exc_traceback)
