"""BM25 over token lists, held as arrays that are memory-mapped.

The layout is that of bm25s (Lù 2024): the weight of every token in every row is computed when the index is built, so that
answering adds up a few columns. It is computed here, not by bm25s, for two reasons: a build that changes one file among
thousands changes a few rows, and a vocabulary of a million tokens must not be read before the first question.
benchmarks/lexical.json compares both with tantivy.
"""

from __future__ import annotations

import hashlib
from array import array
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np

from speechbot.errors import IndexDamaged
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int32]
    Numbers = NDArray[np.int64]

# How soon a repeated token stops adding weight (0: at once). Paragraphs are short: 0.6 is better than bm25s's 1.5 on all
# four domains, and no value near it is better on all (benchmarks/ablation.json).
K1 = 0.6
# How far long rows are held back (0: not at all, 1: in proportion to their length); likewise.
B = 0.75

_T = TypeVar("_T", bound=np.generic)

PARTS = ("tokens.npy", "indptr.npy", "indices.npy", "counts.npy", "lengths.npy", "weights.npy")
FIELDS = ("passages", "headings")
FILES = tuple(f"{field}/{part}" for field in FIELDS for part in PARTS)

# Weights computed at a time: 12 bytes each for what is computed on the way.
_BLOCK = 1 << 22
_MOST = 65_535  # occurrences of a token in one row that are told apart


@dataclass(frozen=True, slots=True)
class Postings:
    """Which rows hold which tokens how often: a sparse matrix by columns, one for each token.

    Attributes:
        tokens: (t,) uint64, ascending: ``token_key`` of each token.
        indptr: (t + 1,) int64: where each column starts, then where the last one ends.
        indices: (nnz,) int32: the rows that hold the token, ascending within a column.
        counts: (nnz,) uint16: how often each of them does.
        lengths: (rows,) int32: tokens in each row, repeats included.
    """

    tokens: NDArray[np.uint64]
    indptr: Numbers
    indices: Ints
    counts: NDArray[np.uint16]
    lengths: Ints

    @classmethod
    def count(cls, corpus: Iterable[Sequence[str]]) -> Self:
        """Count the tokens of each row; row ``i`` stays row ``i``, and a row may be empty."""
        keys, counts, lengths, held = array("Q"), array("H"), array("i"), array("i")
        known: dict[str, int] = {}
        for row in corpus:
            found = Counter(row)
            for token, times in found.items():
                key = known.get(token)
                if key is None:
                    key = known[token] = token_key(token)
                keys.append(key)
                counts.append(min(times, _MOST))
            lengths.append(len(row))
            held.append(len(found))
        columns = np.frombuffer(keys, np.uint64) if keys else np.zeros(0, np.uint64)
        # Stable: rows stay in order within a column
        order = np.argsort(columns, kind="stable")
        columns = columns[order]
        starts = np.flatnonzero(np.append(True, columns[1:] != columns[:-1])[: len(columns)])
        rows = np.repeat(np.arange(len(lengths), dtype=np.int32), np.array(held, np.int64))
        return cls(
            columns[starts],
            np.append(starts, len(columns)).astype(np.int64),
            rows[order],
            np.array(counts, np.uint16)[order],
            np.array(lengths, np.int32),
        )

    def moved(self, places: Numbers, rows: int) -> Self:
        """The same rows under other numbers, some left out.

        Args:
            places: (rows,) int64: the new number of each row, ascending, or -1 for a row that is left out.
            rows: How many rows there are then.
        """
        target = places.astype(np.int32)[self.indices]
        kept = target >= 0
        # Every column has an entry, which ``reduceat`` needs
        held = np.add.reduceat(kept, self.indptr[:-1], dtype=np.int64) if len(kept) else np.zeros(0, np.int64)
        indptr = np.append(0, np.cumsum(held))
        lengths = np.zeros(rows, np.int32)
        stays = places >= 0
        lengths[places[stays]] = self.lengths[stays]
        if kept.all():
            return type(self)(self.tokens, indptr, target, self.counts, lengths)
        return type(self)(self.tokens, indptr, target[kept], self.counts[kept], lengths)

    def joined(self, other: Self) -> Self:
        """Both at once, for postings over the same row numbers; no row may hold tokens in both."""
        tokens = np.union1d(self.tokens, other.tokens)
        mine, theirs = np.searchsorted(tokens, self.tokens), np.searchsorted(tokens, other.tokens)
        held = np.zeros(len(tokens), np.int64)
        held[mine] += np.diff(self.indptr)
        held[theirs] += np.diff(other.indptr)
        at = self._insertions(other)
        indices, counts = np.insert(self.indices, at, other.indices), np.insert(self.counts, at, other.counts)
        used = held > 0
        indptr = np.concatenate([np.zeros(1, np.int64), np.cumsum(held[used])])
        return type(self)(tokens[used], indptr, indices, counts, self.lengths + other.lengths)

    def _insertions(self, other: Self) -> Numbers:
        """Where each entry of another goes among ours: the position of the first of ours that comes after it."""
        column = np.searchsorted(self.tokens, other.tokens)
        known = np.append(self.tokens, np.uint64(0))[column] == other.tokens  # whole numbers: a fraction has 53 bits
        known &= column < len(self.tokens)
        at = np.repeat(self.indptr[column], np.diff(other.indptr))
        for own, start, stop in zip(
            column[known].tolist(), other.indptr[:-1][known].tolist(), other.indptr[1:][known].tolist(), strict=True
        ):
            rows = self.indices[self.indptr[own] : self.indptr[own + 1]]
            at[start:stop] += np.searchsorted(rows, other.indices[start:stop])
        return at

    def weights(self, *, k1: float = K1, b: float = B) -> Floats:
        """BM25 weight of every entry, (nnz,) float32."""
        rows = len(self.lengths)
        average = float(self.lengths.mean()) if rows and self.lengths.any() else 1.0
        norms = (k1 * (1 - b + b * self.lengths / average)).astype(np.float32)
        df = np.diff(self.indptr)
        idf = _idf(df, rows)
        found = np.empty(len(self.indices), np.float32)
        # As many columns at a time as make a block of entries, one at least
        bounds = np.unique(np.searchsorted(self.indptr, np.arange(0, len(found) + _BLOCK, _BLOCK)).clip(0, len(df)))
        for first, last in pairwise(bounds.tolist()):
            start, stop = int(self.indptr[first]), int(self.indptr[last])
            tf = self.counts[start:stop].astype(np.float32)
            share = tf / (tf + norms[self.indices[start:stop]])
            found[start:stop] = np.repeat(idf[first:last], df[first:last]) * share
        return found


class LexicalIndex:
    """BM25 weights of every token in every row, computed when the index is built.

    The weight of token *t* in row *d* is Lucene's: ``idf(t) * tf / (tf + K1 * (1 - B + B * |d| / average))``.
    Tokens are known by a 64-bit hash: the chance that one of a question's twenty meets another's among a million is one
    in 10^12.

    The object is read-only; any number of threads may read it.
    """

    def __init__(self, postings: Postings, weights: Floats) -> None:
        """Put an index together; use ``build``, ``of`` or ``load``.

        Args:
            postings: Which rows hold which tokens.
            weights: (nnz,) float32, the weight of each entry.
        """
        self.postings = postings
        self._weights = weights

    @classmethod
    def build(cls, corpus: Iterable[Sequence[str]], *, k1: float = K1, b: float = B) -> Self:
        """Index the tokens of each row; row ``i`` stays row ``i``.

        Args:
            corpus: One token list for each row; a list may be empty.
            k1: How soon a repeated token stops adding weight.
            b: How far long rows are held back.
        """
        return cls.of(Postings.count(corpus), k1=k1, b=b)

    @classmethod
    def of(cls, postings: Postings, *, k1: float = K1, b: float = B) -> Self:
        """Weigh what was counted."""
        return cls(postings, postings.weights(k1=k1, b=b))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote; everything is memory-mapped.

        Raises:
            IndexDamaged: A file is missing, truncated or not what ``save`` writes.
        """
        postings = Postings(
            tokens=_array(folder / "tokens.npy", np.uint64),
            indptr=_array(folder / "indptr.npy", np.int64),
            indices=_array(folder / "indices.npy", np.int32),
            counts=_array(folder / "counts.npy", np.uint16),
            lengths=_array(folder / "lengths.npy", np.int32),
        )
        weights = _array(folder / "weights.npy", np.float32)
        entries = {len(postings.indices), len(postings.counts), len(weights)}
        if len(postings.indptr) != len(postings.tokens) + 1 or entries != {int(postings.indptr[-1])}:
            raise IndexDamaged(folder / "indptr.npy", zh_errors.DAMAGE_SHAPE)
        return cls(postings, weights)

    def save(self, folder: Path) -> None:
        """Write the index into ``folder``, which must exist."""
        for part in PARTS:
            name = part.removesuffix(".npy")
            values = self._weights if name == "weights" else getattr(self.postings, name)
            with (folder / part).open("wb") as file:
                np.save(file, values, allow_pickle=False)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.postings.lengths)

    def scores(self, tokens: Sequence[str], weights: Sequence[float] | None = None) -> Floats:
        """BM25 of every row.

        Args:
            tokens: Tokens of the question; a repeated one counts once.
            weights: Factor of each token, default 1; a repeated token takes its first factor.

        Returns:
            (n,) float32, 0 or more (no upper bound) with the default weights; 0 where no token occurs.
        """
        factors = [1.0] * len(tokens) if weights is None else weights
        once: dict[str, float] = {}
        for token, factor in zip(tokens, factors, strict=True):
            once.setdefault(token, factor)
        total = np.zeros(len(self), np.float32)
        for span, factor in zip(self._spans(list(once)), once.values(), strict=True):
            # Faster than ``total[rows] += weights``, and than anything that spares rows (benchmarks/README.md)
            np.add.at(total, self.postings.indices[span], np.float32(factor) * self._weights[span])
        return total

    def idf(self, tokens: Sequence[str]) -> Floats:
        """Inverse document frequency, ``ln(1 + (n - df + 0.5) / (df + 0.5))``.

        Args:
            tokens: Any tokens; one that no row holds has ``df`` 0 and so the highest value.

        Returns:
            (len(tokens),) float32, above 0.
        """
        return _idf(self.frequency(tokens), len(self))

    def frequency(self, tokens: Sequence[str]) -> Numbers:
        """How many rows hold each token, (len(tokens),) int64."""
        return np.array([span.stop - span.start for span in self._spans(tokens)], dtype=np.int64)

    def rows(self, token: str) -> Ints:
        """Rows that hold a token, (df,) int32, ascending."""
        (span,) = self._spans([token])
        return np.asarray(self.postings.indices[span])

    def _spans(self, tokens: Sequence[str]) -> list[slice]:
        """Where the column of each token lies; empty for an unknown one."""
        known = self.postings.tokens
        keys = np.array([token_key(token) for token in tokens], np.uint64)
        spans = []
        for key, column in zip(keys, np.searchsorted(known, keys).tolist(), strict=True):
            held = column < len(known) and known[column] == key
            bounds = self.postings.indptr[column : column + 2].tolist() if held else (0, 0)
            spans.append(slice(*bounds))
        return spans


@dataclass(frozen=True, slots=True)
class LexicalFields:
    """The fields that words are looked for in; row ``i`` is passage ``i`` in both.

    Attributes:
        passages: Each paragraph's text.
        headings: The headings above each paragraph.
    """

    passages: LexicalIndex
    headings: LexicalIndex

    @classmethod
    def build(cls, passages: Iterable[Sequence[str]], headings: Iterable[Sequence[str]]) -> Self:
        """Index the tokens of each paragraph and those of the headings above it."""
        return cls(LexicalIndex.build(passages), LexicalIndex.build(headings))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote.

        Raises:
            IndexDamaged: A file is missing, truncated or not what ``save`` writes.
        """
        return cls(*(LexicalIndex.load(folder / field) for field in FIELDS))

    def save(self, folder: Path) -> None:
        """Write the fields into ``folder``, which must exist."""
        for field, index in zip(FIELDS, (self.passages, self.headings), strict=True):
            (folder / field).mkdir()
            index.save(folder / field)

    def replaced(self, places: Numbers, fresh: LexicalFields, fresh_places: Numbers) -> Self:
        """The fields after some rows were left out and others put in.

        Args:
            places: (rows,) int64: the new number of each row, ascending, or -1 for one that is left out.
            fresh: The rows that are put in.
            fresh_places: (fresh rows,) int64: their numbers, ascending, none of them taken.
        """
        rows = int((places >= 0).sum()) + len(fresh_places)
        fields = []
        for old, new in ((self.passages, fresh.passages), (self.headings, fresh.headings)):
            kept, added = old.postings.moved(places, rows), new.postings.moved(fresh_places, rows)
            fields.append(LexicalIndex.of(kept.joined(added)))
        return type(self)(*fields)


@lru_cache(8192)
def token_key(token: str) -> int:
    """64-bit hash of a token, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(token.encode(), digest_size=8).digest(), "little")


def _idf(df: Numbers, rows: int) -> Floats:
    """Inverse document frequency, float32; ``df`` may be 0."""
    return np.log1p((rows - df + 0.5) / (df + 0.5)).astype(np.float32)


def _array(path: Path, dtype: type[_T]) -> NDArray[_T]:
    """Map a one-dimensional array."""
    try:
        array: NDArray[_T] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
    if array.ndim != 1 or array.dtype != dtype:
        raise IndexDamaged(path, zh_errors.DAMAGE_SHAPE)
    return np.asarray(array)  # a plain view: slicing a memmap object is slower
