"""Telegram's HTML is read as its servers read it."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.standin.entities import (
    EntityError,
    cleaned,
    find_entities,
    parse_html,
    slice_units,
    trimmed,
    units,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_what_is_escaped_comes_back(text: str) -> None:
    """Any text, escaped, is the text that a message shows: only what servers take out of every text is gone."""
    assert parse_html(html.escape(text)) == trimmed(cleaned(text), [])


@given(TEXTS, TEXTS)
def test_offsets_count_utf16(before: str, bold: str) -> None:
    """What an entity covers is cut out at its offsets, astral characters before it or not."""
    before, bold = f"x{cleaned(before)}", f"x{cleaned(bold)}x"

    text, (entity,) = parse_html(f"{html.escape(before)}<b>{html.escape(bold)}</b>")

    assert slice_units(text, entity["offset"], entity["length"]) == bold
    assert entity["offset"] == len(before.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("<b>a<i>b</i></b>", "ab", [("bold", 0, 2), ("italic", 1, 1)]),
        ("<strong>a</strong><em>b</em>", "ab", [("bold", 0, 1), ("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins><s>c</s><del>d</del>", "abcd", None),
        ("😀<b>江</b>", "😀江", [("bold", 2, 1)]),
        ("<tg-spoiler>a</tg-spoiler> <span class='tg-spoiler'>b</span>", "a b", [("spoiler", 0, 1), ("spoiler", 2, 1)]),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("<code>a</code><pre>b</pre>", "ab", [("code", 0, 1), ("pre", 1, 1)]),
        ("<b></b>a", "a", []),
        ("<b>a  </b>\n", "a", [("bold", 0, 1)]),
        ("\n a", "a", []),
        ("　　缩进", "　　缩进", []),
        ("&lt;&gt;&amp;&quot;&#39;&#x6c5f;&nbsp;", "<>&\"'江&nbsp;", []),
        ("<B>a</b>", "a", [("bold", 0, 1)]),
        ('<a href="nowhere">a</a>', "a", []),
    ],
)
def test_markup_is_read(source: str, text: str, entities: list[tuple[str, int, int]] | None) -> None:
    """Tags, references and white space give text and entities."""
    read, found = parse_html(source)

    assert read == text
    assert entities is None or [(one["type"], one["offset"], one["length"]) for one in found] == entities


def test_links_and_languages_are_kept() -> None:
    """An address and a language stand in the entity."""
    _, link = parse_html('<a href="https://example.org/?a=1&amp;b=2">x</a>')
    _, code = parse_html('<pre><code class="language-python">x</code></pre>')

    assert link == [{"type": "text_link", "offset": 0, "length": 1, "url": "https://example.org/?a=1&b=2"}]
    assert code == [{"type": "pre", "offset": 0, "length": 1, "language": "python"}]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("江<x>", 'Unsupported start tag "x" at byte offset 3'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a =x>", 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<a href=x/>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("&#xDFDF;", "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched"),
    ],
)
def test_what_is_no_markup_is_refused(source: str, reason: str) -> None:
    """Errors are worded as the real ones are, with offsets in bytes."""
    with pytest.raises(EntityError) as refused:
        parse_html(source)

    assert str(refused.value).startswith(reason)


def test_a_hundred_entities_are_kept() -> None:
    """What is more is dropped, and the text stays."""
    text, entities = parse_html("<b>a</b> " * 150)

    assert (len(entities), units(text)) == (100, 299)


def test_commands_and_mentions_are_found() -> None:
    """What users write is marked as their clients mark it."""
    found = find_entities("😀 /ask@some_bot 你好 @some_bot a/b x@some_bot.org")

    assert [(one["type"], one["offset"], one["length"]) for one in found] == [
        ("bot_command", 3, 13),
        ("mention", 20, 9),
    ]
