"""Numbered lines to series."""

from __future__ import annotations

from speechbot.parsing.headings import match_heading
from speechbot.parsing.series import Candidate, in_series


def series(*lines: str) -> list[tuple[int, int, str | None]]:
    """Series, depth and title of the lines that count, all of which must be numbered."""
    headings = [match_heading(line) for line in lines]
    candidates = [Candidate(at, heading) for at, heading in enumerate(headings) if heading is not None]
    return [(item.series, item.depth, item.heading.title) for item in in_series(candidates)]


def test_lone_points_do_not_count() -> None:
    """A single 一是 or 第一， is an ordinary sentence; a single 一、 is a heading."""
    assert series("一是抓学习。要抓紧。", "一、抓落实", "第一，抓检查") == [(1, 0, "一、抓落实")]


def test_numbering_starts_again() -> None:
    """一 after 三 begins another series beside the first."""
    assert [number for number, _, _ in series("一、甲", "二、乙", "三、丙", "一、丁", "二、戊")] == [0, 0, 0, 1, 1]


def test_inner_numbering_of_the_same_kind() -> None:
    """A series begun inside another that goes on afterwards lies inside it."""
    found = series("一、甲", "二、乙", "一、子。丑寅。", "二、卯。辰巳。", "三、丙")

    assert [(number, depth) for number, depth, _ in found] == [(0, 0), (0, 0), (1, 1), (1, 1), (0, 0)]


def test_mostly_untitled_paragraphs_have_no_titles() -> None:
    """Where most numbered paragraphs have no short first sentence, the few that do are no headings."""
    long = "要" + "认真学习深入思考，" * 8 + "抓好落实。再接再厉。"

    assert [title for _, _, title in series("（一）抓学习。要抓紧。", f"（二）{long}", f"（三）{long}")] == [None] * 3


def test_a_series_goes_on_though_its_first_heading_ended_otherwise() -> None:
    """A full stop after all headings but the first makes no other series of them, with one of those before in the same style."""
    found = series("（一）甲。", "（二）乙。", "（三）丙。", "（一）丁", "（二）戊。", "（三）己。", "（四）庚。")

    assert [(number, depth) for number, depth, _ in found] == [(0, 0)] * 3 + [(1, 0)] * 4
