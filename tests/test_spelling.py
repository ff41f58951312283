"""Typing errors of pinyin input."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.indexing.lexical import LexicalIndex
from speechbot.language.spelling import corrected, homophones
from speechbot.language.words import tokens

PASSAGES = ("购书经费要花在读者身上，社区书房要办好。", "青石河污水要截住，河长每月巡河。", "图书馆是公益单位。")


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    """Three passages."""
    return LexicalIndex.build([tokens(text) for text in PASSAGES])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("购书京费怎么花", "购书经费怎么花"),
        ("屋水怎么截住", "污水怎么截住"),
        ("图书馆是什么单未", "图书馆是什么单位"),
        ("读者深上的钱", "读者身上的钱"),
    ],
)
def test_a_wrong_character_of_the_right_sound_is_set_right(typed: str, meant: str, index: LexicalIndex) -> None:
    """The word that the passages hold takes its place."""
    assert corrected(typed, index.frequency) == meant


@pytest.mark.parametrize(
    "question",
    [
        "购书经费怎么花",  # nothing is wrong
        "火锅店在哪里",  # words that the passages do not hold stay: they may be meant
        "青石何时修",  # 何时 asks
        "巡河的和尚",  # 和尚 is a word
        "wushui 98.5%",
        "",
    ],
)
def test_what_may_be_meant_stays(question: str, index: LexicalIndex) -> None:
    """Dictionary words, question words and what has no homophone among the passages' words."""
    assert corrected(question, index.frequency) == question


def test_words_that_ask_are_never_meant() -> None:
    """A question word of the right sound is not put in, though the passages hold it."""
    held = LexicalIndex.build([["怎么样", "_怎么", "_么样"]])

    assert corrected("怎么养", held.frequency) == "怎么养"


def test_homophones_ignore_tones() -> None:
    """All readings count, with ü apart from u; the character itself is not among them."""
    assert {"京", "静", "精"} <= set(homophones("经"))
    assert "经" not in homophones("经")
    assert set("形航") <= set(homophones("行"))
    assert "努" not in homophones("女")
    assert homophones("A") == homophones("龘") == ()


@given(st.text("购书京经费屋污水怎么的ab12，。 馆管", max_size=20))
def test_only_single_characters_change(text: str) -> None:
    """The length stays, and a character that changes keeps its sound."""
    index = LexicalIndex.build([tokens(passage) for passage in PASSAGES])
    found = corrected(text, index.frequency)

    assert len(found) == len(text)
    assert all(new == old or new in homophones(old) for old, new in zip(text, found, strict=True))
