"""Folding: what search holds for the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.language.text import fold

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("認真學習貫徹", "认真学习贯彻"),
        ("認真學習，貫徹落實！", "认真学习,贯彻落实!"),
        ("ＧＤＰ增长５％", "gdp增长5%"),
        ("Party School", "party school"),
        ("等等…", "等等..."),
        ("部⻓、⻛⽓", "部长、风气"),
        ("①②", "12"),
        ("“原文”、《题目》。", "“原文”、《题目》。"),
        ("", ""),
    ],
)
def test_width_script_and_case_are_folded(text: str, folded: str) -> None:
    """Traditional forms, full width, compatibility forms and capitals become what a plain question holds."""
    assert fold(text) == folded


def test_simplified_text_stays() -> None:
    """Simplified prose with its own punctuation is not rewritten, whatever traditional reading it could have."""
    text = "党的干部要发扬只争朝夕的精神、里里外外一个样。后面几件事、面对面谈。"

    assert fold(text) == text


@given(TEXTS)
def test_folding_twice_changes_nothing_for_chinese(text: str) -> None:
    """What is folded is stable: indexed text and question cannot drift apart by being folded once more."""
    once = fold(fold(text))

    assert fold(once) == once


@given(first=st.text("學习中Ａ，。 ", max_size=20), second=st.text("學习中Ａ，。 ", max_size=20))
def test_folding_goes_character_by_character(first: str, second: str) -> None:
    """A window folds to the same text alone as inside its passage."""
    assert fold(first) + fold(second) == fold(first + second)
