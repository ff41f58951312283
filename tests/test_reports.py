"""Errors of handlers: in full to the log, a number to who is concerned, a short word to the admins."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from telegram.error import BadRequest, Forbidden, NetworkError

from speechbot.errors import IndexDamaged, IndexNotFound
from speechbot.telegram.library import Library
from speechbot.wording import zh_telegram
from tests.telegram_kit import ADMIN, ANNA, BERTA, QUESTION, TOKEN, texts

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.telegram_kit import Rig

SECOND = 10


@pytest.fixture
def failing(rigged: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> Callable[[BaseException], Rig]:
    """Makes a bot with two admins whose every question fails."""

    def make(error: BaseException) -> Rig:
        rig = rigged(access="open", admins=frozenset({ADMIN, SECOND}), questions_per_minute=0)
        for admin in (ADMIN, SECOND):
            rig.world.private(admin)

        def fail(*_args: Any, **_more: Any) -> None:
            raise error

        monkeypatch.setattr(Library, "ask", fail)
        rig.errors = True
        return rig

    return make


def word(rig: Rig, chat: int) -> list[str]:
    """What the bot said in a chat."""
    return [message["text"] for message in rig.world.transcript(chat) if message["from"]["id"] == rig.world.me["id"]]


def test_an_error_has_one_number(failing: Callable[[BaseException], Rig]) -> None:
    """Told to who asked and to the admins, and in the log with its traceback."""
    rig = failing(ValueError("河堤"))
    asked = rig.world.say(ANNA, QUESTION)
    rig.deliver()
    (record,) = [record for record in rig.log if record.exc_info]
    number = record.__dict__["error_id"]

    assert re.fullmatch("[0-9a-f]{6}", number)
    assert word(rig, ANNA) == [zh_telegram.ERROR.format(id=number)]
    assert rig.world.transcript(ANNA)[-1]["reply_to_message"]["message_id"] == asked["message_id"]
    for admin in (ADMIN, SECOND):
        assert word(rig, admin) == [zh_telegram.ERROR_REPORT.format(id=number, kind="ValueError", doing="message")]
    assert rig.metrics.errors() == {"ValueError": 1}


def test_nothing_leaks(failing: Callable[[BaseException], Rig], caplog: pytest.LogCaptureFixture) -> None:
    """No traceback, no token, no question in any chat; neither of the latter in the log, but for the error's own text."""
    caplog.set_level(logging.DEBUG, "speechbot")
    rig = failing(ValueError("oops"))
    rig.say(ANNA, QUESTION)
    said = "".join(word(rig, ANNA) + word(rig, ADMIN))
    logged = caplog.text

    for secret in (TOKEN, TOKEN.partition(":")[2], QUESTION):
        assert secret not in said
        assert secret not in logged
    assert "Traceback" not in said
    assert "oops" not in said


def test_admins_are_told_once_a_minute(failing: Callable[[BaseException], Rig]) -> None:
    """With how many more there were; who asks is told each time."""
    rig = failing(ValueError("x"))
    for _ in range(3):
        rig.say(ANNA, QUESTION)
    assert len(word(rig, ANNA)) == 3
    assert len(word(rig, ADMIN)) == 1
    rig.wait(61)
    rig.say(ANNA, QUESTION)
    lines = word(rig, ADMIN)[-1].split("\n")
    assert len(word(rig, ADMIN)) == 2
    assert lines[1:] == [zh_telegram.ERROR_REPORT_MORE.format(count=2)]


@pytest.mark.parametrize("admin", [ADMIN, SECOND])
def test_an_admin_who_cannot_be_told_does_not_matter(failing: Callable[[BaseException], Rig], admin: int) -> None:
    """The other is."""
    rig = failing(ValueError("x"))
    rig.world.block(admin)
    rig.say(ANNA, QUESTION)

    assert len(word(rig, ADMIN + SECOND - admin)) == 1


def test_markup_in_an_error_is_text(failing: Callable[[BaseException], Rig]) -> None:
    """Names of classes come from anywhere."""
    rig = failing(type("<b>&Odd", (Exception,), {})("x"))
    rig.say(ANNA, QUESTION)

    assert "<b>&Odd" in word(rig, ADMIN)[0]


@pytest.mark.parametrize("error", [IndexNotFound(Path("i")), IndexDamaged(Path("i"), "x")])
def test_materials_that_cannot_be_opened(failing: Callable[[BaseException], Rig], error: Exception) -> None:
    """Are no number's matter to who asks."""
    rig = failing(error)
    rig.say(ANNA, QUESTION)

    assert word(rig, ANNA) == [zh_telegram.INDEX_GONE]
    assert len(word(rig, ADMIN)) == 1


def test_who_blocks_the_bot_is_no_error(rigged: Callable[..., Rig]) -> None:
    """Nothing is reported, nothing but a quiet line is logged."""
    rig = rigged(admins=frozenset({ADMIN}), access="open")
    rig.world.private(ADMIN)
    rig.world.say(ANNA, QUESTION)
    rig.world.block(ANNA)
    rig.deliver()

    assert word(rig, ADMIN) == []
    assert rig.log == []
    assert rig.metrics.errors() == {"Forbidden": 1}


@pytest.mark.parametrize(
    ("error", "told", "reported"),
    [
        (BadRequest("odd"), 1, 1),
        (NetworkError("gone"), 0, 1),
        (Forbidden("kicked"), 0, 0),
        (BadRequest("Bad Request: not enough rights to send text messages to the chat"), 0, 0),
        (BadRequest("CHAT_RESTRICTED"), 0, 0),
    ],
)
def test_telegrams_own_errors(
    failing: Callable[[BaseException], Rig], error: Exception, told: int, reported: int
) -> None:
    """Who asked is told where that is of any use: not over a network that just failed for an hour.

    Admins are, but not of chats that do not let the bot write: anybody can make one.
    """
    rig = failing(error)
    rig.say(ANNA, QUESTION)

    assert len(word(rig, ANNA)) == told
    assert len(word(rig, ADMIN)) == reported


def test_in_a_group(failing: Callable[[BaseException], Rig]) -> None:
    """Below the question, in its topic."""
    rig = failing(ValueError("x"))
    group = rig.world.group(forum=True)
    asked = rig.world.say(BERTA, f"/ask {QUESTION}", chat=group, thread=7)
    rig.deliver()
    told = rig.world.transcript(group)[-1]

    assert told["text"].startswith(zh_telegram.ERROR[:5])
    assert (told["reply_to_message"]["message_id"], told["message_thread_id"]) == (asked["message_id"], 7)


def test_inline_errors_are_told_to_nobody_but_the_admins(failing: Callable[[BaseException], Rig]) -> None:
    """There is no chat to tell it in."""
    rig = failing(ValueError("x"))
    rig.world.inline(ANNA, QUESTION)
    assert rig.deliver() == [rig.world.transcript(ADMIN)[-1], rig.world.transcript(SECOND)[-1]]
    assert texts(rig.world.transcript(ADMIN))[0].endswith("正在处理 inline_query。详情见日志。")


def test_coming_into_a_group_fails_quietly(rigged: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody asked anything."""
    rig = rigged()
    rig.errors = True
    group = rig.world.group()

    def fail(*_args: Any) -> None:
        raise ValueError

    monkeypatch.setattr(rig.ledger, "see_group", fail)
    rig.world.chats[group].members.clear()
    rig.world.join(group, by=ANNA)

    assert rig.deliver() == []
