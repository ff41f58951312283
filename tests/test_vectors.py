"""Vectors: exact cosines, whatever is asked and however it was stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot.errors import IndexDamaged
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


@pytest.fixture
def rows() -> NDArray[np.float32]:
    """Fifty unit rows."""
    return unit_rows(50)


@given(n=st.integers(0, 40), length=st.floats(0.001, 1000), seed=st.integers(0, 1000))
def test_scores_equal_brute_force(n: int, length: float, seed: int) -> None:
    """For any number of rows and any query length, the scores are the cosines that NumPy gives."""
    rows, query = unit_rows(n, seed=seed), unit_rows(1, seed=seed + 5000)[0]

    scores = VectorIndex.build(rows).scores(query * np.float32(length))

    assert scores.shape == (n,)
    np.testing.assert_allclose(scores, rows @ query, atol=1e-5)


def test_scores_are_the_cosines_of_all_rows(rows: NDArray[np.float32]) -> None:
    """Scoring everything gives each row's cosine, in row order, for one query and for several."""
    index, queries = VectorIndex.build(rows), unit_rows(3, seed=9)

    np.testing.assert_allclose(index.scores(queries[1] * 5), rows @ queries[1], atol=1e-6)
    np.testing.assert_allclose(index.scores(queries), queries @ rows.T, atol=1e-6)


def test_zero_query_scores_zero(rows: NDArray[np.float32]) -> None:
    """A zero query is neither an error nor NaN: every row scores 0."""
    assert VectorIndex.build(rows).scores(np.zeros(24, np.float32)).tolist() == [0.0] * 50


def test_vectors_are_given_back(rows: NDArray[np.float32]) -> None:
    """Stored vectors come back exactly, in the order asked for, and the copy can be changed."""
    index = VectorIndex.build(rows)

    copy = index.vectors([3, 0, 3])

    np.testing.assert_array_equal(copy, rows[[3, 0, 3]])
    copy[:] = 0
    np.testing.assert_array_equal(index.vectors([3]), rows[[3]])


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

    np.testing.assert_allclose(query @ mean, (rows @ query).mean(), atol=1e-6)
    np.testing.assert_allclose(query @ covariance @ query, (rows @ query).var(), atol=1e-6)


def test_saved_index_is_loaded_alike(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """Saving to a non-ASCII path and loading changes neither vectors, nor scores, nor moments."""
    built = VectorIndex.build(rows)
    built.save(tmp_path / "向量.faiss")

    loaded = VectorIndex.load(tmp_path / "向量.faiss")

    assert (len(loaded), loaded.dim) == (50, 24)
    np.testing.assert_array_equal(loaded.vectors(range(50)), rows)
    np.testing.assert_array_equal(loaded.scores(rows[7]), built.scores(rows[7]))
    np.testing.assert_array_equal(loaded.moments()[0], built.moments()[0])
    np.testing.assert_array_equal(loaded.moments()[1], built.moments()[1])


def test_empty_index_is_loaded_alike(tmp_path: Path) -> None:
    """An index without rows survives a round trip, answers with nothing and has zero moments."""
    VectorIndex.build(np.zeros((0, 24), np.float32)).save(tmp_path / "v.faiss")

    loaded = VectorIndex.load(tmp_path / "v.faiss")

    assert (len(loaded), loaded.dim, len(loaded.scores(unit_rows(1)[0]))) == (0, 24, 0)
    assert not loaded.moments()[0].any()


def test_loaded_rows_are_aligned(rows: NDArray[np.float32], tmp_path: Path) -> None:
    """The rows lie where NumPy multiplies them in place; mapped as stored they would be copied for each question."""
    VectorIndex.build(rows).save(tmp_path / "v.faiss")

    matrix = VectorIndex.load(tmp_path / "v.faiss")._matrix

    assert matrix.flags.aligned
    assert not matrix.flags.owndata
    assert not matrix.flags.writeable


def test_any_truncation_is_noticed(tmp_path: Path) -> None:
    """A file cut anywhere, in its header or its rows, is an error of ours and never ends the process."""
    path = tmp_path / "v.faiss"
    VectorIndex.build(unit_rows(3)).save(path)
    whole = path.read_bytes()

    for size in range(len(whole)):
        path.write_bytes(whole[:size])
        with pytest.raises(IndexDamaged):
            VectorIndex.load(path)


def flat_l2(path: Path) -> None:
    """Put an index of another kind in place."""
    import faiss  # noqa: PLC0415

    path.write_bytes(faiss.serialize_index(faiss.IndexFlatL2(24)).tobytes())


@pytest.mark.parametrize(
    ("damage", "file"),
    [
        (lambda path: path.unlink(), "v.faiss"),
        (lambda path: path.write_bytes(b""), "v.faiss"),
        (lambda path: path.write_bytes(path.read_bytes()[:-9]), "v.faiss"),
        (lambda path: path.write_bytes(b"not an index at all"), "v.faiss"),
        (flat_l2, "v.faiss"),
        (lambda path: moments_path(path).unlink(), "v.moments.npy"),
        (lambda path: moments_path(path).write_bytes(b"x"), "v.moments.npy"),
        (lambda path: np.save(moments_path(path), np.zeros((3, 3), np.float32)), "v.moments.npy"),
        (lambda path: np.save(moments_path(path), np.array([{}]), allow_pickle=True), "v.moments.npy"),
    ],
    ids=["missing", "empty", "truncated", "foreign", "other metric", "no moments", "cut", "wrong shape", "pickle"],
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
