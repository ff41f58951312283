"""Source text to lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.parsing.lines import LONGEST, PART, split_lines

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

    assert len(split_lines("一\n" + whole)) == 2
    assert len(split_lines("一\n干。" + whole)) > 2


def test_text_in_one_line_is_cut_at_its_points() -> None:
    """A whole text in one line is cut at its points when it is longer than a paragraph, the first one after a colon."""
    points = ["第一，加强学习。", "第二，狠抓落实。"]
    text = SENTENCE * 12 + "我提两点建议：" + "".join(point + SENTENCE * 6 for point in points)

    assert [line.text[:8] for line in split_lines(text)[1:]] == points
    assert len(split_lines("材料\n" + text)) == 2


def test_text_in_one_line_is_cut_around_notes() -> None:
    """Salutation, photographer and newspaper page are set apart from a text that lost its line breaks."""
    texts = [SENTENCE * 20, "第二，狠抓落实。" + SENTENCE * 20]
    page = "（新华社北京1月8日电）《 工人日报 》（ 2024年01月09日 02 版）"
    text = "各位代表：" + texts[0] + "会场一角。 新华社记者 李四/摄" + texts[1] + page

    assert [line.text for line in split_lines(text)] == [
        "各位代表：",
        texts[0] + "会场一角。 新华社记者 李四/摄",
        texts[1],
        page,
    ]


def test_points_of_one_sentence_stay_together() -> None:
    """An enumeration within a sentence is not cut after its colon."""
    text = SENTENCE * 30 + "做到两点：一是抓学习，二是抓落实。" + SENTENCE

    assert len(split_lines(text)) == 1


def test_overlong_line_is_cut_before_numbered_points() -> None:
    """In a line without breaks a sentence with a number or dash begins a line of its own; an enumeration inside a sentence does not."""
    text = (
        SENTENCE * 40
        + "一是抓学习；二是抓落实。"
        + SENTENCE * 40
        + "（二）抓检查。"
        + SENTENCE
        + "——抓整改。"
        + SENTENCE
    )
    found = [line.text for line in split_lines(text)]

    assert "".join(found) == text
    assert [line[:5] for line in found if not line.startswith("我们")] == ["一是抓学习", "（二）抓检", "——抓整改"]


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
