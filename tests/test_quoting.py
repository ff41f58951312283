"""Text to Telegram's HTML: nothing lost, nothing too long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.telegram import quoting
from tests.telegram_html import plain, units

ANY = st.text(st.one_of(st.characters(), st.sampled_from("<>&\"'\n\r\t\x00。，！”😀\u202eא")), max_size=300)


@given(ANY)
def test_escaped_text_is_what_is_shown(text: str) -> None:
    """Any text comes back whole, and its length is what Telegram counts."""
    assert plain(quoting.escape(text)) == quoting.visible(text)
    assert quoting.length(quoting.escape(text)) == units(quoting.visible(text))


def test_only_three_characters_are_escaped() -> None:
    """Quotation marks stay as they are."""
    assert quoting.escape('<a href="x">\'&amp;') == '&lt;a href="x"&gt;\'&amp;amp;'


@pytest.mark.parametrize(
    ("text", "shown"),
    [("甲\r\n乙", "甲\n乙"), ("甲\t乙\x00丙", "甲 乙 丙"), ("甲\u2028乙\u202e", "甲乙"), ("甲\ud800", "甲\ufffd")],
)
def test_characters_that_telegram_does_not_keep(text: str, shown: str) -> None:
    """Control characters become blanks; returns, separators and marks of direction vanish."""
    assert quoting.visible(text) == shown


@given(ANY, st.integers(2, 60))
def test_parts_joined_give_the_text(text: str, limit: int) -> None:
    """Parts follow one another without a gap, none is empty, each fits."""
    spans = quoting.split(text, limit)

    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end and units(text[start:end]) <= limit for start, end in spans)


@given(ANY, st.integers(0, 300), st.integers(0, 300), st.integers(2, 60))
def test_bold_survives_a_split(text: str, start: int, end: int, limit: int) -> None:
    """The bold parts joined are the span, the parts joined the text."""
    parts = quoting.split_bold(text, (start, end), limit)
    strong = "".join(part.partition("<b>")[2].partition("</b>")[0] for part in parts)

    assert "".join(map(plain, parts)) == quoting.visible(text)
    assert plain(strong) == quoting.visible(text[start:end])


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("一二三。\n四五六。七八", 8, ["一二三。\n", "四五六。七八"]),
        ("一二三。四五六，七八九", 8, ["一二三。", "四五六，七八九"]),
        ("一二三，四五六七八九", 8, ["一二三，", "四五六七八九"]),
        ("一二三四五六", 4, ["一二三四", "五六"]),
        ("😀😀😀", 5, ["😀😀", "😀"]),
        ("", 4, []),
    ],
)
def test_where_a_text_is_cut(text: str, limit: int, parts: list[str]) -> None:
    """After a line, else a sentence, else a clause, else anywhere but inside a character."""
    assert [text[start:end] for start, end in quoting.split(text, limit)] == parts


def test_a_limit_below_one_character_is_an_error() -> None:
    """One character may take two units."""
    with pytest.raises(ValueError, match="at least 2"):
        quoting.split("😀", 1)
