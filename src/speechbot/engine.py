"""One generation of an index with its encoder: questions to placed passages, or an honest refusal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from speechbot.calibration import calibration
from speechbot.errors import IndexDamaged
from speechbot.intents.reception import Search, receive, searched
from speechbot.intents.speech_structure import sentences
from speechbot.language.likeness import alike, bigrams
from speechbot.language.questions import check_question
from speechbot.language.sentences import sentence_spans
from speechbot.language.spelling import corrected
from speechbot.language.text import fold
from speechbot.language.words import query_terms
from speechbot.models import Answer, Hit
from speechbot.ranking import Query, Ranker, Terms
from speechbot.reranking import DEPTH, reranked
from speechbot.tracing.occurrences import Texts
from speechbot.tracing.quotation import Quotations
from speechbot.tracing.trace import trace
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from speechbot.encoder import Encoder
    from speechbot.indexing.generation import Generation
    from speechbot.models import Passage
    from speechbot.points import Focus
    from speechbot.ranking import Ranked
    from speechbot.reranking import Reranker
    from speechbot.tracing.quotation import QuoteCheck
    from speechbot.tracing.trace import Trace

# A paragraph with the passages that have its wording.
_Found: TypeAlias = "tuple[Ranked, list[Passage]]"

# Passages ranked for each hit wanted, and besides: paragraphs that stand in several files make one hit.
_AHEAD, _BESIDES = 2, 8


@dataclass(frozen=True, slots=True)
class Filters:
    """Where to look; None means anywhere.

    Attributes:
        source: Name of a file, or a part of it.
        speech: Title of a speech or another name of it, or a part of one.
        section: A heading, or a part of it.
    """

    source: str | None = None
    speech: str | None = None
    section: str | None = None

    def __bool__(self) -> bool:
        """Whether anything is left out."""
        return any(value is not None for value in (self.source, self.speech, self.section))


class Engine:
    """Answers from one generation; read-only, for any number of threads."""

    def __init__(self, generation: Generation, encoder: Encoder, reranker: Reranker | None = None) -> None:
        """Put an opened index and its models together; the engine closes the index."""
        self.generation = generation
        self._reranker = reranker
        self._encoder = encoder
        self._calibration = calibration(encoder.name)
        self._words = generation.manifest.words
        self._ranker = Ranker(generation.vectors, generation.windows, generation.lexical, self._calibration)
        self._texts = Texts(generation)
        self._quotations = Quotations(generation, self._texts)

    def close(self) -> None:
        """Close the index's files."""
        self.generation.close()

    @property
    def cutoff(self) -> float:
        """Least probability of an answer."""
        return self._calibration.cutoff

    def search(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """The best passages for a question; see ``Retriever.search``."""
        return self._search(self._read(question)[1], k, self._rows(filters))[0]

    def ask(self, question: str, k: int, filters: Filters, after: Answer | Focus | str | None = None) -> Answer:
        """The passages that answer, what the structure answers, or a refusal; see ``Retriever.ask``."""
        line = check_question(question)
        found = receive(self, line, k, self._rows(filters), after)
        if isinstance(found, Search):
            found = searched(self._answer(found.question, k, found.rows), found, line)
        return replace(found, question=question)

    def find(self, asked: str, k: int, rows: NDArray[np.int64] | None) -> list[Hit]:
        """The best passages for a question or a topic, among some rows or all."""
        return self._search(self._read(asked)[1], k, rows)[0]

    def again(self, question: str, k: int) -> Answer:
        """The answer to a question of an earlier turn, with more hits."""
        return self.ask(question, k, Filters())

    def cite(
        self, passages: Sequence[Passage], score: float, at: Sequence[int] = (), *, past: bool = False
    ) -> list[Hit]:
        """Passages as hits, in order: each with the sentence that stands at an offset, or its first.

        With ``past`` the heading that a paragraph begins with is passed over where there is more.
        """
        catalog = self.generation.catalog
        if not catalog.verbatim(passages):
            raise IndexDamaged(self.generation.path, zh_errors.DAMAGE_NOT_VERBATIM)
        rows = [row for passage in passages if (row := catalog.find(passage.id)) is not None]
        groups = catalog.worded(wordings := catalog.wordings(rows))
        offsets = at or [0] * len(rows)
        hits = []
        for passage, row, wording, given, offset in zip(
            passages, rows, wordings, catalog.given(rows), offsets, strict=True
        ):
            spans = sentences(passage) if past else sentence_spans(passage.text) or [(0, len(passage.text))]
            span = next((one for one in spans if one[1] > offset), spans[-1])
            places = tuple(other for at_row, other in groups[wording].items() if at_row != row)
            hits.append(Hit(passage, score, span, places, *given))
        return hits

    def coverage(self, asked: str, text: str) -> float:
        """Share of a question or a topic that stands in a text, in [0, 1]."""
        return Terms(query_terms(asked, words=self._words), self.generation.lexical.passages).coverage(text)

    def check(self, text: str, k: int) -> QuoteCheck:
        """Whether a text is the original wording; see ``Retriever.check``."""
        return self._quotations.check(text, k)

    def trace(self, phrase: str, k: int, filters: Filters) -> Trace:
        """Every use of a phrase; see ``Retriever.trace``."""
        return trace(self.generation, self._texts, phrase, k, source=filters.source, speech=filters.speech)

    def _read(self, question: str) -> tuple[str, str]:
        """The question on one line, and as it is searched: folded, with typing errors set right."""
        line = check_question(question)
        return line, corrected(fold(line), self.generation.lexical.passages.frequency, words=self._words)

    def _rows(self, filters: Filters) -> NDArray[np.int64] | None:
        """Where filters let a question be answered from; None for everywhere."""
        if not filters:
            return None
        catalog = self.generation.catalog
        return catalog.rows(source=filters.source, speech=filters.speech, section=filters.section)

    def _answer(self, question: str, k: int, rows: NDArray[np.int64] | None) -> Answer:
        """The passages that answer, or a refusal."""
        line, asked = self._read(question)
        hits, further = self._search(asked, max(k, 1), rows)
        confidence = hits[0].score if hits else 0.0
        found = confidence >= self.cutoff
        if found and _merged(hits) != hits:
            deeper, further = self._search(asked, 2 * max(k, 1), rows)
            hits = _merged(deeper)
        kept = [hit for hit in hits if not found or hit.score >= self.cutoff]
        more = len(kept[max(k, 0) :]) + sum(score >= self.cutoff for score in further) if found else 0
        return Answer(question, tuple(kept[: max(k, 0)]), found, confidence, _correction(line, asked), more=more)

    def _search(self, asked: str, k: int, rows: NDArray[np.int64] | None) -> tuple[list[Hit], list[float]]:
        """``search`` for a question that has been read, and the scores of some that come after."""
        catalog = self.generation.catalog
        query = Query(self._encoder.encode_queries([asked])[0], query_terms(asked, words=self._words))
        found, further = self._best(query, asked, k, rows)
        if not catalog.verbatim(passage for _, (passage, *_) in found):
            raise IndexDamaged(self.generation.path, zh_errors.DAMAGE_NOT_VERBATIM)
        terms = Terms(query.terms, self.generation.lexical.passages)
        given = catalog.given([ranked.row for ranked, _ in found])
        hits = [
            Hit(passage, ranked.probability, self._highlight(query, ranked, passage, terms), tuple(others), *said)
            for (ranked, (passage, *others)), said in zip(found, given, strict=True)
        ]
        return hits, further

    def _best(
        self, query: Query, asked: str, k: int, rows: NDArray[np.int64] | None
    ) -> tuple[list[_Found], list[float]]:
        """The best ``k`` paragraphs, in the order of the reranker where there is one; see ``reranking`` on probabilities.

        Besides, the scores of those ranked after them.
        """
        if self._reranker is None or k <= 0:
            return self._distinct(query, k, rows)
        found, _ = self._distinct(query, max(k, DEPTH), rows)
        ordered = reranked(self._reranker, asked, found, [fold(passage.text) for _, (passage, *_) in found])
        pairs = zip(found, ordered, strict=True)
        placed = [(replace(one, probability=place.probability), worded) for (place, _), (one, worded) in pairs]
        return placed[:k], [one.probability for one, _ in placed[k:]]

    def _distinct(self, query: Query, k: int, rows: NDArray[np.int64] | None) -> tuple[list[_Found], list[float]]:
        """The best ``k`` paragraphs, each with the passages that have its wording, the one ranked first in front.

        Besides, the scores of those ranked after them.
        """
        catalog, depth = self.generation.catalog, k * _AHEAD + _BESIDES
        while True:
            ranked = self._ranker.rank(query, depth if k > 0 else 0, rows=rows)
            first: dict[int, Ranked] = {}
            for one, wording in zip(ranked, catalog.wordings([one.row for one in ranked]), strict=True):
                first.setdefault(wording, one)
            if len(first) >= k or len(ranked) < depth:
                break
            depth *= 4
        chosen = dict(islice(first.items(), max(k, 0)))
        groups = catalog.worded(list(chosen))
        found = [(one, [groups[wording].pop(one.row), *groups[wording].values()]) for wording, one in chosen.items()]
        return found, [one.probability for one in list(first.values())[max(k, 0) :]]

    def _highlight(self, query: Query, ranked: Ranked, passage: Passage, terms: Terms) -> tuple[int, int]:
        """The sentence with the most evidence: what it holds of the question, and how near its window comes.

        The heading that the paragraph begins with is passed over where there is more: it stands in the place already.
        """
        support = self._ranker.support(query, ranked)
        places = self.generation.windows[slice(*ranked.windows), 1:].tolist()

        def evidence(span: tuple[int, int]) -> float:
            touching = [
                own for (start, end), own in zip(places, support, strict=True) if start < span[1] and span[0] < end
            ]
            return terms.coverage(passage.text[slice(*span)]) + max(touching)

        return max(sentences(passage), key=evidence)


def _merged(hits: list[Hit]) -> list[Hit]:
    """Hits of which those in almost the words of a better one are told with that one."""
    kept: list[Hit] = []
    words = [bigrams(hit.passage.text) for hit in hits]
    of_kept: list[int] = []
    for number, hit in enumerate(hits):
        same = next((at for at, other in enumerate(of_kept) if alike(words[other], words[number])), None)
        if same is None:
            of_kept.append(number)
            kept.append(hit)
        else:
            kept[same] = replace(kept[same], alike=(*kept[same].alike, hit.passage, *hit.places))
    return kept if len(kept) < len(hits) else hits


def _correction(line: str, asked: str) -> str | None:
    """The question with typing errors set right, None when there are none; as typed but where folding changes its length."""
    folded = fold(line)
    if asked == folded:
        return None
    if len(line) != len(folded):
        return asked
    return "".join(new if new != old else typed for typed, old, new in zip(line, folded, asked, strict=True))
