"""BM25 weights by columns in NumPy alone: what ``speechbot.indexing.lexical`` could do at a million rows.

The files are those of ``LexicalIndex`` and three more: how often each token stands in its row (``tf.npy``), what the
length of each row adds below the fraction (``norms.npy``) and the largest weight of each column (``most.npy``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path  # noqa: TC003 - annotations of dataclasses
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from speechbot.indexing.lexical import K1, B

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from repeats import Rows

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int32]
    Offsets = NDArray[np.int64]

ARRAYS = ("data", "indices", "indptr", "tf", "norms", "lengths", "most")
CHUNK = 100_000
# Rows of a block maximum; a million rows give 8192 maxima.
BLOCKS = 8192
# What a sum of float32 weights may be off by, relative to it.
SLACK = 1e-5


@dataclass
class Columns:
    """Postings by token, their weights computed beforehand.

    Attributes:
        data: (nnz,) float32, weight of each posting.
        indices: (nnz,) int32, its row, ascending within a column.
        indptr: (tokens + 1,) int64, where each column starts.
        tf: (nnz,) uint8, how often the token stands in the row.
        norms: (rows,) float32, ``K1 * (1 - B + B * length / average)``.
        lengths: (rows,) int32, tokens of each row.
        most: (tokens,) float32, largest weight of each column.
    """

    data: Floats
    indices: Ints
    indptr: Offsets
    tf: NDArray[np.uint8]
    norms: Floats
    lengths: Ints
    most: Floats

    @classmethod
    def build(cls, rows: Rows) -> Self:
        """Count and weigh all tokens, ``CHUNK`` rows at a time: sort the postings of a chunk, then put them in place."""
        width = len(rows.vocabulary)
        chunks: list[tuple[Offsets, Ints, NDArray[np.uint8]]] = []
        df = np.zeros(width, np.int64)
        for first in range(0, len(rows), CHUNK):
            tokens, places, tf = _postings(rows.some(first, min(first + CHUNK, len(rows))))
            chunks.append((np.bincount(tokens, minlength=width), places + np.int32(first), tf))
            df += chunks[-1][0]
        indptr = np.concatenate([[0], np.cumsum(df)])
        indices, counts = np.empty(indptr[-1], np.int32), np.empty(indptr[-1], np.uint8)
        start = indptr[:-1].copy()
        for own, places, tf in chunks:
            at = np.arange(len(places)) + np.repeat(start - (np.cumsum(own) - own), own)
            indices[at], counts[at] = places, tf
            start += own
        lengths = np.diff(rows.starts).astype(np.int32)
        none = np.empty(0, np.float32)
        found = cls(none, indices, indptr, counts, none, lengths, none)
        found.weigh()
        return found

    def weigh(self) -> None:
        """Compute the weights anew, some columns at a time."""
        df = np.diff(self.indptr)
        idf = np.log1p((len(self.lengths) - df + 0.5) / (df + 0.5)).astype(np.float32)
        average = self.lengths.mean()
        self.norms = (K1 * (1 - B + B * self.lengths / average)).astype(np.float32)
        self.data = np.empty(len(self.indices), np.float32)
        steps = np.searchsorted(self.indptr, np.arange(0, len(self.indices) + 4_000_000, 4_000_000))
        for first, end in zip(steps[:-1].tolist(), steps[1:].tolist(), strict=True):
            part = slice(int(self.indptr[first]), int(self.indptr[min(end, len(df))]))
            tf = self.tf[part].astype(np.float32)
            self.data[part] = np.repeat(idf[first:end], df[first:end]) * tf / (tf + self.norms[self.indices[part]])
        self.most = np.zeros(len(df), np.float32)
        self.most[df > 0] = np.maximum.reduceat(self.data, self.indptr[:-1][df > 0])

    def save(self, folder: Path, vocabulary: Sequence[str]) -> None:
        """Write into ``folder``, which must exist."""
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        head = {"rows": len(self.lengths), "tokens": list(vocabulary)}
        (folder / "vocabulary.json").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote; all arrays are memory-mapped."""
        return cls(*(np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r")) for name in ARRAYS))

    def replace(self, first: int, end: int, rows: Rows) -> None:
        """Put other rows where ``first`` up to ``end`` were; all rows behind them move; then ``weigh``."""
        stays = (self.indices < first) | (self.indices >= end)
        df = np.add.reduceat(np.append(stays, False), self.indptr[:-1], dtype=np.int64) * (np.diff(self.indptr) > 0)
        indptr = np.concatenate([[0], np.cumsum(df)])
        indices, tf = self.indices[stays], self.tf[stays]
        indices[indices >= end] += np.int32(len(rows) - (end - first))
        tokens, places, counts = _postings(rows)
        places += np.int32(first)
        at = [
            indptr[token] + np.searchsorted(indices[indptr[token] : indptr[token + 1]], np.int32(first))
            for token in tokens.tolist()
        ]
        self.indices, self.tf = np.insert(indices, at, places), np.insert(tf, at, counts)
        self.indptr = indptr + np.concatenate([[0], np.cumsum(np.bincount(tokens, minlength=len(df)))])
        lengths = np.diff(rows.starts).astype(np.int32)
        self.lengths = np.concatenate([self.lengths[:first], lengths, self.lengths[end:]])

    def rows(self, column: int) -> Ints:
        """Rows that hold a token."""
        return self.indices[self.indptr[column] : self.indptr[column + 1]]

    def weights(self, column: int) -> Floats:
        """Their weights."""
        return self.data[self.indptr[column] : self.indptr[column + 1]]


def _postings(rows: Rows) -> tuple[Ints, Ints, NDArray[np.uint8]]:
    """Token, row and count of every posting, by token, then by row."""
    number = len(rows)
    keys = rows.ids.astype(np.int64) * number + np.repeat(np.arange(number), np.diff(rows.starts))
    keys.sort()
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    counts = np.diff(first, append=len(keys))
    assert counts.max(initial=0) < 256
    tokens, places = np.divmod(keys[first], number)
    return tokens.astype(np.int32), places.astype(np.int32), counts.astype(np.uint8)


# A question for these functions: its known columns and the weight of each.
Question = tuple["list[int]", "list[float]"]


def add(index: Columns, question: Question) -> Floats:
    """Every row's sum, one column after the other, as ``LexicalIndex.scores`` does."""
    total = np.zeros(len(index.lengths), np.float32)
    for column, weight in zip(*question, strict=True):
        total[index.rows(column)] += np.float32(weight) * index.weights(column)
    return total


def add_at(index: Columns, question: Question) -> Floats:
    """Likewise with ``np.add.at``."""
    total = np.zeros(len(index.lengths), np.float32)
    for column, weight in zip(*question, strict=True):
        np.add.at(total, index.rows(column), np.float32(weight) * index.weights(column))
    return total


def counted(index: Columns, question: Question) -> Floats:
    """Likewise with one ``np.bincount`` over all postings."""
    rows = np.concatenate([index.rows(column) for column in question[0]])
    weights = np.concatenate([np.float32(w) * index.weights(column) for column, w in zip(*question, strict=True)])
    return np.bincount(rows, weights, len(index.lengths)).astype(np.float32)


def add_tf(index: Columns, question: Question) -> Floats:
    """As ``add_at``, the weights computed from counts now: no ``data`` needed."""
    total = np.zeros(len(index.lengths), np.float32)
    for column, weight in zip(*question, strict=True):
        part = slice(index.indptr[column], index.indptr[column + 1])
        rows, tf = index.indices[part], index.tf[part].astype(np.float32)
        df = len(rows)
        idf = np.log1p((len(total) - df + 0.5) / (df + 0.5))
        tf /= tf + index.norms[rows]
        np.add.at(total, rows, np.float32(weight * idf) * tf)
    return total


def presence(index: Columns, question: Question) -> Floats:
    """Every row's share of the question."""
    total = np.zeros(len(index.lengths), np.float32)
    for column, share in zip(*question, strict=True):
        np.add.at(total, index.rows(column), np.float32(share))
    return total


def floor(total: Floats, k: int) -> float:
    """What at least ``k`` rows reach: the ``k``-th of the maxima of ``BLOCKS`` interleaved blocks, or 0."""
    deep = len(total) // BLOCKS
    if k > BLOCKS or not deep:
        return 0.0
    maxima = total[: deep * BLOCKS].reshape(deep, BLOCKS).max(axis=0)
    return float(np.partition(maxima, BLOCKS - k)[BLOCKS - k])


def top_partition(total: Floats, k: int) -> Offsets:
    """The best ``k`` rows, best first, by ``np.argpartition`` over all."""
    return _ordered(total, np.argpartition(total, len(total) - k)[-k:], k)


def top_positive(total: Floats, k: int) -> Offsets:
    """The best ``k`` rows that hold any token, by a partition of these."""
    return _ordered(total, np.flatnonzero(total), k)


def top_floor(total: Floats, k: int) -> Offsets:
    """The best ``k`` rows: those above a floor, then a partition of these."""
    low = floor(total, k)
    return _ordered(total, np.flatnonzero(total >= low if low > 0 else total), k)


def _ordered(total: Floats, rows: Offsets, k: int) -> Offsets:
    """The best ``k`` of some rows, best first, the earlier of equals first (all but at the cut)."""
    if len(rows) > k:
        values = total[rows]
        kept = rows[values >= np.partition(values, len(rows) - k)[len(rows) - k]]
        rows = np.sort(kept)
    best: Offsets = rows[np.argsort(-total[rows], kind="stable")[:k]]
    return best


def maxscore(index: Columns, question: Question, k: int, *, present: bool = False) -> tuple[Offsets, Floats]:
    """The best ``k`` rows and their scores, exact; common tokens are looked up for the rows that may still get there.

    Columns are added from the one that can add most. Once what all others can add together is less than the
    ``k``-th best row has, rows that cannot reach it are out and the rest need not be added but only looked up.

    Args:
        index: The columns.
        question: Columns and weights.
        k: How many rows.
        present: Whether every weight counts as it is, wherever the token stands: ``presence``.
    """
    columns, weights = np.array(question[0], np.int64), np.array(question[1], np.float32)
    bounds = weights if present else weights * index.most[columns]
    order = np.argsort(-bounds, kind="stable")
    rest = np.append(np.cumsum(bounds[order][::-1])[::-1][1:], 0.0)
    sizes = (index.indptr[columns + 1] - index.indptr[columns])[order]
    left = np.append(np.cumsum(sizes[::-1])[::-1][1:], 0)
    total = np.zeros(len(index.lengths), np.float32)
    pairs = list(zip(columns[order].tolist(), weights[order], strict=True))
    for number, (column, weight) in enumerate(pairs):
        total[index.rows(column)] += weight if present else weight * index.weights(column)
        # Looking for the floor costs about as much as adding this many postings
        if left[number] * 8 < len(total) or bounds[order[: number + 1]].sum() <= rest[number]:
            continue
        low = (float(total.max()) if k == 1 else floor(total, k)) * (1 - SLACK)
        if low > rest[number]:
            rows = np.flatnonzero(total >= low - rest[number]).astype(np.int32)
            if len(rows) * 16 < left[number]:
                return _finish(index, pairs[number + 1 :], (rows, total[rows]), k, present=present)
    best = top_floor(total, k)
    return best, total[best]


def _finish(
    index: Columns, pairs: list[tuple[int, Any]], found: tuple[Ints, Floats], k: int, *, present: bool
) -> tuple[Offsets, Floats]:
    """Add the remaining columns to some rows only."""
    rows, values = found
    for at, (column, weight) in _looked_up(index, pairs, rows):
        hit = at >= 0
        values[hit] += weight if present else weight * index.weights(column)[at[hit]]
    best = _ordered(values, np.arange(len(rows)), k)
    return rows[best].astype(np.int64), values[best]


def _looked_up(index: Columns, pairs: list[tuple[int, Any]], rows: Ints) -> Iterator[tuple[Offsets, tuple[int, Any]]]:
    """For each column where in it each of some ascending rows stands, -1 where it does not."""
    for column, weight in pairs:
        own = index.rows(column)
        at = np.searchsorted(own, rows)
        at[own[np.minimum(at, len(own) - 1)] != rows] = -1
        yield at, (column, weight)


def of_rows(index: Columns, question: Question, shares: Sequence[float], rows: Ints) -> tuple[Floats, Floats]:
    """Score and presence of some ascending rows."""
    score, share = np.zeros(len(rows), np.float32), np.zeros(len(rows), np.float32)
    pairs = list(zip(question[0], zip(question[1], shares, strict=True), strict=True))
    for at, (column, (weight, part)) in _looked_up(index, pairs, rows):
        hit = at >= 0
        score[hit] += np.float32(weight) * index.weights(column)[at[hit]]
        share[hit] += np.float32(part)
    return score, share


def exact(index: Columns, scored: Sequence[Question], shared: Sequence[Question], k: int) -> dict[str, int]:
    """How many questions each way answers as ``LexicalIndex`` does, to the rounding of float32."""
    same: dict[str, int] = dict.fromkeys(
        ("add_at, bit for bit", "counted", "add_tf", "top_floor", "maxscore", "most"), 0
    )
    for question, share in zip(scored, shared, strict=True):
        total = add(index, question)
        best = np.sort(total)[::-1][:k]
        rows, values = maxscore(index, question, k)
        most = maxscore(index, share, 1, present=True)[1][0]
        same["add_at, bit for bit"] += bool(np.array_equal(add_at(index, question), total))
        same["counted"] += bool(np.allclose(counted(index, question), total, rtol=1e-5))
        same["add_tf"] += bool(np.allclose(add_tf(index, question), total, rtol=1e-5))
        same["top_floor"] += bool(np.array_equal(total[top_floor(total, k)], best[: (best > 0).sum()]))
        same["maxscore"] += bool(
            np.allclose(values, best[: len(values)], rtol=1e-5) and np.allclose(total[rows], values)
        )
        same["most"] += bool(abs(most - presence(index, share).max()) < 1e-5)
    return same
