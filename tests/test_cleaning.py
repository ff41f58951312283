"""Lines without what nobody wrote."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.reading.cleaning import clean, folded, joined, labelled, rewrapped, unescaped


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("⼤⼒推进⽂化建设", "大力推进文化建设"),
        ("⻓期⻛险", "长期风险"),
        ("\uf967\ufa0c", "不兀"),
        ("︵一︶甲︰︽书︾", "（一）甲：《书》"),
        ("（２０２４年）：ＡＢ，①", "（２０２４年）：ＡＢ，①"),
        ("\u3000\u3000同志们\xa0好\u2003啊 ", "同志们 好 啊"),
        ("零\u200b宽\ufeff\xad\u202a字\x07", "零宽字"),
        ("半\ud800个", "半个"),
        ("国务院\u3000中央军委", "国务院\u3000中央军委"),
    ],
)
def test_only_what_nobody_wrote_goes(text: str, expected: str) -> None:
    """Look-alikes become the characters, invisible marks go, spaces become plain; full-width marks and digits stay."""
    assert clean(text) == expected


@given(st.text())
def test_cleaning_is_done_once(text: str) -> None:
    """A clean line stays as it is, and holds no line end, control or half of a character."""
    once = clean(text)

    assert clean(once) == once
    assert not {unicodedata.category(char) for char in once} & {"Cc", "Cs"}


@given(st.text(alphabet=st.characters(min_codepoint=0x3000, max_codepoint=0xF8FF, exclude_categories=["Cs"])))
def test_ordinary_characters_are_not_folded(text: str) -> None:
    """No character of a text that holds no look-alike is changed."""
    assert folded(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("甲&nbsp;乙", "甲\xa0乙"),
        ("&ldquo;好&rdquo;&#8212;&#x2014;", "“好”——"),
        ("R&D;AT&T", "R&D;AT&T"),
        ("&amp;nbsp;", "&nbsp;"),
    ],
)
def test_entities(text: str, expected: str) -> None:
    """What was escaped once more than it was resolved is resolved; what only looks so stays."""
    assert unescaped(text) == expected


def test_line_ends_of_the_layout() -> None:
    """Between Chinese characters a line end means nothing, between words a space."""
    assert rewrapped("加强党的\n  建设，\n坚持 1\n2 个") == "加强党的建设，坚持 1 2 个"


@pytest.mark.parametrize(
    ("label", "text", "expected"),
    [
        ("一、", "总则", "一、总则"),
        ("（一）", "总则", "（一）总则"),
        ("①", "总则", "①总则"),
        ("第一章", "总则", "第一章 总则"),
        ("1.", "总则", "1. 总则"),
        ("——", "总则", "——总则"),
        ("", "总则", "总则"),
        ("一、", "", "一、"),
    ],
)
def test_numbers_in_front(label: str, text: str, expected: str) -> None:
    """A number stands before its text as typists write it."""
    assert labelled(label, text) == expected


def test_pieces_of_one_line() -> None:
    """Words are kept apart, Chinese characters are not."""
    assert joined("", "甲", "乙", "one", "two", "，", "three") == "甲乙one two，three"
