"""Corpus folder to index generation."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from speechbot.errors import CorpusError, IndexMismatch, IndexNotFound, SelfTestFailed
from speechbot.evaluation import load_questions
from speechbot.indexing import fields, selftest
from speechbot.indexing.disk import writing
from speechbot.indexing.embedding import Embedder, Model
from speechbot.indexing.generation import Content, open_catalog
from speechbot.indexing.journal import discard
from speechbot.indexing.manifest import check_model, check_name
from speechbot.indexing.pieces import count
from speechbot.indexing.plan import plan
from speechbot.indexing.store import JOURNAL, generation_folder, live, locked, open_live, publish
from speechbot.models import IndexReport
from speechbot.parsing.parser import parse
from speechbot.reading.corpus import Corpus, check_corpus, list_corpus, nothing_read, read_corpus, require_all
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from speechbot.encoder import Encoder
    from speechbot.evaluation import Question
    from speechbot.indexing.embedding import Progress, Vectors
    from speechbot.indexing.generation import Generation
    from speechbot.indexing.plan import Plan
    from speechbot.models import Passage, Speech


def preview(corpus: str | Path, *, progress: Progress | None = None) -> tuple[Corpus, tuple[Speech, ...]]:
    """Read and parse a corpus without indexing it.

    Args:
        corpus: The corpus folder.
        progress: Called with the number of files parsed so far and in all.

    Raises:
        CorpusError: The folder is missing, empty or holds no body paragraph.
    """
    folder = Path(corpus)
    found = read_corpus(folder)
    speeches: list[Speech] = []
    for number, source in enumerate(found.sources, start=1):
        speeches += parse(source)
        if progress is not None:
            progress(number, len(found.sources))
    if not any(speech.passages for speech in speeches):
        raise CorpusError(zh_errors.NO_PASSAGES.format(path=folder), path=folder)
    return found, tuple(speeches)


def build_index(  # noqa: PLR0913 - each but the first two has a default
    corpus: str | Path,
    index: str | Path,
    *,
    model: str | None = None,
    encoder: Encoder | None = None,
    gold: str | Path | None = None,
    strict: bool = False,
    rebuild: bool = False,
    progress: Progress | None = None,
) -> IndexReport:
    """Bring the index up to date with the corpus; nothing is written when it already is.

    Files that have not changed are taken over from the live generation as they are, and of those that have, the vectors
    of windows whose text and model have not. What an interrupted build had encoded is not encoded again.

    Args:
        corpus: Folder of the materials.
        index: The index folder; created if need be.
        model: Name or folder of a sentence-transformers model; None for the bundled one.
        encoder: Encodes instead of ``model``.
        gold: File of questions, as for ``speechbot eval``, whose answers the new generation must not lose.
        strict: Whether a file that cannot be read is an error; otherwise the report names it.
        rebuild: Whether to read and encode everything anew, whatever the live generation or an interrupted build has.
        progress: Called with the number of windows encoded so far and in all.

    Raises:
        CorpusError: The corpus is missing, empty or unreadable, or one of its files is and ``strict`` is set.
        IndexLocked: Another build is running.
        IndexNotWritable: The index folder cannot be written.
        ModelError: The model cannot be loaded, or what it gives is no unit vectors.
        QuestionFileError: ``gold`` is malformed.
        SelfTestFailed: The new generation is not as good as the live one, which stays live.
    """
    started, materials, folder = time.perf_counter(), Path(corpus), Path(index)
    # Before the lock, which creates the index folder
    check_corpus(materials)
    questions = load_questions(Path(gold)) if gold is not None else ()
    build = _Build(materials, folder, Model(model, encoder), questions, progress)
    with locked(folder), ExitStack() as opened:
        return build.run(opened, strict=strict, rebuild=rebuild, started=started)


def verify_index(
    index: str | Path, *, model: str | None = None, encoder: Encoder | None = None, gold: str | Path | None = None
) -> tuple[str, ...]:
    """Check the live generation as before it was published: every checksum, and the self-test.

    Arguments are those of ``build_index``.

    Returns:
        Ids of the gold questions that it does not answer as it should.

    Raises:
        IndexNotFound: There is no index.
        IndexMismatch: It is damaged, or of another model.
        ModelError: The model cannot be loaded.
        SelfTestFailed: Its vectors do not reproduce.
        QuestionFileError: ``gold`` is malformed.
    """
    folder, chosen = Path(index), Model(model, encoder)
    questions = load_questions(Path(gold)) if gold is not None else ()
    with open_live(folder, verify=True) as generation:
        check_name(generation.manifest, chosen.name, path=folder)
        check_model(generation.manifest, chosen.open(indexing=False), path=folder)
        selftest.check_vectors(generation, chosen.open(indexing=False), index=folder)
        nothing = selftest.Compared(None, first=True)
        return selftest.check_gold(generation, nothing, chosen.open(indexing=False), questions, index=folder)


@dataclass(frozen=True, slots=True)
class _Done:
    """What a build came to.

    Attributes:
        generation: Name of the live generation.
        encoded: Windows encoded.
        resumed: Windows that an interrupted build had encoded.
        missed: Gold questions without their answer.
        idle: Whether nothing was to be done.
    """

    generation: str
    encoded: int = 0
    resumed: int = 0
    missed: tuple[str, ...] = ()
    idle: bool = False


class _Build:
    """One build, under the builder's lock."""

    def __init__(
        self, corpus: Path, index: Path, model: Model, gold: Sequence[Question], progress: Progress | None
    ) -> None:
        self._corpus, self._index, self._model, self._gold, self._progress = corpus, index, model, gold, progress

    def run(self, opened: ExitStack, *, strict: bool, rebuild: bool, started: float) -> IndexReport:
        """Build; what ``opened`` holds is closed by the caller."""
        # Listed under the lock: what was seen before another build would be older than what that one published
        listing = list_corpus(self._corpus)
        live_one = _previous(self._index)
        if live_one is not None:
            opened.callback(live_one.close)
        # Other words cut all texts anew
        same_words = live_one is not None and live_one.manifest.words == listing.words and not rebuild
        made = plan(listing, [] if live_one is None else live_one.catalog.extents(), take_over=same_words)
        self._check(made, strict=strict)
        # Before a new generation is live
        old = self._replaced(made, live_one)
        same_model = live_one is not None and not rebuild and self._model.made(live_one.manifest.model)
        journal = self._index / JOURNAL
        if rebuild:
            with writing(self._index):
                discard(journal)
        if live_one is not None and same_words and same_model and made.idle:
            done = _Done(live_one.name, missed=self._missed(live_one), idle=True)
        else:
            embedder = Embedder(self._model, journal, self._progress)
            with embedder.vectors(made, live_one, same_model=same_model) as vectors:
                content = _content(made, vectors, live_one if same_words else None, listing.words)
                name, missed = self._publish(content, vectors, live_one, same_model=same_model)
            done = _Done(name, vectors.encoded, vectors.resumed, missed)
        with writing(self._index):
            discard(journal)
        return _report(made, old, done, time.perf_counter() - started)

    def _publish(
        self, content: Content, vectors: Vectors, live_one: Generation | None, *, same_model: bool
    ) -> tuple[str, tuple[str, ...]]:
        """Write, test, make live; returns the name and which gold questions have no answer."""
        missed: tuple[str, ...] = ()

        def test(written: Generation) -> None:
            nonlocal missed
            encoder = self._model.open(indexing=False)
            try:
                selftest.check_vectors(written, encoder, index=self._index)
            except SelfTestFailed:
                vectors.forget()  # those that were encoded now may be the wrong ones
                raise
            if self._gold:
                compared = selftest.Compared(live_one if same_model else None, first=live_one is None)
                missed = selftest.check_gold(written, compared, encoder, self._gold, index=self._index)

        return publish(self._index, content, check=test), missed

    def _missed(self, live_one: Generation) -> tuple[str, ...]:
        """Which gold questions have no answer in a generation that stays live."""
        if not self._gold:
            return ()
        nothing, encoder = selftest.Compared(None, first=True), self._model.open(indexing=False)
        return selftest.check_gold(live_one, nothing, encoder, self._gold, index=self._index)

    def _check(self, made: Plan, *, strict: bool) -> None:
        """Refuse a corpus of which nothing is left, or not everything."""
        if strict:
            require_all(self._corpus, made.failed)
        if not count(made.pieces, "passages"):
            if made.failed:
                raise nothing_read(self._corpus, made.skipped, made.failed)
            raise CorpusError(zh_errors.NO_PASSAGES.format(path=self._corpus), path=self._corpus)

    def _replaced(self, made: Plan, live_one: Generation | None) -> list[Passage]:
        """Passages of the live generation that were not taken over, so far as they can be read."""
        if live_one is None:
            return list(_counted(self._index))
        return [passage for extent in made.replaced for passage in live_one.catalog.run(extent.passages)]


def _report(made: Plan, replaced: Sequence[Passage], done: _Done, seconds: float) -> IndexReport:
    """Count what changed, by passage id."""
    old = {passage.id: passage for passage in replaced}
    new = {passage.id: passage for piece in made.fresh for passage in piece.passages}
    same = sum(old.get(key) == passage for key, passage in new.items())
    shared = len(old.keys() & new.keys())
    total = count(made.pieces, "passages")
    taken = total - sum(len(piece.passages) for piece in made.fresh)
    return IndexReport(
        sources=count(made.pieces, "sources"),
        speeches=count(made.pieces, "speeches"),
        passages=total,
        windows=count(made.pieces, "windows"),
        added=len(new) - shared,
        changed=shared - same,
        removed=len(old) - shared,
        unchanged=taken + same,
        encoded=done.encoded,
        seconds=seconds,
        generation=done.generation,
        skipped=made.skipped,
        failed=made.failed,
        resumed=done.resumed,
        missed=done.missed,
        idle=done.idle,
    )


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


def _content(made: Plan, vectors: Vectors, before: Generation | None, words: tuple[str, ...]) -> Content:
    """What the new generation is written from."""
    from importlib import metadata  # noqa: PLC0415 - takes 20 ms, which answering need not wait for

    fresh = [passage for piece in made.fresh for passage in piece.passages]
    return Content(
        pieces=made.pieces,
        before=before,
        vectors=vectors.stream(),
        lexical=fields.lexical_fields(fresh, words=words),
        model=vectors.card,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        version=metadata.version("speechbot"),
        words=words,
    )
