"""A million rows of tokens out of some ten thousand paragraphs: real windows first, then edited repeats of them.

The public data beside the checkout give some 58,000 windows of about 60 characters. A larger index is made of repeats:
every repeat is all real windows once more, ``EDITED`` of their tokens replaced by tokens drawn from all real text, so that
a token is as frequent among the repeats as it is in the real rows. What this does not imitate: the vocabulary stays that
of the real rows, where a million real windows would bring rare tokens of their own, and the best rows of a question have
relatives. Token ids are NumPy arrays throughout; 90 million Python integers would not fit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Self

import numpy as np
from sets import paragraphs

from speechbot.indexing.windows import windows
from speechbot.language.words import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

# Share of the tokens of a repeat that are replaced; half keeps a repeat from being found as its original is.
EDITED = 0.5
SEED = 20261125


@dataclass(frozen=True, slots=True)
class Rows:
    """Tokens of many rows.

    Attributes:
        ids: int32, the tokens of all rows, one row behind the other, as places in the vocabulary.
        starts: (rows + 1,) int64: where each row starts in ``ids``, then where the last one ends.
        vocabulary: The tokens.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    vocabulary: list[str]

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.starts) - 1

    def __iter__(self) -> Iterator[list[str]]:
        """The tokens of each row."""
        words = self.vocabulary
        for start, stop in pairwise(self.starts.tolist()):
            yield [words[token] for token in self.ids[start:stop].tolist()]

    def some(self, first: int, end: int) -> Rows:
        """The rows from ``first`` up to ``end``, over the same vocabulary."""
        starts = self.starts[first : end + 1]
        return Rows(self.ids[starts[0] : starts[-1]], starts - starts[0], self.vocabulary)

    def save(self, folder: Path) -> None:
        """Write into ``folder``, which must exist."""
        np.save(folder / "ids.npy", self.ids)
        np.save(folder / "starts.npy", self.starts)
        (folder / "vocabulary.json").write_text(json.dumps(self.vocabulary, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote; the ids are memory-mapped."""
        vocabulary = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        return cls(np.asarray(np.load(folder / "ids.npy", mmap_mode="r")), np.load(folder / "starts.npy"), vocabulary)


def real_rows(bench: Path) -> Rows:
    """The real windows, tokenised as an index does (half a minute)."""
    places: dict[str, int] = {}
    parts = [
        np.array([places.setdefault(token, len(places)) for token in tokens(text[window.start : window.end])], np.int32)
        for text in paragraphs(bench)
        for window in windows(text)
    ]
    return Rows(np.concatenate(parts), np.cumsum([0, *map(len, parts)]), list(places))


def repeated(real: Rows, number: int) -> Rows:
    """``number`` rows: the real ones, then edited repeats; the same on every run."""
    random = np.random.default_rng(SEED)
    lengths = np.resize(np.diff(real.starts), number)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.resize(real.ids, starts[-1])
    size = len(real.ids)
    for start in range(size, len(ids), size):
        part = ids[start : start + size]
        chosen = random.random(len(part), np.float32) < EDITED
        part[chosen] = real.ids[random.integers(size, size=int(chosen.sum()))]
    return Rows(ids, starts, real.vocabulary)
