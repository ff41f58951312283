"""Encoding through sentence-transformers, which loads torch."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import torch
from huggingface_hub import HfApi, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
from sentence_transformers import CrossEncoder, SentenceTransformer
from sentence_transformers.base.modules.input_module import InputModule
from sentence_transformers.base.modules.normalize import Normalize
from sentence_transformers.sentence_transformer.modules.pooling import Pooling
from transformers.utils import logging as transformers_logging

from speechbot.errors import ModelError
from speechbot.onnx_model import FOLDER, OnnxModel
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

_Model = TypeVar("_Model")

# Texts between two calls of the progress callback: often enough for a bar, seldom enough to keep all cores busy.
CHUNK = 64

# Seconds to wait for the hub before saying that it cannot be reached.
_PATIENCE = 10
# No connection: the hub's errors derive from its HTTP library's base class, which has changed its module before.
_NO_CONNECTION = tuple(base for base in HfHubHTTPError.__bases__ if issubclass(base, Exception))


class OnnxInput(InputModule):
    """First module of the bundled model: tokenizer and ONNX network in one.

    Args:
        model: The opened network.
    """

    def __init__(self, model: OnnxModel) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.model = model

    @classmethod
    def load(cls, model_name_or_path: str, **_options: Any) -> OnnxInput:  # type: ignore[override] # noqa: ANN401 - the base class's interface, shortened
        """Open the folder; called by sentence-transformers for the folder's ``modules.json``."""
        return cls(OnnxModel(Path(model_name_or_path)))

    def save(self, output_path: str, *_positional: Any, **_options: Any) -> None:  # noqa: ANN401 - likewise
        """Refuse: the folder is made by ``scripts/build_model.py``."""
        raise NotImplementedError(output_path)

    def preprocess(  # type: ignore[override] # the base class also takes images and pairs
        self,
        inputs: Sequence[str],
        prompt: str | None = None,
        **_options: Any,  # noqa: ANN401 - the base class's interface
    ) -> dict[str, torch.Tensor]:
        """Token ids of the texts, padded with 1 on the right, with their mask: ``(n, tokens)`` int64 each."""
        rows = [torch.from_numpy(self.model.token_ids((prompt or "") + text)) for text in inputs]
        ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=1)
        lengths = torch.tensor([len(row) for row in rows])
        mask = (torch.arange(ids.shape[1])[None] < lengths[:, None]).to(torch.int64)
        return {"input_ids": ids, "attention_mask": mask}

    def forward(self, features: dict[str, torch.Tensor], **_options: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
        """Add ``token_embeddings (n, tokens, dim)`` float32, each text encoded alone, zero where padded."""
        lengths = features["attention_mask"].sum(dim=1).tolist()
        rows = [row[:length].numpy() for row, length in zip(features["input_ids"], lengths, strict=True)]
        embeddings = [torch.from_numpy(output) for output in self.model.many_token_embeddings(rows)]
        return {**features, "token_embeddings": torch.nn.utils.rnn.pad_sequence(embeddings, batch_first=True)}


def bundled() -> SentenceTransformer:
    """The bundled folder as a ``SentenceTransformer``.

    Built from modules, because version 6 loads a module class of ours from ``modules.json`` only with
    ``trust_remote_code=True``.
    """
    network = OnnxModel(FOLDER)
    prompts = {"query": "query: ", "document": "passage: "}
    modules = [OnnxInput(network), Pooling(network.dim, "mean"), Normalize()]
    return SentenceTransformer(modules=modules, prompts=prompts, device="cpu")


def _transformer(name: str) -> SentenceTransformer:
    """An embedding model; without its list of modules it would be put together differently."""
    return _fetched(SentenceTransformer, name, "modules.json")


def _fetched(load: Callable[..., _Model], name: str, key: str) -> _Model:
    """Load a folder, a model kept by an earlier download, or one of the hub's.

    Without a connection the library would try each of several files six times, for more than a minute.

    Args:
        load: The class of the model.
        name: The folder, or the hub's name for it.
        key: The file that tells whether an earlier download is kept.
    """
    if Path(name).is_dir():
        return load(name, device="cpu")
    if _kept(name, key):
        with suppress(OSError):  # the download was broken off: go on with it
            return load(name, device="cpu", local_files_only=True)
    return load(name, device="cpu", local_files_only=not _reachable(name))


def _kept(name: str, key: str) -> bool:
    """Whether the cache knows a file of the model's."""
    try:
        return try_to_load_from_cache(name, key) is not None
    except HFValidationError:
        return False


def _reachable(name: str) -> bool:
    """Whether the hub answers, be it that it has no such model: loading it will say so at once."""
    try:
        HfApi().model_info(name, timeout=_PATIENCE)
    except OfflineModeIsEnabled:
        return False
    except (HfHubHTTPError, HFValidationError):
        return True
    except _NO_CONNECTION:
        return False
    return True


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep the libraries' English and their bars off standard error; what matters is raised."""
    before, bars = logging.root.manager.disable, transformers_logging.is_progress_bar_enabled()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        transformers_logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            yield
        finally:
            logging.disable(before)
            if bars:
                transformers_logging.enable_progress_bar()  # type: ignore[no-untyped-call]


@contextmanager
def _loading(name: str, *, reranker: bool = False) -> Iterator[None]:
    """Make one error of all that loading a model may raise, and keep the libraries quiet meanwhile."""
    try:
        with _quiet():
            yield
    except OSError as error:
        raise ModelError(name, zh_errors.MODEL_NOT_FOUND, reranker=reranker) from error
    except (ValueError, KeyError, ImportError, RuntimeError) as error:
        reason = zh_errors.MODEL_NOT_LOADED.format(kind=type(error).__name__)
        raise ModelError(name, reason, reranker=reranker) from error


class SentenceEncoder:
    """Any sentence-transformers model as an ``Encoder``.

    Queries and passages get the prompts that the model itself declares.

    Args:
        name: Name under which the model is recorded in an index.
        model: The model.
    """

    def __init__(self, name: str, model: SentenceTransformer) -> None:
        self.name = name
        self._model = model
        dim = model.get_embedding_dimension()
        if dim is None:
            raise ModelError(name, zh_errors.MODEL_WITHOUT_VECTORS)
        self.dim = int(dim)

    @classmethod
    def load(cls, name: str) -> SentenceEncoder:
        """Load a model by hub name or folder.

        Raises:
            ModelError: The model does not exist, cannot be fetched, or is not an embedding model.
        """
        with _loading(name):
            return cls(name, _transformer(name))

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of questions: ``(n, dim)`` float32."""
        return self._array(self._model.encode_query(list(texts), **_QUIET))

    def encode_passages(
        self,
        texts: Sequence[str],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Unit vectors of passages or windows: ``(n, dim)`` float32; ``progress`` gets the number done so far."""
        parts = [np.empty((0, self.dim), np.float32)]
        for start in range(0, len(texts), CHUNK):
            parts.append(self._array(self._model.encode_document(list(texts[start : start + CHUNK]), **_QUIET)))
            if progress is not None:
                progress(min(start + CHUNK, len(texts)))
        return np.concatenate(parts)

    def _array(self, vectors: object) -> NDArray[np.float32]:
        return np.asarray(vectors, dtype=np.float32).reshape(-1, self.dim)


class SentenceReranker:
    """Any sentence-transformers ``CrossEncoder`` of one score as a ``Reranker``.

    Args:
        name: Its name or folder, for errors.
        model: The model.

    Raises:
        ModelError: It does not give one finite score for a pair.
    """

    def __init__(self, name: str, model: CrossEncoder) -> None:
        self._name = name
        self._model = model
        self.scores("?", ["."])

    @classmethod
    def load(cls, name: str) -> SentenceReranker:
        """Load a model by hub name or folder.

        Raises:
            ModelError: The model does not exist, cannot be fetched, or is no reranker.
        """
        with _loading(name, reranker=True):
            model = _fetched(CrossEncoder, name, "config.json")
            if not _judges(model):
                raise ModelError(name, zh_errors.MODEL_NO_RERANKER, reranker=True)
            return cls(name, model)

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, higher is better."""
        pairs = [(question, text) for text in texts]
        found = np.asarray(self._model.predict(pairs, show_progress_bar=False), np.float32)
        if found.shape != (len(texts),) or not np.isfinite(found).all():
            raise ModelError(self._name, zh_errors.MODEL_NO_RERANKER, reranker=True)
        scores: list[float] = found.tolist()
        return scores


def _judges(model: CrossEncoder) -> bool:
    """Whether the stored model was trained to judge pairs; to any other the library would give a head of random numbers."""
    known = getattr(model.config, "architectures", None) or []
    whole = any(str(one).endswith(("ForSequenceClassification", "ForCausalLM")) for one in known)
    return whole or len(model) > 1  # or its head is a module of its own


_QUIET: dict[str, Any] = {"show_progress_bar": False, "normalize_embeddings": True, "convert_to_numpy": True}
