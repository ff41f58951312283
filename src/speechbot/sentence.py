"""Encoding through sentence-transformers, which loads torch."""

from __future__ import annotations

import logging
import warnings
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from huggingface_hub import HfApi, try_to_load_from_cache
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, OfflineModeIsEnabled
from sentence_transformers import SentenceTransformer
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
    """Load a folder, a model kept by an earlier download, or one of the hub's.

    Without a connection the library would try each of several files six times, for more than a minute.
    """
    if Path(name).is_dir():
        return SentenceTransformer(name, device="cpu")
    if _kept(name):
        with suppress(OSError):  # the download was broken off: go on with it
            return SentenceTransformer(name, device="cpu", local_files_only=True)
    return SentenceTransformer(name, device="cpu", local_files_only=not _reachable(name))


def _kept(name: str) -> bool:
    """Whether the cache knows the model's list of modules, without which it would be put together differently."""
    try:
        return try_to_load_from_cache(name, "modules.json") is not None
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
        try:
            with _quiet():
                model = _transformer(name)
        except OSError as error:
            raise ModelError(name, zh_errors.MODEL_NOT_FOUND) from error
        except (ValueError, KeyError, ImportError, RuntimeError) as error:
            raise ModelError(name, zh_errors.MODEL_NOT_LOADED.format(kind=type(error).__name__)) from error
        return cls(name, model)

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


_QUIET: dict[str, Any] = {"show_progress_bar": False, "normalize_embeddings": True, "convert_to_numpy": True}
