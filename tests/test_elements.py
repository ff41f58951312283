"""Markup that text cannot break."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.report.elements import Html, element, joined, text, trusted


class Reader(HTMLParser):
    """Notes what a browser would see."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Text."""
        self.words += data

    def handle_comment(self, data: str) -> None:
        """A comment, which we never write."""
        raise AssertionError(data)


def read(markup: Html) -> Reader:
    """Read markup to its end."""
    reader = Reader()
    reader.feed(markup.text)
    reader.close()
    return reader


# What XML and HTML forbid is replaced, the rest comes back as it was.
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff")).filter(
    lambda value: not any("\ufdd0" <= char <= "\ufdef" for char in value)
)


@given(WORDS, WORDS)
def test_text_comes_back_as_it_was(words: str, attribute: str) -> None:
    """In an element and in an attribute: one element, nothing else."""
    seen = read(element("p", words, title=attribute))

    assert seen.words == words
    assert seen.tags == [("p", {"title": attribute} if attribute else {})]


@given(st.text())
def test_any_text_is_written_as_utf_8(words: str) -> None:
    """Halves of characters and control characters are replaced, for no page may hold them."""
    written = text(words).text

    assert written.encode("utf-8").decode("utf-8") == written
    assert not any(char < " " and char not in "\t\n" for char in written)
    assert "<" not in written


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "</p><img src=x onerror=y>", "&lt;b&gt;", "\"'`"])
def test_markup_in_a_text_is_text(words: str) -> None:
    """What looks like markup is shown, not obeyed; what is escaped already is not unescaped."""
    assert read(element("p", words)).words == words


def test_names_and_values_of_attributes() -> None:
    """Underscores are hyphens; True is bare; False and the empty string are none; 0 is a value."""
    found = element("svg", class_="a", aria_label="b", hidden=True, open=False, id="", x=0)

    assert found.text == '<svg class="a" aria-label="b" hidden x="0"></svg>'


def test_void_elements_have_no_end() -> None:
    """A ``</meta>`` would be an error."""
    assert element("meta", charset="utf-8").text == '<meta charset="utf-8">'


def test_parts_are_joined() -> None:
    """Strings are escaped, markup and our own scripts are not."""
    assert joined(["<", element("b", "甲"), trusted("a < b")]).text == "&lt;<b>甲</b>a < b"
