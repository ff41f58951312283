"""Updates that are not what Telegram says they are: they fail alone."""

from __future__ import annotations

import asyncio
import gc
import logging
from typing import TYPE_CHECKING, Any
from unittest.mock import Mock

import pytest
from telegram import Update

from speechbot.telegram.lanes import Intake, Lanes
from speechbot.telegram.ledger import Ledger
from speechbot.telegram.polling import readable
from speechbot.telegram.reports import Reports

if TYPE_CHECKING:
    from pathlib import Path

CHAT = {"id": 7, "type": "private", "first_name": "Anna"}
MESSAGE = {
    "message_id": 1,
    "date": 0,
    "chat": CHAT,
    "from": {"id": 7, "is_bot": False, "first_name": "Anna"},
    "text": "x",
}


def _nested(depth: int) -> Any:
    deep: Any = "x"
    for _ in range(depth):
        deep = [deep]
    return deep


STRANGE: dict[str, dict[str, Any]] = {
    "too deep to be written": {"update_id": 5, "message": {**MESSAGE, "of_tomorrow": _nested(700)}},
    "chat without a number": {"update_id": 5, "message": {**MESSAGE, "chat": {**CHAT, "id": {"a": 1}}}},
    "no chat": {"update_id": 5, "message": {**MESSAGE, "chat": None}},
}


@pytest.mark.parametrize("given", STRANGE.values(), ids=STRANGE.keys())
def test_what_cannot_be_kept_or_placed_is_still_passed_on(given: dict[str, Any], tmp_path: Path) -> None:
    """Receiving goes on, the handler is given its chance, and the place in the queue is free again."""

    async def scenario(ledger: Ledger) -> list[object]:
        intake = Intake(ledger, lambda: 0.0, lambda _: None)
        lanes = Lanes(intake, ledger)
        handled: list[object] = []

        async def handle(update: object) -> None:
            handled.append(update)

        await intake.put(Update.de_json(given, None))
        update = await intake.get()
        room = intake._room._value
        await lanes.process_update(update, handle(update))
        assert intake._room._value == room + 1
        assert not len(lanes)
        return handled

    with Ledger.open(tmp_path / "state.sqlite") as ledger:
        assert len(asyncio.run(scenario(ledger))) == 1
    gc.collect()  # a coroutine that was never awaited would warn here


@pytest.mark.parametrize("number", [2**70, -(2**63) - 1, True, "5", 1.5, None])
def test_an_update_without_a_number_that_can_be_kept_is_dropped(number: object) -> None:
    """Its number could not be written down, neither now nor when it is done."""
    assert readable({"update_id": number, "message": MESSAGE}) is None
    assert readable({"update_id": 5, "message": MESSAGE}) is not None


def test_a_failure_that_cannot_be_told_is_only_logged(caplog: pytest.LogCaptureFixture) -> None:
    """The report of an error raises none of its own, though the message that it came from is none."""
    desk = Mock(settings=Mock(admins=()), clock=lambda: 0.0)
    desk.blame.return_value = "abc123"
    update = Update.de_json({"update_id": 5, "message": {**MESSAGE, "chat": None}}, None)
    with caplog.at_level(logging.WARNING):
        asyncio.run(Reports(desk).failed(update, Mock(error=ValueError("x"))))

    assert "abc123 (AttributeError)" in caplog.text
