"""Vectors of a build that did not finish: the next one takes them up."""

from __future__ import annotations

import errno
import hashlib
import sqlite3
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from speechbot.indexing.manifest import ModelCard

    Floats = NDArray[np.float32]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS model (card TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID;
"""
_MANY = 500  # keys asked for at a time


class Journal:
    """A SQLite file of texts' vectors, in half precision as the index keeps them; written under the builder's lock.

    What was added survives the end of the process, however it ends. Vectors of another model, and a file that is none,
    are dropped.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, dim: int) -> None:
        """Wrap an open file; use ``open``."""
        self._path = path
        self._connection = connection
        self._dim = dim

    @classmethod
    def open(cls, path: Path, card: ModelCard) -> Self:
        """Open the journal, or start one.

        Args:
            path: The file.
            card: The model that encodes.

        Raises:
            OSError: It cannot be written.
        """
        with _written(path):
            try:
                return cls._opened(path, card)
            except sqlite3.DatabaseError as error:
                if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
                    raise
                discard(path)  # not a database, or one of other tables: nothing in it can be used
                return cls._opened(path, card)

    @classmethod
    def _opened(cls, path: Path, card: ModelCard) -> Self:
        # Absolute: a relative path may begin with "file:", which would make it a URI
        connection = sqlite3.connect(path.absolute(), isolation_level=None)
        try:
            # A power cut may cost the last vectors, never the file: in WAL mode that is what NORMAL means
            connection.executescript(
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _SCHEMA
            )
            _check(connection)
            connection.execute("SELECT key, vector FROM vectors LIMIT 0")
            known = connection.execute("SELECT card FROM model").fetchall()
            mine = f"{card.name} {card.dim} {card.weights} {card.probe}"
            if known != [(mine,)]:
                connection.execute("BEGIN")
                connection.execute("DELETE FROM vectors")
                connection.execute("DELETE FROM model")
                connection.execute("INSERT INTO model VALUES (?)", (mine,))
                connection.execute("COMMIT")
        except BaseException:
            connection.close()
            raise
        return cls(path, connection, card.dim)

    def known(self, texts: Sequence[str]) -> set[str]:
        """Which of some texts have a vector."""
        held: set[bytes] = set()
        keys = {_key(text): text for text in texts}
        wanted = list(keys)
        with _written(self._path):
            for start in range(0, len(wanted), _MANY):
                some = wanted[start : start + _MANY]
                marks = ",".join("?" * len(some))
                found = self._connection.execute(
                    f"SELECT key, vector FROM vectors WHERE key IN ({marks})",  # noqa: S608 - question marks
                    some,
                )
                held.update(key for key, sealed in found if _unsealed(sealed, self._dim) is not None)
        return {keys[key] for key in held}

    def add(self, texts: Sequence[str], vectors: Floats) -> None:
        """Keep the vectors of some texts; all of them or none.

        Raises:
            OSError: They cannot be written.
        """
        rows = [
            (_key(text), _sealed(vector.tobytes())) for text, vector in zip(texts, vectors.astype("<f2"), strict=True)
        ]
        with _written(self._path):
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")

    def vectors(self, texts: Sequence[str]) -> Floats:
        """The vectors of some texts, (n, dim) float32.

        Raises:
            KeyError: One has none.
        """
        found = np.empty((len(texts), self._dim), "<f2")
        with _written(self._path):
            for place, text in enumerate(texts):
                row = self._connection.execute("SELECT vector FROM vectors WHERE key = ?", (_key(text),)).fetchone()
                vector = None if row is None else _unsealed(row[0], self._dim)
                if vector is None:
                    raise KeyError(text)
                found[place] = np.frombuffer(vector, "<f2")
        return found.astype(np.float32)

    def clear(self) -> None:
        """Drop the vectors of all texts.

        Raises:
            OSError: The file cannot be written.
        """
        with _written(self._path):
            self._connection.execute("DELETE FROM vectors")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def discard(path: Path) -> None:
    """Remove a journal with what SQLite keeps beside it."""
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm", f"{path.name}-journal"):
        path.with_name(name).unlink(missing_ok=True)


def _check(connection: sqlite3.Connection) -> None:
    """Raise DatabaseError where a file is damaged."""
    if connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        message = "the file is damaged"
        raise sqlite3.DatabaseError(message)


def _sealed(vector: bytes) -> bytes:
    """A vector with its checksum: SQLite notices a damaged page by its structure alone."""
    return vector + zlib.crc32(vector).to_bytes(4, "little")


def _unsealed(sealed: bytes, dim: int) -> bytes | None:
    """The vector, or None where it is damaged or of another length."""
    vector, checksum = sealed[:-4], sealed[-4:]
    whole = len(vector) == 2 * dim and zlib.crc32(vector).to_bytes(4, "little") == checksum
    return vector if whole else None


def _key(text: str) -> bytes:
    """A text's name in the journal."""
    return hashlib.blake2b(text.encode(), digest_size=16).digest()


@contextmanager
def _written(path: Path) -> Iterator[None]:
    """SQLite's failures as those of the file system."""
    try:
        yield
    except sqlite3.OperationalError as error:
        number = errno.ENOSPC if error.sqlite_errorcode == sqlite3.SQLITE_FULL else errno.EIO
        raise OSError(number, str(error), str(path)) from error
