"""Updates that cannot be read do not stop those that can."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update
from telegram.error import TelegramError

from speechbot.telegram.lanes import body_of
from speechbot.telegram.polling import PollingRequest, readable
from tests.telegram_kit import ANNA

if TYPE_CHECKING:
    from tests.telegram_kit import Json

MESSAGE = {"message_id": 1, "date": 1, "chat": {"id": ANNA, "type": "private"}, "text": "问"}

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
names = st.sampled_from(
    ["message", "edited_message", "callback_query", "inline_query", "my_chat_member", "poll", "new"]
)


def damaged() -> st.SearchStrategy[Json]:
    """Updates of a real message with anything in the place of some of it."""
    fields = st.sampled_from([*MESSAGE, "from", "entities", "photo", "reply_to_message", "pinned_message", "sticker"])
    changed = st.dictionaries(fields, anything, max_size=3).map(lambda changes: {**MESSAGE, **changes})
    return st.builds(
        lambda number, kind, body: {"update_id": number, kind: body},
        st.integers(1, 2**40),
        names,
        changed | anything,
    )


def parsed(payload: bytes) -> Any:
    """What python-telegram-bot gets to read."""
    return PollingRequest.parse_json_payload(payload)


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Hypothesis shows enough."""
    caplog.set_level(logging.CRITICAL)


@given(st.lists(damaged() | anything, max_size=6))
def test_whatever_comes_is_read_one_by_one(batch: list[Any]) -> None:
    """Each with a number is there in its order, those that can be read as they were, the others without content."""
    result = parsed(json.dumps({"ok": True, "result": batch}).encode())["result"]
    numbered = [one for one in batch if isinstance(one, dict) and type(one.get("update_id")) is int]

    assert [one["update_id"] for one in result] == [one["update_id"] for one in numbered]
    for given_, one in zip(numbered, result, strict=True):
        update = Update.de_json(dict(one), None)
        json.loads(body_of(update))
        assert one in (given_, {"update_id": given_["update_id"]})
        try:
            Update.de_json(json.loads(json.dumps(given_)), None)
        except Exception:  # noqa: BLE001 - whatever it raises
            assert one == {"update_id": given_["update_id"]}
        else:
            assert one == given_


@given(st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()))
def test_any_answer(payload: bytes) -> None:
    """What is no JSON is a ``TelegramError``; all else is passed on."""
    try:
        expected = json.loads(payload.decode("utf-8", "replace"))
    except ValueError:
        with pytest.raises(TelegramError):
            parsed(payload)
        return
    if not isinstance(expected, dict) or not isinstance(expected.get("result"), list):
        assert parsed(payload) == expected


def test_a_good_one_among_bad_ones() -> None:
    """It arrives, and the bad ones are confirmed with it."""
    good = {"update_id": 2, "message": MESSAGE}
    bad = [{"update_id": 1, "message": {"text": "x"}}, {"update_id": 3, "callback_query": 7}, "x", {"update_id": True}]

    assert parsed(json.dumps({"ok": True, "result": [bad[0], good, *bad[1:]]}).encode())["result"] == [
        {"update_id": 1},
        good,
        {"update_id": 3},
    ]


def test_reading_leaves_the_update_as_it_is() -> None:
    """python-telegram-bot takes what it reads apart."""
    update = {"update_id": 1, "message": {**MESSAGE, "from": {"id": 1, "is_bot": False, "first_name": "x"}}}
    before = json.dumps(update)

    assert readable(update) == json.loads(before)
