"""What search sees of a passage: the text that is embedded, the tokens that are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.indexing.lexical import FieldTokens
from speechbot.language.text import fold
from speechbot.language.words import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.models import Passage, Window


def embedded(passage: Passage, window: Window) -> str:
    """Text of a window that is embedded, folded as questions are."""
    return fold(passage.text[window.start : window.end])


def tokens_of(passages: Sequence[Passage]) -> FieldTokens:
    """Tokens of every field; the position of a passage is its row."""
    return FieldTokens(
        passages=[tokens(passage.text) for passage in passages],
        headings=[tokens("\n".join(passage.section)) for passage in passages],
    )
