"""Who may ask, over all that settings and admins can say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from speechbot.telegram.access import NOBODY, Access, Verdict
from speechbot.telegram.ledger import Ledger
from speechbot.telegram.records import Kind, Standing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ADMIN, LISTED, SOMEBODY, CLUB, OTHER = 1, 2, 3, -100, -200
CODE = "春风 2026"


class Clock:
    """A clock that tests set."""

    now = 1_760_000_000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The time."""
    return Clock()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(tmp_path / "bot.sqlite") as opened:
        yield opened


def access(ledger: Ledger, clock: Clock | None = None, *, everybody: bool = False, code: str | None = CODE) -> Access:
    """One admin, one listed person, one listed group."""
    return Access(
        ledger,
        admins=frozenset({ADMIN}),
        users=frozenset({LISTED}),
        groups=frozenset({CLUB}),
        open=everybody,
        join_code=code,
        clock=clock or Clock(),
    )


@pytest.mark.parametrize("everybody", [False, True])
@pytest.mark.parametrize(
    ("user_id", "place", "kind", "closed", "opened"),
    [
        (ADMIN, ADMIN, Kind.PRIVATE, Verdict.ALLOWED, Verdict.ALLOWED),
        (ADMIN, OTHER, Kind.GROUP, Verdict.ALLOWED, Verdict.ALLOWED),
        (ADMIN, None, Kind.INLINE, Verdict.ALLOWED, Verdict.ALLOWED),
        (LISTED, LISTED, Kind.PRIVATE, Verdict.ALLOWED, Verdict.ALLOWED),
        (LISTED, CLUB, Kind.GROUP, Verdict.ALLOWED, Verdict.ALLOWED),
        (LISTED, OTHER, Kind.GROUP, Verdict.GROUP_UNKNOWN, Verdict.ALLOWED),
        (LISTED, None, Kind.INLINE, Verdict.ALLOWED, Verdict.ALLOWED),
        (SOMEBODY, SOMEBODY, Kind.PRIVATE, Verdict.STRANGER, Verdict.ALLOWED),
        (SOMEBODY, CLUB, Kind.GROUP, Verdict.ALLOWED, Verdict.ALLOWED),
        (SOMEBODY, OTHER, Kind.GROUP, Verdict.GROUP_UNKNOWN, Verdict.ALLOWED),
        (SOMEBODY, None, Kind.GROUP, Verdict.GROUP_UNKNOWN, Verdict.ALLOWED),
        (SOMEBODY, None, Kind.INLINE, Verdict.STRANGER, Verdict.ALLOWED),
        (None, CLUB, Kind.GROUP, Verdict.ALLOWED, Verdict.ALLOWED),
        (None, OTHER, Kind.GROUP, Verdict.GROUP_UNKNOWN, Verdict.GROUP_UNKNOWN),
        (None, None, Kind.INLINE, Verdict.STRANGER, Verdict.STRANGER),
    ],
)
def test_what_the_settings_say(  # noqa: PLR0917 - a row of the table
    ledger: Ledger,
    user_id: int | None,
    place: int | None,
    kind: Kind,
    closed: Verdict,
    opened: Verdict,
    *,
    everybody: bool,
) -> None:
    """Everybody in every kind of chat."""
    assert access(ledger, everybody=everybody).may_ask(user_id, place, kind) is (opened if everybody else closed)


@pytest.mark.parametrize("everybody", [False, True])
@pytest.mark.parametrize("user_id", [LISTED, SOMEBODY])
def test_a_denied_person_may_never(ledger: Ledger, user_id: int, *, everybody: bool) -> None:
    """Not though the settings list them, not in an allowed group, not where everybody may; until allowed again."""
    door = access(ledger, everybody=everybody)
    assert door.deny(user_id, ADMIN)

    places = [(user_id, Kind.PRIVATE), (CLUB, Kind.GROUP), (OTHER, Kind.GROUP), (None, Kind.INLINE)]
    assert {door.may_ask(user_id, place, kind) for place, kind in places} == {Verdict.DENIED}
    assert not door.join(user_id, CODE)
    assert not door.request(user_id)
    ledger.forget(user_id, 0.0)
    assert door.may_ask(user_id, user_id, Kind.PRIVATE) is Verdict.DENIED

    assert door.allow(user_id, ADMIN)
    assert door.may_ask(user_id, user_id, Kind.PRIVATE) is Verdict.ALLOWED


def test_an_admin_cannot_be_denied(ledger: Ledger) -> None:
    """Not by another admin, nor by what an admin said before they were one."""
    door = access(ledger)

    assert not door.deny(ADMIN, ADMIN)
    assert ledger.person(ADMIN) is None
    ledger.set_standing(ADMIN, Standing.DENIED, 9, 0.0)
    assert door.may_ask(ADMIN, OTHER, Kind.GROUP) is Verdict.ALLOWED
    assert [door.is_admin(user_id) for user_id in (ADMIN, LISTED, None)] == [True, False, False]


@pytest.mark.parametrize("nobody", sorted(NOBODY))
def test_numbers_without_a_person_are_nobody(ledger: Ledger, nobody: int) -> None:
    """An anonymous admin of any group has the same number: what held for it would hold for all of them."""
    door = Access(ledger, admins=frozenset({nobody}), users=frozenset({nobody}), groups=frozenset({CLUB}), open=True)

    assert not door.is_admin(nobody)
    assert not door.allow(nobody, ADMIN)
    assert not door.deny(nobody, ADMIN)
    assert not door.request(nobody)
    ledger.set_standing(nobody, Standing.ALLOWED, ADMIN, 0.0)
    assert door.may_ask(nobody, CLUB, Kind.GROUP) is Verdict.ALLOWED
    assert door.may_ask(nobody, OTHER, Kind.GROUP) is Verdict.GROUP_UNKNOWN
    assert door.may_ask(nobody, nobody, Kind.PRIVATE) is Verdict.STRANGER
    assert not access(ledger).join(nobody, CODE)


@pytest.mark.parametrize("everybody", [False, True])
def test_a_denied_group_answers_admins_only(ledger: Ledger, *, everybody: bool) -> None:
    """Though the settings list it, or everybody may."""
    door = access(ledger, everybody=everybody)
    ledger.set_group(CLUB, Standing.DENIED, ADMIN, 0.0)

    verdicts = [door.may_ask(user_id, CLUB, Kind.GROUP) for user_id in (ADMIN, LISTED, SOMEBODY, None)]

    assert verdicts == [Verdict.ALLOWED, Verdict.DENIED, Verdict.DENIED, Verdict.DENIED]


def test_a_group_lets_its_members_ask_there_only(ledger: Ledger) -> None:
    """An allowed group makes no allowed people."""
    door = access(ledger)
    ledger.set_group(OTHER, Standing.ALLOWED, ADMIN, 0.0)

    assert door.may_ask(SOMEBODY, OTHER, Kind.GROUP) is Verdict.ALLOWED
    assert door.may_ask(SOMEBODY, SOMEBODY, Kind.PRIVATE) is Verdict.STRANGER
    assert door.may_ask(SOMEBODY, None, Kind.INLINE) is Verdict.STRANGER


def test_a_group_that_moved_is_the_same_group(ledger: Ledger) -> None:
    """Whether settings or admins let it in, and a denied one stays denied."""
    door = access(ledger)
    door.moved(CLUB, -1001)
    door.moved(CLUB, -1001)
    ledger.set_group(OTHER, Standing.DENIED, ADMIN, 0.0)
    door.moved(OTHER, -1002)
    door.moved(-300, -1003)

    verdicts = [door.may_ask(SOMEBODY, place, Kind.GROUP) for place in (-1001, -1002, -1003)]

    assert verdicts == [Verdict.ALLOWED, Verdict.DENIED, Verdict.GROUP_UNKNOWN]


def test_the_join_code_lets_in(ledger: Ledger) -> None:
    """With blanks around it; from then on the person is allowed."""
    door = access(ledger)
    assert not door.join(SOMEBODY, "春风")

    assert door.join(SOMEBODY, f" {CODE}\n")

    assert door.may_ask(SOMEBODY, SOMEBODY, Kind.PRIVATE) is Verdict.ALLOWED
    assert [person.user_id for person in ledger.people(Standing.ALLOWED)] == [SOMEBODY]


@pytest.mark.parametrize("code", [None, "", " "])
def test_without_a_code_nobody_joins(ledger: Ledger, code: str | None) -> None:
    """Nor by an empty one."""
    door = access(ledger, code=code)

    assert [door.join(SOMEBODY, tried) for tried in ("", " ", "None")] == [False] * 3


def test_five_wrong_codes_an_hour(ledger: Ledger, clock: Clock) -> None:
    """Then the right one does not help, nor a new start, nor being forgotten; an hour later it does."""
    door = access(ledger, clock)
    assert [door.join(SOMEBODY, wrong) for wrong in ("a", "", "\ud800", "春风2026", CODE * 2)] == [False] * 5

    assert not door.join(SOMEBODY, CODE)
    ledger.forget(SOMEBODY, clock.now)
    ledger.expire(clock.now, 0)
    assert not access(ledger, clock).join(SOMEBODY, CODE)
    assert door.join(LISTED, CODE)

    clock.now += 3601
    assert door.join(SOMEBODY, CODE)


def test_right_codes_are_not_counted(ledger: Ledger) -> None:
    """Joining again is no attack."""
    door = access(ledger)

    assert [door.join(SOMEBODY, CODE) for _ in range(9)] == [True] * 9


def test_an_admin_stays_what_they_are(ledger: Ledger) -> None:
    """The code adds nothing to it."""
    assert access(ledger).join(ADMIN, CODE)
    assert ledger.person(ADMIN) is None


def test_a_request_is_told_once(ledger: Ledger) -> None:
    """The second one waits already, and who may ask need not."""
    door = access(ledger)

    assert [door.request(user_id) for user_id in (SOMEBODY, SOMEBODY, LISTED, ADMIN)] == [True, False, False, False]
    assert [person.user_id for person in ledger.people(Standing.PENDING)] == [SOMEBODY]
    assert door.may_ask(SOMEBODY, SOMEBODY, Kind.PRIVATE) is Verdict.STRANGER
    door.allow(SOMEBODY, ADMIN)
    assert not door.request(SOMEBODY)


def test_twenty_requests_wait(ledger: Ledger) -> None:
    """More do not, until one is decided."""
    door = access(ledger)
    assert [door.request(100 + number) for number in range(21)] == [True] * 20 + [False]

    door.deny(100, ADMIN)

    assert door.request(200)
    assert len(ledger.people(Standing.PENDING)) == 20
