"""Sentence spans."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.language.sentences import SHORT_QUOTE, sentence_spans

PIECES = st.sampled_from(
    ["。", "！", "？", "；", "……", "，", "“", "”", "（", "）", "《", "》", "\n", "　", " ", "学习", "工作", "3.5%"]
)


def pieces(text: str) -> list[str]:
    """The sentences of ``text``."""
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("今天开会。明天学习！后天呢？", ["今天开会。", "明天学习！", "后天呢？"]),
        ("抓学习；抓落实。", ["抓学习；", "抓落实。"]),
        ("他说：“要实干。”大家同意。", ["他说：“要实干。”", "大家同意。"]),
        ("高呼“前进！”的队伍走来。", ["高呼“前进！”的队伍走来。"]),
        ("为什么？！因为……所以。", ["为什么？！", "因为……", "所以。"]),
        ("增长3.5%。", ["增长3.5%。"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("　没有句号", ["没有句号"]),
        (" \n　", []),
        ("", []),
    ],
)
def test_ends_of_sentences(text: str, expected: list[str]) -> None:
    """A sentence ends after its terminator with the quotes that close there, and at a line break."""
    assert pieces(text) == expected


def test_short_quotation_stays_whole() -> None:
    """Full stops inside a short quotation do not split it from the words around it."""
    assert pieces("强调“空谈误国。实干兴邦”，我们要记住。好。") == ["强调“空谈误国。实干兴邦”，我们要记住。", "好。"]


def test_long_quotation_is_split() -> None:
    """A quotation longer than the limit is a speech of its own: its sentences are separate."""
    long = "学" * SHORT_QUOTE

    assert pieces(f"他说：“{long}。要落实。”") == [f"他说：“{long}。", "要落实。”"]


def test_unclosed_quote_does_not_swallow_the_rest() -> None:
    """A quote that never closes has no effect."""
    assert pieces("他说“要实干。大家同意。") == ["他说“要实干。", "大家同意。"]


@given(st.lists(PIECES).map("".join))
def test_cover(text: str) -> None:
    """Spans are in order, disjoint, trimmed, and leave out nothing but white space."""
    spans = sentence_spans(text)
    bounds = [edge for span in spans for edge in span]

    assert bounds == sorted(bounds)
    assert all(text[start:end] == text[start:end].strip() != "" for start, end in spans)
    assert "".join("".join(text[start:end].split()) for start, end in spans) == "".join(text.split())
