"""Windows of whole sentences over one passage, the unit that is embedded."""

from __future__ import annotations

from speechbot.language.tiling import tiles
from speechbot.models import Window


def windows(text: str, *, size: int = 60) -> list[Window]:
    """Cover a passage with consecutive windows of whole sentences.

    Args:
        text: Text of the passage.
        size: Wanted length in characters; 60 is one or two sentences, so that one thought decides the vector; 120
            is better on one of four domains and worse on three (benchmarks/ablation.json).

    Returns:
        Windows in order; the first starts at 0, the last ends at ``len(text)``, none is longer than one and a half
        times ``size``; empty for empty text. How they are cut is said at ``tiling.tiles``.

    Raises:
        ValueError: When ``size`` is not positive.
    """
    return [Window(start, end) for start, end in tiles(text, size=size)]
