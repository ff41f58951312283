"""The bundled network: one text at a time, every core, clear errors."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from speechbot import onnx_model
from speechbot.errors import ModelError
from speechbot.onnx_model import FOLDER, OnnxModel, cores, pool

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXTS = ("各级党组织要坚持以学铸魂。", "河", "query: 青石河全长多少公里？", "购书经费要花在读者身上。" * 12, "")


@pytest.fixture(scope="module")
def model() -> OnnxModel:
    """The bundled model."""
    return OnnxModel()


def test_pooling_is_the_mean_at_unit_length() -> None:
    """The mean over tokens, scaled to 1; zeros stay zeros."""
    np.testing.assert_allclose(pool(np.array([[4, 1], [2, 7]], np.float32)), [0.6, 0.8], rtol=1e-6)
    np.testing.assert_array_equal(pool(np.zeros((3, 2), np.float32)), [0, 0])


@pytest.mark.model
def test_texts_become_pieces_between_marks(model: OnnxModel) -> None:
    """``<s>`` is 0 and ``</s>`` is 2, also around nothing."""
    assert model.token_ids("").tolist() == [0, 2]
    ids = model.token_ids("党员")
    assert (ids[0], ids[-1], len(ids)) == (0, 2, 4) or (ids[0], ids[-1], len(ids)) == (0, 2, 3)
    assert ids.dtype == np.int64


@pytest.mark.model
def test_chinese_is_in_the_vocabulary(model: OnnxModel) -> None:
    """Common characters, digits, Latin words and punctuation are known pieces, not the unknown piece 3."""
    assert 3 not in model.token_ids(
        "坚持以学铸魂、以学增智，2023年完成率98.5%（党员教育）《条例》“两个维护”：GDP！？；…"
    )


@pytest.mark.model
def test_long_texts_are_cut_at_512_pieces(model: OnnxModel) -> None:
    """What comes later has no influence, and the closing mark stays."""
    text = "河" * 600

    ids = model.token_ids(text)

    assert (len(ids), ids[-1]) == (512, 2)
    np.testing.assert_array_equal(model.vector(text), model.vector(text + "图书馆经费"))


@pytest.mark.model
def test_a_text_does_not_depend_on_its_neighbours(model: OnnxModel) -> None:
    """Side by side on several cores or alone, in any order: the same bits."""
    batch = [model.token_ids(text) for text in TEXTS]
    alone = [model.token_embeddings(ids) for ids in batch]

    for found, expected in zip(model.many_token_embeddings(batch), alone, strict=True):
        np.testing.assert_array_equal(found, expected)
    for found, expected in zip(model.many_token_embeddings(batch[::-1]), alone[::-1], strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.model
def test_one_core_gives_the_same(model: OnnxModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a thread pool nothing changes."""
    batch = [model.token_ids(text) for text in TEXTS]
    several = list(model.many_token_embeddings(batch))
    monkeypatch.setattr(onnx_model, "cores", lambda: 1)

    for found, expected in zip(model.many_token_embeddings(batch), several, strict=True):
        np.testing.assert_array_equal(found, expected)


@pytest.mark.model
def test_vectors_have_unit_length(model: OnnxModel) -> None:
    """384 numbers of length 1, whatever the text."""
    vectors = np.array([model.vector(text) for text in TEXTS])

    assert (vectors.shape, str(vectors.dtype), model.dim) == ((5, 384), "float32", 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_there_is_a_core() -> None:
    """At least the one that this runs on."""
    assert cores() >= 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the bundled folder that a test may damage."""
    return shutil.copytree(FOLDER, tmp_path / "模型")


def truncate(path: Path) -> None:
    """Keep the first half."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])


def overwrite(path: Path) -> None:
    """Put something else there."""
    path.write_bytes("不是模型".encode())


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda path: path.unlink(), "缺少文件 {name}"),
        (truncate, "模型文件已损坏"),
        (overwrite, "模型文件已损坏"),
        (lambda path: path.write_bytes(b""), "模型文件已损坏"),
    ],
    ids=["missing", "truncated", "foreign", "empty"],
)
@pytest.mark.model
def test_a_bad_file_is_a_model_error(folder: Path, name: str, damage: Callable[[Path], object], reason: str) -> None:
    """A missing or damaged file is one line that names the folder, says what is wrong and what to do."""
    damage(folder / name)

    with pytest.raises(ModelError) as caught:
        OnnxModel(folder)

    assert str(caught.value) == f"无法使用内置模型 {folder}（{reason.format(name=name)}），请重新安装 speechbot"


@pytest.mark.model
def test_only_a_long_text_gives_its_memory_back(model: OnnxModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Short ones, which most are, find the memory of the one before; the vector is the same either way."""
    session, given = model._session, []

    class Noting:
        def run(self, outputs: None, inputs: dict[str, Any], options: Any = None) -> Any:
            given.append(options)
            return session.run(outputs, inputs, options)

    long = "购书经费要花在读者身上。" * 40
    expected = pool(model.token_embeddings(model.token_ids(long)))
    monkeypatch.setattr(model, "_session", Noting())
    model.vector("购书经费要花在读者身上。")
    found = model.vector(long)

    assert given[0] is None
    assert given[1] is not None
    np.testing.assert_array_equal(found, expected)
