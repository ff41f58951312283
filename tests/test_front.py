"""Front matter."""

from __future__ import annotations

import pytest

from speechbot.parsing.front import front_matter


@pytest.mark.parametrize("end", ["---", "----", "-----  "])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_front_matter(end: str, newline: str) -> None:
    """Title, date and authors are read, quotes and lists included, whatever ends the block and its lines."""
    rows = [
        "---",
        "title: '在会上的讲话'",
        "date: 2024-03-05",
        "authors:",
        "  - 李大山",
        "  - 王明",
        "layout: page",
        end,
        "正文",
    ]
    text = newline.join(rows)
    front = front_matter(text)

    assert text[front.end :].strip() == "正文"
    assert front.fields == {"title": "在会上的讲话", "date": "2024-03-05", "speaker": "李大山、王明"}


def test_front_matter_that_lost_its_first_line() -> None:
    """A block of fields that a rule ends is front matter, though none begins it."""
    text = "title: 在会上的讲话\ndate: 2024-03-05\n----\n正文"

    assert front_matter(text).fields == {"title": "在会上的讲话", "date": "2024-03-05"}


@pytest.mark.parametrize(
    "text",
    [
        "---\n同志们：\n今天讲三点意见，大家要认真学习。\n---\n正文",
        "---\n今天讲三点：学习、落实、检查。\n---\n正文",
        "正文\n---\ntitle: 甲\n---\n",
        "---\ntitle: 甲\n正文没有结束线",
        "",
    ],
)
def test_rules_with_words_between_are_no_front_matter(text: str) -> None:
    """Words between two rules are text."""
    assert front_matter(text).end == 0
