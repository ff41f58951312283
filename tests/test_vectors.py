"""Vectors: the nearest rows with exact cosines, whatever is asked and however it was stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import IndexDamaged
from speechbot.indexing import vectors
from speechbot.indexing.vectors import VectorIndex, moments_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


def unit_rows(n: int, dim: int = 24, seed: int = 7) -> NDArray[np.float32]:
    """Random unit rows, (n, dim) float32."""
    rows = np.random.default_rng(seed).normal(size=(n, dim)).astype(np.float32)
    unit: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


def stored(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows as half precision keeps them; faiss rounds a number midway between two away from zero, NumPy to even."""
    found = VectorIndex.build(rows).vectors(range(len(rows)))
    # Half a step of half precision for numbers up to 1
    np.testing.assert_allclose(found, rows, atol=2.5e-4)
    return found


@pytest.fixture
def rows() -> NDArray[np.float32]:
    """Fifty unit rows."""
    return unit_rows(50)


@given(n=st.integers(0, 40), count=st.integers(-1, 45), length=st.floats(0.001, 1000), seed=st.integers(0, 1000))
def test_nearest_equal_brute_force(n: int, count: int, length: float, seed: int) -> None:
    """For any number of rows and any query length: the best rows in order, with the cosines that NumPy gives."""
    rows, query = unit_rows(n, seed=seed), unit_rows(1, seed=seed + 5000)[0]

    found, cosines = VectorIndex.build(rows).nearest(query * np.float32(length), count)

    expected = stored(rows) @ query
    assert (str(found.dtype), str(cosines.dtype)) == ("int64", "float32")
    assert len(set(found.tolist())) == len(found) == max(0, min(n, count))
    np.testing.assert_allclose(cosines, expected[found], atol=1e-6)
    np.testing.assert_allclose(cosines, np.sort(expected)[::-1][: max(count, 0)], atol=1e-6)


@given(wanted=st.lists(st.integers(0, 49), max_size=60, unique=True).map(sorted), length=st.floats(0.001, 1000))
def test_cosines_are_those_of_the_rows_asked_for(wanted: list[int], length: float) -> None:
    """Each row's cosine, in the order of the rows."""
    rows, query = unit_rows(50), unit_rows(1, seed=9)[0]

    found = VectorIndex.build(rows).cosines(query * np.float32(length), np.array(wanted, np.int64))

    np.testing.assert_allclose(found, stored(rows)[wanted] @ query, atol=1e-6)


def test_cosines_are_read_piece_by_piece(monkeypatch: pytest.MonkeyPatch, rows: NDArray[np.float32]) -> None:
    """However many rows, a few at a time are read."""
    monkeypatch.setattr(vectors, "CHUNK", 7)
    index = VectorIndex.build(rows)

    np.testing.assert_allclose(index.cosines(rows[3], np.arange(50)), stored(rows) @ rows[3], atol=1e-6)
    np.testing.assert_allclose(index.moments()[0], stored(rows).mean(axis=0), atol=1e-6)


def test_zero_query_scores_zero(rows: NDArray[np.float32]) -> None:
    """A zero query is neither an error nor NaN: every row scores 0."""
    index, zero = VectorIndex.build(rows), np.zeros(24, np.float32)

    assert index.cosines(zero, np.arange(50)).tolist() == index.nearest(zero, 50)[1].tolist() == [0.0] * 50


def test_pieces_make_one_index(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """Vectors that come in pieces, empty ones included, give the files that they give at once."""
    VectorIndex.build(rows).save(tmp_path / "甲.faiss")
    VectorIndex.collect([rows[:7], rows[7:7], rows[7:]], dim=24).save(tmp_path / "乙.faiss")

    assert (tmp_path / "甲.faiss").read_bytes() == (tmp_path / "乙.faiss").read_bytes()
    assert (tmp_path / "甲.moments.npy").read_bytes() == (tmp_path / "乙.moments.npy").read_bytes()


def test_vectors_are_given_back(rows: NDArray[np.float32]) -> None:
    """Stored vectors come back in half precision, in the order asked for, and the copy can be changed."""
    index = VectorIndex.build(rows)

    copy = index.vectors([3, 0, 3])

    np.testing.assert_allclose(copy, rows[[3, 0, 3]], atol=2.5e-4)
    kept = copy.copy()
    copy[:] = 0
    np.testing.assert_array_equal(index.vectors([3, 0]), kept[:2])


def test_what_was_given_back_is_stored_alike(rows: NDArray[np.float32]) -> None:
    """Taken over from one generation to the next, a vector never drifts."""
    once = stored(rows)

    np.testing.assert_array_equal(VectorIndex.build(once).vectors(range(50)), once)


@pytest.mark.parametrize("row", [-1, 50])
def test_unknown_row_is_an_error(rows: NDArray[np.float32], row: int) -> None:
    """A row that does not exist is refused; negative ones do not count from the end."""
    with pytest.raises(IndexError):
        VectorIndex.build(rows).vectors([row])


@pytest.mark.parametrize("n", [1, 50, 5000])
def test_moments_describe_the_cosines(n: int) -> None:
    """Mean and covariance give mean and variance of a query's cosines with all rows."""
    rows, query = unit_rows(n), unit_rows(1, seed=8)[0]

    mean, covariance = VectorIndex.build(rows).moments()

    cosines = stored(rows) @ query
    np.testing.assert_allclose(query @ mean, cosines.mean(), atol=1e-6)
    np.testing.assert_allclose(query @ covariance @ query, cosines.var(), atol=1e-6)


def test_saved_index_is_loaded_alike(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """Saving to a non-ASCII path and loading changes neither vectors, nor cosines, nor moments."""
    built = VectorIndex.build(rows)
    built.save(tmp_path / "向量.faiss")

    loaded = VectorIndex.load(tmp_path / "向量.faiss")

    assert (len(loaded), loaded.dim) == (50, 24)
    np.testing.assert_array_equal(loaded.vectors(range(50)), stored(rows))
    for mine, theirs in zip(loaded.nearest(rows[7], 9), built.nearest(rows[7], 9), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    every = np.arange(50)
    np.testing.assert_array_equal(loaded.cosines(rows[7], every), built.cosines(rows[7], every))
    for mine, theirs in zip(loaded.moments(), built.moments(), strict=True):
        np.testing.assert_array_equal(mine, theirs)
    loaded.close()


def test_empty_index_is_loaded_alike(tmp_path: Path) -> None:
    """An index without rows survives a round trip, answers with nothing and has zero moments."""
    VectorIndex.build(np.zeros((0, 24), np.float32)).save(tmp_path / "v.faiss")

    loaded = VectorIndex.load(tmp_path / "v.faiss")

    assert (len(loaded), loaded.dim) == (0, 24)
    assert [len(part) for part in loaded.nearest(unit_rows(1)[0], 5)] == [0, 0]
    assert loaded.vectors([]).shape == (0, 24)
    assert not loaded.moments()[0].any()
    loaded.close()


def test_loaded_rows_stay_in_the_file(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """A loaded index holds no copy of its rows: what changes in the file, as no builder does, changes the answer."""
    path = tmp_path / "v.faiss"
    VectorIndex.build(rows).save(path)
    loaded = VectorIndex.load(path)
    with path.open("r+b") as file:
        file.seek(-24 * 2 * 50, 2)
        file.write(stored(rows)[::-1].astype("<f2").tobytes())

    np.testing.assert_array_equal(loaded.vectors(range(50)), stored(rows)[::-1])
    assert loaded.nearest(rows[0], 1)[0].tolist() == [49]
    loaded.close()


def test_a_closed_index_says_so(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """Asking for stored rows after closing is the caller's mistake."""
    VectorIndex.build(rows).save(tmp_path / "v.faiss")
    loaded = VectorIndex.load(tmp_path / "v.faiss")
    loaded.close()

    with pytest.raises(ValueError, match="closed"):
        loaded.vectors([0])
    with pytest.raises(ValueError, match="closed"):
        loaded.cosines(rows[0], np.arange(3))


def test_any_truncation_is_noticed(tmp_path: Path) -> None:
    """A file cut anywhere, in its header or its rows, is an error of ours and never ends the process."""
    path = tmp_path / "v.faiss"
    VectorIndex.build(unit_rows(3)).save(path)
    whole = path.read_bytes()

    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(IndexDamaged):
            VectorIndex.load(path)


@pytest.mark.parametrize("part", ["v.moments.npy", "v.scan.faiss"])
def test_any_truncation_beside_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    """Likewise for the moments and the codes of a large index."""
    monkeypatch.setattr(vectors, "EXACT_LIMIT", 699)
    VectorIndex.build(unit_rows(700, dim=2)).save(tmp_path / "v.faiss")
    whole = (tmp_path / part).read_bytes()

    for size in range(len(whole)):
        (tmp_path / part).write_bytes(whole[:size])
        with pytest.raises(IndexDamaged) as caught:
            VectorIndex.load(tmp_path / "v.faiss")
        assert caught.value.path == tmp_path / part


def replace_index(path: Path, kind: str) -> None:
    """Put a faiss index of another kind in place, with as many rows of as many dimensions."""
    import faiss  # noqa: PLC0415

    kinds = {
        "l2": "SQfp16",
        "8 bit": "SQ8",
        "flat": "Flat",
    }
    metric = faiss.METRIC_L2 if kind == "l2" else faiss.METRIC_INNER_PRODUCT
    index = faiss.index_factory(24, kinds[kind], metric)
    index.train(unit_rows(50))
    index.add(unit_rows(50))
    path.write_bytes(faiss.serialize_index(index).tobytes())


@pytest.mark.parametrize(
    ("damage", "file"),
    [
        (lambda path: path.unlink(), "v.faiss"),
        (lambda path: path.write_bytes(b""), "v.faiss"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "v.faiss"),
        (lambda path: path.write_bytes(b"not an index at all"), "v.faiss"),
        (lambda path: replace_index(path, "l2"), "v.faiss"),
        (lambda path: replace_index(path, "8 bit"), "v.faiss"),
        (lambda path: replace_index(path, "flat"), "v.faiss"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "v.faiss"),
        (lambda path: moments_path(path).unlink(), "v.moments.npy"),
        (lambda path: moments_path(path).write_bytes(b"x"), "v.moments.npy"),
        (lambda path: np.save(moments_path(path), np.zeros((3, 3), np.float32)), "v.moments.npy"),
        (lambda path: np.save(moments_path(path), np.array([{}]), allow_pickle=True), "v.moments.npy"),
    ],
    ids=[
        "missing",
        "empty",
        "truncated",
        "foreign",
        "other metric",
        "8 bit",
        "flat",
        "longer",
        "no moments",
        "cut",
        "wrong shape",
        "pickle",
    ],
)
def test_damaged_file_is_named(
    rows: NDArray[np.float32], tmp_path: Path, damage: Callable[[Path], None], file: str
) -> None:
    """A missing, truncated or foreign file is an error that names it."""
    path = tmp_path / "v.faiss"
    VectorIndex.build(rows).save(path)
    damage(path)

    with pytest.raises(IndexDamaged, match="已损坏") as caught:
        VectorIndex.load(path)

    assert caught.value.path == tmp_path / file
