"""Logging of the bot: no secret survives in any form."""

from __future__ import annotations

import base64
import io
import json
import logging
import re
import sys
import threading
import warnings
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from pydantic import SecretStr

from speechbot.settings import Settings
from speechbot.telegram import logs
from speechbot.telegram.logs import Redactor, configure

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "123456789:" + "AbCdE-_" * 5
WEBHOOK = "webhook-secret_1"
CODE = '开门"见\\山 大吉'.replace(" ", "")
PASSWORD = "p@ss/wörd"  # noqa: S105 - of nothing
SECRETS = (TOKEN, TOKEN.partition(":")[2], WEBHOOK, CODE, PASSWORD, quote(PASSWORD, safe=""), quote(CODE, safe=""))


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    """Put logging back as it was."""
    root = logging.getLogger()
    handlers, level, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    root.handlers = []  # else `force` closes pytest's own
    yield
    root.handlers = handlers
    root.setLevel(level)
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)


def start(log_format: str) -> io.StringIO:
    """Configure logging with all secrets; where the lines go."""
    settings = Settings(
        token=SecretStr(TOKEN),
        webhook_secret=SecretStr(WEBHOOK),
        join_code=SecretStr(CODE),
        proxy=SecretStr(f"socks5://li:{quote(PASSWORD, safe='')}@127.0.0.1:1080"),
        log_format="json" if log_format == "json" else "text",
    )
    stream = io.StringIO()
    configure(settings, stream)
    return stream


class Odd:
    """Something whose text is a secret, or cannot be made."""

    def __init__(self, text: str | None) -> None:
        """Set up."""
        self._text = text

    def __str__(self) -> str:
        """Its text."""
        if self._text is None:
            raise RuntimeError(WEBHOOK)
        return self._text


def raise_chained() -> None:
    """An error with a cause and a context that all hold a secret."""
    try:
        try:
            raise KeyError(CODE)  # noqa: TRY301 - a chain is what is tried
        except KeyError:
            raise ValueError(quote(PASSWORD)) from OSError(WEBHOOK)
    except ValueError as error:
        error.add_note(f"https://api.telegram.org/bot{TOKEN}/getMe")
        raise RuntimeError(TOKEN.encode()) from error


def log_everything(secret: str) -> None:
    """Log a secret in every place that a record has."""
    logger = logging.getLogger("speechbot.test")
    logger.warning("plain %s", secret)
    logger.warning("repr %r bytes %r in %s", secret, secret.encode(), [secret, {"key": secret}])
    logger.warning("%(name)s", {"name": Odd(secret)})
    logger.warning(f"bare {secret}")  # noqa: G004 - what is tried
    logger.warning(json.dumps({"secret": secret}))
    logger.warning("https://example.cn/?code=%s", quote(secret, safe=""))
    logger.warning("https://example.cn/?code=%s", quote(secret, safe="").lower())
    logger.warning("wrong number %s %s", secret)  # noqa: PLE1206 - what is tried
    logger.warning("no text", secret, Odd(None))  # noqa: PLE1205 - likewise
    logger.warning("an id", extra={"error_id": secret})
    logging.getLogger(f"a.{secret}").warning("a logger")
    eval(compile("logger.warning('stack', stack_info=True)", secret, "eval"))  # noqa: S307 - a file of that name is in the stack
    try:
        raise_chained()
    except RuntimeError:
        logger.exception("chained %s", secret)
    try:
        raise ExceptionGroup(secret, [ValueError(secret), OSError(secret)])  # noqa: TRY301 - what is tried
    except ExceptionGroup:
        logger.exception("a group")
    sys.excepthook(ValueError, ValueError(secret), None)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(secret, stacklevel=1)


@pytest.mark.parametrize("log_format", ["text", "json"])
@pytest.mark.parametrize("secret", [TOKEN, TOKEN.partition(":")[2], WEBHOOK, CODE, PASSWORD])
def test_no_secret_survives(secret: str, log_format: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Neither in arguments, exceptions, causes, notes, stacks, warnings, nor in what logging prints of bad calls."""
    stream = start(log_format)

    log_everything(secret)

    shown = stream.getvalue()
    parsed = [json.loads(row) for row in shown.splitlines()] if log_format == "json" else []
    texts = [shown, repr(parsed), *(str(value) for row in parsed for value in row.values())]
    assert [one for one in SECRETS for text in texts if one.lower() in text.lower()] == []
    assert shown.count(logs.MASK) >= 16
    assert capsys.readouterr() == ("", "")


def test_a_proxys_header_is_hidden() -> None:
    """User and password stand in it together, in base64."""
    settings = Settings(proxy=SecretStr("http://li:geheim@127.0.0.1:1080"))
    header = base64.b64encode(b"li:geheim").decode()

    assert Redactor(settings.secrets())(f"Proxy-Authorization: Basic {header}") == "Proxy-Authorization: Basic ***"


def test_another_bots_token_in_a_url_is_hidden_too() -> None:
    """Whatever stands in the place of a token."""
    redact = Redactor(())

    assert redact("POST https://a.cn/bot12:ab_c/getMe, /file/bot12%3Aab/photos/1.jpg, %2Fbot1%3ax /bots/1:2") == (
        "POST https://a.cn/bot***/getMe, /file/bot***/photos/1.jpg, %2Fbot*** /bots/1:2"
    )


def test_a_line_for_people() -> None:
    """Time with zone, level, logger, error id, message in one line; the exception below."""
    stream = start("text")

    try:
        raise ValueError("坏了")  # noqa: TRY301 - what is logged
    except ValueError:
        logging.getLogger("speechbot.test").exception("first\nsecond %s", "三", extra={"error_id": "E-1"})

    rows = stream.getvalue().splitlines()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d ERROR speechbot\.test \[E-1\]: first\\nsecond 三", rows[0]
    )
    assert (rows[1], rows[-1]) == ("Traceback (most recent call last):", "ValueError: 坏了")


def test_a_line_for_programs() -> None:
    """One object a line, with what there is and nothing else."""
    stream = start("json")

    logging.getLogger("speechbot.test").warning("a\n%s", "三", extra={"error_id": "E-1"})
    logging.getLogger("speechbot.test").info("b")

    rows: list[dict[str, Any]] = [json.loads(row) for row in stream.getvalue().splitlines()]
    times = [row.pop("time") for row in rows]
    assert rows == [
        {"level": "WARNING", "logger": "speechbot.test", "message": "a\n三", "error_id": "E-1"},
        {"level": "INFO", "logger": "speechbot.test", "message": "b"},
    ]
    assert all(re.fullmatch(r"\S{23}[+-]\d\d:\d\d", time) for time in times)


def test_requests_are_not_logged() -> None:
    """Their URLs are noise and hold the token."""
    stream = start("text")

    logging.getLogger("httpx").info("HTTP Request")
    logging.getLogger("httpcore.http11").debug("send")
    logging.getLogger("speechbot").debug("below the level")
    logging.getLogger("httpx").warning("kept")

    assert [row.partition(": ")[2] for row in stream.getvalue().splitlines()] == ["kept"]


def test_what_telegram_sent_is_cut() -> None:
    """The library logs all it received where it cannot read it; others' lines stay whole."""
    stream = start("text")

    logging.getLogger("telegram.Bot").critical("Received data was %r", "问" * 500)
    logging.getLogger("speechbot").critical("x" * 500)

    shown = [row.partition(": ")[2] for row in stream.getvalue().splitlines()]
    assert [len(text) for text in shown] == [201, 500]
    assert shown[0].endswith("问…")


@pytest.mark.parametrize(
    ("name", "traced"),
    [("telegram.request.BaseRequest", False), ("telegram.ext", False), ("telegram.ext.Application", True)],
)
def test_what_fails_on_the_way_is_one_line(name: str, *, traced: bool) -> None:
    """A proxy's error page is no bug: no traceback comes with it. Errors of handlers keep theirs."""
    stream = start("text")
    try:
        raise ValueError("no JSON")  # noqa: TRY301 - a traceback is what is wanted
    except ValueError:
        logging.getLogger(name).exception("Can not load")

    assert "Can not load" in stream.getvalue()
    assert ("Traceback" in stream.getvalue()) is traced


def test_what_nobody_catches_in_a_thread_is_logged() -> None:
    """Python would print it as it is."""
    stream = start("text")

    def fail() -> None:
        raise ValueError(TOKEN)

    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()

    assert "Uncaught ValueError" in stream.getvalue()
    assert stream.getvalue().endswith("ValueError: ***\n")


def test_without_secrets_nothing_is_taken_out() -> None:
    """An empty secret is none."""
    assert Redactor(("",))("abc") == "abc"
