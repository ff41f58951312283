"""Passages in the order of their evidence for a question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speechbot.text import fold
from speechbot.words import occurs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from speechbot.calibration import Calibration
    from speechbot.lexical import LexicalFields, LexicalIndex
    from speechbot.vectors import VectorIndex

    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Query:
    """A question as an index sees it.

    Attributes:
        vector: (dim,) float32, unit length.
        terms: Tokens with their weights.
    """

    vector: Floats
    terms: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage with its score.

    Attributes:
        row: Row of the passage.
        window: Row of the window that speaks for it most.
        score: Weighted evidence; higher is better, no fixed range.
        probability: Calibrated probability in [0, 1] that the passage answers.
    """

    row: int
    window: int
    score: float
    probability: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for each passage and each window of an index.

    Attributes:
        cosines: (windows,) float32 in [-1, 1].
        standard: (windows,) float32, the same in standard deviations above the mean of all windows.
        matches: (windows,) float32 in [0, 1], lexical match of each window.
        cosine: (passages,) float32, best window's ``standard``.
        window: (passages,) float32 in [0, 1], best window's lexical match.
        body: (passages,) float32 in [0, 1], lexical match of the paragraph.
        heading: (passages,) float32 in [0, 1], share of the question in the headings above.
    """

    cosines: Floats
    standard: Floats
    matches: Floats
    cosine: Floats
    window: Floats
    body: Floats
    heading: Floats


class Terms:
    """The tokens of a question, each with its share of the question's weight.

    The share is the token's own weight times its inverse document frequency among the passages, over the sum of these
    for all tokens, unknown ones included. So a lexical score is what part of the question was found, in [0, 1], in an
    index of any size; and a long, chatty question trusts words less than a short, precise one without any switch.
    """

    def __init__(self, terms: Mapping[str, float], passages: LexicalIndex) -> None:
        """Look the tokens up among the passages."""
        self._tokens = list(terms)
        self._weights = np.array(list(terms.values()), np.float32)
        shares = self._weights * passages.idf(self._tokens)
        self._shares = shares / max(float(shares.sum()), 1e-9)

    def match(self, index: LexicalIndex) -> Floats:
        """BM25 of every row over the most that any row could reach: ``(rows,)`` float32 in [0, 1]."""
        most = max(float(self._weights @ index.idf(self._tokens)), 1e-9)
        return index.scores(self._tokens, self._weights.tolist()) / np.float32(most)

    def presence(self, index: LexicalIndex) -> Floats:
        """Share of the question that stands in every row of an index without saturation: ``(rows,)`` float32."""
        return index.scores(self._tokens, (self._shares / index.idf(self._tokens)).tolist())

    def coverage(self, text: str) -> float:
        """Share of the question that stands in a text, in [0, 1]."""
        folded = fold(text)
        pairs = zip(self._tokens, self._shares.tolist(), strict=True)
        return float(sum(share for token, share in pairs if occurs(token, folded)))


class Ranker:
    """Ranks the passages of one index; read-only, for any number of threads.

    The evidence of a passage is the cosine of its best window, the lexical match of the paragraph, of its best window
    and of the headings above it. Scores are added, not ranks: how much better the first is than the second counts.

    Args:
        vectors: Row i is window i.
        windows: (n, 3) int32: row of the passage, start and end in its text; ascending by row, each row at least once.
        lexical: Rows of windows and passages as in ``windows``.
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
        weights, found = self._calibration, self.evidence(query)
        scores = (
            weights.cosine * found.cosine
            + weights.window * found.window
            + weights.body * found.body
            + weights.heading * found.heading
        )
        nearest = float(self._best(found.cosines)[among].max())
        places = weights.cosine * found.standard + weights.window * found.matches
        return [
            Ranked(
                row,
                self._place(row, places),
                score := float(scores[row]),
                weights.probability(score, nearest=nearest, passages=len(among)),
            )
            for row in among[np.argsort(-scores[among], kind="stable")[:k]].tolist()
        ]

    def evidence(self, query: Query) -> Evidence:
        """What speaks for each passage."""
        terms = Terms(query.terms, self._lexical.passages)
        cosines, matches = self._vectors.scores(query.vector), terms.match(self._lexical.windows)
        mean, covariance = self._vectors.moments()
        # Mean and variance of the dot product with all rows, without a pass over them.
        spread = max(float(query.vector @ covariance @ query.vector), 1e-12) ** 0.5
        standard = (cosines - np.float32(query.vector @ mean)) / np.float32(spread)
        return Evidence(
            cosines,
            standard,
            matches,
            cosine=self._best(standard),
            window=self._best(matches),
            body=terms.match(self._lexical.passages),
            heading=terms.presence(self._lexical.headings),
        )

    def _place(self, row: int, places: Floats) -> int:
        """Row of the window that speaks most for a passage."""
        first, last = self._starts[row], self._starts[row + 1]
        return int(first + places[first:last].argmax())

    def _best(self, of_windows: Floats) -> Floats:
        """The best window of each passage: ``(passages,)`` float32."""
        best: Floats = np.maximum.reduceat(of_windows, self._starts[:-1])
        return best
