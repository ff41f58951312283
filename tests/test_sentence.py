"""Encoding through sentence-transformers: the bundled folder and any other model."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechbot import Retriever, build_index
from speechbot.encoder import BUNDLED, OnnxEncoder, open_encoder
from speechbot.errors import IndexMismatch, ModelError
from speechbot.onnx_model import FOLDER
from tests.conftest import DATA

if TYPE_CHECKING:
    from pathlib import Path

    from speechbot.sentence import SentenceEncoder

pytestmark = pytest.mark.model

# Of very different lengths, so that padding would show.
TEXTS = (
    "河",
    "各级党组织要坚持以学铸魂、以学增智、以学正风、以学促干。",
    "",
    "购书经费要花在读者身上。今年市级购书经费一千八百万元，比去年增加两成。" * 6,
    "流动党员",
    "河" * 700,
)


@pytest.fixture(scope="module")
def bundled() -> SentenceEncoder:
    """The bundled folder as a ``SentenceTransformer``."""
    encoder = open_encoder(indexing=True)
    assert (encoder.name, encoder.dim) == (BUNDLED, 384)
    return encoder  # type: ignore[return-value] # which of the two it is, is what these tests are about


def test_both_ways_give_the_same_vectors(bundled: SentenceEncoder) -> None:
    """What indexing writes and what answering computes lie in one space, padding and truncation included."""
    light = OnnxEncoder()

    np.testing.assert_allclose(bundled.encode_passages(TEXTS), light.encode_passages(TEXTS), rtol=0, atol=1e-6)
    np.testing.assert_allclose(bundled.encode_queries(TEXTS), light.encode_queries(TEXTS), rtol=0, atol=1e-6)


def test_a_text_does_not_depend_on_its_neighbours(bundled: SentenceEncoder) -> None:
    """Alone, with shorter and longer neighbours, in another order: the same bits."""
    together = bundled.encode_passages(TEXTS)

    np.testing.assert_array_equal(np.vstack([bundled.encode_passages([text]) for text in TEXTS]), together)
    np.testing.assert_array_equal(bundled.encode_passages(TEXTS[::-1]), together[::-1])


def test_progress_follows_chunks(bundled: SentenceEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The callback is called after each chunk, the last time with all; chunks change no vector."""
    expected, done = bundled.encode_passages(TEXTS), list[int]()
    monkeypatch.setattr("speechbot.sentence.CHUNK", 4)

    vectors = bundled.encode_passages(TEXTS, progress=done.append)

    assert done == [4, 6]
    np.testing.assert_array_equal(vectors, expected)


def test_no_text_gives_no_row(bundled: SentenceEncoder) -> None:
    """The shape stays ``(0, dim)``."""
    assert bundled.encode_passages([]).shape == bundled.encode_queries([]).shape == (0, 384)


def test_the_folder_says_what_the_code_builds(bundled: SentenceEncoder) -> None:
    """``modules.json`` and the prompts beside it name the modules and prompts that ``bundled()`` puts together."""
    modules = json.loads((FOLDER / "modules.json").read_text(encoding="utf-8"))
    config = json.loads((FOLDER / "config_sentence_transformers.json").read_text(encoding="utf-8"))
    built = [f"{type(module).__module__}.{type(module).__qualname__}" for module in bundled._model]

    assert [module["type"] for module in modules] == built
    assert config["prompts"] == bundled._model.prompts


def test_the_folder_loads_as_any_other(bundled: SentenceEncoder) -> None:
    """With ``trust_remote_code`` sentence-transformers loads the folder by itself, to the same vectors."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - loads torch

    model = SentenceTransformer(str(FOLDER), trust_remote_code=True, device="cpu")

    vectors = model.encode_document(list(TEXTS))

    np.testing.assert_allclose(vectors, bundled.encode_passages(TEXTS), rtol=0, atol=1e-6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model of another kind: a bag of characters, saved by sentence-transformers itself."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - loads torch
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding  # noqa: PLC0415
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers  # noqa: PLC0415

    characters = sorted({character for path in (DATA / "corpus").iterdir() for character in path.read_text("utf-8")})
    unknown = "[UNK]"
    tokenizer = Tokenizer(
        models.WordLevel({unknown: 0} | {c: i for i, c in enumerate(characters, 1)}, unk_token=unknown)
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex("."), "isolated")
    weights = np.random.default_rng(0).standard_normal((len(characters) + 1, 256)).astype(np.float32)
    path = tmp_path_factory.mktemp("models") / "字袋"
    SentenceTransformer(modules=[StaticEmbedding(tokenizer, embedding_weights=weights)], device="cpu").save(str(path))
    return path


def test_another_model_can_be_configured(folder: Path, tmp_path: Path) -> None:
    """A folder of any sentence-transformers model indexes and answers; its name is recorded."""
    report = build_index(DATA / "corpus", tmp_path / "索引", model=str(folder))

    with Retriever.open(tmp_path / "索引", model=str(folder)) as retriever:
        hit = retriever.search("青石河全长多少公里？", 1)[0]

    assert report.encoded == report.windows
    assert hit.passage.text.startswith("青石河全长七十八公里")
    with pytest.raises(IndexMismatch, match=f"{folder}（256 维）建的，现在用的模型是 {BUNDLED}（384 维）"):
        Retriever.open(tmp_path / "索引")


def test_vectors_of_another_model_are_scaled(folder: Path) -> None:
    """A model that does not normalise gives unit rows all the same."""
    vectors = open_encoder(str(folder)).encode_passages(["青石河", "购书经费要花在读者身上。"])

    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("indexing", [True, False])
def test_a_model_that_does_not_load_is_a_model_error(
    *,
    indexing: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A folder without a model, or an unknown name without a network, is one line that ends with what to do."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    (tmp_path / "空").mkdir()
    caplog.set_level(logging.CRITICAL)
    for name in (str(tmp_path / "空"), "没有这个/模型", "nobody/no-such-model"):
        with pytest.raises(
            ModelError,
            match=r"^无法使用模型 .*（找不到这个文件夹或模型，或者没能联网下载|加载失败：ValueError）.*请检查 SPEECHBOT_MODEL，留空即用内置模型$",
        ) as caught:
            open_encoder(name, indexing=indexing)
        assert caught.value.name == name
        assert "\n" not in str(caught.value)
