"""Rows of half-precision numbers: the same from memory and from a file, in any order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import IndexDamaged
from speechbot.indexing.rows import FileRows, MemoryRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

COUNT, DIM, OFFSET = 40, 6, 13
MATRIX = np.random.default_rng(3).normal(size=(COUNT, DIM)).astype(np.float16)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``MATRIX`` in a file, behind a header."""
    file = tmp_path_factory.mktemp("行") / "向量.bin"
    file.write_bytes(b"\xff" * OFFSET + MATRIX.tobytes())
    return file


@pytest.fixture(scope="module")
def rows(path: Path) -> Iterator[FileRows]:
    """The file, open."""
    opened = FileRows(path, OFFSET, DIM)
    yield opened
    opened.close()


@given(wanted=st.lists(st.integers(0, COUNT - 1), max_size=60))
def test_rows_come_in_the_order_asked_for(rows: FileRows, wanted: list[int]) -> None:
    """Runs, jumps back and repeats: what NumPy gives, from the file and from memory."""
    numbers = np.array(wanted, np.int64)

    for read in (rows.read(numbers), MemoryRows(MATRIX).read(numbers)):
        assert read.dtype == np.float32
        np.testing.assert_array_equal(read, MATRIX[numbers].astype(np.float32))


def test_rows_are_counted(rows: FileRows) -> None:
    """The header is no row."""
    assert len(rows) == len(MemoryRows(MATRIX)) == COUNT


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_what_is_read_is_a_copy(rows: FileRows, kind: str) -> None:
    """The caller may change it."""
    found = rows if kind == "file" else MemoryRows(MATRIX)
    first = np.arange(2)

    found.read(first)[:] = 7

    np.testing.assert_array_equal(found.read(first), MATRIX[:2].astype(np.float32))


def test_threads_read_their_own_rows(rows: FileRows) -> None:
    """Many threads at once: none reads where another one has put the file's position."""
    wanted = [np.array([number, (number * 7) % COUNT]) for number in range(COUNT)] * 20

    with ThreadPoolExecutor(8) as pool:
        found: list[NDArray[np.float32]] = list(pool.map(rows.read, wanted))

    np.testing.assert_array_equal(np.array(found), MATRIX[np.array(wanted)].astype(np.float32))


def test_a_closed_file_says_so(path: Path) -> None:
    """Reading afterwards is the caller's mistake, not damage; closing twice is none."""
    rows = FileRows(path, OFFSET, DIM)
    rows.close()
    rows.close()

    with pytest.raises(ValueError, match="closed"):
        rows.read(np.arange(1))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """It is damage of the index."""
    with pytest.raises(IndexDamaged) as caught:
        FileRows(tmp_path / "没有", 0, DIM)

    assert caught.value.path == tmp_path / "没有"


def test_a_file_that_became_shorter_is_named(tmp_path: Path) -> None:
    """A file cut while it is open gives no rows of zeros; what is left of it can still be read."""
    path = tmp_path / "短"
    path.write_bytes(MATRIX.tobytes())
    rows = FileRows(path, 0, DIM)
    with path.open("r+b") as file:
        file.truncate(DIM * 2 * 5 + 3)

    np.testing.assert_array_equal(rows.read(np.arange(5)), MATRIX[:5].astype(np.float32))
    with pytest.raises(IndexDamaged) as caught:
        rows.read(np.array([0, 5]))

    assert caught.value.path == path
    rows.close()
