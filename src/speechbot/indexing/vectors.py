"""Exact cosines with window vectors: the only module that imports faiss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import numpy as np

from speechbot.errors import IndexDamaged
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import faiss
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

# Rows turned into float64 at a time while the moments are summed: 384 dimensions take 12 MB.
_CHUNK = 4096
# Bytes read at a time; larger blocks are no faster.
_BLOCK = 1 << 20


class VectorIndex:
    """Unit vectors under exact inner product.

    Every score is a cosine in [-1, 1], higher is better: queries are scaled to unit length first, so that a query
    from an encoder that does not normalise ranks and scores alike. A zero query scores 0 everywhere.

    The object is read-only once built or loaded: any number of threads may share it.
    """

    def __init__(self, index: faiss.IndexFlatIP, mean: Floats, covariance: Floats) -> None:
        """Wrap a faiss ``IndexFlatIP``; use ``build`` or ``load``."""
        # Held because the matrix is a view of its memory
        self._index = index
        self._mean = mean
        self._covariance = covariance
        self._matrix = _matrix(index)

    @classmethod
    def build(cls, vectors: Floats) -> Self:
        """Index vectors; row ``i`` stays row ``i``.

        Args:
            vectors: (n, dim) float32, unit rows; ``n`` may be 0.
        """
        import faiss  # noqa: PLC0415 - ``import speechbot`` stays light

        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        return cls(index, *_moments(rows))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open what ``save`` wrote.

        Args:
            path: The vector file; the moments lie beside it.

        Raises:
            IndexDamaged: A file is missing, truncated or not what ``save`` writes.
        """
        index = _read(path)
        beside = moments_path(path)
        try:
            moments = np.load(beside, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise IndexDamaged(beside, zh_errors.DAMAGE_UNREADABLE) from error
        if moments.shape != (index.d + 1, index.d) or moments.dtype != np.float32:
            raise IndexDamaged(beside, zh_errors.DAMAGE_SHAPE)
        return cls(index, moments[0], moments[1:])

    def save(self, path: Path) -> None:
        """Write the vectors to ``path``, their moments beside it.

        Python writes the bytes, not faiss: its C library opens no non-ASCII path on Windows.
        """
        import faiss  # noqa: PLC0415

        path.write_bytes(faiss.serialize_index(self._index).data)
        with moments_path(path).open("wb") as file:
            np.save(file, np.vstack([self._mean[None, :], self._covariance]), allow_pickle=False)

    def __len__(self) -> int:
        """Number of vectors."""
        return int(self._index.ntotal)

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return int(self._index.d)

    def scores(self, query: Floats) -> Floats:
        """Score every row: ranking looks at all windows, so there is no search for the nearest few.

        Args:
            query: (dim,) or (m, dim) float32, any length.

        Returns:
            Cosines in [-1, 1], float32, (n,) or (m, n).
        """
        result: Floats = _unit(query) @ self._matrix.T
        return result

    def vectors(self, rows: Sequence[int] | NDArray[np.integer]) -> Floats:
        """Return stored vectors.

        Args:
            rows: (r,) row numbers in [0, n).

        Returns:
            (r, dim) float32, a copy.

        Raises:
            IndexError: A row is out of range.
        """
        wanted = np.asarray(rows, dtype=np.int64)
        if wanted.size and wanted.min() < 0:
            # NumPy would count from the end
            message = f"row {wanted.min()} is negative"
            raise IndexError(message)
        return self._matrix[wanted]

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and covariance of all rows, computed when the index was built.

        The cosines of a unit query ``q`` with all rows have mean ``q @ mean`` and variance
        ``q @ covariance @ q``, so they are standardised without scoring every row.

        Returns:
            Mean, (dim,) float32, and population covariance, (dim, dim) float32; zeros for an empty index.
        """
        return self._mean, self._covariance


def moments_path(path: Path) -> Path:
    """Where the moments of the vector file ``path`` are stored."""
    return path.with_suffix(".moments.npy")


def _read(path: Path) -> faiss.IndexFlatIP:
    """Read a faiss flat inner-product index."""
    import faiss  # noqa: PLC0415

    try:
        # Python reads the bytes, not faiss: see ``VectorIndex.save``. faiss could map the file instead, but then the
        # rows lie at an odd address, which makes NumPy copy them for every question, and a truncated file crashes.
        with path.open("rb") as file:
            reader = faiss.PyCallbackIOReader(file.read, _BLOCK)  # type: ignore[attr-defined] # not in its stubs
            index = faiss.read_index(reader)
    except (OSError, RuntimeError, MemoryError) as error:
        # RuntimeError: faiss does not know the bytes, or there are too few
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
    if not isinstance(index, faiss.IndexFlatIP):
        raise IndexDamaged(path, zh_errors.DAMAGE_FOREIGN)
    return index


def _matrix(index: faiss.IndexFlatIP) -> Floats:
    """View the stored vectors as (n, dim) float32, without a copy; valid as long as ``index`` lives."""
    import faiss  # noqa: PLC0415

    matrix: Floats = faiss.rev_swig_ptr(index.get_xb(), index.ntotal * index.d).reshape(index.ntotal, index.d)
    matrix.setflags(write=False)
    return matrix


def _unit(query: Floats) -> Floats:
    """Scale queries to unit length; zero stays zero."""
    queries = np.asarray(query, dtype=np.float32)
    norms = np.linalg.norm(queries, axis=-1, keepdims=True)
    unit: Floats = np.ascontiguousarray(queries / np.where(norms == 0, np.float32(1), norms))
    return unit


def _moments(rows: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of the rows, summed in float64 so that large indexes lose no digits."""
    n, dim = rows.shape
    if n == 0:
        return np.zeros(dim, np.float32), np.zeros((dim, dim), np.float32)
    mean = rows.mean(axis=0, dtype=np.float64)
    covariance = np.zeros((dim, dim))
    for start in range(0, n, _CHUNK):
        centred = rows[start : start + _CHUNK] - mean
        covariance += centred.T @ centred
    return mean.astype(np.float32), (covariance / n).astype(np.float32)
