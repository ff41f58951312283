"""The encoder that answers without torch."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest

from speechbot import build_index
from speechbot import encoder as encoder_module
from speechbot.encoder import BUNDLED, OnnxEncoder, model_name, open_encoder
from speechbot.errors import ModelError
from speechbot.onnx_model import OnnxModel
from tests.conftest import DATA

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = ["青石河全长多少公里？", "购书经费要花在读者身上。"]


@pytest.mark.parametrize(("model", "name"), [(None, BUNDLED), ("", BUNDLED), ("BAAI/bge-m3", "BAAI/bge-m3")])
def test_nothing_configured_means_the_bundled_model(model: str | None, name: str) -> None:
    """An empty setting is none."""
    assert model_name(model) == name


@pytest.mark.model
def test_prefixes_tell_questions_from_passages() -> None:
    """The model was trained with ``query: `` and ``passage: ``; the same text gives two vectors."""
    encoder, network = OnnxEncoder(), OnnxModel()

    np.testing.assert_array_equal(encoder.encode_queries(TEXTS), [network.vector(f"query: {text}") for text in TEXTS])
    np.testing.assert_array_equal(
        encoder.encode_passages(TEXTS), [network.vector(f"passage: {text}") for text in TEXTS]
    )


@pytest.mark.model
def test_no_text_gives_no_row() -> None:
    """The shape stays ``(0, dim)``."""
    assert OnnxEncoder().encode_queries([]).shape == OnnxEncoder().encode_passages([]).shape == (0, 384)


@pytest.mark.model
def test_progress_is_told() -> None:
    """The callback gets the number done."""
    done: list[int] = []

    OnnxEncoder().encode_passages(TEXTS, progress=done.append)

    assert done == [2]


@pytest.mark.model
def test_alike_meanings_are_near() -> None:
    """A question is nearer to the sentence that answers it than to another."""
    encoder = OnnxEncoder()
    passages = encoder.encode_passages(["青石河全长七十八公里，流经四个县。", "荐购的书十五天内上架。"])
    questions = encoder.encode_queries(["那条河有多长？", "读者推荐的书多久能借到？"])

    cosines = questions @ passages.T

    assert cosines[0, 0] > cosines[0, 1] + 0.02
    assert cosines[1, 1] > cosines[1, 0] + 0.02


@pytest.mark.model
@pytest.mark.parametrize("model", [None, ""])
def test_answering_opens_the_light_encoder(model: str | None) -> None:
    """The bundled model is opened without sentence-transformers unless it is to index."""
    encoder = open_encoder(model)

    assert isinstance(encoder, OnnxEncoder)
    assert (encoder.name, encoder.dim) == (BUNDLED, 384)


@pytest.mark.model
def test_without_torch_the_bundled_model_indexes_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the image for Docker; another model says what is missing."""
    monkeypatch.setattr(encoder_module, "find_spec", lambda _name: None)

    assert isinstance(open_encoder(indexing=True), OnnxEncoder)
    with pytest.raises(ModelError, match="没有安装 torch"):
        open_encoder("BAAI/bge-small-zh-v1.5", indexing=True)


@pytest.mark.model
def test_answering_loads_no_heavy_library(tmp_path: Path) -> None:
    """A whole answer in a fresh process imports neither torch nor what only indexing needs."""
    build_index(DATA / "corpus", tmp_path / "索引", encoder=OnnxEncoder())
    code = (
        "import sys, speechbot; retriever = speechbot.Retriever.open(sys.argv[1]); "
        "print(retriever.ask('青石河全长多少公里？').found, "
        "*sorted({'torch', 'transformers', 'sentence_transformers', 'bm25s', 'scipy', 'sklearn'} & set(sys.modules)))"
    )
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code, str(tmp_path / "索引")], capture_output=True, check=True, encoding="utf-8"
    )

    assert (done.stdout, done.stderr) == ("True\n", "")
