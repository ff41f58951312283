"""YAML as admins write it."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.reading.yaml_text import YamlError, load


def test_plain_values() -> None:
    """Mappings, lists, texts, numbers and dates are read; an empty file is None."""
    assert load("a: 甲\nb: [1, 2024-03-05]\n") == {"a": "甲", "b": [1, dt.date(2024, 3, 5)]}
    assert load("") is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: 1\nb: [1\n", "第 3 行不合 YAML 格式。请检查"),
        ("a:\n\tb: 1\n", "第 2 行用 Tab 缩进。请改成空格"),
        ("a: 1\nb: 2\na: 3\n", "第 3 行的“a”前面已经写过。请删去一个"),
        ("a: &x [1]\nb: *x\n", "第 1 行用了 YAML 引用"),
        ("甲:\n  日期：2024\n  乙: 1\n", "第 2 行用了中文冒号"),
        ("a: \x01\n", "不合 YAML 格式。请检查"),
        ("[" * 40 + "]" * 40, "嵌套太深"),
        ("!!python/object/apply:os.getcwd []", "第 1 行不合 YAML 格式"),
        ("? [a, b]\n: 1\n", "第 1 行不合 YAML 格式"),
    ],
)
def test_mistakes_say_where_and_how_to_mend_them(text: str, reason: str) -> None:
    """Whatever is wrong becomes one reason in Chinese; nothing but plain values is ever built."""
    with pytest.raises(YamlError, match=reason):
        load(text)


def test_a_day_that_is_none_is_text() -> None:
    """One wrong date does not cost the rest of the file; who reads the field says which one it is."""
    assert load("a: 2024-02-30\nb: 1\n") == {"a": "2024-02-30", "b": 1}


def test_deep_nesting_cannot_end_the_process() -> None:
    """A file of a hundred thousand brackets is refused like any other mistake."""
    with pytest.raises(YamlError, match="第 1 行"):
        load("[" * 100_000)


@given(st.text(alphabet="ab:- []{}&*!?|>'\"#%@`,\n\t 甲：0\x00\x85\u2028", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """No text raises anything but the one error."""
    with suppress(YamlError):
        load(text)
