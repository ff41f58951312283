"""Titles in several lines, rows of tables."""

from __future__ import annotations

from speechbot.reading.display import Line, merged
from speechbot.reading.tables import row_lines


def test_lines_of_one_title() -> None:
    """Neighbours of one size are one title; text, another size and a gap end it, as does a full stop."""
    lines = [
        Line("关于读书", 22),
        Line("工作的意见", 22),
        Line("副题", 18),
        Line("正文"),
        Line("正文"),
        Line("附件", 22),
        Line(""),
        Line("名单", 22),
        Line("完了。", 22),
        Line("新题", 22),
    ]

    assert merged(lines) == ["关于读书工作的意见", "副题", "正文", "正文", "附件", "名单完了。", "新题"]


def test_a_title_has_an_end() -> None:
    """No title grows beyond what titles are."""
    assert merged([Line("长" * 60, 22), Line("题" * 30, 22)]) == ["长" * 60, "题" * 30]


def test_rows() -> None:
    """A row is a line; one of a single filled cell is its text; marks of headings do not stand within a row."""
    assert row_lines([["甲"], [], ["# 乙", "丙"]]) == ["甲 | 乙 丙"]
    assert row_lines([[], ["甲", "乙"]]) == ["甲", "乙"]
    assert row_lines([[""], []]) == []
    assert row_lines([["目"], ["文" * 200, "文" * 200]]) == ["目", "文" * 200, "文" * 200]
