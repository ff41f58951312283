"""Starts that fail say why in one line; health, metrics and access of a bot that runs."""

from __future__ import annotations

import json
import re
import socket
import urllib.error
import urllib.request
from typing import TYPE_CHECKING

import pytest

from speechbot.wording import zh_errors, zh_settings, zh_state, zh_telegram
from tests.bot_process import (
    ADMIN,
    ANNA,
    BORIS,
    JOIN_CODE,
    QUESTION,
    QUESTIONS,
    TOKEN,
    WEBHOOK_SECRET,
    Json,
    Stage,
    bold,
    free_port,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.model


@pytest.fixture
def stage(tmp_path: Path, real_index: Path) -> Iterator[Stage]:
    """A stage without a bot."""
    with Stage(tmp_path, real_index) as found:
        yield found


def fetched(url: str) -> tuple[int, str]:
    """What a page of this machine answers: the status and the body."""
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:  # noqa: S310 - of this machine
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_wrong_token(stage: Stage) -> None:
    """Telegram's refusal ends it with one sentence that names the setting."""
    wrong = "987654321:" + "another_token-that-is-no-good" * 2
    said = stage.refused(TOKEN=wrong)

    assert said == zh_telegram.BOT_REFUSED


def test_a_token_that_is_none(stage: Stage) -> None:
    """What cannot be a token is not sent anywhere, nor shown."""
    said = stage.refused(TOKEN=TOKEN[:20])

    assert "SPEECHBOT_TOKEN" in said
    assert TOKEN[:20] not in said
    assert list(stage.world.calls) == []


def test_no_token(stage: Stage) -> None:
    """It names the setting and the way to try without one."""
    said = stage.refused(TOKEN=None)

    assert said == zh_telegram.BOT_MISSING
    assert "SPEECHBOT_TOKEN" in said
    assert "speechbot demo" in said


def test_no_index(stage: Stage) -> None:
    """It says where it looked and what to run, before it turns to Telegram."""
    missing = stage.folder / "nowhere"

    assert stage.refused(INDEX=missing) == zh_errors.INDEX_NOT_FOUND.format(path=missing)
    assert list(stage.world.calls) == []


def test_a_state_file_of_something_else(stage: Stage) -> None:
    """It is left as it is."""
    other = stage.folder / "notes.txt"
    other.write_text("not a database, " * 100, "utf-8")

    assert stage.refused(STATE=other) == zh_state.STATE_FOREIGN.format(path=other)
    assert other.read_text("utf-8") == "not a database, " * 100
    assert stage.refused(STATE=stage.folder) == zh_state.STATE_FOREIGN.format(path=stage.folder)


def test_a_state_file_that_cannot_be_written(stage: Stage) -> None:
    """It says why."""
    (stage.folder / "file").write_bytes(b"")
    path = stage.folder / "file" / "state.sqlite"
    said = stage.refused(STATE=path)

    assert said.startswith(zh_state.STATE_NOT_WRITABLE.partition("{")[0])
    assert str(path) in said


def test_settings_that_make_no_sense(stage: Stage) -> None:
    """All of them are named at once; secrets are not shown."""
    said = stage.refused(WORKERS="many", WEBHOOK_URL="https://bot.example/x", ADMNS="1", JOIN_CODE="short")

    for name in ("SPEECHBOT_WORKERS", "SPEECHBOT_WEBHOOK_SECRET", "SPEECHBOT_ADMNS", "SPEECHBOT_JOIN_CODE"):
        assert name in said
    assert zh_settings.SETTING_NEEDS.format(other="SPEECHBOT_WEBHOOK_URL") in said
    assert "short" not in said


@pytest.mark.parametrize("name", ["HEALTH_LISTEN", "WEBHOOK_LISTEN"])
def test_a_port_that_is_taken(stage: Stage, name: str) -> None:
    """It names the address and the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        settings: Json = {name: where}
        if name == "WEBHOOK_LISTEN":
            settings |= {"WEBHOOK_URL": "https://127.0.0.1:1/hook", "WEBHOOK_SECRET": WEBHOOK_SECRET}
        bot = stage.start(**settings)
        assert bot.ended() == 1

    assert where in bot.lines[-1]
    assert f"SPEECHBOT_{name}" in bot.lines[-1]


def test_health_and_metrics(stage: Stage) -> None:
    """/healthz is well, /metrics counts what was asked."""
    where = f"http://127.0.0.1:{free_port()}"
    stage.start(HEALTH_LISTEN=where.removeprefix("http://")).ready()
    assert fetched(f"{where}/healthz") == (200, "ok\n")
    for text in (QUESTION, "钓鱼可以吗", "今天天气怎么样"):
        stage.ask(text)

    def figures() -> dict[str, str]:
        _, text = fetched(f"{where}/metrics")
        return dict(row.rsplit(" ", 1) for row in text.splitlines() if not row.startswith("#"))

    # An answer is counted after it is sent
    stage.until(lambda: figures().get('speechbot_questions_total{outcome="not_found"}') == "1", "count")
    found = figures()
    assert found['speechbot_questions_total{outcome="found"}'] == "2"
    assert found['speechbot_updates_total{kind="message"}'] == "3"
    assert found["speechbot_answer_seconds_count"] == "3"
    assert found["speechbot_index_passages"] == "20"
    assert fetched(f"{where}/nowhere")[0] == 404


def test_a_bot_that_is_closed(stage: Stage) -> None:
    """Strangers ask in vain until they know the code or an admin lets them in; the code is written nowhere."""
    bot = stage.start(ACCESS=None, ADMINS=ADMIN, JOIN_CODE=JOIN_CODE, LOG_LEVEL="DEBUG")
    bot.says(zh_telegram.RUNNING.format(username="speech_bot"))
    assert stage.tell(QUESTION)["text"].startswith(zh_telegram.STRANGER)
    assert stage.tell("/join 错的口令呀")["text"] == zh_telegram.JOIN_WRONG
    assert stage.tell(f"/join {JOIN_CODE}")["text"] == zh_telegram.JOINED
    assert bold(stage.ask())[0] == QUESTIONS[QUESTION]
    assert bold(stage.ask(user=ADMIN))[0] == QUESTIONS[QUESTION]

    stage.world.say(BORIS, QUESTION)
    stage.until(lambda: len(stage.world.transcript(BORIS)) == 2, "refusal")
    assert stage.press(stage.latest(BORIS), zh_telegram.APPLY, BORIS) == zh_telegram.APPLIED


def test_a_log_for_programs(stage: Stage) -> None:
    """Every line is JSON, from the first to the last, what the library says of its errors included."""
    stage.server.faults.plan("getMe", "gateway")
    bot = stage.start(LOG_FORMAT="json")
    bot.ready()
    stage.ask()
    assert bot.stop() == 0

    rows = [json.loads(line) for line in bot.lines]
    assert [sorted({"time", "level", "logger", "message"} - row.keys()) for row in rows] == [[]] * len(rows)
    assert any(re.search(r"已上线", row["message"]) for row in rows)
    assert any(row["level"] == "WARNING" for row in rows)


def test_questions_are_not_kept_where_that_is_off(stage: Stage) -> None:
    """Neither the log nor the state file holds a word of what was asked."""
    bot = stage.start(LOG_QUESTIONS="false")
    bot.ready()
    stage.ask(QUESTION, ANNA)
    assert bot.stop() == 0

    kept = b"".join(path.read_bytes() for path in stage.folder.glob("state.sqlite*"))
    assert QUESTION.encode() not in kept
    assert QUESTION not in bot.output
