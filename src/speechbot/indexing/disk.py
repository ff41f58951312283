"""Durable files: synced to disk, replaced in one step, hashed."""

from __future__ import annotations

import errno
import hashlib
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from speechbot.errors import IndexDamaged, IndexMismatch, IndexNotWritable
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REASONS = {
    errno.EACCES: zh_errors.WRITE_DENIED,
    errno.EPERM: zh_errors.WRITE_DENIED,
    errno.EROFS: zh_errors.WRITE_READ_ONLY,
    errno.ENOSPC: zh_errors.WRITE_FULL,
    errno.EDQUOT: zh_errors.WRITE_FULL,
    errno.EEXIST: zh_errors.WRITE_NOT_FOLDER,
    errno.ENOTDIR: zh_errors.WRITE_NOT_FOLDER,
    errno.EISDIR: zh_errors.WRITE_FOLDER,
    errno.ENOTEMPTY: zh_errors.WRITE_NOT_EMPTY,
    errno.ENOENT: zh_errors.WRITE_MISSING,
    errno.EBUSY: zh_errors.WRITE_BUSY,
    errno.ENAMETOOLONG: zh_errors.WRITE_LONG,
    errno.EIO: zh_errors.WRITE_IO,
}
_DAMAGES = {
    errno.ENOENT: zh_errors.DAMAGE_MISSING,
    errno.ENOTDIR: zh_errors.DAMAGE_MISSING,
    errno.EISDIR: zh_errors.READ_FOLDER,
    errno.EIO: zh_errors.WRITE_IO,
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
        raise IndexNotWritable(folder, unwritable(error, folder)) from error


def unwritable(error: OSError, path: Path) -> str:
    """Why ``path``, or something in it, cannot be written, in Chinese where the system's number for it is a common one."""
    # NumPy reports a short write, which is what it meets on a full disk, without a number
    template = _REASONS.get(error.errno or errno.ENOSPC)
    name = os.path.basename(os.fsdecode(error.filename or path))  # noqa: PTH119 - a name, or bytes of one
    return template.format(name=name) if template else error.strerror or str(error)


def broken(path: Path, error: OSError) -> IndexMismatch:
    """What to raise when a file or folder of an index cannot be read; one that we may not read is not damaged."""
    if isinstance(error, PermissionError):
        return IndexMismatch(zh_errors.INDEX_DENIED.format(path=path), path=path)
    return IndexDamaged(path, _DAMAGES.get(error.errno or 0, zh_errors.DAMAGE_UNREADABLE))


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
    """Replace a small text file: a reader sees the old text or the new one, also after a power cut.

    An empty folder in its place is removed: it is what containers leave where they were told to mount a missing file.
    """
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    _sync(temporary)
    if path.is_dir() and not path.is_symlink():
        path.rmdir()
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
