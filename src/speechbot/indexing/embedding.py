"""The vectors of a build: taken over where text and model are the same, encoded where they are not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from speechbot.encoder import BUNDLED, model_name, open_encoder
from speechbot.errors import ModelError
from speechbot.indexing import fields
from speechbot.indexing.disk import sha256, writing
from speechbot.indexing.journal import Journal
from speechbot.indexing.manifest import PROBE, SAME_MODEL, ModelCard
from speechbot.indexing.pieces import Fresh
from speechbot.indexing.vectors import CHUNK
from speechbot.models import Window
from speechbot.onnx_model import FOLDER
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from speechbot.encoder import Encoder
    from speechbot.indexing.generation import Generation
    from speechbot.indexing.pieces import Piece
    from speechbot.indexing.plan import Plan
    from speechbot.models import Passage

    Floats = NDArray[np.float32]

Progress = Callable[[int, int], None]

# Texts encoded between two writes of the journal: what an interruption costs, about two seconds of work.
BATCH = 256

# Texts that are encoded sooner on one core than torch is loaded, which takes three to six seconds.
_FEW = 64


class Model:
    """The model of a build, opened as late as possible and once: loading one takes seconds."""

    def __init__(self, configured: str | None, given: Encoder | None) -> None:
        """Name a model.

        Args:
            configured: As given to ``build_index``.
            given: An encoder of the caller's, which is then the model.
        """
        self._configured = configured
        self._given = given
        self._opened = given

    def open(self, *, indexing: bool) -> Encoder:
        """The encoder; ``indexing`` as for ``open_encoder``."""
        if self._opened is None:
            self._opened = open_encoder(self._configured, indexing=indexing)
        return self._opened

    @property
    def name(self) -> str:
        """Name under which it is recorded."""
        return model_name(self._configured) if self._given is None else self._given.name

    def weights(self) -> str:
        """SHA-256 of the model's files, or "" where they are not known: an encoder object, a name on a model hub.

        What people read beside a model (``README.md``, ``LICENSE``) does not count.
        """
        name = model_name(self._configured)
        folder = FOLDER if name == BUNDLED else Path(name)
        if self._given is not None or not folder.is_dir():
            return ""
        files = sorted(path.relative_to(folder) for path in folder.rglob("*") if _weighs(path))
        listing = "\n".join(f"{sha256(folder / path)} {path.as_posix()}" for path in files)
        return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()

    def made(self, card: ModelCard) -> bool:
        """Whether it made the vectors of an index; known weights settle that without opening the model."""
        if self.name != card.name:
            return False
        weights = self.weights()
        if weights and card.weights:
            return weights == card.weights
        return card.likeness(ModelCard.of(_proven(self.open(indexing=False)))) >= SAME_MODEL

    def card(self) -> ModelCard:
        """Describe it for the manifest."""
        return ModelCard.of(_proven(self.open(indexing=True)), weights=self.weights())


def _proven(encoder: Encoder) -> Encoder:
    """The encoder itself, which gives unit vectors."""
    _unit(encoder, [PROBE])
    return encoder


def _unit(encoder: Encoder, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Floats:
    """Encode some texts, which must give unit vectors."""
    vectors = encoder.encode_passages(texts, progress=progress)
    # NaN is not close to 1 either; 8-bit and half precision stay well within the tolerance
    if vectors.shape != (len(texts), encoder.dim) or not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-2):
        raise ModelError(encoder.name, zh_errors.MODEL_BAD_VECTORS.format(dim=encoder.dim))
    return vectors


def _weighs(path: Path) -> bool:
    """Whether a path in a model's folder can change its vectors."""
    return path.is_file() and path.suffix != ".md" and path.name != "LICENSE"


class _Part(NamedTuple):
    """Windows of one piece: rows of the generation before, or the texts of windows that need not be in it."""

    rows: range
    texts: list[str]


@dataclass(frozen=True, slots=True)
class Vectors:
    """Where the vectors of a generation come from.

    Attributes:
        card: The model that made them.
        encoded: Texts that were encoded for it now.
        resumed: Texts that an interrupted build had encoded.
    """

    card: ModelCard
    encoded: int
    resumed: int
    _parts: tuple[_Part, ...]
    _known: dict[str, int]
    _before: Generation | None
    _journal: Journal | None

    def stream(self) -> Iterator[Floats]:
        """Pieces of (m, dim) float32, in the order of the windows; ``m`` is bounded."""
        for part in self._parts:
            for start in range(0, len(part.rows), CHUNK):
                assert self._before is not None  # noqa: S101 - rows are rows of it
                yield self._before.vectors.vectors(part.rows[start : start + CHUNK])
            for start in range(0, len(part.texts), CHUNK):
                yield self._of_texts(part.texts[start : start + CHUNK])

    def forget(self) -> None:
        """Keep nothing of what was encoded for the next build.

        Raises:
            OSError: The journal cannot be written.
        """
        if self._journal is not None:
            self._journal.clear()

    def _of_texts(self, texts: Sequence[str]) -> Floats:
        found = np.empty((len(texts), self.card.dim), np.float32)
        rows = np.array([self._known.get(text, -1) for text in texts])
        if self._before is not None and (rows >= 0).any():
            found[rows >= 0] = self._before.vectors.vectors(rows[rows >= 0])
        if self._journal is not None and (rows < 0).any():
            found[rows < 0] = self._journal.vectors([texts[at] for at in np.flatnonzero(rows < 0).tolist()])
        return found


class Embedder:
    """Encodes what no vector is known for, and keeps it until the generation is published."""

    def __init__(self, model: Model, journal: Path, progress: Progress | None = None) -> None:
        """Set up.

        Args:
            model: The model of the build.
            journal: File that keeps what was encoded.
            progress: Called with the number of windows encoded so far, those of an interrupted build included, and in
                all.
        """
        self._model = model
        self._path = journal
        self._tell = progress or (lambda _done, _total: None)

    @contextmanager
    def vectors(self, made: Plan, before: Generation | None, *, same_model: bool) -> Iterator[Vectors]:
        """The vectors of a generation to be, for as long as they are read.

        Args:
            made: The generation to be.
            before: The live one, if there is any.
            same_model: Whether this model made it.

        Raises:
            ModelError: The model cannot be loaded, or what it gives is no unit vectors.
            IndexNotWritable: The journal cannot be written.
        """
        reused = before if same_model else None
        known = {} if reused is None else _known(reused, made)
        parts = tuple(_part(piece, before, same_model=same_model) for piece in made.pieces)
        wanted = list(dict.fromkeys(text for part in parts for text in part.texts if text not in known))
        if reused is not None and not wanted:
            yield Vectors(reused.manifest.model, 0, 0, parts, known, reused, None)
            return
        card = self._model.card() if reused is None else reused.manifest.model
        with writing(self._path.parent):
            journal = Journal.open(self._path, card)
        with closing(journal):
            resumed = self._encode(wanted, journal)
            yield Vectors(card, len(wanted) - resumed, resumed, parts, known, reused, journal)

    def _encode(self, texts: Sequence[str], journal: Journal) -> int:
        """Encode into the journal what it does not have; returns how many it had."""
        with writing(self._path.parent):
            held = journal.known(texts)
        fresh = [text for text in texts if text not in held]
        self._tell(len(held), len(texts))
        for start in range(0, len(fresh), BATCH):
            some, done = fresh[start : start + BATCH], len(held) + start
            encoder = self._model.open(indexing=len(fresh) > _FEW)
            vectors = _unit(encoder, some, lambda count, done=done: self._tell(done + count, len(texts)))  # type: ignore[misc]
            with writing(self._path.parent):
                journal.add(some, vectors)
        return len(held)


def window_texts(passages: Sequence[Passage], windows: NDArray[np.int32]) -> list[str]:
    """The text of each window that is embedded; windows count passages from the first of these."""
    return [fields.embedded(passages[row], Window(start, end)) for row, start, end in windows.tolist()]


def _known(before: Generation, made: Plan) -> dict[str, int]:
    """Row of each embedded text of the files that are gone or changed: most of a changed file is as it was."""
    found: dict[str, int] = {}
    for extent in made.replaced:
        texts = _stored_texts(before, extent.passages, extent.windows)
        found.update(zip(texts, extent.windows, strict=True))
    return found


def _part(piece: Piece, before: Generation | None, *, same_model: bool) -> _Part:
    if isinstance(piece, Fresh):
        return _Part(range(0), window_texts(piece.passages, piece.windows))
    if same_model:
        return _Part(piece.windows, [])
    assert before is not None  # noqa: S101 - what is kept comes from there
    return _Part(range(0), _stored_texts(before, piece.passages, piece.windows))


def _stored_texts(before: Generation, passages: range, windows: range) -> list[str]:
    """The embedded texts of a run of windows of a generation."""
    places = before.windows[windows.start : windows.stop] - np.array([passages.start, 0, 0], np.int32)
    return window_texts(before.catalog.run(passages), places)
