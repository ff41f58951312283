"""A corpus as large as wanted out of some ten thousand paragraphs, and an encoder that knows its vectors.

Real text comes first: every paragraph of the public sets and of the speeches beside the checkout, some 58,000 windows.
A larger corpus is made of repeats: all paragraphs once more, half of their words replaced by other words of the same
length that are drawn from all real text. A word is so as frequent among the repeats as it is in the real text, but the
repeats bring no rare words of their own, and the best passages of a question have relatives.

Encoding a million windows takes two hours on two cores. The vectors of the real windows are those of the bundled model;
those of a repeat are perturbed copies, at a cosine of ``LIKENESS`` to the original. Everything else a build does, it does
for real.
"""

from __future__ import annotations

import hashlib
import random
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np
from sets import CACHE

from speechbot.encoder import BUNDLED, open_encoder
from speechbot.indexing.windows import windows
from speechbot.language.text import fold
from speechbot.language.words import segment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

EDITED = 0.5
# Two windows about one thing are about so alike by the bundled model; any two are at 0.8.
LIKENESS = 0.95
SEED = 20261125
_PER_FILE = 100  # windows, about as many as a speech has


def _pieces(text: str) -> list[str]:
    """What is embedded of a paragraph."""
    return [fold(text[window.start : window.end]) for window in windows(text)]


def _key(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class Originals:
    """The real windows and their vectors."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Encode what the cache does not have (some minutes)."""
        self.texts = list(dict.fromkeys(piece for text in texts for piece in _pieces(text)))
        self.places = {text: row for row, text in enumerate(self.texts)}
        name = hashlib.blake2b("\n".join(self.texts).encode(), digest_size=12).hexdigest()
        path = CACHE / f"scale-{name}.npy"
        if not path.exists():
            CACHE.mkdir(parents=True, exist_ok=True)
            vectors = open_encoder(indexing=True).encode_passages(self.texts)
            np.save(path, vectors.astype(np.float16))
        self.vectors: Floats = np.load(path).astype(np.float32)


class ReplayEncoder:
    """Gives the known vectors of a generated corpus, and asks the bundled model for any other text.

    Attributes:
        name: That of the bundled model, so that its calibration applies.
        dim: Length of a vector.
        asked: Texts that the model was asked for.
        originals: The real windows.
    """

    def __init__(self, originals: Originals) -> None:
        """Know the originals; ``learn`` adds repeats."""
        self.name, self.dim, self.asked = BUNDLED, originals.vectors.shape[1], 0
        self.originals = originals
        self._model = open_encoder()
        self._repeats: dict[int, int] = {}

    def learn(self, edited: str, original: str) -> None:
        """Note whose copies the windows of an edited paragraph are."""
        mine, theirs = _pieces(edited), _pieces(original)
        if len(mine) == len(theirs):
            self._repeats.update(
                (_key(piece), self.originals.places[source]) for piece, source in zip(mine, theirs, strict=True)
            )

    def encode_queries(self, texts: Sequence[str]) -> Floats:
        """Unit vectors of questions, by the model."""
        return self._model.encode_queries(texts)

    def encode_passages(self, texts: Sequence[str], *, progress: Callable[[int], None] | None = None) -> Floats:
        """Unit vectors of windows."""
        found = np.empty((len(texts), self.dim), np.float32)
        for place, text in enumerate(texts):
            found[place] = self._vector(text)
        if progress is not None:
            progress(len(texts))
        return found

    def _vector(self, text: str) -> Floats:
        own = self.originals.places.get(text)
        if own is not None:
            return self._unit(self.originals.vectors[own])
        key = _key(text)
        original = self._repeats.get(key)
        if original is None:
            self.asked += 1
            vector: Floats = self._model.encode_passages([text])[0]
            return vector
        noise = np.random.default_rng(key).standard_normal(size=(self.dim,), dtype=np.float32)
        noise = noise * np.float32((1 / LIKENESS**2 - 1) ** 0.5 / float(np.linalg.norm(noise)))
        return self._unit(self.originals.vectors[original] + noise)

    @staticmethod
    def _unit(vector: Floats) -> Floats:
        unit: Floats = vector / np.linalg.norm(vector)
        return unit


class Editor:
    """Replaces words by others of the same length, as frequent as in the text they are drawn from."""

    def __init__(self, texts: Sequence[str], *, seed: int = SEED) -> None:
        """Note the words of a text, each as often as it occurs."""
        self._random = random.Random(seed)  # noqa: S311 - the same on every run is the point
        self._cut = {text: segment(text) for text in texts}
        self._words: dict[int, list[str]] = defaultdict(list)
        for words in self._cut.values():
            for word in words:
                if word.isalpha():
                    self._words[len(word)].append(word)

    def __call__(self, text: str) -> str:
        """Edit one of the texts."""
        pick = self._random
        return "".join(
            pick.choice(self._words[len(word)]) if word.isalpha() and pick.random() < EDITED else word
            for word in self._cut[text]
        )


def write_corpus(
    folder: Path, count: int, encoder: ReplayEncoder, texts: Sequence[str], *, per_file: int = _PER_FILE
) -> int:
    """Write files of about ``per_file`` windows each until there are ``count`` windows; returns the number of files."""
    sizes = [len(windows(text)) for text in texts]
    editor = Editor(texts) if sum(sizes) < count else None
    folder.mkdir(parents=True)
    done = files = at = 0
    while done < count:
        rows: list[str] = []
        held = 0
        while held < per_file and done + held < count:
            number, text = divmod(at, len(texts))[0], texts[at % len(texts)]
            if number and editor is not None:
                edited = editor(text)
                encoder.learn(edited, text)
                text = edited
            rows.append(text)
            held += sizes[at % len(texts)]
            at += 1
        body = "\n".join(rows)
        (folder / f"{files:05d}.txt").write_text(f"第{files}号材料\n\n同志们：\n\n{body}\n", encoding="utf-8")
        done, files = done + held, files + 1
    return files
