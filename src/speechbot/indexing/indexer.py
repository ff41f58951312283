"""Corpus folder to index generation."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from speechbot.encoder import BUNDLED, model_name, open_encoder
from speechbot.errors import CorpusError, IndexMismatch, IndexNotFound, ModelError
from speechbot.indexing import fields
from speechbot.indexing.disk import sha256
from speechbot.indexing.generation import Content, open_catalog
from speechbot.indexing.manifest import SAME_MODEL, ModelCard
from speechbot.indexing.store import generation_folder, live, locked, open_live, publish
from speechbot.indexing.windows import windows
from speechbot.models import IndexReport, Window
from speechbot.onnx_model import FOLDER
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import Corpus, check_corpus, read_corpus, require_all
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from speechbot.encoder import Encoder
    from speechbot.indexing.generation import Generation
    from speechbot.models import Passage, Speech

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Material:
    """A corpus as it will be indexed.

    Attributes:
        corpus: Its files.
        speeches: The speeches in them.
        passages: Their passages; the position is the row.
        windows: (n, 3) int32: row of the passage, start and end of the window in its text.
    """

    corpus: Corpus
    speeches: tuple[Speech, ...]
    passages: tuple[Passage, ...]
    windows: NDArray[np.int32]

    def texts(self) -> list[str]:
        """The text of each window that is embedded."""
        return _embedded(self.passages, self.windows)


@dataclass(frozen=True, slots=True)
class _Model:
    """The model of a build, opened as late as possible: loading one takes seconds.

    Attributes:
        configured: As given to ``build_index``.
        given: An encoder of the caller's, which is then the model.
    """

    configured: str | None
    given: Encoder | None

    def open(self, *, indexing: bool) -> Encoder:
        """The encoder."""
        return self.given or open_encoder(self.configured, indexing=indexing)

    def weights(self) -> str:
        """SHA-256 of the model's files, or "" where they are not known: an encoder object, a name on a model hub.

        What people read beside a model (``README.md``, ``LICENSE``) does not count.
        """
        name = model_name(self.configured)
        folder = FOLDER if name == BUNDLED else Path(name)
        if self.given is not None or not folder.is_dir():
            return ""
        files = sorted(path.relative_to(folder) for path in folder.rglob("*") if _weighs(path))
        listing = "\n".join(f"{sha256(folder / path)} {path.as_posix()}" for path in files)
        return hashlib.sha256(listing.encode("utf-8", "surrogateescape")).hexdigest()

    def made(self, card: ModelCard) -> bool:
        """Whether it made the vectors of an index; known weights settle that without opening the model."""
        name = model_name(self.configured) if self.given is None else self.given.name
        if name != card.name:
            return False
        weights = self.weights()
        if weights and card.weights:
            return weights == card.weights
        return card.likeness(ModelCard.of(self.open(indexing=False))) >= SAME_MODEL


def _weighs(path: Path) -> bool:
    """Whether a path in a model's folder can change its vectors."""
    return path.is_file() and path.suffix != ".md" and path.name != "LICENSE"


def preview(corpus: str | Path) -> tuple[Corpus, tuple[Speech, ...]]:
    """Read and parse a corpus without indexing it.

    Raises:
        CorpusError: The folder is missing, empty or holds no body paragraph.
    """
    folder = Path(corpus)
    found = read_corpus(folder)
    speeches = tuple(speech for source in found.sources for speech in parse(source))
    if not any(speech.passages for speech in speeches):
        raise CorpusError(zh_errors.NO_PASSAGES.format(path=folder), path=folder)
    return found, speeches


def build_index(  # noqa: PLR0913 - options by name
    corpus: str | Path,
    index: str | Path,
    *,
    model: str | None = None,
    encoder: Encoder | None = None,
    progress: Progress | None = None,
    strict: bool = False,
) -> IndexReport:
    """Bring the index up to date with the corpus; nothing is written when it already is.

    Vectors of windows whose text and model have not changed are taken over from the live generation.

    Args:
        corpus: Folder of materials.
        index: The index folder; created if need be.
        model: Name or folder of a sentence-transformers model; None for the bundled one.
        encoder: Encodes instead of ``model``.
        progress: Called with the number of windows encoded so far and in all.
        strict: Whether a single file that cannot be read is an error; else the report names it.

    Raises:
        CorpusError: The corpus is missing, empty or unreadable; with ``strict``, a file of it is.
        IndexLocked: Another build is running.
        IndexNotWritable: The index folder cannot be written.
        ModelError: The model cannot be loaded, or what it gives is no unit vectors.
    """
    started, folder = time.perf_counter(), Path(index)
    chosen = _Model(model, encoder)
    # Before the lock, which creates the index folder
    check_corpus(Path(corpus))
    with locked(folder):
        # Under the lock: what was read before another build would be older than what that one published
        material = _material(corpus)
        if strict:
            require_all(Path(corpus), material.corpus.failed)
        previous = _previous(folder)
        try:
            before = _counted(folder) if previous is None else previous.catalog.passages()
            same_model = previous is not None and chosen.made(previous.manifest.model)
            if previous is not None and same_model and _unchanged(previous, material):
                name, encoded = live(folder), 0
            else:
                vectors, card, encoded = _vectors(material, chosen, previous if same_model else None, progress)
                name = publish(folder, _content(material, vectors, card))
        finally:
            if previous is not None:
                previous.close()
    return _report(material, before, encoded=encoded, generation=name, seconds=time.perf_counter() - started)


def _material(corpus: str | Path) -> _Material:
    """Read, parse, window."""
    found, speeches = preview(corpus)
    passages = tuple(passage for speech in speeches for passage in speech.passages)
    places = [
        (row, window.start, window.end) for row, passage in enumerate(passages) for window in windows(passage.text)
    ]
    return _Material(found, speeches, passages, np.array(places, dtype=np.int32).reshape(-1, 3))


def _previous(index: Path) -> Generation | None:
    """The live generation, or None when there is none that can be built on."""
    try:
        return open_live(index, verify=True)
    except (IndexNotFound, IndexMismatch):
        # Damaged or of another format: it is replaced, which is what the error tells the user to do
        return None


def _counted(index: Path) -> tuple[Passage, ...]:
    """Passages of a live generation that cannot be built on, so far as they can be read: what is new is told by them."""
    try:
        with open_catalog(generation_folder(index, live(index))) as catalog:
            return catalog.passages()
    except (IndexNotFound, IndexMismatch):
        return ()


def _unchanged(previous: Generation, material: _Material) -> bool:
    """Whether a generation holds exactly this material.

    What was parsed is compared, not only the files: a newer speechbot may parse the same file better.
    """
    return (
        previous.manifest.sources == {source.name: source.sha256 for source in material.corpus.sources}
        and np.array_equal(previous.windows, material.windows)
        and previous.catalog.speeches() == material.speeches
    )


def _vectors(
    material: _Material, model: _Model, previous: Generation | None, progress: Progress | None
) -> tuple[NDArray[np.float32], ModelCard, int]:
    """Vector of each window, the model's description, how many texts were encoded."""
    texts = material.texts()
    known = {} if previous is None else _known(previous)
    fresh = list(dict.fromkeys(text for text in texts if text not in known))
    if previous is not None and not fresh:
        return previous.vectors.vectors([known[text] for text in texts]), previous.manifest.model, 0
    encoder = model.open(indexing=True)
    encoded = _encode(encoder, fresh, progress)
    if previous is None:
        card, pool = ModelCard.of(encoder, weights=model.weights()), encoded
    else:
        # Old rows first, so that the numbers in ``known`` stay true
        card = previous.manifest.model
        pool = np.vstack([previous.vectors.vectors(range(len(previous.vectors))), encoded])
    places = known | {text: len(pool) - len(fresh) + i for i, text in enumerate(fresh)}
    return pool[[places[text] for text in texts]], card, len(fresh)


def _known(previous: Generation) -> dict[str, int]:
    """Row of each embedded text of a generation."""
    texts = _embedded(previous.catalog.passages(), previous.windows)
    return {text: row for row, text in enumerate(texts)}


def _embedded(passages: Sequence[Passage], places: NDArray[np.int32]) -> list[str]:
    """The text of each window that is embedded."""
    return [fields.embedded(passages[row], Window(start, end)) for row, start, end in places.tolist()]


def _encode(encoder: Encoder, texts: list[str], progress: Progress | None) -> NDArray[np.float32]:
    """Encode windows, which must give unit vectors."""
    tell = progress or (lambda _done, _total: None)
    tell(0, len(texts))
    vectors = encoder.encode_passages(texts, progress=lambda done: tell(done, len(texts)))
    # NaN is not close to 1 either; 8-bit and half precision stay well within the tolerance
    if vectors.shape != (len(texts), encoder.dim) or not np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-2):
        raise ModelError(encoder.name, zh_errors.MODEL_BAD_VECTORS.format(dim=encoder.dim))
    return np.asarray(vectors, dtype=np.float32)


def _content(material: _Material, vectors: NDArray[np.float32], card: ModelCard) -> Content:
    """What the new generation is written from."""
    from importlib import metadata  # noqa: PLC0415 - takes 20 ms, which answering need not wait for

    return Content(
        sources=material.corpus.sources,
        speeches=material.speeches,
        windows=material.windows,
        vectors=vectors,
        tokens=fields.tokens_of(material.passages),
        model=card,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        version=metadata.version("speechbot"),
    )


def _report(
    material: _Material, before: Sequence[Passage], *, encoded: int, generation: str, seconds: float
) -> IndexReport:
    """Count what changed, by passage id."""
    old = {passage.id: passage for passage in before}
    new = {passage.id: passage for passage in material.passages}
    unchanged = sum(old.get(key) == passage for key, passage in new.items())
    kept = len(old.keys() & new.keys())
    return IndexReport(
        sources=len(material.corpus.sources),
        speeches=len(material.speeches),
        passages=len(material.passages),
        windows=len(material.windows),
        added=len(new) - kept,
        changed=kept - unchanged,
        removed=len(old) - kept,
        unchanged=unchanged,
        encoded=encoded,
        seconds=seconds,
        generation=generation,
        skipped=material.corpus.skipped,
        failed=material.corpus.failed,
    )
