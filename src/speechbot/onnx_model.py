"""The bundled encoder network, run by onnxruntime one text at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from speechbot.errors import ModelError
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

FOLDER = Path(__file__).parent / "bundled"
# Tokens from which a text of its own is long: few questions are, and after one of 500 tokens, onnxruntime would keep the
# 13 MB that it took, for each thread that encodes.
_LONG = 128


class OnnxModel:
    """Tokenizer and network of a folder in sentence-transformers' layout with a ``model.onnx``.

    Every text goes through the network alone. The 8-bit kernels choose one activation scale for all that is run
    together, so a text's vector would otherwise depend on its neighbours in a batch. Texts run side by side instead,
    one core each, which is also faster than one text on all cores.

    Args:
        folder: Holds ``model.onnx`` (``input_ids`` to ``token_embeddings``) and ``tokenizer.json``, which truncates.

    Raises:
        ModelError: A file is missing or damaged.
    """

    def __init__(self, folder: Path = FOLDER) -> None:
        # Since 1.29 onnxruntime reports to Microsoft unless this stands in the environment when it is loaded: it would
        # leave an identifier in the user's home and send session data (microsoft/onnxruntime pull request 27379).
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"
        import onnxruntime  # noqa: PLC0415 - only those who encode pay for it
        from tokenizers import Tokenizer  # noqa: PLC0415

        onnxruntime.disable_telemetry_events()  # for Windows, and where someone else loaded it before
        network, vocabulary = folder / "model.onnx", folder / "tokenizer.json"
        for path in (network, vocabulary):
            if not path.is_file():
                raise ModelError(str(folder), zh_errors.MODEL_FILE_MISSING.format(name=path.name), bundled=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3  # errors only
        try:
            self._session = onnxruntime.InferenceSession(str(network), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(vocabulary))
        except Exception as error:  # both libraries raise their own classes straight from Exception
            raise ModelError(str(folder), zh_errors.MODEL_FILE_DAMAGED, bundled=True) from error
        self._sparing = onnxruntime.RunOptions()
        self._sparing.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        self.dim: int = self._session.get_outputs()[0].shape[-1]

    def token_ids(self, text: str) -> NDArray[np.int64]:
        """Piece numbers of a text, special pieces included, at most 512: ``(tokens,)`` int64."""
        return np.array(self._tokenizer.encode(text).ids, dtype=np.int64)

    def token_embeddings(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """The network's last layer for one text: ``(tokens, dim)`` float32."""
        return self._run(ids)

    def many_token_embeddings(self, batch: Sequence[NDArray[np.int64]]) -> Iterator[NDArray[np.float32]]:
        """``token_embeddings`` of several texts, in order, on all cores this process may use."""
        workers = min(cores(), len(batch))
        if workers <= 1:
            yield from map(self.token_embeddings, batch)
            return
        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(self.token_embeddings, batch)

    def vector(self, text: str) -> NDArray[np.float32]:
        """Mean of the token embeddings, scaled to length 1: ``(dim,)`` float32; memory of a long text is given back."""
        ids = self.token_ids(text)
        return pool(self._run(ids, self._sparing if len(ids) >= _LONG else None))

    def _run(self, ids: NDArray[np.int64], options: Any = None) -> NDArray[np.float32]:  # noqa: ANN401 - no types published
        output: NDArray[np.float32] = self._session.run(None, {"input_ids": ids[None]}, options)[0][0]
        return output


def pool(embeddings: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mean over tokens ``(tokens, dim)``, scaled to length 1: ``(dim,)`` float32."""
    mean = embeddings.mean(axis=0, dtype=np.float32)
    unit: NDArray[np.float32] = mean / np.float32(max(float(np.linalg.norm(mean)), 1e-12))
    return unit


def cores() -> int:
    """Number of cores this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
