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
    Numbers = NDArray[np.int64]

# Windows whose passages are looked at first; a question has few answers.
NEAR = 256
# Further passages that are looked at for their words, at most: their windows take a few milliseconds.
MOST = 2048
# How much two ways of adding up the same score may differ.
_ROUNDING = 1e-4


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
    """

    row: int
    score: float
    probability: float
    windows: tuple[int, int]


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


@dataclass(frozen=True, slots=True)
class _Scale:
    """Cosines of one question in standard deviations above the mean of all windows."""

    mean: float
    spread: float

    def __call__(self, cosines: Floats) -> Floats:
        standard: Floats = (cosines - np.float32(self.mean)) / np.float32(self.spread)
        return standard


@dataclass(frozen=True, slots=True)
class _Candidates:
    """Passages that were looked at closely.

    Attributes:
        rows: (c,) int64, their rows, ascending.
        scores: (c,) float32, their weighted evidence.
        nearest: Highest cosine of the question with any of their windows.
    """

    rows: Numbers
    scores: Floats
    nearest: float


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
        total, counted = np.zeros(len(fields[0]), np.float32), np.zeros(len(fields[0]), bool)
        for token, share in zip(self._tokens, self._shares, strict=True):
            held = [field.rows(token) for field in fields]
            for rows in held:
                fresh = rows[~counted[rows]] if len(held) > 1 else rows
                np.add.at(total, fresh, share)
                counted[fresh] = True
            for rows in held:
                counted[rows] = False
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
        self._of_windows = windows[:, 0]
        self._starts = np.searchsorted(self._of_windows, np.arange(len(lexical.passages) + 1))

    def rank(self, query: Query, k: int, *, rows: Numbers | None = None) -> list[Ranked]:
        """The best ``k`` passages, best first, the earlier of equals first.

        Args:
            query: The question.
            k: How many; fewer come back when fewer there are.
            rows: Passages to choose from, ascending; None for all.
        """
        count = len(self._lexical.passages) if rows is None else len(rows)
        if k <= 0 or count == 0:
            return []
        body, heading, presence = self._words(query)
        lexical: Floats = body + np.float32(self._calibration.heading) * heading
        scale = self._scale(query)
        found = (
            self._candidates(query, k, lexical, scale) if rows is None else self._scored(query, rows, lexical, scale)
        )
        order = np.argsort(-found.scores, kind="stable")[:k]
        covered = float((presence if rows is None else presence[rows]).max())
        probabilities = self._calibration.probabilities(
            found.scores[order].tolist(), nearest=found.nearest, covered=covered, passages=count
        )
        return [
            Ranked(row, score, probability, (first, last))
            for row, score, probability, first, last in zip(
                found.rows[order].tolist(),
                found.scores[order].tolist(),
                probabilities,
                self._starts[found.rows[order]].tolist(),
                self._starts[found.rows[order] + 1].tolist(),
                strict=True,
            )
        ]

    def _candidates(self, query: Query, k: int, lexical: Floats, scale: _Scale) -> _Candidates:
        """The passages that can be among the best ``k``.

        A passage outside the nearest windows has no cosine above the last of these, so that its lexical evidence, which is
        known of all, bounds its score (as in Fagin's threshold algorithm, 2001). Only those whose bound reaches the
        ``k``-th score so far are looked at, at most ``MOST`` of them.
        """
        if k > NEAR:  # most of what is wanted lies beyond any bound
            return self._scored(query, np.arange(len(self._lexical.passages)), lexical, scale)
        windows, cosines = self._vectors.nearest(query.vector, NEAR)
        near = np.unique(self._of_windows[windows]).astype(np.int64)
        found = self._scored(query, near, lexical, scale)
        if len(windows) == len(self._of_windows):
            return found
        reached = float(np.sort(found.scores)[-k]) if len(near) >= k else -np.inf
        unseen = self._calibration.cosine * float(scale(cosines[-1:])[0])
        further = np.setdiff1d(np.flatnonzero(lexical >= reached - unseen - _ROUNDING), near, assume_unique=True)
        if len(further) > MOST:
            further = np.sort(further[np.argpartition(-lexical[further], MOST)[:MOST]])
        if not len(further):
            return found
        more = self._scored(query, further, lexical, scale)
        rows, scores = np.append(found.rows, more.rows), np.append(found.scores, more.scores)
        order = np.argsort(rows)
        return _Candidates(rows[order], scores[order], max(found.nearest, more.nearest))

    def _scored(self, query: Query, rows: Numbers, lexical: Floats, scale: _Scale) -> _Candidates:
        """Weighted evidence of some passages, by the exact cosine of every window of theirs."""
        first, last = self._starts[rows], self._starts[rows + 1]
        counts = last - first
        bounds = np.cumsum(counts) - counts
        windows = np.repeat(first - bounds, counts) + np.arange(counts.sum())
        cosines = self._vectors.cosines(query.vector, windows)
        best = np.maximum.reduceat(cosines, bounds)
        scores: Floats = np.float32(self._calibration.cosine) * scale(best) + lexical[rows]
        return _Candidates(rows, scores, float(best.max()))

    def support(self, query: Query, ranked: Ranked) -> list[float]:
        """What each window of a passage adds to a score by its cosine."""
        standard = self._scale(query)(self._vectors.cosines(query.vector, np.arange(*ranked.windows)))
        found: list[float] = (self._calibration.cosine * standard).tolist()
        return found

    def _words(self, query: Query) -> tuple[Floats, Floats, Floats]:
        """Lexical match of each body, share of the question in the headings above, and in either: (passages,) each."""
        terms = Terms(query.terms, self._lexical.passages)
        passages, headings = self._lexical.passages, self._lexical.headings
        return terms.match(passages), terms.presence(headings), terms.presence(passages, headings)

    def _scale(self, query: Query) -> _Scale:
        """Mean and variance of the dot product with all rows, without a pass over them."""
        mean, covariance = self._vectors.moments()
        variance = float(query.vector @ covariance @ query.vector)
        return _Scale(float(query.vector @ mean), max(variance, 1e-12) ** 0.5)

    def scores(self, found: Evidence) -> Floats:
        """Weighted evidence of each passage: ``(passages,)`` float32, higher is better."""
        weights = self._calibration
        total: Floats = weights.cosine * found.cosine + found.body + weights.heading * found.heading
        return total

    def evidence(self, query: Query) -> Evidence:
        """What speaks for each passage, none left out: what ``rank`` spares is computed as well, for measuring."""
        body, heading, presence = self._words(query)
        cosines = self._vectors.cosines(query.vector, np.arange(len(self._of_windows)))
        standard = self._scale(query)(cosines)
        best = np.maximum.reduceat(standard, self._starts[:-1])
        return Evidence(cosines, standard, cosine=best, body=body, heading=heading, presence=presence)
