"""Pools: parts of a labelled set ranked as an index of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from speechbot.indexing.lexical import LexicalFields
from speechbot.indexing.vectors import VectorIndex
from speechbot.ranking import Query, Ranker

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sets import LabelledSet

    from speechbot.calibration import Calibration


@dataclass(frozen=True)
class Pool:
    """Some passages of a labelled set, with the rows that they have there.

    Attributes:
        labelled: The set.
        rows: (n,) rows of the set, ascending.
    """

    labelled: LabelledSet
    rows: NDArray[np.int64]

    def ranker(self, calibration: Calibration) -> Ranker:
        """The pool as an index."""
        old = self.labelled.windows
        mask = np.isin(old[:, 0], self.rows)
        windows = old[mask].copy()
        windows[:, 0] = np.searchsorted(self.rows, windows[:, 0])
        tokens, kept = self.labelled.tokens, self.rows.tolist()
        lexical = LexicalFields.build(
            [tokens.passages[row] for row in kept],
            [tokens.headings[row] for row in kept],
        )
        return Ranker(VectorIndex.build(self.labelled.vectors[mask]), windows, lexical, calibration)

    def gold(self, question: int) -> NDArray[np.int64]:
        """Rows in the pool of what answers a question of the pool's own set."""
        return np.flatnonzero(np.isin(self.rows, list(self.labelled.gold[question])))


def asked(labelled: LabelledSet, question: int) -> Query:
    """A question as an index sees it."""
    return Query(labelled.question_vectors[question], labelled.terms[question])


def whole(labelled: LabelledSet) -> Pool:
    """All passages of a set."""
    return Pool(labelled, np.arange(len(labelled.passages)))
