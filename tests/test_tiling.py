"""Covers of whole sentences."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.language.tiling import tiles

TEXTS = st.lists(st.sampled_from(["。", "，", "“", "”", "；", "\n", "　", "学习", "工作" * 30, "a"])).map("".join)


@given(TEXTS, st.integers(1, 60))
def test_cover_without_gap_or_overlap(text: str, size: int) -> None:
    """Tiles follow each other from the first character to the last, and none is over one and a half times the size."""
    spans = tiles(text, size=size)

    assert "".join(text[start:end] for start, end in spans) == text
    assert all(0 < end - start <= size * 3 // 2 for start, end in spans)


def test_whole_sentences() -> None:
    """Sentences that fit are never cut."""
    text = "一二三四五六七八九。" * 7

    assert tiles(text, size=20) == [(0, 20), (20, 40), (40, 70)]


def test_no_tiny_rest() -> None:
    """A short last sentence joins its neighbours instead of standing alone."""
    text = "一二三四五六七八九。" * 4 + "完。"

    assert tiles(text, size=20) == [(0, 20), (20, 42)]


def test_long_sentence_is_cut_after_a_comma() -> None:
    """A sentence over the limit is cut behind ，、；： rather than inside a clause."""
    text = "抓好理论学习这件大事，抓好调查研究这件实事，抓好整改落实这件难事。"
    spans = tiles(text, size=14)

    assert [text[start:end] for start, end in spans] == [
        "抓好理论学习这件大事，",
        "抓好调查研究这件实事，",
        "抓好整改落实这件难事。",
    ]


def test_unpunctuated_run_is_cut_hard() -> None:
    """Text without punctuation is cut in nearly equal parts."""
    assert tiles("学" * 100, size=30) == [(0, 33), (33, 66), (66, 100)]


@pytest.mark.parametrize("size", [0, -1])
def test_size_must_be_positive(size: int) -> None:
    """A size without room for a character is a programming error."""
    with pytest.raises(ValueError, match="size must be positive"):
        tiles("学习。", size=size)
