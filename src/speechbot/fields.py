"""What search sees of a passage: the text that is embedded, the tokens that are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from speechbot.lexical import FieldTokens
from speechbot.text import fold
from speechbot.words import tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from speechbot.models import Passage, Window


def embedded(passage: Passage, window: Window) -> str:
    """Text of a window that is embedded, folded as questions are."""
    return fold(passage.text[window.start : window.end])


def tokens_of(passages: Sequence[Passage], windows: NDArray[np.int32]) -> FieldTokens:
    """Tokens of every field.

    Args:
        passages: The passages; the position is the row.
        windows: (n, 3) int32: row of the passage, start and end of the window in its text.
    """
    return FieldTokens(
        passages=[tokens(passage.text) for passage in passages],
        windows=[tokens(passages[row].text[start:end]) for row, start, end in windows.tolist()],
        headings=[tokens("\n".join(passage.section)) for passage in passages],
    )
