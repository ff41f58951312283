"""Memory goes back to the system, or stays where that is not ours to say."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from speechbot.telegram import memory


@pytest.mark.parametrize("library", [object(), OSError()], ids=["musl", "none"])
def test_a_c_library_of_another_kind_is_left_alone(library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only glibc is told how to keep memory; the bot runs elsewhere, too."""

    def opened(_name: None) -> Any:
        if isinstance(library, OSError):
            raise library
        return library

    monkeypatch.setattr("ctypes.CDLL", opened)
    memory.keep_no_large_blocks()
    memory.give_back()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_free_memory_between_used_is_given_back() -> None:
    """Of many small blocks every other of which is used, the free pages between leave the process."""
    blocks = [bytearray(20_000) for _ in range(3000)]
    del blocks[1::2]
    before = _resident()
    memory.give_back()

    assert _resident() <= before
    assert len(blocks) == 1500


def _resident() -> int:
    """Pages of this process that are in memory."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
