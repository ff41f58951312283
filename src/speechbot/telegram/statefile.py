"""The SQLite file behind the ledger: opened, locked, written whole or not at all."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from speechbot.errors import StateError
from speechbot.indexing.disk import unwritable
from speechbot.telegram.migrations import migrate
from speechbot.wording import zh_errors, zh_state

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WAIT = 5000  # milliseconds for which another process, such as a backup, may hold the file
_REASONS = {
    sqlite3.SQLITE_FULL: zh_errors.WRITE_FULL,
    sqlite3.SQLITE_READONLY: zh_errors.WRITE_DENIED,
    sqlite3.SQLITE_CANTOPEN: zh_errors.WRITE_DENIED,
    sqlite3.SQLITE_PERM: zh_errors.WRITE_DENIED,
    sqlite3.SQLITE_IOERR: zh_errors.WRITE_IO,
}


class Statefile:
    """One connection behind a lock: any number of threads may use it.

    What was written survives the end of the process, however it ends. In WAL mode with ``synchronous = NORMAL`` a power
    cut may cost the last transactions, never the file; what must not come back (a denial, a wish to be forgotten) is
    written with ``FULL``.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, calm: str) -> None:
        """Wrap an open file; use ``open``."""
        self._path = path
        self._connection = connection
        self._calm = calm
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the file, or start one that nobody else may read, with its folder.

        Args:
            path: The file.

        Raises:
            StateError: It cannot be written, is damaged, or not a file of this version of speechbot.
        """
        path = path.absolute()  # a relative path may begin with "file:", which would make it a URI
        _prepare(path)
        with _explained(path):
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            try:
                connection.execute(f"PRAGMA busy_timeout = {_WAIT}")
                connection.execute("PRAGMA secure_delete = ON")  # what is forgotten is overwritten
                _check(connection, path)
                migrate(connection, path)
                # Some network drives have no shared memory and so no WAL; without it only FULL protects the file
                wal = connection.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
                calm = "NORMAL" if wal else "FULL"
                connection.execute(f"PRAGMA synchronous = {calm}")
                # A file that can only be read opens as well: better told now than at the first question
                connection.execute("BEGIN IMMEDIATE")  # this alone succeeds there
                connection.execute("PRAGMA user_version = 0")
                connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
        return cls(path, connection, calm)

    def close(self) -> None:
        """Close the file; once is enough, twice does no harm."""
        with self._lock:
            self._connection.close()

    def __enter__(self) -> Self:
        """The ledger itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.close()

    @contextmanager
    def _writing(self, *, durable: bool = False) -> Iterator[None]:
        """One transaction: all of the block or nothing; ``durable`` also over a power cut."""
        with self._lock, _explained(self._path):
            if durable:
                self._connection.execute("PRAGMA synchronous = FULL")
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                yield
                self._connection.execute("COMMIT")
            finally:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                if durable:
                    self._connection.execute(f"PRAGMA synchronous = {self._calm}")

    def _rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a statement finds."""
        with self._lock, _explained(self._path):
            return self._connection.execute(statement, _storable(values)).fetchall()

    def _row(self, statement: str, *values: object) -> tuple[Any, ...] | None:
        """The first row of what a statement finds."""
        rows = self._rows(statement, *values)
        return rows[0] if rows else None

    def _run(self, statement: str, *values: object) -> int:
        """Change rows within ``_writing``; how many."""
        return self._connection.execute(statement, _storable(values)).rowcount

    def _purge(self) -> None:
        """Drop what the log beside the file still holds of deleted rows."""
        with self._lock, suppress(sqlite3.OperationalError):  # somebody reads: the next checkpoint does it
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def storable(text: str) -> str:
    """A text as SQLite can keep it: surrogate pairs joined, lone surrogates replaced."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _storable(values: tuple[object, ...]) -> list[object]:
    # An enumeration's member is a str of its own kind, which the replacement makes a plain one
    return [storable(value) if isinstance(value, str) else value for value in values]


def _prepare(path: Path) -> None:
    """Create the folder and the file, for nobody else to read; what exists stays as it is."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(FileExistsError):
            # Never opened where it exists: closing it again would drop the locks of a connection of this process
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise _not_writable(path, unwritable(error, path)) from error
    if not path.is_file():
        raise StateError(zh_state.STATE_FOREIGN.format(path=path), path=path)


def _check(connection: sqlite3.Connection, path: Path) -> None:
    """Raise where a file is damaged."""
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StateError(zh_state.STATE_DAMAGED.format(path=path, detail=" ".join(str(found).split())), path=path)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """SQLite's failures as ours; a mistake in how it is used stays one."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError):
        raise
    except sqlite3.DatabaseError as error:
        code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF  # the rest of the number is a finer one
        if code == sqlite3.SQLITE_NOTADB:
            raise StateError(zh_state.STATE_FOREIGN.format(path=path), path=path) from error
        if code == sqlite3.SQLITE_CORRUPT:
            raise StateError(zh_state.STATE_DAMAGED.format(path=path, detail=error), path=path) from error
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StateError(zh_state.STATE_BUSY.format(path=path), path=path) from error
        if code in _REASONS:
            raise _not_writable(path, _REASONS[code]) from error
        raise


def _not_writable(path: Path, reason: str) -> StateError:
    return StateError(zh_state.STATE_NOT_WRITABLE.format(path=path, reason=reason), path=path)
