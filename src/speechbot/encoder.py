"""Texts to unit vectors."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

import numpy as np

from speechbot.errors import ModelError
from speechbot.onnx_model import OnnxModel
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

BUNDLED = "multilingual-e5-small-zh-int8"


class Encoder(Protocol):
    """What turns texts into vectors.

    Attributes:
        name: Name recorded in the index.
        dim: Length of a vector.
    """

    name: str
    dim: int

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of questions: ``(n, dim)`` float32."""
        ...

    def encode_passages(
        self,
        texts: Sequence[str],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Unit vectors of passages or windows: ``(n, dim)`` float32; ``progress`` gets the number done so far."""
        ...


class OnnxEncoder:
    """The bundled model without torch: gives the vectors that its ``SentenceTransformer`` gives."""

    def __init__(self) -> None:
        self.name = BUNDLED
        self._model = OnnxModel()
        self.dim = self._model.dim

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of questions: ``(n, dim)`` float32."""
        return self._encode([f"query: {text}" for text in texts])

    def encode_passages(
        self,
        texts: Sequence[str],
        *,
        progress: Callable[[int], None] | None = None,
    ) -> NDArray[np.float32]:
        """Unit vectors of passages or windows: ``(n, dim)`` float32; ``progress`` gets the number done so far."""
        vectors = self._encode([f"passage: {text}" for text in texts])
        if progress is not None:
            progress(len(texts))
        return vectors

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([self._model.vector(text) for text in texts], np.float32).reshape(len(texts), self.dim)


def model_name(model: str | None) -> str:
    """Name under which a configured model is recorded; nothing configured means the bundled one."""
    return model or BUNDLED


def open_encoder(model: str | None = None, *, indexing: bool = False) -> Encoder:
    """Open the configured model.

    Args:
        model: Name or folder of a sentence-transformers model; None or empty for the bundled one.
        indexing: Encode through sentence-transformers, which uses all cores, instead of without torch. Both give the
            same vectors, so that the bundled model does without where torch is not installed, as in our image.

    Raises:
        ModelError: The model cannot be loaded.
    """
    torch = find_spec("torch") is not None
    if model_name(model) == BUNDLED and not (indexing and torch):
        return OnnxEncoder()
    if not torch:
        raise ModelError(model_name(model), zh_errors.MODEL_WITHOUT_TORCH)
    from speechbot.sentence import SentenceEncoder, bundled  # noqa: PLC0415 - loads torch

    if model_name(model) == BUNDLED:
        return SentenceEncoder(BUNDLED, bundled())
    return SentenceEncoder.load(model_name(model))
