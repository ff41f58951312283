"""A million rows of tokens out of some ten thousand passages: real windows first, then edited repeats of them.

The public data beside the checkout give about 80,000 windows of about 60 characters. A larger index is made of repeats:
every repeat is all real windows once more, ``EDITED`` of their tokens replaced by tokens drawn from all real text, so that
a token is as frequent among the repeats as it is in the real rows. What this does not imitate: the vocabulary stays that
of the real rows, where a million real windows would bring rare tokens of their own, and the best rows of a question have
relatives. Token ids are NumPy arrays throughout; 90 million Python integers would not fit.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from record import BENCH
from sets import PUBLIC

from speechbot.indexing.windows import windows
from speechbot.language.words import tokens
from speechbot.models import Source
from speechbot.parsing.parser import parse
from speechbot.readers import decode

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
        vocabulary: The tokens, sorted.
        real: How many rows, the first ones, are real text.
    """

    ids: NDArray[np.int32]
    starts: NDArray[np.int64]
    vocabulary: list[str]
    real: int

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.starts) - 1

    def some(self, first: int, end: int) -> Rows:
        """The rows from ``first`` up to ``end``, over the same vocabulary."""
        starts = self.starts[first : end + 1]
        return Rows(self.ids[starts[0] : starts[-1]], starts - starts[0], self.vocabulary, max(0, self.real - first))

    def save(self, folder: Path) -> None:
        """Write into ``folder``, which must exist."""
        np.save(folder / "ids.npy", self.ids)
        np.save(folder / "starts.npy", self.starts)
        head = {"real": self.real, "vocabulary": self.vocabulary}
        (folder / "rows.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote; the ids are memory-mapped."""
        head = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
        ids = np.asarray(np.load(folder / "ids.npy", mmap_mode="r"))
        return cls(ids, np.load(folder / "starts.npy"), head["vocabulary"], head["real"])


def real_windows(bench: Path) -> Iterator[str]:
    """Windows of every text of the public sets and of the speeches, each text once."""
    for text in dict.fromkeys(_texts(bench)):
        yield from (text[window.start : window.end] for window in windows(text))


def _texts(bench: Path) -> Iterator[str]:
    for name in PUBLIC:
        with (bench / f"{name}.corpus.jsonl").open(encoding="utf-8") as file:
            yield from (json.loads(line)["text"] for line in file)
    for path in sorted((bench / "speeches").rglob("*.txt")):
        text, encoding = decode(path.read_bytes(), path=path)
        for speech in parse(Source(path.name, encoding, "", text)):
            yield from (passage.text for passage in speech.passages)


def real_rows(bench: Path = BENCH) -> Rows:
    """The real windows, tokenised as an index does (half a minute)."""
    places: dict[str, int] = {}
    parts, lengths = [], []
    for text in real_windows(bench):
        found = [places.setdefault(token, len(places)) for token in tokens(text)]
        parts.append(np.array(found, np.int32))
        lengths.append(len(found))
    vocabulary = sorted(places)
    place = np.empty(len(places), np.int32)
    place[[places[token] for token in vocabulary]] = np.arange(len(places), dtype=np.int32)
    return Rows(place[np.concatenate(parts)], np.cumsum([0, *lengths]), vocabulary, len(lengths))


def repeated(real: Rows, number: int, *, edited: float = EDITED, seed: int = SEED) -> Rows:
    """``number`` rows: the real ones, then edited repeats; the same on every run.

    Args:
        real: The real rows.
        number: How many rows are wanted.
        edited: Share of the tokens of a repeat that are replaced.
        seed: Decides which, and by which.
    """
    random = np.random.default_rng(seed)
    lengths = np.resize(np.diff(real.starts), number)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    ids = np.resize(real.ids, starts[-1])
    size = len(real.ids)
    for start in range(size, len(ids), size):
        part = ids[start : start + size]
        chosen = random.random(len(part), np.float32) < edited
        part[chosen] = real.ids[random.integers(size, size=int(chosen.sum()))]
    return Rows(ids, starts, real.vocabulary, min(number, real.real))
