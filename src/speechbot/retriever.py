"""The retriever: questions to the live generation of an index, also while it is rebuilt."""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, TypeVar

from speechbot.browsing import Browser
from speechbot.encoder import model_name, open_encoder
from speechbot.engine import Engine, Filters
from speechbot.errors import SpeechbotError
from speechbot.indexing.manifest import check_model, check_name
from speechbot.indexing.store import live, open_live
from speechbot.reranking import open_reranker
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from speechbot.encoder import Encoder
    from speechbot.models import Answer, Hit, Speech
    from speechbot.points import Focus
    from speechbot.reranking import Reranker
    from speechbot.tracing.quotation import QuoteCheck
    from speechbot.tracing.trace import Trace

Found = TypeVar("Found")

_log = logging.getLogger(__name__)

# Seconds after which a generation that did not open is tried again: what kept it shut may have passed.
_RETRY = 30.0


@dataclass(slots=True)
class _Lent:
    """An engine and how many questions it is answering; once retired it is closed with the last of them."""

    engine: Engine
    users: int = 0
    retired: bool = False


class Retriever:
    """Finds the passages that answer; for any number of threads.

    Use ``Retriever.open``; close it, or use it in a ``with`` block. Each question is answered by one generation from
    beginning to end: the live one at its start, or the one before while another thread changes over. A new generation that cannot be opened, or was built with another
    model, is told to the log once and tried again now and then; the one before goes on answering.
    """

    def __init__(self, index: Path, engine: Engine, encoder: Encoder, reranker: Reranker | None = None) -> None:
        """Answer with an engine until the index has a newer generation; use ``open``."""
        self._index = index
        self._encoder = encoder
        self._reranker = reranker
        self._lent = _Lent(engine)
        self._seen = engine.generation.name
        self._lock = threading.Lock()
        self._renewing = threading.Lock()
        self._failed: float | None = None
        self._told = ""
        self._closed = False

    @classmethod
    def open(
        cls,
        index: str | Path = "index",
        *,
        model: str | None = None,
        encoder: Encoder | None = None,
        reranker: str | Reranker | None = None,
    ) -> Self:
        """Open the live generation of an index.

        Args:
            index: The index folder.
            model: Name or folder of the sentence-transformers model that the index was built with; None for the
                bundled one.
            encoder: Encodes instead of ``model``.
            reranker: Name or folder of a sentence-transformers ``CrossEncoder``, or an object with its ``scores``,
                that orders the best hits anew; None or "" for none. What is refused does not depend on it.

        Raises:
            IndexNotFound: There is no index; the error says what to run.
            IndexMismatch: It was built with another model or by another version; the error says what to run.
            IndexDamaged: A file of it is missing or altered.
            ModelError: A model cannot be loaded.
        """
        # Absolute: the caller may change the working directory while the index is followed
        folder = Path(index).absolute()
        generation = open_live(folder)
        try:
            if encoder is None:
                check_name(generation.manifest, model_name(model), path=Path(index))
            chosen = encoder or open_encoder(model)
            check_model(generation.manifest, chosen, path=Path(index))
            second = open_reranker(reranker) if isinstance(reranker, str) and reranker else reranker or None
            return cls(folder, Engine(generation, chosen, second), chosen, second)
        except BaseException:
            generation.close()
            raise

    def close(self) -> None:
        """Close the index's files, once the questions under way are answered."""
        with self._lock:
            self._closed = True
            self._retire(self._lent)

    def __enter__(self) -> Self:
        """Close at the end of a ``with`` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @property
    def generation(self) -> str:
        """Name of the generation that answered last."""
        return self._lent.engine.generation.name

    def refresh(self) -> str:
        """Go over to the live generation now, or wait for the thread that does; the name of the one that answers."""
        self._renew(wait=True)
        return self.generation

    def speeches(self) -> tuple[Speech, ...]:
        """All speeches with their sections and passages, in the order of the index."""
        with self._engine() as engine:
            return engine.generation.catalog.speeches()

    def browse(self, look: Callable[[Browser], Found]) -> Found:
        """Look at the texts themselves, at one generation from beginning to end.

        Args:
            look: What to do with the browser, which must not be kept.

        Raises:
            IndexDamaged: A paragraph is not what its source says.
        """
        with self._engine() as engine:
            return look(Browser(engine.generation))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of questions, ``(n, d)``: the closer two are in meaning, the higher their product.

        Each takes some milliseconds; whoever has thousands asks for a few at a time.
        """
        return self._encoder.encode_queries(texts)

    def search(
        self,
        question: str,
        k: int = 5,
        *,
        source: str | None = None,
        speech: str | None = None,
        section: str | None = None,
    ) -> list[Hit]:
        """The best passages for a question, whether they answer it or not.

        Args:
            question: In plain words, simplified or traditional.
            k: How many at most; 0 or less gives none.
            source: Only passages of this file; a part of the name is enough.
            speech: Only passages of this speech; a part of its title or of another name of it is enough.
            section: Only passages under this heading; a part of it is enough.

        Returns:
            Hits, best first, each wording once: a paragraph that stands in several places is one hit with all of them.
            Scores are calibrated probabilities in [0, 1].

        Raises:
            QuestionError: The question is empty, too long or not text.
            FilterError: A filter matches nothing.
        """
        with self._engine() as engine:
            return engine.search(question, k, Filters(source, speech, section))

    def ask(  # noqa: PLR0913 - the filters are those of ``search``
        self,
        question: str,
        k: int = 3,
        *,
        source: str | None = None,
        speech: str | None = None,
        section: str | None = None,
        after: Answer | Focus | str | None = None,
    ) -> Answer:
        """Answer with the passages that answer, or say that the materials do not.

        Arguments and errors are those of ``search``. When ``found`` is true, the hits after the first are those whose
        probability reaches the cut-off as well; when it is false, the hits are the nearest passages, to be shown only
        on request.

        A question about the structure (第二部分讲了哪几点, 有哪些讲话) is answered by headings and points: ``kind``,
        ``points`` and ``scope`` of the answer say so, and ``k`` does not limit its hits. Speeches, years, speakers and
        parts that the question names limit where it is answered from; ``scope`` says so.

        Args:
            question: See ``search``.
            k: Likewise.
            source: Likewise.
            speech: Likewise.
            section: Likewise.
            after: The last answer, its focus, or that as ``str`` wrote it, for a question that goes on from it
                (那第二点呢, 下一段). A focus whose passage is gone is as good as none.
        """
        with self._engine() as engine:
            return engine.ask(question, k, Filters(source, speech, section), after)

    def check(self, text: str, k: int = 50) -> QuoteCheck:
        """Whether a text is the original wording, and where it stands.

        Everything between a speech's beginning and end counts: paragraphs, headings, titles, salutations. A text may
        cross paragraphs; what stands between them in the source belongs to the wording.

        Args:
            text: A quotation of 6 to 2,000 characters, marks and white space not counted. Quotation marks around it,
                a citation behind it and an introduction before it are left out where they are not in the source; an
                ellipsis is a gap between parts that must stand in that order in one speech.
            k: How many places of each part are looked up; ``count`` is that of all.

        Raises:
            QuestionError: The text is empty, too short, too long or not text.
            IndexDamaged: A paragraph is not what its source says.
        """
        with self._engine() as engine:
            return engine.check(text, k)

    def trace(self, phrase: str, k: int = 20, *, source: str | None = None, speech: str | None = None) -> Trace:
        """Every use of a phrase, the earliest first.

        Punctuation, white space, width, script and case make no difference, so that uses across the end of a sentence
        are found as well.

        Args:
            phrase: 2 to 100 characters, marks and white space not counted.
            k: How many uses are looked up; the counts are those of all.
            source: Only in this file; a part of the name is enough.
            speech: Only in this speech; a part of its title or of another name of it is enough.

        Raises:
            QuestionError: The phrase is empty, too short, too long or not text.
            FilterError: A filter matches nothing.
            IndexDamaged: A paragraph is not what its source says.
        """
        with self._engine() as engine:
            return engine.trace(phrase, k, Filters(source, speech))

    @contextmanager
    def _engine(self) -> Iterator[Engine]:
        """The engine of the live generation, kept open while it is used."""
        self._renew()
        with self._lock:
            if self._closed:
                message = "the retriever is closed"
                raise ValueError(message)
            lent = self._lent
            lent.users += 1
        try:
            yield lent.engine
        finally:
            with self._lock:
                lent.users -= 1
                self._close_unused(lent)

    def _renew(self, *, wait: bool = False) -> None:
        """Change over to a new generation, if there is one; one thread does, the others go on with the one before."""
        if not self._renewing.acquire(blocking=wait):
            return
        try:
            with suppress(SpeechbotError):  # the pointer cannot be read just now
                newest = live(self._index)
                # What did not open is not tried again before every question
                if newest != self._seen or (self._failed is not None and time.monotonic() > self._failed + _RETRY):
                    self._seen, self._failed = newest, None
                    self._change_over()
        finally:
            self._renewing.release()

    def _change_over(self) -> None:
        """Open the live generation and let the one before go; whatever is in the way, the one before answers."""
        try:
            generation = open_live(self._index)
        except Exception as error:  # noqa: BLE001 - not only ours: the libraries under us have errors of their own
            self._keep(error)
            return
        try:
            check_model(generation.manifest, self._encoder, path=self._index)
            engine = Engine(generation, self._encoder, self._reranker)
        except Exception as error:  # noqa: BLE001 - likewise, such as an encoder without memory
            generation.close()
            self._keep(error)
            return
        with self._lock:
            if self._closed:
                engine.close()
                return
            self._seen = generation.name  # a later one, where builds follow closely
            before, self._lent = self._lent, _Lent(engine)
            self._retire(before)

    def _keep(self, error: Exception) -> None:
        """Go on with the generation before; say so once for each."""
        self._failed = time.monotonic()
        if self._told != self._seen:
            self._told = self._seen
            known = isinstance(error, (SpeechbotError, OSError))
            _log.warning(zh_errors.RELOAD_FAILED, error, exc_info=None if known else error)

    def _retire(self, lent: _Lent) -> None:
        """Close an engine now, or with the last question that it answers; call it under the lock."""
        lent.retired = True
        self._close_unused(lent)

    def _close_unused(self, lent: _Lent) -> None:
        """Close a retired engine that answers nothing; call it under the lock."""
        if lent.retired and not lent.users:
            lent.engine.close()
