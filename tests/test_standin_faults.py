"""Faults are drawn from a seed; limits are those that Telegram publishes."""

from __future__ import annotations

import pytest

from speechbot.standin.faults import KINDS, Faults, Floods
from speechbot.standin.rules import Refused


def test_a_seed_draws_the_same_again() -> None:
    """Two runs with one seed meet the same faults, in the shares asked for."""
    one, other = (Faults(flood=0.1, gateway=0.1, reset_before=0.1, seed=7) for _ in range(2))
    drawn = [one.draw("sendMessage") for _ in range(1000)]

    assert drawn == [other.draw("sendMessage") for _ in range(1000)]
    assert set(drawn) == {"", "flood", "gateway", "reset_before"}
    assert all(50 < drawn.count(kind) < 150 for kind in KINDS[:3])
    assert one.counts["sendmessage", "flood"] == drawn.count("flood")


def test_faults_may_befall_some_methods_only() -> None:
    """Others go through, and what is planned comes first."""
    faults = Faults(gateway=1.0, methods=frozenset({"getupdates"}))
    faults.plan("sendMessage", "flood", "", "reset_after")

    assert [faults.draw("sendMessage") for _ in range(4)] == ["flood", "", "reset_after", ""]
    assert faults.draw("getUpdates") == "gateway"


def test_floods() -> None:
    """A chat has a burst and then a message a second, a group 20 a minute, a bot 30 a second."""
    now = 0.0
    floods = Floods(burst=2, clock=lambda: now)

    def sent(chat: int) -> int:
        """Seconds to wait; 0 for a message that went through."""
        try:
            floods.check("sendMessage", chat)
        except Refused as refused:
            return int(refused.parameters["retry_after"])
        return 0

    assert [sent(1) for _ in range(3)] == [0, 0, 2]
    assert [sent(chat) for chat in range(2, 31)] == [0] * 28 + [1]
    now = 10.0
    for _ in range(20):
        now += 1
        assert sent(-1) == 0
    now += 1
    assert sent(-1) == 40


@pytest.mark.parametrize("method", ["getMe", "answerCallbackQuery", "sendChatAction"])
def test_what_sends_nothing_is_not_counted(method: str) -> None:
    """Limits are on messages."""
    floods = Floods(burst=1, clock=lambda: 0.0)

    for _ in range(50):
        floods.check(method, 1)
    floods.check("sendMessage", 1)
