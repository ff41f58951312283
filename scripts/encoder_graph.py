"""Writes the encoder as one ONNX graph, in float32 or with 8-bit weights.

The graph is multilingual-e5-small (a BERT encoder: Devlin et al. 2019; E5: Wang et al. 2024, arXiv 2402.05672) from
``input_ids (batch, sequence) int64`` to ``token_embeddings (batch, sequence, hidden) float32``. It has no attention mask:
speechbot encodes every text alone, because 8-bit activations share one scale for all that is encoded together.

8-bit: word embeddings keep the blocks and scales of the source file, without loss. Matrices get one scale per output
column; activations are quantised at run time (onnxruntime's DynamicQuantizeMatMul). Weights are stored as int8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from e5_file import BLOCK, E5File
from onnx import TensorProto, checker, helper, numpy_helper

if TYPE_CHECKING:
    from collections.abc import Sequence

    import onnx
    from numpy.typing import NDArray

FUSED = "com.microsoft"  # onnxruntime's own fused operators
# Largest stored weight. Processors without VNNI add two products of 8-bit numbers in 16 bits and saturate above 64 * 255;
# staying below gives the same vectors everywhere (onnxruntime calls this ``reduce_range``).
LIMIT = 63


class Graph:
    """Collects nodes and weights."""

    def __init__(self, file: E5File, *, quantised: bool) -> None:
        self.file = file
        self.shape = file.shape
        self.quantised = quantised
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []

    def weight(self, name: str, values: NDArray[np.generic]) -> str:
        """Store a constant; returns its name."""
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def node(self, kind: str, inputs: Sequence[str], output: str, *, domain: str = "", **options: float | str) -> str:
        """Add an operator; returns its output's name."""
        self._nodes.append(helper.make_node(kind, inputs, [output], domain=domain, **options))
        return output

    def embedding(self, rows: Sequence[int]) -> str:
        """Word plus position embeddings, normalised; ``rows`` are the kept rows of the vocabulary."""
        scales, values = self.file.blocks("emb.word")
        blocks = self.shape.hidden // BLOCK
        scales = scales.reshape(-1, blocks, 1)[rows]
        values = values.reshape(-1, blocks, BLOCK)[rows]
        if self.quantised:
            self.weight("word", values)
            self.weight("word.scale", scales.astype(np.float16))  # float16 in the source as well
            parts = [self.node("Gather", [name, "input_ids"], f"{name}.row") for name in ("word", "word.scale")]
            floats = [self.node("Cast", [name], f"{name}.float", to=TensorProto.FLOAT) for name in parts]
            self.node("Mul", floats, "word.blocks")
            words = self.node(
                "Reshape", ["word.blocks", self.weight("flat", np.array([0, 0, self.shape.hidden]))], "words"
            )
        else:
            self.weight("word", (values * scales).reshape(len(rows), -1))
            words = self.node("Gather", ["word", "input_ids"], "words")
        position = (
            self.file.floats("emb.pos").reshape(-1, self.shape.hidden)
            + self.file.floats("emb.type")[: self.shape.hidden]
        )
        self.weight("position", position)
        bounds = [self.weight(name, np.array([value])) for name, value in (("zero", 0), ("one", 1), ("two", 2))]
        self.node("Shape", ["input_ids"], "shape")
        self.node("Slice", ["shape", "one", "two"], "length")
        self.node("Slice", ["position", bounds[0], "length", bounds[0]], "positions")
        self.node("Add", [words, "positions"], "embedded")
        norm = [self.weight(f"emb.ln.{part}", self.file.floats(f"emb.ln.{part}")) for part in "wb"]
        return self.node("LayerNormalization", ["embedded", *norm], "normed", axis=-1, epsilon=self.shape.epsilon)

    def linear(self, source: str, name: str, rows: int, columns: int) -> str:
        """``source @ W.T + b`` with ``W (rows, columns)``."""
        matrix = self.file.matrix(f"{name}.w", rows, columns).T
        bias = self.weight(f"{name}.b", self.file.floats(f"{name}.b"))
        if not self.quantised:
            product = self.node("MatMul", [source, self.weight(f"{name}.w", matrix)], f"{name}.product")
            return self.node("Add", [product, bias], f"{name}.out")
        scale = np.abs(matrix).max(axis=0) / LIMIT
        weights = [
            self.weight(f"{name}.w", np.rint(matrix / scale).astype(np.int8)),
            self.weight(f"{name}.scale", scale.astype(np.float32)),
            self.weight(f"{name}.zero", np.zeros(rows, np.int8)),
        ]
        return self.node("DynamicQuantizeMatMul", [source, *weights, bias], f"{name}.out", domain=FUSED)

    def add_norm(self, left: str, right: str, name: str, output: str) -> str:
        """Layer-normalised sum of two activations."""
        norm = [self.weight(f"{name}.{part}", self.file.floats(f"{name}.{part}")) for part in "wb"]
        return self.node(
            "SkipLayerNormalization", [left, right, *norm], output, domain=FUSED, epsilon=self.shape.epsilon
        )

    def layer(self, index: int, source: str, output: str) -> str:
        """One transformer layer."""
        hidden, inner = self.shape.hidden, self.shape.inner
        name = f"l{index}"
        heads = [self.linear(source, f"{name}.{part}", hidden, hidden) for part in "qkv"]
        mixed = self.node("MultiHeadAttention", heads, f"{name}.mixed", domain=FUSED, num_heads=self.shape.heads)
        attended = self.add_norm(
            source, self.linear(mixed, f"{name}.ao", hidden, hidden), f"{name}.aln", f"{name}.attended"
        )
        wide = self.node(
            "Gelu", [self.linear(attended, f"{name}.fi", inner, hidden)], f"{name}.wide", approximate="none"
        )
        return self.add_norm(attended, self.linear(wide, f"{name}.fo", hidden, inner), f"{name}.oln", output)

    def model(self, rows: Sequence[int]) -> onnx.ModelProto:
        """The whole encoder for the kept vocabulary rows."""
        current = self.embedding(rows)
        last = self.shape.layers - 1
        for index in range(self.shape.layers):
            current = self.layer(index, current, "token_embeddings" if index == last else f"l{index}.out")
        graph = helper.make_graph(
            self._nodes,
            "multilingual-e5-small-zh",
            [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "sequence"])],
            [helper.make_tensor_value_info(current, TensorProto.FLOAT, ["batch", "sequence", self.shape.hidden])],
            self._weights,
        )
        opsets = [helper.make_opsetid("", 21), helper.make_opsetid(FUSED, 1)]
        model = helper.make_model(graph, opset_imports=opsets, producer_name="speechbot", ir_version=10)
        checker.check_model(model)
        return model
