"""The retriever: questions to placed passages, or an honest refusal."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Self

from speechbot.calibration import calibration
from speechbot.encoder import model_name, open_encoder
from speechbot.errors import IndexDamaged
from speechbot.indexing.manifest import check_model, check_name
from speechbot.indexing.store import open_live
from speechbot.language.questions import check_question
from speechbot.language.sentences import sentence_spans
from speechbot.language.spelling import corrected
from speechbot.language.text import fold
from speechbot.language.words import query_terms
from speechbot.models import Answer, Hit
from speechbot.parsing.headings import clean_title
from speechbot.ranking import Query, Ranker, Terms
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from speechbot.encoder import Encoder
    from speechbot.indexing.generation import Generation
    from speechbot.models import Passage, Speech
    from speechbot.ranking import Ranked


class Retriever:
    """Finds the passages that answer; read-only, for any number of threads.

    Use ``Retriever.open``; close it, or use it in a ``with`` block.
    """

    def __init__(self, generation: Generation, encoder: Encoder) -> None:
        """Put an opened index and its encoder together."""
        self._generation = generation
        self._encoder = encoder
        self._calibration = calibration(encoder.name)
        self._ranker = Ranker(generation.vectors, generation.windows, generation.lexical, self._calibration)

    @classmethod
    def open(cls, index: str | Path = "index", *, model: str | None = None, encoder: Encoder | None = None) -> Self:
        """Open the live generation of an index.

        Args:
            index: The index folder.
            model: Name or folder of the sentence-transformers model that the index was built with; None for the
                bundled one.
            encoder: Encodes instead of ``model``.

        Raises:
            IndexNotFound: There is no index; the error says what to run.
            IndexMismatch: It was built with another model or by another version; the error says what to run.
            IndexDamaged: A file of it is missing or altered.
            ModelError: The model cannot be loaded.
        """
        folder = Path(index)
        generation = open_live(folder)
        try:
            if encoder is None:
                check_name(generation.manifest, model_name(model), path=folder)
            chosen = encoder or open_encoder(model)
            check_model(generation.manifest, chosen, path=folder)
        except BaseException:
            generation.close()
            raise
        return cls(generation, chosen)

    def close(self) -> None:
        """Close the index's files."""
        self._generation.close()

    def __enter__(self) -> Self:
        """Close at the end of a ``with`` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    @property
    def generation(self) -> str:
        """Name of the generation that answers."""
        return self._generation.name

    def speeches(self) -> tuple[Speech, ...]:
        """All speeches with their sections and passages, in the order of the index."""
        return self._generation.catalog.speeches()

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
            speech: Only passages of this speech; a part of the title is enough.
            section: Only passages under this heading; a part of it is enough.

        Returns:
            Hits, best first, each passage once. Scores are calibrated probabilities in [0, 1].

        Raises:
            QuestionError: The question is empty, too long or not text.
            FilterError: A filter matches nothing.
        """
        return self._search(self._read(question)[1], k, source=source, speech=speech, section=section)

    def _search(self, asked: str, k: int, *, source: str | None, speech: str | None, section: str | None) -> list[Hit]:
        """``search`` for a question that has been read."""
        catalog = self._generation.catalog
        filtered = any(value is not None for value in (source, speech, section))
        rows = catalog.rows(source=source, speech=speech, section=section) if filtered else None
        query = Query(self._encoder.encode_queries([asked])[0], query_terms(asked))
        ranked = self._ranker.rank(query, k, rows=rows)
        passages = catalog.passages([found.row for found in ranked])
        if not catalog.verbatim(passages):
            raise IndexDamaged(self._generation.path, zh_errors.DAMAGE_NOT_VERBATIM)
        terms = Terms(query.terms, self._generation.lexical.passages)
        return [
            Hit(passage, found.probability, self._highlight(found, passage, terms))
            for found, passage in zip(ranked, passages, strict=True)
        ]

    def ask(
        self,
        question: str,
        k: int = 3,
        *,
        source: str | None = None,
        speech: str | None = None,
        section: str | None = None,
    ) -> Answer:
        """Answer with the passages that answer, or say that the materials do not.

        Arguments and errors are those of ``search``. When ``found`` is true, the hits after the first are those whose
        probability reaches the cut-off as well; when it is false, the hits are the nearest passages, to be shown only
        on request.
        """
        line, asked = self._read(question)
        hits = self._search(asked, max(k, 1), source=source, speech=speech, section=section)
        confidence = hits[0].score if hits else 0.0
        found = confidence >= self._calibration.cutoff
        kept = [hit for hit in hits if not found or hit.score >= self._calibration.cutoff]
        return Answer(question, tuple(kept[: max(k, 0)]), found, confidence, _correction(line, asked))

    def _read(self, question: str) -> tuple[str, str]:
        """The question on one line, and as it is searched: folded, with typing errors set right."""
        line = check_question(question)
        return line, corrected(fold(line), self._generation.lexical.passages.frequency)

    def _highlight(self, ranked: Ranked, passage: Passage, terms: Terms) -> tuple[int, int]:
        """The sentence with the most evidence: what it holds of the question, and how near its window comes.

        The heading that the paragraph begins with is passed over where there is more: it stands in the place already.
        """
        places = self._generation.windows[slice(*ranked.windows), 1:].tolist()

        def evidence(span: tuple[int, int]) -> float:
            touching = [
                support
                for (start, end), support in zip(places, ranked.support, strict=True)
                if start < span[1] and span[0] < end
            ]
            return terms.coverage(passage.text[slice(*span)]) + max(touching)

        first, *further = sentence_spans(passage.text) or [(0, len(passage.text))]
        headed = bool(passage.section) and clean_title(passage.text[slice(*first)]) == passage.section[-1]
        return max(further if headed and further else [first, *further], key=evidence)


def _correction(line: str, asked: str) -> str | None:
    """The question with typing errors set right, None when there are none; as typed but where folding changes its length."""
    folded = fold(line)
    if asked == folded:
        return None
    if len(line) != len(folded):
        return asked
    return "".join(new if new != old else typed for typed, old, new in zip(line, folded, asked, strict=True))
