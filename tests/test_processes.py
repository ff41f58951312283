"""Other programs, with an end to their time."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from speechbot.reading.processes import run

if TYPE_CHECKING:
    from pathlib import Path

ECHO = "import os, sys; sys.stdout.write(sys.stdin.read() + os.environ.get('WORD', '') + os.getcwd()); sys.exit(3)"


def test_input_output_and_status(tmp_path: Path) -> None:
    """A program reads what it is given, in its folder and environment; status and output come back."""
    status, output = run([sys.executable, "-c", ECHO], seconds=20, data=b"in", environ={"WORD": "w"}, folder=tmp_path)

    assert (status, output) == (3, f"inw{tmp_path}".encode())


def test_time_is_over(tmp_path: Path) -> None:
    """A program that does not end is ended, whatever it writes."""
    started = time.perf_counter()

    with pytest.raises(TimeoutError):
        run([sys.executable, "-c", "while True: print('x' * 999)"], seconds=0.3, folder=tmp_path)
    assert time.perf_counter() - started < 10


def test_killed_by_a_signal(tmp_path: Path) -> None:
    """A program that dies tells of which signal."""
    assert run([sys.executable, "-c", "import os; os.abort()"], seconds=20, folder=tmp_path) == (-6, b"")


def test_no_such_program(tmp_path: Path) -> None:
    """A program that is not there is an OSError."""
    with pytest.raises(FileNotFoundError):
        run(["/no/such/program"], seconds=1, folder=tmp_path)
