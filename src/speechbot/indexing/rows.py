"""Rows of half-precision numbers, read a few at a time from memory or from a file.

A large file of vectors is read row by row rather than mapped: of a mapped file the system keeps resident whatever lies
around each row, after some hundred questions all of it.
"""

from __future__ import annotations

import os
import threading
from itertools import pairwise
from typing import TYPE_CHECKING, Protocol

import numpy as np

from speechbot.errors import IndexDamaged
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Numbers = NDArray[np.int64]


class Rows(Protocol):
    """A matrix of half-precision numbers."""

    def read(self, rows: Numbers) -> Floats:
        """Some rows, (r, dim) float32, a copy."""
        ...

    def __len__(self) -> int:
        """Number of rows."""
        ...

    def close(self) -> None:
        """Close the file behind it, if any."""
        ...


class MemoryRows:
    """Rows in memory."""

    def __init__(self, matrix: NDArray[np.float16]) -> None:
        """Wrap a (n, dim) matrix, which may be a view of memory that its owner keeps."""
        self._matrix = matrix

    def read(self, rows: Numbers) -> Floats:
        """Some rows, (r, dim) float32, a copy."""
        return self._matrix[rows].astype(np.float32)

    def __len__(self) -> int:
        """Number of rows."""
        return len(self._matrix)

    def close(self) -> None:
        """Nothing to close."""


class FileRows:
    """Rows in a file; any number of threads may read."""

    def __init__(self, path: Path, offset: int, dim: int) -> None:
        """Open the file.

        Args:
            path: The file.
            offset: Where the first row begins, in bytes.
            dim: Numbers in a row.

        Raises:
            IndexDamaged: It cannot be opened.
        """
        self._path, self._offset, self._dim = path, offset, dim
        self._lock = threading.Lock()
        try:
            self._file = path.open("rb", buffering=0)
            self._count = (self._file.seek(0, 2) - offset) // (2 * dim)
        except OSError as error:
            raise IndexDamaged(path, zh_errors.DAMAGE_UNREADABLE) from error

    def read(self, rows: Numbers) -> Floats:
        """Some rows, (r, dim) float32; neighbours are read together.

        Raises:
            IndexDamaged: The file has become shorter, or cannot be read.
            ValueError: It is closed.
        """
        found = np.empty((len(rows), self._dim), "<f2")
        # Where a row does not follow the one before
        breaks = np.flatnonzero(np.diff(rows) != 1) + 1
        bounds = [0, *breaks.tolist(), len(rows)] if len(rows) else []
        for start, stop in pairwise(bounds):
            self._fill(found[start:stop], int(rows[start]))
        return found.astype(np.float32)

    def _fill(self, piece: NDArray[np.float16], row: int) -> None:
        """Read consecutive rows."""
        place = self._offset + row * 2 * self._dim
        try:
            if hasattr(os, "preadv"):
                count = os.preadv(self._file.fileno(), [piece.data], place)
            else:  # Windows: two calls, so that threads have to wait for each other
                with self._lock:
                    self._file.seek(place)
                    count = self._file.readinto(piece.data)
            whole = count == piece.nbytes
        except OSError as error:
            raise IndexDamaged(self._path, zh_errors.DAMAGE_UNREADABLE) from error
        if not whole:
            raise IndexDamaged(self._path, zh_errors.DAMAGE_SIZE)

    def __len__(self) -> int:
        """Number of rows."""
        return self._count

    def close(self) -> None:
        """Close the file."""
        self._file.close()
