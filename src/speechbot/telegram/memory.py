"""Memory that is free goes back to the system, where the C library is glibc; others go their own ways."""

from __future__ import annotations

import ctypes
from contextlib import suppress

# Bytes from which memory is taken from the system and given back at once (mallopt's M_MMAP_THRESHOLD). glibc raises the
# limit by itself up to 32 MB, and then keeps what loading the dictionary and the model needed: 12 MB.
_M_MMAP_THRESHOLD, _LARGE = -3, 4 * 2**20


def keep_no_large_blocks() -> None:
    """Have large blocks given back at once when they are free, from now on."""
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give back what is free between what is used: after a day of questions, some ten megabytes; takes milliseconds."""
    with suppress(OSError, TypeError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
