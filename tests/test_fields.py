"""What search sees of a passage."""

from __future__ import annotations

import numpy as np

from speechbot.indexing.fields import embedded, lexical_fields
from speechbot.indexing.lexical import LexicalIndex, Postings, token_key
from speechbot.language.words import tokens
from speechbot.models import Passage, Window

TEXT = "一是截汙水。先建管網，先通後堵。"
FIRST = Passage("0" * 16, TEXT, "治河讲话", ("第一，先把汙水截住", "一是截汙水"), "治河.txt", 1, 0, len(TEXT))
SECOND = Passage("1" * 16, "种柳树。", "治河讲话", (), "治河.txt", 2, 20, 24)


def counted(index: LexicalIndex, expected: list[list[str]]) -> None:
    """The index holds the tokens of these rows, no more and no fewer."""
    wanted = Postings.count(expected)
    for name in ("tokens", "indptr", "indices", "counts", "lengths"):
        np.testing.assert_array_equal(getattr(index.postings, name), getattr(wanted, name))


def test_a_window_is_embedded_folded_and_alone() -> None:
    """The window's own text, folded as questions are; neither its neighbours nor headings are mixed in."""
    assert embedded(FIRST, Window(6, 16)) == "先建管网,先通后堵。"


def test_words_are_counted_field_by_field() -> None:
    """Passages and headings each by their own words; the title, which all passages share, is none of them."""
    found = lexical_fields([FIRST, SECOND])

    counted(found.passages, [tokens(TEXT), tokens("种柳树。")])
    counted(found.headings, [tokens("第一，先把污水截住\n一是截污水"), []])


def test_words_of_the_corpus_are_tokens_of_both_fields() -> None:
    """A word that only the corpus knows is one token where the segmenter would have cut it."""
    text = "推广苇荡净水法。"
    passage = Passage("0" * 16, text, "治河讲话", ("苇荡净水法",), "治河.txt", 1, 0, len(text))

    plain, own = lexical_fields([passage]), lexical_fields([passage], words=("苇荡净水法 1000",))

    for before, after in ((plain.passages, own.passages), (plain.headings, own.headings)):
        assert before.rows("苇荡净水法").tolist() == []
        assert after.rows("苇荡净水法").tolist() == [0]
        assert token_key("_苇荡") in after.postings.tokens
