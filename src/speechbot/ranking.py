"""Passages in the order of their evidence for a question."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speechbot.language.text import fold
from speechbot.language.words import occurs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from speechbot.calibration import Calibration
    from speechbot.indexing.lexical import LexicalFields, LexicalIndex
    from speechbot.indexing.vectors import VectorIndex
    from speechbot.language.words import Term

    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as an index sees it.

    Attributes:
        vector: (dim,) float32, unit length.
        terms: Its tokens in place.
    """

    vector: Floats
    terms: Sequence[Term]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its score.

    Attributes:
        row: Row of the passage.
        score: Weighted evidence; higher is better, no fixed range.
        probability: Calibrated probability in [0, 1] that the passage answers.
        windows: Row of its first window, and of the window after its last.
        support: What each of its windows adds to a score by its cosine.
    """

    row: int
    score: float
    probability: float
    windows: tuple[int, int]
    support: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each passage and each window of an index.

    Attributes:
        cosines: (windows,) float32 in [-1, 1].
        standard: (windows,) float32, the same in standard deviations above the mean of all windows.
        cosine: (passages,) float32, best window's ``standard``.
        body: (passages,) float32 in [0, 1], lexical match of the paragraph.
        heading: (passages,) float32 in [0, 1], share of the question in the headings above.
        presence: (passages,) float32 in [0, 1], share of the question in the paragraph or the headings above.
    """

    cosines: Floats
    standard: Floats
    cosine: Floats
    body: Floats
    heading: Floats
    presence: Floats


class Terms:
    """The tokens of a question, each with its share of the question's weight.

    Every character of the question weighs the same and is shared by the tokens that cover it, so that a long word does
    not count for more because it comes with its parts and bigrams. A word that no passage holds as such is left to its
    bigrams, since the segmenter may have cut it differently there.

    The share of a token is its weight times its inverse document frequency among the passages, over the sum of these
    for all tokens, unknown ones included. So a lexical score is what part of the question was found, in [0, 1], in an
    index of any size; and a long, chatty question trusts words less than a short, precise one without any switch.
    """

    def __init__(self, terms: Sequence[Term], passages: LexicalIndex) -> None:
        """Look the tokens up among the passages."""
        frequency = passages.frequency([term.token for term in terms])
        weights = _weights([term for term, rows in zip(terms, frequency, strict=True) if rows or not term.spelt])
        self._tokens = list(weights)
        self._weights = np.array(list(weights.values()), np.float32)
        shares = self._weights * passages.idf(self._tokens)
        self._shares = shares / max(float(shares.sum()), 1e-9)

    def match(self, index: LexicalIndex) -> Floats:
        """BM25 of every row over the most that any row could reach: ``(rows,)`` float32 in [0, 1]."""
        most = max(float(self._weights @ index.idf(self._tokens)), 1e-9)
        return index.scores(self._tokens, self._weights.tolist()) / np.float32(most)

    def presence(self, *fields: LexicalIndex) -> Floats:
        """Share of the question that stands in every row of any of the fields: ``(rows,)`` float32 in [0, 1]."""
        total = np.zeros(len(fields[0]), np.float32)
        for token, share in zip(self._tokens, self._shares, strict=True):
            total[np.unique(np.concatenate([field.rows(token) for field in fields]))] += share
        return total

    def coverage(self, text: str) -> float:
        """Share of the question that stands in a text, in [0, 1]."""
        folded = fold(text)
        pairs = zip(self._tokens, self._shares.tolist(), strict=True)
        return float(sum(share for token, share in pairs if occurs(token, folded)))


def _weights(terms: Sequence[Term]) -> dict[str, float]:
    """Weight of each token; one that occurs several times has that of its weightiest occurrence."""
    cover = Counter(at for term in terms for at in range(term.start, term.end))
    weights: dict[str, float] = {}
    for term in terms:
        share = sum(1 / cover[at] for at in range(term.start, term.end)) / (term.end - term.start)
        weights[term.token] = max(weights.get(term.token, 0.0), share * term.width)
    return weights


class Ranker:
    """Ranks the passages of one index; read-only, for any number of threads.

    The evidence of a passage is the cosine of its best window, the lexical match of the paragraph and what part of the
    question stands in the headings above it. Scores are added, not ranks: how much better the first is than the second
    counts.

    Args:
        vectors: Row i is window i.
        windows: (n, 3) int32: row of the passage, start and end in its text; ascending by row, each row at least once.
        lexical: Row i is passage i.
        calibration: Weighs the evidence.
    """

    def __init__(
        self, vectors: VectorIndex, windows: NDArray[np.int32], lexical: LexicalFields, calibration: Calibration
    ) -> None:
        """Note where each passage's windows start."""
        self._vectors = vectors
        self._lexical = lexical
        self._calibration = calibration
        self._starts = np.searchsorted(windows[:, 0], np.arange(len(lexical.passages) + 1))

    def rank(self, query: Query, k: int, *, rows: NDArray[np.int64] | None = None) -> list[Ranked]:
        """The best ``k`` passages, best first, the earlier of equals first.

        Args:
            query: The question.
            k: How many; fewer come back when fewer there are.
            rows: Passages to choose from, ascending; None for all.
        """
        among = np.arange(len(self._lexical.passages)) if rows is None else rows
        if k <= 0 or len(among) == 0:
            return []
        found = self.evidence(query)
        scores = self.scores(found)
        nearest, covered = float(self._best(found.cosines)[among].max()), float(found.presence[among].max())
        support = self._calibration.cosine * found.standard
        best = among[np.argsort(-scores[among], kind="stable")[:k]]
        probabilities = self._calibration.probabilities(
            scores[best].tolist(), nearest=nearest, covered=covered, passages=len(among)
        )
        return [
            Ranked(row, float(scores[row]), probability, (first, last), tuple(support[first:last].tolist()))
            for row, probability, first, last in zip(
                best.tolist(), probabilities, self._starts[best].tolist(), self._starts[best + 1].tolist(), strict=True
            )
        ]

    def scores(self, found: Evidence) -> Floats:
        """Weighted evidence of each passage: ``(passages,)`` float32, higher is better."""
        weights = self._calibration
        total: Floats = weights.cosine * found.cosine + found.body + weights.heading * found.heading
        return total

    def evidence(self, query: Query) -> Evidence:
        """What speaks for each passage."""
        terms = Terms(query.terms, self._lexical.passages)
        cosines = self._vectors.scores(query.vector)
        mean, covariance = self._vectors.moments()
        # Mean and variance of the dot product with all rows, without a pass over them.
        spread = max(float(query.vector @ covariance @ query.vector), 1e-12) ** 0.5
        standard = (cosines - np.float32(query.vector @ mean)) / np.float32(spread)
        return Evidence(
            cosines,
            standard,
            cosine=self._best(standard),
            body=terms.match(self._lexical.passages),
            heading=terms.presence(self._lexical.headings),
            presence=terms.presence(self._lexical.passages, self._lexical.headings),
        )

    def _best(self, of_windows: Floats) -> Floats:
        """The best window of each passage: ``(passages,)`` float32."""
        best: Floats = np.maximum.reduceat(of_windows, self._starts[:-1])
        return best
