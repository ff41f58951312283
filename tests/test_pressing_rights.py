"""Whose buttons do something: strangers, those who apply, those who press too fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.telegram.buttons import Apply
from speechbot.wording import zh_telegram
from tests.telegram_kit import ADMIN, ANNA, BERTA, QUESTION, data, labels

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.telegram_kit import Json, Rig


def test_strangers_press_nothing(rigged: Callable[..., Rig]) -> None:
    """In a group that is not let in, in private, below inline messages; only to apply."""
    rig = rigged(access="closed", admins=frozenset({ADMIN}), users=frozenset({ANNA}))
    (answer,) = rig.say(ANNA, QUESTION)
    group = rig.world.group()
    (refused,) = rig.say(ANNA, f"/ask {QUESTION}", chat=group)
    rig.world.inline_messages["i1"] = {"text": "x"}

    for message in (answer, "i1", refused):
        for label in (zh_telegram.AFTER, zh_telegram.USEFUL, zh_telegram.SECTION):
            assert rig.press(BERTA, message, data(answer, label)) == (zh_telegram.STRANGER_SHORT, [])
    assert rig.world.inline_messages["i1"] == {"text": "x"}
    assert rig.ledger.usage(0.0).up == 0


def test_applying(rigged: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> None:
    """The admins are told once; who asks again is told to wait, who is in that there is no need."""
    rig = rigged(access="closed", admins=frozenset({ADMIN}), users=frozenset({ANNA}))
    told: list[int] = []

    async def requested(user: Json) -> None:
        told.append(user.id)  # type: ignore[attr-defined]

    monkeypatch.setattr(rig.admins, "requested", requested)
    (stranger,) = rig.say(BERTA, QUESTION)
    assert labels(stranger) == [zh_telegram.APPLY]
    for expected in (zh_telegram.APPLIED, zh_telegram.APPLY_WAITING, zh_telegram.APPLY_WAITING):
        assert rig.press(BERTA, stranger, zh_telegram.APPLY)[0] == expected
    assert rig.press(ANNA, stranger, Apply().pack())[0] == zh_telegram.JOIN_NEEDLESS
    assert told == [BERTA]
    rig.desk.access.deny(BERTA, ADMIN)
    assert rig.press(BERTA, stranger, zh_telegram.APPLY)[0] == zh_telegram.DENIED
    person = rig.ledger.person(BERTA)
    assert person is not None
    assert person.name == "User 6"


def test_applying_again_after_being_forgotten(rigged: Callable[..., Rig]) -> None:
    """The admins are not told again: nobody can keep them busy."""
    rig = rigged(access="closed", admins=frozenset({ADMIN}))
    rig.say(ADMIN, "/help")
    (stranger,) = rig.say(BERTA, QUESTION)
    said = []
    for _ in range(3):
        said.append(rig.press(BERTA, stranger, zh_telegram.APPLY)[0])
        rig.say(BERTA, "/forget")

    assert said == [zh_telegram.APPLIED, zh_telegram.APPLY_WAITING, zh_telegram.APPLY_WAITING]
    assert [person.name for person in rig.ledger.people()] == [""]
    told = [one for one in rig.world.transcript(ADMIN) if one["text"].startswith("🙋")]
    assert len(told) == 1


def test_too_many_want_in(rigged: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty wait; the next is told to try later."""
    rig = rigged(access="closed", admins=frozenset({ADMIN}))

    async def requested(_user: Json) -> None: ...

    monkeypatch.setattr(rig.admins, "requested", requested)
    said = []
    for user in range(100, 121):
        (stranger,) = rig.say(user, "x")
        said.append(rig.press(user, stranger, zh_telegram.APPLY)[0])

    assert said == [zh_telegram.APPLIED] * 20 + [zh_telegram.APPLY_FULL]


def test_pressing_too_fast(rigged: Callable[..., Rig]) -> None:
    """Three presses for each question that is allowed; then a notice says how long to wait."""
    rig = rigged(questions_per_minute=2)
    (answer,) = rig.say(ANNA, QUESTION)
    notices = [rig.press(ANNA, answer, zh_telegram.USEFUL)[0] for _ in range(7)]
    assert notices[6] == zh_telegram.TOO_FAST.format(seconds=10)
    assert notices[5] == zh_telegram.VOTE_WITHDRAWN
    assert rig.press(BERTA, answer, zh_telegram.USEFUL)[0] == zh_telegram.VOTED_UP
    rig.wait(10)
    assert rig.press(ANNA, answer, zh_telegram.USEFUL)[0] == zh_telegram.VOTED_UP


def test_an_example_counts_as_a_question(rigged: Callable[..., Rig]) -> None:
    """Within the same limit."""
    rig = rigged(questions_per_minute=1)
    (greeting,) = rig.say(ANNA, "/start")
    assert len(rig.press(ANNA, greeting, labels(greeting)[0])[1]) == 1
    _, (told,) = rig.press(ANNA, greeting, labels(greeting)[1])

    assert told["text"] == zh_telegram.TOO_FAST.format(seconds=60)
