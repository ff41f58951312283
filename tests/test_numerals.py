"""Numbers in the ways that Word writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.language.numerals import numeral
from speechbot.parsing.headings import number_of


@pytest.mark.parametrize(
    ("style", "numbers"),
    [
        ("chineseCounting", {1: "一", 10: "十", 11: "十一", 20: "二十", 99: "九十九", 101: "一〇一"}),
        (
            "chineseCountingThousand",
            {12: "十二", 101: "一百零一", 110: "一百一十", 1001: "一千零一", 20_010: "二万零一十"},
        ),
        ("chineseLegalSimplified", {3: "叁", 10: "壹拾", 25: "贰拾伍"}),
        ("ideographLegalTraditional", {6: "陸"}),
        ("ideographDigital", {10: "一〇", 23: "二三"}),
        ("taiwaneseDigital", {105: "一〇五"}),
        ("japaneseCounting", {15: "十五"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {12: "亥", 13: "13"}),
        ("ideographEnclosedCircle", {2: "㊁", 11: "11"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "㉑", 36: "㊱", 51: "51"}),
        ("decimalEnclosedCircleChinese", {3: "③"}),
        ("decimalEnclosedParen", {1: "⑴", 21: "21"}),
        ("decimalEnclosedFullstop", {2: "⒉"}),
        ("decimalFullWidth", {12: "１２"}),
        ("decimalZero", {3: "03", 30: "30"}),
        ("lowerLetter", {1: "a", 26: "z", 27: "aa", 54: "bbb"}),
        ("upperLetter", {3: "C"}),
        ("lowerRoman", {4: "iv", 1999: "mcmxcix", 4000: "4000"}),
        ("upperRoman", {9: "IX"}),
        ("ordinal", {1: "1st", 2: "2nd", 11: "11th", 23: "23rd"}),
        ("decimal", {7: "7"}),
        ("a style of the future", {7: "7"}),
        ("none", {7: ""}),
        ("bullet", {7: ""}),
        ("chineseCountingThousand", {0: "0", -1: "-1", 100_000: "100000"}),
    ],
)
def test_numbers_as_word_writes_them(style: str, numbers: dict[int, str]) -> None:
    """Each style gives the numerals that Word shows; what a style cannot write is written in digits."""
    assert {value: numeral(value, style) for value in numbers} == numbers


@given(st.integers(1, 999), st.sampled_from(["chineseCountingThousand", "japaneseCounting", "ideographDigital"]))
def test_the_parser_reads_what_is_written(value: int, style: str) -> None:
    """A number that was written out means the same to whoever reads the text."""
    assert number_of(numeral(value, style)) == value
