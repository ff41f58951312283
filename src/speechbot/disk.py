"""Durable files: synced to disk, replaced in one step, hashed."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from speechbot import wording
from speechbot.errors import IndexNotWritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REASONS = {
    errno.EACCES: wording.WRITE_DENIED,
    errno.EPERM: wording.WRITE_DENIED,
    errno.EROFS: wording.WRITE_READ_ONLY,
    errno.ENOSPC: wording.WRITE_FULL,
    errno.EDQUOT: wording.WRITE_FULL,
    errno.EEXIST: wording.WRITE_NOT_FOLDER,
    errno.ENOTDIR: wording.WRITE_NOT_FOLDER,
}


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn every failure to write under ``folder`` into one error that says why.

    Raises:
        IndexNotWritable: The block raised an ``OSError``.
    """
    try:
        yield
    except OSError as error:
        # NumPy reports a short write, which is what it meets on a full disk, without a number
        reason = _REASONS.get(error.errno or errno.ENOSPC) or error.strerror or str(error)
        raise IndexNotWritable(folder, reason) from error


def sync_tree(folder: Path) -> None:
    """Make a folder and all in it survive a power cut."""
    for parent, _, names in os.walk(folder, topdown=False):
        for name in names:
            _sync(os.path.join(parent, name))  # noqa: PTH118 - os.walk gives strings
        sync_folder(parent)


def sync_folder(folder: Path | str) -> None:
    """Make the names in a folder survive a power cut."""
    # Windows cannot open a folder and needs no sync of one
    if os.name != "nt":
        _sync(folder)


def replace_text(path: Path, text: str) -> None:
    """Replace a small text file: a reader sees the old text or the new one, also after a power cut."""
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    _sync(temporary)
    os.replace(temporary, path)  # noqa: PTH105 - one name for tests to break
    sync_folder(path.parent)


def sha256(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path | str) -> None:
    """Flush a file or folder to the disk."""
    # Windows flushes only what is open for writing; folders open only for reading
    flags = os.O_RDWR if os.name == "nt" else os.O_RDONLY
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
