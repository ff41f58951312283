"""Headings to nested sections."""

from __future__ import annotations

from speechbot.parsing.headings import match_heading
from speechbot.parsing.outline import nest
from speechbot.parsing.series import Candidate, in_series


def tree(*lines: str, turns: tuple[int, ...] = ()) -> list[tuple[str, int, int, int]]:
    """Title, level, first line and stop of the sections in lines, any of which may be a heading."""
    headings = [match_heading(line) for line in lines]
    candidates = [Candidate(at, heading) for at, heading in enumerate(headings) if heading is not None]
    return [(node.title, node.level, node.first, node.stop) for node in nest(in_series(candidates), len(lines), turns)]


def test_usual_precedence() -> None:
    """第X章 lies over 一、, 一、 over （一）, （一） over 1., 1. over （1）; each ends where its like begins."""
    assert tree(
        "第一章　总", "一、甲", "（一）乙", "1. 丙", "（1）丁", "（2）戊", "2. 己", "（二）庚", "二、辛", "第二章　终"
    ) == [
        ("第一章　总", 1, 0, 9),
        ("一、甲", 2, 1, 8),
        ("（一）乙", 3, 2, 7),
        ("1. 丙", 4, 3, 6),
        ("（1）丁", 5, 4, 5),
        ("（2）戊", 5, 5, 6),
        ("2. 己", 4, 6, 7),
        ("（二）庚", 3, 7, 8),
        ("二、辛", 2, 8, 9),
        ("第二章　终", 1, 9, 10),
    ]


def test_points_fit_where_they_occur() -> None:
    """第一， is the top where it comes first and lies below 一、 where that is open."""
    assert [level for _, level, _, _ in tree("第一，甲", "（一）乙", "（二）丙", "第二，丁")] == [1, 2, 2, 1]
    assert [level for _, level, _, _ in tree("一、甲", "第一，乙", "第二，丙", "二、丁")] == [1, 2, 2, 1]


def test_run_in_points_hold_no_larger_sections() -> None:
    """一、 after 一是 points at the start of a speech stands beside them, not below."""
    assert [level for _, level, _, _ in tree("一是甲。子丑。", "二是乙。寅卯。", "一、丙", "二、丁")] == [1, 1, 1, 1]


def test_last_one_paragraph_point_ends_with_its_paragraph() -> None:
    """Lines after the last of several one-line points are outside of it."""
    assert tree("一、甲", "一是乙。子丑。", "二是丙。寅卯。", "总之要抓好。") == [
        ("一、甲", 1, 0, 4),
        ("一是乙", 2, 1, 2),
        ("二是丙", 2, 2, 3),
    ]


def test_last_section_ends_where_the_audience_is_addressed() -> None:
    """A salutation ends the last of several sections, and no other."""
    lines = ("一、甲", "子丑寅卯。", "各位代表！", "辰巳午未。", "二、乙", "申酉戌亥。", "各位代表！", "子丑寅卯。")

    assert tree(*lines, turns=(2, 6)) == [("一、甲", 1, 0, 4), ("二、乙", 1, 4, 6)]


def test_section_with_others_stays_open() -> None:
    """At the top a section that holds others stays open after a salutation that ends the last of these."""
    lines = (
        "一、甲",
        "子丑寅卯。",
        "二、乙",
        "（一）丙",
        "辰巳午未。",
        "（二）丁",
        "申酉戌亥。",
        "各位代表！",
        "子丑寅卯。",
    )

    assert tree(*lines, turns=(7,))[1:] == [("二、乙", 1, 2, 9), ("（一）丙", 2, 3, 5), ("（二）丁", 2, 5, 7)]
