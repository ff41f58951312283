"""Contents lists."""

from __future__ import annotations

from speechbot.parsing.contents import contents_lines
from speechbot.parsing.lines import split_lines

BODY = "我们要坚持问题导向，深入基层开展调查研究。"


def found(text: str) -> list[str]:
    """The lines taken for a contents list."""
    lines = split_lines(text)
    return [lines[at].text for at in sorted(contents_lines(lines))]


def test_contents_with_page_numbers() -> None:
    """Entries under 目录 are recognised by their headings further down, page numbers aside, numbered or not."""
    text = (
        f"目录\n前言……1\n一、抓学习 …… 2\n二、抓落实 …… 9\n{BODY}\n前言\n{BODY}\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}"
    )

    assert found(text) == ["目录", "前言……1", "一、抓学习 …… 2", "二、抓落实 …… 9"]


def test_contents_without_a_caption() -> None:
    """A run of numbered lines that all come back is a contents list without the word over it."""
    text = f"一、抓学习\n二、抓落实\n{BODY}\n一、抓学习\n{BODY}\n二、抓落实\n{BODY}"

    assert found(text) == ["一、抓学习", "二、抓落实"]


def test_lists_that_do_not_come_back() -> None:
    """Numbered lines that stand once, and text that stands twice, are no contents."""
    assert found(f"一、抓学习\n二、抓落实\n{BODY}\n三、抓检查\n{BODY}\n{BODY}") == []
