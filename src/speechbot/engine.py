"""One generation of an index with its encoder: questions to placed passages, or an honest refusal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias

from speechbot.calibration import calibration
from speechbot.errors import IndexDamaged
from speechbot.language.questions import check_question
from speechbot.language.sentences import sentence_spans
from speechbot.language.spelling import corrected
from speechbot.language.text import fold
from speechbot.language.words import query_terms
from speechbot.models import Answer, Hit
from speechbot.parsing.headings import clean_title
from speechbot.ranking import Query, Ranker, Terms
from speechbot.reranking import DEPTH, reranked
from speechbot.wording import zh_errors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from speechbot.encoder import Encoder
    from speechbot.indexing.generation import Generation
    from speechbot.models import Passage
    from speechbot.ranking import Ranked
    from speechbot.reranking import Reranker

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

    def close(self) -> None:
        """Close the index's files."""
        self.generation.close()

    def search(self, question: str, k: int, filters: Filters) -> list[Hit]:
        """The best passages for a question; see ``Retriever.search``."""
        return self._search(self._read(question)[1], k, filters)

    def ask(self, question: str, k: int, filters: Filters) -> Answer:
        """The passages that answer, or a refusal; see ``Retriever.ask``."""
        line, asked = self._read(question)
        hits = self._search(asked, max(k, 1), filters)
        confidence = hits[0].score if hits else 0.0
        found = confidence >= self._calibration.cutoff
        kept = [hit for hit in hits if not found or hit.score >= self._calibration.cutoff]
        return Answer(question, tuple(kept[: max(k, 0)]), found, confidence, _correction(line, asked))

    def _read(self, question: str) -> tuple[str, str]:
        """The question on one line, and as it is searched: folded, with typing errors set right."""
        line = check_question(question)
        return line, corrected(fold(line), self.generation.lexical.passages.frequency, words=self._words)

    def _search(self, asked: str, k: int, filters: Filters) -> list[Hit]:
        """``search`` for a question that has been read."""
        catalog = self.generation.catalog
        rows = None
        if filters:
            rows = catalog.rows(source=filters.source, speech=filters.speech, section=filters.section)
        query = Query(self._encoder.encode_queries([asked])[0], query_terms(asked, words=self._words))
        found = self._best(query, asked, k, rows)
        if not catalog.verbatim(passage for _, (passage, *_) in found):
            raise IndexDamaged(self.generation.path, zh_errors.DAMAGE_NOT_VERBATIM)
        terms = Terms(query.terms, self.generation.lexical.passages)
        given = catalog.given([ranked.row for ranked, _ in found])
        return [
            Hit(passage, ranked.probability, self._highlight(query, ranked, passage, terms), tuple(others), *said)
            for (ranked, (passage, *others)), said in zip(found, given, strict=True)
        ]

    def _best(self, query: Query, asked: str, k: int, rows: NDArray[np.int64] | None) -> list[_Found]:
        """The best ``k`` paragraphs, in the order of the reranker where there is one; see ``reranking`` on probabilities."""
        if self._reranker is None or k <= 0:
            return self._distinct(query, k, rows)
        found = self._distinct(query, max(k, DEPTH), rows)
        ordered = reranked(self._reranker, asked, found, [fold(passage.text) for _, (passage, *_) in found])
        pairs = zip(found, ordered, strict=True)
        placed = [(replace(one, probability=place.probability), worded) for (place, _), (one, worded) in pairs]
        return placed[:k]

    def _distinct(self, query: Query, k: int, rows: NDArray[np.int64] | None) -> list[_Found]:
        """The best ``k`` paragraphs, each with the passages that have its wording, the one ranked first in front."""
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
        return [(one, [groups[wording].pop(one.row), *groups[wording].values()]) for wording, one in chosen.items()]

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
