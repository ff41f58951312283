"""A reader's hold on a generation: builders remove no generation that anybody has open."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from speechbot.errors import IndexDamaged
from speechbot.indexing.disk import broken
from speechbot.wording import zh_errors

try:
    import fcntl
except ImportError:  # Windows, which removes no open file anyway
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from pathlib import Path


class Lease:
    """A lock on a file of the generation; the kernel frees it however the process ends.

    Args:
        handle: The open file; None holds nothing.
    """

    def __init__(self, handle: int | None) -> None:
        """Keep an open file; use ``take`` or ``claim``."""
        self._handle = handle

    @classmethod
    def take(cls, path: Path) -> Self:
        """Hold a generation.

        Args:
            path: Its manifest.

        Raises:
            IndexDamaged: It is missing, or being removed.
            IndexMismatch: We may not read it.
        """
        try:
            handle = os.open(path, os.O_RDONLY)
        except OSError as error:
            raise broken(path, error) from error
        try:
            held = _lock(handle, shared=True) and os.fstat(handle).st_nlink > 0
        except OSError:
            held = True  # a file system without locks: as safe as POSIX is, which keeps open files
        if not held:
            os.close(handle)
            raise IndexDamaged(path, zh_errors.DAMAGE_MISSING)
        return cls(handle)

    @classmethod
    def claim(cls, path: Path) -> Self | None:
        """Have a generation for oneself, to remove it; None while anybody holds it. Who opens it now is turned away."""
        try:
            # For writing: file systems over a network lock nothing for oneself that is open for reading only
            handle = os.open(path, os.O_RDWR)
        except FileNotFoundError:
            return cls(None)  # without a manifest nobody can open it
        except OSError:
            return None  # not ours to remove
        try:
            alone = _lock(handle, shared=False)
        except OSError:
            alone = True  # as above
        if not alone:
            os.close(handle)
            return None
        return cls(handle)

    def release(self) -> None:
        """Let go; a second time does nothing."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _lock(handle: int, *, shared: bool) -> bool:
    """Try to lock an open file until it is closed; False where somebody else's lock is in the way."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(handle, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
