"""Figures."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from speechbot.report.charts import Column, bars, columns
from tests.test_elements import read


def lengths(markup: str, name: str) -> list[float]:
    """An attribute of the drawn bars."""
    return [float(value) for value in re.findall(rf'<rect[^>]*? {name}="([\d.]+)"[^>]*class="bar"', markup)]


def test_bars_are_as_long_as_their_numbers() -> None:
    """The longest has the whole width, others their share, nothing has no length."""
    drawn = bars([("甲", 50), ("乙", 100), ("丙", 0)], title="数")
    first, second, third = lengths(drawn.text, "width")

    assert (first * 2, third) == (second, 0)
    assert [word for word in ("甲", "50", "乙", "100", "丙", "0") if word not in read(drawn).words] == []


def test_little_of_much_can_be_seen() -> None:
    """One of ten thousand is a line, not nothing."""
    assert lengths(bars([("甲", 10_000), ("乙", 1)], title="数").text, "width")[1] == 1


def test_columns_are_as_high_as_their_numbers_and_lead_somewhere() -> None:
    """Each is a link that says what it is."""
    drawn = columns([Column(3, "第一篇", "s1"), Column(6, "第二篇", "s2")], title="段数")
    first, second = lengths(drawn.text, "height")
    seen = read(drawn)

    assert first * 2 == second
    assert [attributes["href"] for tag, attributes in seen.tags if tag == "a"] == ["#s1", "#s2"]
    assert "第一篇" in seen.words
    assert seen.tags[1][1]["aria-label"] == "段数"


@pytest.mark.parametrize("count", [1, 2, 12, 138, 2000])
def test_columns_stay_apart_and_in_the_frame(count: int) -> None:
    """However many there are, none is thinner than can be seen, and words on the axis do not run into each other."""
    drawn = columns([Column(number % 7 + 1, "篇", "s") for number in range(count)], title="段数").text
    width = float(re.findall(r'<svg width="(\d+)"', drawn)[0])
    places = [float(place) for place in re.findall(r'<text x="([\d.]+)" y="\d+">第 \d+ 篇', drawn)]

    assert min(lengths(drawn, "width")) >= 4
    assert all(left + 72 <= right for left, right in pairwise(places))
    assert all(place < width for place in places)


@pytest.mark.parametrize("drawn", [bars([], title="数"), bars([("甲", 0)], title="数"), columns([], title="数")])
def test_a_figure_of_nothing_says_so(drawn: object) -> None:
    """No empty frame."""
    assert getattr(drawn, "text", "") == '<p class="none">没有</p>'
