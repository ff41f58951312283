"""BM25 over token lists: the only module that imports bm25s."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, TypeVar

import numpy as np

from speechbot.errors import IndexDamaged
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int32]
    Offsets = NDArray[np.int64]

# How soon a repeated token stops adding weight (0: at once). Paragraphs are short: 0.6 is better than bm25s's 1.5 on all
# four domains, and no value near it is better on all (benchmarks/ablation.json).
K1 = 0.6
# How far long rows are held back (0: not at all, 1: in proportion to their length); likewise.
B = 0.75

_T = TypeVar("_T", bound=np.generic)

DATA, INDICES, INDPTR, VOCABULARY = "data.npy", "indices.npy", "indptr.npy", "vocabulary.json"
PARTS = (DATA, INDICES, INDPTR, VOCABULARY)
FIELDS = ("passages", "headings")
FILES = tuple(f"{field}/{part}" for field in FIELDS for part in PARTS)


class LexicalIndex:
    """BM25 weights of every token in every row, computed when the index is built.

    The weight of token *t* in row *d* is Lucene's: ``idf(t) * tf / (tf + K1 * (1 - B + B * |d| / average))``.
    bm25s computes them all once into a sparse matrix, one column for each token. Answering adds up a few columns,
    which takes NumPy alone: bm25s, which needs 0.3 s to import, is not loaded.

    The object is read-only; any number of threads may read it.
    """

    def __init__(self, data: Floats, indices: Ints, indptr: Offsets, vocabulary: Sequence[str], *, rows: int) -> None:
        """Wrap a sparse matrix by columns; use ``build`` or ``load``.

        Args:
            data: (nnz,) float32, the weights.
            indices: (nnz,) int32, the row of each weight, ascending within a column.
            indptr: (tokens + 1,) int64: where each column starts, then where the last one ends.
            vocabulary: The token of each column.
            rows: Number of rows; some may hold no token.
        """
        self._data = data
        self._indices = indices
        self._indptr = indptr
        self._rows = rows
        self._columns = {token: column for column, token in enumerate(vocabulary)}

    @classmethod
    def build(cls, corpus: Sequence[Sequence[str]], *, k1: float = K1, b: float = B) -> Self:
        """Index the tokens of each row; row ``i`` stays row ``i``.

        Args:
            corpus: One token list for each row; a list may be empty.
            k1: How soon a repeated token stops adding weight.
            b: How far long rows are held back.
        """
        # Sorted, since a set's order changes from run to run while equal corpora must give equal files
        vocabulary = sorted({token for tokens in corpus for token in tokens})
        if not vocabulary:
            # bm25s divides by the average length
            return cls(np.zeros(0, np.float32), np.zeros(0, np.int32), np.zeros(1, np.int64), (), rows=len(corpus))
        import bm25s  # noqa: PLC0415 - only indexing pays for it

        columns = {token: column for column, token in enumerate(vocabulary)}
        model = bm25s.BM25(k1=k1, b=b, method="lucene", dtype="float32", int_dtype="int32")
        ids = [[columns[token] for token in tokens] for tokens in corpus]
        model.index((ids, columns), create_empty_token=False, show_progress=False)
        matrix = model.scores
        return cls(matrix["data"], matrix["indices"], matrix["indptr"], vocabulary, rows=len(corpus))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Open what ``save`` wrote; the weights are memory-mapped.

        Raises:
            IndexDamaged: A file is missing, truncated or not what ``save`` writes.
        """
        data, indices = _array(folder / DATA, np.float32), _array(folder / INDICES, np.int32)
        indptr = _array(folder / INDPTR, np.int64)
        vocabulary, rows = _vocabulary(folder / VOCABULARY)
        if len(indptr) != len(vocabulary) + 1 or not len(data) == len(indices) == indptr[-1]:
            raise IndexDamaged(folder / INDPTR, zh_errors.DAMAGE_SHAPE)
        return cls(data, indices, indptr, vocabulary, rows=rows)

    def save(self, folder: Path) -> None:
        """Write the index into ``folder``, which must exist."""
        for name, array in ((DATA, self._data), (INDICES, self._indices), (INDPTR, self._indptr)):
            with (folder / name).open("wb") as file:
                np.save(file, array, allow_pickle=False)
        text = json.dumps({"rows": self._rows, "tokens": list(self._columns)}, ensure_ascii=False)
        (folder / VOCABULARY).write_text(text, encoding="utf-8")

    def __len__(self) -> int:
        """Number of rows."""
        return self._rows

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
        for token, factor in once.items():
            column = self._span(token)
            # A row stands in a column once, so plain indexing adds every weight
            total[self._indices[column]] += np.float32(factor) * self._data[column]
        return total

    def idf(self, tokens: Sequence[str]) -> Floats:
        """Inverse document frequency, ``ln(1 + (n - df + 0.5) / (df + 0.5))``.

        Args:
            tokens: Any tokens; one that no row holds has ``df`` 0 and so the highest value.

        Returns:
            (len(tokens),) float32, above 0.
        """
        df = self.frequency(tokens).astype(np.float64)
        return np.log1p((len(self) - df + 0.5) / (df + 0.5)).astype(np.float32)

    def frequency(self, tokens: Sequence[str]) -> Offsets:
        """How many rows hold each token, (len(tokens),) int64."""
        spans = [self._span(token) for token in tokens]
        return np.array([span.stop - span.start for span in spans], dtype=np.int64)

    def rows(self, token: str) -> Ints:
        """Rows that hold a token, (df,) int32, ascending."""
        return np.asarray(self._indices[self._span(token)])

    def _span(self, token: str) -> slice:
        """Where the column of a token lies; empty for an unknown one."""
        column = self._columns.get(token)
        if column is None:
            return slice(0, 0)
        return slice(int(self._indptr[column]), int(self._indptr[column + 1]))


@dataclass(frozen=True, slots=True)
class FieldTokens:
    """What the fields are built from.

    Attributes:
        passages: Tokens of each paragraph's text.
        headings: Tokens of the headings above each paragraph.
    """

    passages: Sequence[Sequence[str]]
    headings: Sequence[Sequence[str]]


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
    def build(cls, tokens: FieldTokens) -> Self:
        """Index the fields."""
        return cls(LexicalIndex.build(tokens.passages), LexicalIndex.build(tokens.headings))

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


def _array(path: Path, dtype: type[_T]) -> NDArray[_T]:
    """Map a one-dimensional array."""
    try:
        array: NDArray[_T] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
    if array.ndim != 1 or array.dtype != dtype:
        raise IndexDamaged(path, zh_errors.DAMAGE_SHAPE)
    return np.asarray(array)  # a plain view: slicing a memmap object is slower


def _vocabulary(path: Path) -> tuple[list[str], int]:
    """Read the token of each column and the number of rows."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        tokens, rows = stored["tokens"], stored["rows"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
    if not isinstance(tokens, list) or not isinstance(rows, int):
        raise IndexDamaged(path, zh_errors.DAMAGE_SHAPE)
    return tokens, rows
