"""Telegram comes to the bot: the webhook, its secret, its path, its certificate."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from speechbot.standin import methods
from speechbot.standin.rules import Refused
from speechbot.telegram.lanes import KINDS
from speechbot.wording import zh_telegram
from tests.bot_process import (
    ANNA,
    BORIS,
    QUESTION,
    QUESTIONS,
    WEBHOOK_SECRET,
    Bot,
    Json,
    Stage,
    answered_once,
    bold,
    free_port,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.model

HEADER = "X-Telegram-Bot-Api-Secret-Token"
PATH = "/hooks/a+b"


@pytest.fixture
def stage(tmp_path: Path, real_index: Path) -> Iterator[Stage]:
    """A stage without a bot."""
    with Stage(tmp_path, real_index) as found:
        yield found


def hooked(stage: Stage, path: str = PATH, **settings: object) -> tuple[Bot, str]:
    """A bot that is visited, and the address at which it listens itself."""
    port = free_port()
    url = f"https://127.0.0.1:{port}{path}"
    secret: Json = {"WEBHOOK_SECRET": WEBHOOK_SECRET}
    bot = stage.start(WEBHOOK_URL=url, WEBHOOK_LISTEN=f"127.0.0.1:{port}", **secret, **settings)
    return bot.ready(), url.replace("https:", "http:") if "WEBHOOK_KEY" not in settings else url


def proxied(stage: Stage, url: str) -> None:
    """Have the stand-in deliver to where the bot listens, as a proxy with a certificate would do for it."""
    stage.world.webhook["url"] = url


def posted(
    url: str, body: bytes, secret: str | None = WEBHOOK_SECRET, *, kind: str = "application/json", trust: str = ""
) -> int:
    """The status with which a post to the bot is answered."""
    headers = {"Content-Type": kind, **({HEADER: secret} if secret is not None else {})}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 - of this machine
    context = ssl.create_default_context(cafile=trust) if trust else None
    try:
        with urllib.request.urlopen(request, timeout=20, context=context) as answer:  # noqa: S310 - as above
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def update(stage: Stage, number: int, text: str) -> tuple[Json, bytes]:
    """A message, and the update that tells the bot of it."""
    message = stage.world.put(stage.world.private(ANNA), stage.world.user(ANNA), {"text": text})
    return message, json.dumps({"update_id": number, "message": message}).encode()


def calls(stage: Stage, method: str) -> list[dict[str, Any]]:
    """Parameters of the calls of a method."""
    return [call.params for call in stage.world.calls if call.method == method]


def test_telegram_is_told_and_its_updates_are_answered(stage: Stage) -> None:
    """Telegram is given address, secret and kinds of updates; what is delivered is answered."""
    _, url = hooked(stage)
    (told,) = calls(stage, "setWebhook")
    assert (told["url"], told["secret_token"]) == (url.replace("http:", "https:"), WEBHOOK_SECRET)
    assert json.loads(told["allowed_updates"]) == list(KINDS)
    assert stage.server.poller is None

    proxied(stage, url)
    answered_once(stage, [stage.world.say(user, text) for user in (ANNA, BORIS) for text in QUESTIONS])


def test_strangers_are_turned_away(stage: Stage) -> None:
    """Without the secret, with a wrong one, elsewhere, or no JSON: refused, and nothing comes of it."""
    bot, url = hooked(stage, LOG_LEVEL="DEBUG")
    asked, body = update(stage, 7, QUESTION)
    root = url.removesuffix(PATH)

    assert posted(url, body, None) == 403
    assert posted(url, body, "wrong") == 403
    assert posted(url, body, WEBHOOK_SECRET.upper()) == 403
    assert posted(url, body, kind="text/plain") == 403
    assert [posted(root + path, body) for path in ("/", "/hooks", "/hooks/aab", PATH + "/x")] == [404] * 4
    assert posted(url, body) == 200
    assert bold(stage.answer(asked))[0] == QUESTIONS[QUESTION]
    assert len(stage.answers(asked)) == 1
    assert bot.running


def test_what_cannot_be_read_does_no_harm(stage: Stage) -> None:
    """It is refused or passed over; good updates around it are answered."""
    stage.tracebacks = True  # python-telegram-bot's own, over what it cannot read
    _, url = hooked(stage)
    asked = []
    broken = (b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"update_id": "x"}', b"[" * 100_000, b'{"update_id": 1}')
    for number, body in enumerate((*broken, b'{"update_id": 2, "message": {"message_id": "x"}}')):
        assert posted(url, body) in {200, 400, 500}, body[:20]
        message, good = update(stage, 10 + number, QUESTION)
        asked.append(message)
        assert posted(url, good) == 200

    answered_once(stage, asked)
    assert [len(stage.answers(one)) for one in asked] == [1] * 9


def test_an_update_that_is_delivered_twice(stage: Stage) -> None:
    """It is answered once, before and after a restart."""
    bot, url = hooked(stage)
    asked, body = update(stage, 7, QUESTION)
    other, following = update(stage, 8, "钓鱼可以吗")
    assert [posted(url, body), posted(url, body)] == [200, 200]
    stage.answer(asked)
    assert bot.stop() == 0

    _, url = hooked(stage)
    assert [posted(url, body), posted(url, following)] == [200, 200]
    stage.answer(other)
    assert (len(stage.answers(asked)), len(stage.answers(other))) == (1, 1)


def test_back_to_asking(stage: Stage) -> None:
    """A bot without a webhook deletes the one that was, and gets what was kept meanwhile."""
    bot, _ = hooked(stage)
    assert bot.stop() == 0
    assert stage.world.webhook != {}
    asked = stage.world.say(ANNA, QUESTION)
    stage.start().ready()

    answered_once(stage, [asked])
    assert stage.world.webhook == {}
    assert calls(stage, "deleteWebhook") != []


def test_a_certificate_of_its_own(stage: Stage) -> None:
    """With certificate and key it speaks TLS itself, and Telegram gets the certificate, never the key."""
    program = shutil.which("openssl")
    if program is None:
        pytest.skip("openssl, which makes the certificate, is not here")
    cert, key = stage.folder / "cert.pem", stage.folder / "key.pem"
    command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own arguments

    _, url = hooked(stage, WEBHOOK_CERT=cert, WEBHOOK_KEY=key)
    asked, body = update(stage, 7, QUESTION)
    assert posted(url, body, trust=str(cert)) == 200
    assert bold(stage.answer(asked))[0] == QUESTIONS[QUESTION]
    (told,) = calls(stage, "setWebhook")
    assert told["certificate"].data == cert.read_bytes()
    assert "PRIVATE" not in str(told)


def test_a_webhook_that_telegram_refuses(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot says why and ends: asking again would not help."""
    reason = "Bad webhook: webhook can be set up only on ports 80, 88, 443 or 8443"

    def refuse(*_: object) -> bool:
        raise Refused(400, f"Bad Request: {reason}")

    monkeypatch.setitem(methods._METHODS, "setwebhook", ("setWebhook", refuse))
    stage.refusals.add(reason)
    bot = stage.start(WEBHOOK_URL="https://bot.example:99/x", WEBHOOK_SECRET=WEBHOOK_SECRET)

    assert bot.ended() == 1
    assert bot.lines[-1] == zh_telegram.WEBHOOK_REFUSED.format(reason=reason)


def test_a_key_that_does_not_fit(stage: Stage) -> None:
    """One clear line instead of a traceback."""
    cert = stage.folder / "cert.pem"
    cert.write_text("no certificate", "utf-8")
    port = free_port()
    bot = stage.start(
        WEBHOOK_URL="https://bot.example/x",
        WEBHOOK_LISTEN=f"127.0.0.1:{port}",
        WEBHOOK_SECRET=WEBHOOK_SECRET,
        WEBHOOK_CERT=cert,
        WEBHOOK_KEY=cert,
    )

    assert bot.ended() == 1
    assert "SPEECHBOT_WEBHOOK_CERT" in bot.lines[-1]
