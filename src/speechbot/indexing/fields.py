"""What search sees of a passage: the text that is embedded, the tokens that are counted."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from speechbot.indexing.lexical import LexicalFields
from speechbot.language.text import fold
from speechbot.language.words import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from speechbot.models import Passage, Window


def embedded(passage: Passage, window: Window) -> str:
    """Text of a window that is embedded, folded as questions are."""
    return fold(passage.text[window.start : window.end])


def lexical_fields(passages: Sequence[Passage], *, words: tuple[str, ...] = ()) -> LexicalFields:
    """Index the tokens of passages; arguments as for ``tokens_of``."""
    return LexicalFields.build(*tokens_of(passages, words=words))


def tokens_of(
    passages: Sequence[Passage], *, words: tuple[str, ...] = ()
) -> tuple[Iterator[list[str]], Iterator[list[str]]]:
    """Tokens of each passage, and of the headings above each, one after the other; the position of a passage is its row.

    Args:
        passages: The passages.
        words: The corpus's own words, which the segmenter does not know.
    """

    # Neighbours stand under the same headings
    @lru_cache(64)
    def above(section: tuple[str, ...]) -> list[str]:
        return tokens("\n".join(section), words=words)

    return (tokens(passage.text, words=words) for passage in passages), (above(passage.section) for passage in passages)
