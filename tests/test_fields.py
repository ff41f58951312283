"""What search sees of a passage."""

from __future__ import annotations

from speechbot.indexing.fields import embedded, tokens_of
from speechbot.language.words import tokens
from speechbot.models import Passage, Window

TEXT = "一是截汙水。先建管網，先通後堵。"
FIRST = Passage("0" * 16, TEXT, "治河讲话", ("第一，先把汙水截住", "一是截汙水"), "治河.txt", 1, 0, len(TEXT))
SECOND = Passage("1" * 16, "种柳树。", "治河讲话", (), "治河.txt", 2, 20, 24)


def test_a_window_is_embedded_folded_and_alone() -> None:
    """The window's own text, folded as questions are; neither its neighbours nor headings are mixed in."""
    assert embedded(FIRST, Window(6, 16)) == "先建管网,先通后堵。"


def test_words_are_counted_field_by_field() -> None:
    """Passages and headings each by their own words; the title, which all passages share, is none of them."""
    found = tokens_of([FIRST, SECOND])

    assert found.passages == [tokens(TEXT), tokens("种柳树。")]
    assert found.headings == [tokens("第一，先把污水截住\n一是截污水"), []]
