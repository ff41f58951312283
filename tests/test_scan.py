"""A large index: 4-bit codes are scanned, the best of them compared exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechbot.errors import IndexDamaged
from speechbot.indexing import vectors
from speechbot.indexing.vectors import VectorIndex, scan_path, scanned
from tests.test_vectors import stored, unit_rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

COUNT, DIM = 3000, 64


@pytest.fixture(autouse=True)
def low_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand rows are many."""
    monkeypatch.setattr(vectors, "EXACT_LIMIT", 1000)


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float32]:
    """Rows around a common direction, as those of sentence encoders lie."""
    raw = unit_rows(COUNT, DIM) + 2 * unit_rows(1, DIM, seed=5)
    unit: NDArray[np.float32] = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return unit


@pytest.fixture
def index(rows: NDArray[np.float32], tmp_path: Path) -> Iterator[VectorIndex]:
    """A large index that was saved and loaded."""
    VectorIndex.build(rows).save(tmp_path / "大.faiss")
    loaded = VectorIndex.load(tmp_path / "大.faiss")
    yield loaded
    loaded.close()


@pytest.mark.parametrize(("count", "dim", "expected"), [(1000, 64, False), (1001, 64, True), (1001, 63, False)])
def test_codes_are_kept_past_the_limit(tmp_path: Path, *, count: int, dim: int, expected: bool) -> None:
    """Up to the limit, and where dimensions make no pairs, there is no file of codes."""
    rows = unit_rows(count, dim)
    VectorIndex.build(rows).save(tmp_path / "v.faiss")
    loaded = VectorIndex.load(tmp_path / "v.faiss")

    assert scanned(count, dim) is scan_path(tmp_path / "v.faiss").exists() is expected
    assert loaded.nearest(rows[5], 1)[0].tolist() == [5]
    loaded.close()


def test_the_first_are_those_of_an_exact_search(index: VectorIndex, rows: NDArray[np.float32]) -> None:
    """On random rows, the hardest there are: nearly all of the first ten, always the first one, best first."""
    hits, kept = 0, stored(rows)
    for seed in range(40):
        query = rows[seed] + unit_rows(1, DIM, seed=seed + 100)[0]
        found, cosines = index.nearest(query, 256)
        expected = kept @ (query / np.linalg.norm(query))
        best = np.argsort(-expected)[:10]

        assert found[0] == best[0]
        np.testing.assert_allclose(cosines, expected[found], atol=1e-6)
        assert (np.diff(cosines) <= 0).all()
        hits += len(set(found[:10].tolist()) & set(best.tolist()))
    assert hits >= 399


def test_a_scan_gives_as_many_as_asked_for(index: VectorIndex) -> None:
    """Each row once, as many as there are at most, and no row of padding (faiss works in blocks of 32)."""
    query = unit_rows(1, DIM, seed=77)[0]

    for count in (1, 10, 700, COUNT, COUNT + 500):
        found, cosines = index.nearest(query, count)
        assert len(found) == len(cosines) == len(set(found.tolist())) == min(count, COUNT)
        assert 0 <= found.min() <= found.max() < COUNT


def test_codes_of_another_index_are_refused(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """Codes must be as many as rows; a file of something else is named."""
    path = tmp_path / "v.faiss"
    VectorIndex.build(rows[:1200]).save(path)
    codes = scan_path(path).read_bytes()
    VectorIndex.build(rows).save(path)
    for data in (codes, path.read_bytes(), b"x"):
        scan_path(path).write_bytes(data)

        with pytest.raises(IndexDamaged) as caught:
            VectorIndex.load(path)

        assert caught.value.path == scan_path(path)


def test_missing_codes_are_named(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """A large index without its codes is damaged, not slow."""
    VectorIndex.build(rows).save(tmp_path / "v.faiss")
    scan_path(tmp_path / "v.faiss").unlink()

    with pytest.raises(IndexDamaged) as caught:
        VectorIndex.load(tmp_path / "v.faiss")

    assert caught.value.path == scan_path(tmp_path / "v.faiss")


def test_codes_do_not_depend_on_pieces(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """The same rows give the same codes, byte for byte, however they came."""
    VectorIndex.build(rows).save(tmp_path / "甲.faiss")
    VectorIndex.collect([rows[:11], rows[11:2000], rows[2000:]], dim=DIM).save(tmp_path / "乙.faiss")

    assert scan_path(tmp_path / "甲.faiss").read_bytes() == scan_path(tmp_path / "乙.faiss").read_bytes()
