"""Whether two paragraphs say the same in almost the same words."""

from __future__ import annotations

import re
from itertools import pairwise

from speechbot.language.text import fold

# Shares of common character bigrams from which on two paragraphs are alike: of all of both, or of the shorter one
# where it is not much shorter. Versions of one speech differ in a dateline, an edited clause or a typing error.
_COMMON = 0.8
_WITHIN = 0.95
_SHORTER = 0.7
_MARKS = re.compile(r"[\W_]+")


def bigrams(text: str) -> frozenset[tuple[str, str]]:
    """Pairs of neighbouring letters of a text, folded, punctuation aside."""
    return frozenset(pairwise(_MARKS.sub("", fold(text))))


def alike(first: frozenset[tuple[str, str]], second: frozenset[tuple[str, str]]) -> bool:
    """Whether the bigrams of two paragraphs are almost the same."""
    common = len(first & second)
    small, large = sorted((len(first), len(second)))
    if common >= _COMMON * len(first | second):
        return small > 0
    return small >= _SHORTER * large and common >= _WITHIN * small
