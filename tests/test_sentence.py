"""Encoding through sentence-transformers: the bundled folder and any other model."""

from __future__ import annotations

import json
import logging
import warnings
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
    with pytest.raises(IndexMismatch, match=f"{folder}（256 维）建的，现在用的模型是 {BUNDLED}，"):
        Retriever.open(tmp_path / "索引")


def test_vectors_of_another_model_are_scaled(folder: Path) -> None:
    """A model that does not normalise gives unit rows all the same."""
    vectors = open_encoder(str(folder)).encode_passages(["青石河", "购书经费要花在读者身上。"])

    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


def test_loading_is_quiet(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Logs, warnings and bars of the libraries stay inside, also when loading fails; then all is as before."""
    from transformers.utils import logging as bars  # noqa: PLC0415 - loaded with the model

    shown: list[bool] = []

    def load(_name: str, **_options: object) -> None:
        logging.getLogger("some.library").critical("Retrying in 1s [Retry 1/5].")
        warnings.warn("something is deprecated", stacklevel=1)
        shown.append(bars.is_progress_bar_enabled())
        raise FileNotFoundError

    monkeypatch.setattr("speechbot.sentence._transformer", load)

    with pytest.raises(ModelError):
        open_encoder("某/模型")

    assert (caplog.text, shown) == ("", [False])
    assert logging.root.manager.disable == logging.NOTSET
    assert bars.is_progress_bar_enabled()


def test_without_a_network_the_failure_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub is tried once; its library would try eighteen times, with pauses."""
    import httpx2  # noqa: PLC0415 - loaded with the hub
    from huggingface_hub import constants  # noqa: PLC0415

    tries: list[str] = []

    def unreachable(_client: object, request: httpx2.Request, **_options: object) -> httpx2.Response:
        if "no-such-model" in request.url.path:  # the hub's client also asks for things of its own
            tries.append(request.url.path)
        raise httpx2.ConnectError("Name or service not known", request=request)

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr("httpx2.Client.send", unreachable)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)

    with pytest.raises(ModelError, match=r"找不到这个文件夹或模型，或者没能联网下载"):
        open_encoder("nobody/no-such-model")

    assert tries == ["/api/models/nobody/no-such-model"]


@pytest.mark.parametrize("kept", ["/cache/modules.json", object()])
def test_a_model_in_the_cache_is_loaded_without_the_network(monkeypatch: pytest.MonkeyPatch, kept: object) -> None:
    """A download of before is enough, be it of a model that is known to have no list of modules."""
    loaded: list[object] = []

    def load(_name: str, **options: object) -> object:
        loaded.append(options["local_files_only"])
        return object()

    monkeypatch.setattr("speechbot.sentence.try_to_load_from_cache", lambda _name, _file: kept)
    monkeypatch.setattr("speechbot.sentence.SentenceTransformer", load)
    monkeypatch.setattr("speechbot.sentence._reachable", lambda _name: pytest.fail("asked the hub"))

    from speechbot import sentence  # noqa: PLC0415 - loads torch

    sentence._transformer("某/模型")

    assert loaded == [True]


def test_a_download_that_was_broken_off_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the cache is not complete and the hub answers, the rest is fetched."""
    loaded: list[object] = []

    def load(_name: str, *, local_files_only: bool = False, **_options: object) -> object:
        loaded.append(local_files_only)
        if local_files_only:
            raise FileNotFoundError
        return object()

    monkeypatch.setattr("speechbot.sentence.try_to_load_from_cache", lambda _name, _file: "/cache/modules.json")
    monkeypatch.setattr("speechbot.sentence.SentenceTransformer", load)
    monkeypatch.setattr("speechbot.sentence._reachable", lambda _name: True)

    from speechbot import sentence  # noqa: PLC0415 - loads torch

    sentence._transformer("某/模型")

    assert loaded == [True, False]


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
