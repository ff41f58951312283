"""Source text to lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.lines import LONGEST, PART, split_lines

SENTENCE = "我们要坚持问题导向，把调查研究和解决问题结合起来。"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\f", "\u2028", "\x85", "\0", "##paidbegin##", "\n##paidend##\n"])
def test_line_ends(end: str) -> None:
    """Every line end, control character and download mark ends a line and belongs to none."""
    text = f"　　甲{end}\u200b乙\xa0 "

    assert [(line.text, text[line.start : line.end]) for line in split_lines(text)] == [("甲", "甲"), ("乙", "乙")]


def test_hash_signs_in_text_stay() -> None:
    """Only a Latin word between double hash signs is a mark."""
    assert [line.text for line in split_lines("## 一、抓学习\n##重点##工作")] == ["## 一、抓学习", "##重点##工作"]


def test_long_paragraph_stays_whole_up_to_the_limit() -> None:
    """A paragraph of the greatest length is one line; one more character and it is cut at sentence ends."""
    whole = "学" * (LONGEST - 1) + "。"

    assert len(split_lines(whole)) == 1
    assert len(split_lines("干。" + whole)) > 1


def test_overlong_line_is_cut_before_numbered_points() -> None:
    """In a line without breaks a numbered sentence begins a line of its own; an enumeration inside a sentence does not."""
    text = SENTENCE * 40 + "一是抓学习；二是抓落实。" + SENTENCE * 40 + "（二）抓检查。" + SENTENCE
    found = [line.text for line in split_lines(text)]

    assert "".join(found) == text
    assert [line[:5] for line in found if not line.startswith("我们")] == ["一是抓学习", "（二）抓检"]


@given(
    st.lists(st.sampled_from([SENTENCE, "第一，", "　　", "\n", "##a##", " ", "学" * 400]), max_size=80).map("".join)
)
def test_lines_are_spans_in_order(text: str) -> None:
    """Lines are trimmed spans of the text, in order, of bearable length."""
    lines = split_lines(text)
    bounds = [edge for line in lines for edge in (line.start, line.end)]

    assert bounds == sorted(bounds)
    assert all(line.text == text[line.start : line.end] == line.text.strip() != "" for line in lines)
    assert all(len(line.text) <= max(LONGEST, 2 * PART) for line in lines)
