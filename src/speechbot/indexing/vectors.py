"""Window vectors in a faiss store: the only module that imports faiss.

Vectors are kept in half precision, row by row, in a file that is memory-mapped. Up to ``EXACT_LIMIT`` rows a question is
compared with all of them. Beyond, faiss scans 4-bit product-quantised codes (Jégou, Douze and Schmid 2011; André, Kermarrec
and Le Scouarnec 2017) and the best of these are compared exactly. benchmarks/vectors.json compares that with other index
types: 8-bit codes alone keep less than 0.99 of the ten nearest, and cells (IVF) that half of all rows are visited in no
more than that, for the cosines of sentence encoders lie close together.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

import numpy as np

from speechbot.errors import IndexDamaged
from speechbot.indexing.rows import FileRows, MemoryRows
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import faiss
    from numpy.typing import NDArray

    from speechbot.indexing.rows import Rows

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int64]

# Rows up to which every question is compared with all of them: 5 ms, about what scanning and comparing again takes.
EXACT_LIMIT = 200_000
# Rows that are compared exactly after a scan, for each row wanted. With half as many, the last of the rows wanted is too often
# not the last by far, and the bound that ranking takes from it leaves out 2 % of the best passages instead of 0.3 %.
SCANNED = 4
# Rows that codes are learnt from, evenly spread; faiss takes no more for 16 centroids in each of its subspaces.
_LEARNT = 65_536
# Rows that are read, compared and written at a time: 384 dimensions take 6 MB.
CHUNK = 4096
_BLOCK = 1 << 20


class VectorIndex:
    """Unit vectors under inner product.

    Every score is a cosine in [-1, 1], higher is better: queries are scaled to unit length first, so that a query
    from an encoder that does not normalise ranks and scores alike. A zero query scores 0 everywhere.

    The object is read-only once built or loaded: any number of threads may share it.
    """

    def __init__(
        self, flat: faiss.IndexScalarQuantizer, rows: Rows, moments: Floats, scan: faiss.IndexPQFastScan | None
    ) -> None:
        """Put an index together; use ``build`` or ``load``.

        Args:
            flat: Half-precision codes; row ``i`` is window ``i``.
            rows: The same rows for reading.
            moments: (1 + dim, dim) float32: the mean of all rows, then their covariance.
            scan: 4-bit codes of the same rows, for a large index.
        """
        self._flat = flat
        self._rows = rows
        self._moments = moments
        self._scan = scan

    @classmethod
    def build(cls, vectors: Floats) -> Self:
        """Index vectors, (n, dim) float32, unit rows; row ``i`` stays row ``i``; ``n`` may be 0."""
        return cls.collect([vectors], dim=vectors.shape[1])

    @classmethod
    def collect(cls, chunks: Iterable[Floats], *, dim: int) -> Self:
        """Index vectors that come in pieces, each (m, dim) float32 with unit rows."""
        import faiss  # noqa: PLC0415 - ``import speechbot`` stays light

        _one_thread()
        flat = faiss.IndexScalarQuantizer(dim, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
        for chunk in chunks:
            flat.add(np.ascontiguousarray(chunk, dtype=np.float32))
        rows = MemoryRows(faiss.rev_swig_ptr(flat.codes.data(), flat.ntotal * dim * 2).view("<f2").reshape(-1, dim))
        return cls(flat, rows, _moments(rows, dim), _coded(rows, dim))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Open what ``save`` wrote; the rows are memory-mapped.

        Args:
            path: The vector file; the moments and the codes of a large index lie beside it.

        Raises:
            IndexDamaged: A file is missing, truncated or not what ``save`` writes.
        """
        flat, header = _mapped(path)
        beside = moments_path(path)
        try:
            moments = np.load(beside, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise IndexDamaged(beside, zh_errors.DAMAGE_UNREADABLE) from error
        if moments.shape != (flat.d + 1, flat.d) or moments.dtype != np.float32:
            raise IndexDamaged(beside, zh_errors.DAMAGE_SHAPE)
        scan = _read_scan(scan_path(path), flat)
        # Last, for it is a file that stays open
        return cls(flat, FileRows(path, header, flat.d), moments, scan)

    def save(self, path: Path) -> None:
        """Write the rows to ``path``, their moments and codes beside it.

        Python writes the bytes, not faiss: its C library opens no non-ASCII path on Windows.
        """
        _write(path, self._flat)
        with moments_path(path).open("wb") as file:
            np.save(file, self._moments, allow_pickle=False)
        if self._scan is not None:
            _write(scan_path(path), self._scan)

    def close(self) -> None:
        """Close the file of rows; nothing can be asked afterwards."""
        self._rows.close()

    def __len__(self) -> int:
        """Number of vectors."""
        return int(self._flat.ntotal)

    @property
    def dim(self) -> int:
        """Length of each vector."""
        return int(self._flat.d)

    def nearest(self, query: Floats, count: int) -> tuple[Numbers, Floats]:
        """The rows with the highest cosines.

        Args:
            query: (dim,) float32, any length.
            count: How many; fewer come back when there are fewer.

        Returns:
            (m,) int64 row numbers and (m,) float32 cosines, best first. All of the best up to ``EXACT_LIMIT`` rows;
            beyond, nearly all of the first (benchmarks/vectors.json), with exact cosines.
        """
        wanted = min(count, len(self))
        if wanted <= 0:
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        unit = _unit(query)
        _one_thread()
        if self._scan is None:
            cosines, rows = self._flat.search(unit[None], wanted)
            return rows[0], cosines[0]
        _, scanned = self._scan.search(unit[None], min(wanted * SCANNED, len(self)))
        found = np.sort(scanned[0][scanned[0] >= 0])
        exact = self.cosines(unit, found)
        best = np.argsort(-exact, kind="stable")[:wanted]
        return found[best], exact[best]

    def cosines(self, query: Floats, rows: Numbers) -> Floats:
        """Exact cosines of some rows.

        Args:
            query: (dim,) float32, any length.
            rows: (r,) row numbers in [0, n), ascending.

        Returns:
            (r,) float32 in [-1, 1].
        """
        unit, found = _unit(query), np.empty(len(rows), np.float32)
        for start in range(0, len(rows), CHUNK):
            found[start : start + CHUNK] = self._rows.read(rows[start : start + CHUNK]) @ unit
        return found

    def vectors(self, rows: Sequence[int] | NDArray[np.integer]) -> Floats:
        """Return stored vectors, (r, dim) float32, a copy.

        Args:
            rows: (r,) row numbers in [0, n), in any order.

        Raises:
            IndexError: A row is out of range.
        """
        wanted = np.asarray(rows, dtype=np.int64)
        if wanted.size and not 0 <= wanted.min() <= wanted.max() < len(self):
            message = f"rows {wanted.min()} to {wanted.max()} of {len(self)}"
            raise IndexError(message)
        return self._rows.read(wanted)

    def moments(self) -> tuple[Floats, Floats]:
        """Mean and covariance of all rows, computed when the index was built.

        The cosines of a unit query ``q`` with all rows have mean ``q @ mean`` and variance
        ``q @ covariance @ q``, so they are standardised without scoring every row.

        Returns:
            Mean, (dim,) float32, and population covariance, (dim, dim) float32; zeros for an empty index.
        """
        return self._moments[0], self._moments[1:]


def moments_path(path: Path) -> Path:
    """Where the moments of the vector file ``path`` are stored."""
    return path.with_suffix(".moments.npy")


def scan_path(path: Path) -> Path:
    """Where the 4-bit codes of the vector file ``path`` are stored, if it has any."""
    return path.with_suffix(".scan.faiss")


def scanned(count: int, dim: int) -> bool:
    """Whether an index of so many rows has codes for a scan."""
    return count > EXACT_LIMIT and dim % 2 == 0


def _coded(rows: Rows, dim: int) -> faiss.IndexPQFastScan | None:
    """4-bit codes, two dimensions each, of a large index."""
    import faiss  # noqa: PLC0415

    if not scanned(len(rows), dim):
        return None
    scan = faiss.IndexPQFastScan(dim, dim // 2, 4, faiss.METRIC_INNER_PRODUCT)
    scan.train(rows.read(_spread(len(rows), _LEARNT)))
    for start in range(0, len(rows), CHUNK):
        scan.add(rows.read(np.arange(start, min(start + CHUNK, len(rows)))))
    return scan


def _spread(count: int, most: int) -> Numbers:
    """All of ``count`` rows, or ``most`` of them, evenly spread."""
    return np.arange(count) if count <= most else np.linspace(0, count - 1, most).astype(np.int64)


def _moments(rows: Rows, dim: int) -> Floats:
    """Mean and covariance, (1 + dim, dim) float32, of all rows, or of ``EXACT_LIMIT`` evenly spread ones of more.

    Sums are in float64, so that large indexes lose no digits.
    """
    total, products = np.zeros(dim), np.zeros((dim, dim))
    taken = _spread(len(rows), EXACT_LIMIT)
    for start in range(0, len(taken), CHUNK):
        chunk = rows.read(taken[start : start + CHUNK])
        total += chunk.sum(axis=0, dtype=np.float64)
        products += chunk.T @ chunk
    count = max(len(taken), 1)
    mean = total / count
    return np.vstack([mean[None], products / count - np.outer(mean, mean)]).astype(np.float32)


def _mapped(path: Path) -> tuple[faiss.IndexScalarQuantizer, int]:
    """Map a file of half-precision rows; returns the index and where its rows begin in the file."""
    import faiss  # noqa: PLC0415

    try:
        size = path.stat().st_size
        # The length of a header is that of an index without rows; a shorter file would crash faiss
        header = len(faiss.serialize_index(faiss.IndexScalarQuantizer(2, faiss.ScalarQuantizer.QT_fp16)))
        index = _index(path) if size >= header else None
    except (OSError, RuntimeError, MemoryError) as error:
        # RuntimeError: faiss does not know the bytes, or there are too few
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
    if index is None:
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE)
    if not isinstance(index, faiss.IndexScalarQuantizer) or index.sq.qtype != faiss.ScalarQuantizer.QT_fp16:
        raise IndexDamaged(path, zh_errors.DAMAGE_FOREIGN)
    if index.metric_type != faiss.METRIC_INNER_PRODUCT or size != header + index.ntotal * index.d * 2:
        raise IndexDamaged(path, zh_errors.DAMAGE_FOREIGN)
    return index, header


def _index(path: Path) -> faiss.Index:
    """Read a faiss file, mapped where the system can."""
    import faiss  # noqa: PLC0415

    # No mapping on Windows, and no path but ASCII: see ``VectorIndex.save``; no path elsewhere that is not UTF-8
    if os.name == "nt" or not _is_utf8(path):
        return _read(path)
    # Opened by us first, for an error that names the file
    path.open("rb").close()
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)


def _is_utf8(path: Path) -> bool:
    """Whether faiss can be told the path."""
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return False
    return True


def _read(path: Path) -> faiss.Index:
    """Read a faiss file into memory."""
    import faiss  # noqa: PLC0415

    with path.open("rb") as file:
        return faiss.read_index(faiss.PyCallbackIOReader(file.read, _BLOCK))  # type: ignore[attr-defined] # not in its stubs


def _read_scan(path: Path, flat: faiss.IndexScalarQuantizer) -> faiss.IndexPQFastScan | None:
    """The codes of a large index."""
    import faiss  # noqa: PLC0415

    if not scanned(flat.ntotal, flat.d):
        return None
    try:
        scan = _read(path)
    except (OSError, RuntimeError, MemoryError) as error:
        raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error
    if not isinstance(scan, faiss.IndexPQFastScan) or (scan.ntotal, scan.d) != (flat.ntotal, flat.d):
        raise IndexDamaged(path, zh_errors.DAMAGE_FOREIGN)
    return scan


def _write(path: Path, index: faiss.Index) -> None:
    """Write a faiss index piece by piece: a copy of it in memory would double what a build needs."""
    import faiss  # noqa: PLC0415

    with path.open("wb") as file:
        writer = faiss.PyCallbackIOWriter(file.write, _BLOCK)  # type: ignore[attr-defined] # not in its stubs
        faiss.write_index(index, writer)


def _one_thread() -> None:
    """Let faiss do what this thread asks for alone.

    One question has no work for two. In a build, threads that wait for each other at every step take twenty times as long
    where another process is at work, and save some seconds of minutes where none is.
    """
    import faiss  # noqa: PLC0415

    faiss.omp_set_num_threads(1)


def _unit(query: Floats) -> Floats:
    """Scale a query to unit length; zero stays zero."""
    found = np.asarray(query, dtype=np.float32)
    norm = np.linalg.norm(found)
    unit: Floats = np.ascontiguousarray(found / (norm or np.float32(1)), dtype=np.float32)
    return unit
