"""Texts as the parser judges them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.parsing.glyphs import closed_up, judged


@given(st.text(alphabet="⼀⼆⽂⽉人\u200b\ufeff\xa0 　习近平、。\n豈", max_size=60))
def test_offsets_count_in_both(text: str) -> None:
    """What is judged has the length of the text, and the same characters wherever nothing is a lookalike."""
    assert len(judged(text)) == len(text)
    assert judged(judged(text)) == judged(text)


def test_radicals_are_the_characters_that_they_look_like() -> None:
    """Radicals as PDF files hold them number headings and spell words."""
    assert judged("⼀、⽂化") == "一、文化"
    assert judged("部⻓的讲话") == "部长的讲话"


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("李 强在会上的讲话", "李强在会上的讲话"),
        ("讲 话 提 纲", "讲话提纲"),
        ("抓好学习\u3000狠抓落实", "抓好学习\u3000狠抓落实"),
        ("第一章\u3000总", "第一章\u3000总"),
        ("二\u3000关于党员", "二\u3000关于党员"),
        ("A 与 B", "A 与 B"),
        (judged("抓\u200b学习"), "抓学习"),
    ],
)
def test_spaces_inside_words_are_not_cited(text: str, closed: str) -> None:
    """Gaps beside single characters go, those between phrases and after numbers stay."""
    assert closed_up(text) == closed
