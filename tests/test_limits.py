"""A person's questions are counted, and the count costs no memory for ever."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.telegram.limits import Limiter

NOW = 1_760_000_000.25


def test_a_burst_then_one_at_a_time() -> None:
    """As many as the bucket holds at once, then as they come in."""
    limiter = Limiter(6, burst=3)

    assert [limiter.allow(1, NOW) for _ in range(3)] == [0.0, 0.0, 0.0]
    assert limiter.allow(1, NOW) == pytest.approx(10)
    assert limiter.allow(1, NOW + 4) == pytest.approx(6)
    assert limiter.allow(1, NOW + 10) == 0.0
    assert limiter.allow(1, NOW + 10) == pytest.approx(10)


def test_who_waits_as_told_may_go() -> None:
    """Whatever the rounding of times."""
    limiter = Limiter(7, burst=1)
    now = NOW
    for _ in range(1000):
        assert limiter.allow(1, now) == 0.0
        now += limiter.allow(1, now)


def test_people_are_counted_apart() -> None:
    """One who asks much takes nothing from another."""
    limiter = Limiter(1)

    assert [limiter.allow(1, NOW), limiter.allow(2, NOW)] == [0.0, 0.0]
    assert limiter.allow(1, NOW) == pytest.approx(60)


def test_the_burst_is_a_minutes_questions_by_default() -> None:
    """Ten a minute are ten at once."""
    limiter = Limiter(10)

    assert [limiter.allow(1, NOW) for _ in range(10)] == [0.0] * 10
    assert limiter.allow(1, NOW) == pytest.approx(6)


@pytest.mark.parametrize("burst", [None, 0, 5])
def test_nought_is_no_limit(burst: int | None) -> None:
    """And keeps nothing."""
    limiter = Limiter(0, burst)

    assert {limiter.allow(1, NOW) for _ in range(1000)} == {0.0}
    assert len(limiter) == 0


def test_a_burst_of_nought_is_one() -> None:
    """Otherwise nobody could ever ask."""
    assert Limiter(3, burst=0).allow(1, NOW) == 0.0


def test_full_buckets_are_forgotten() -> None:
    """A hundred thousand people over a day leave no more than those of the last minute and a little."""
    limiter = Limiter(2)
    for user_id in range(100_000):
        assert limiter.allow(user_id, NOW + user_id) == 0.0

    assert len(limiter) <= 1024


def test_forgetting_forgets_no_debt() -> None:
    """Who has to wait has to wait after others were forgotten."""
    limiter = Limiter(1)
    limiter.allow(-1, NOW)
    for user_id in range(3000):
        limiter.allow(user_id, NOW + 1)

    assert limiter.allow(-1, NOW + 1) == pytest.approx(59)


def test_a_clock_set_back_locks_nobody_out() -> None:
    """At most as long as from an empty bucket."""
    limiter = Limiter(6, burst=2)
    limiter.allow(1, NOW)

    assert limiter.allow(1, NOW - 100_000) == pytest.approx(10)
    assert limiter.allow(1, NOW - 100_000 + 10) == 0.0


@given(st.lists(st.integers(0, 30), max_size=60), st.integers(1, 30), st.integers(1, 5))
def test_as_an_exact_bucket(gaps: list[int], per_minute: int, burst: int) -> None:
    """The same questions pass as with a bucket counted in whole numbers."""
    limiter = Limiter(per_minute, burst)
    tokens, now = 60 * burst, 0  # sixtieths
    for gap in gaps:
        now += gap
        tokens = min(60 * burst, tokens + gap * per_minute)
        wait = limiter.allow(1, now)
        assert (wait == 0.0) == (tokens >= 60)
        if tokens >= 60:
            tokens -= 60
        else:
            assert wait == pytest.approx((60 - tokens) / per_minute)
