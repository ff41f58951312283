"""From evidence to a ranking, and from its best score to the probability of an answer.

Two steps, both learnt by ``benchmarks/calibrate.py`` from labelled questions of several kinds and domains, over pools of
12 to 7,000 passages; ``calibration.json`` beside this file holds the result and how it was learnt.

1. The score of a passage is a weighted sum of its evidence, the same weights for every question.
2. A logistic function turns the score into a probability (Platt 1999), with the number of passages searched, how near
   the nearest of them comes to the question and how much of the question's words any of them holds. These are the same
   for all passages. What comes after the best passage loses by how far its score lies behind. So for one question the
   probability only rises with the score: ranking and refusal cannot contradict each other.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

from speechbot.encoder import BUNDLED

PATH = Path(__file__).parent / "calibration.json"


@dataclass(frozen=True, slots=True)
class Calibration:
    """What was learnt.

    Attributes:
        cosine: Weight of the best window's cosine with the question, in standard deviations above the mean of all
            windows: the range of cosines differs from question to question, and from model to model. The paragraph's
            lexical match, in [0, 1], weighs 1.
        heading: Weight of the share of the question that stands in the headings above, in [0, 1].
        slope: Logits for each unit of score.
        nearest: Logits for each unit of the highest cosine that any passage searched has with the question; 0 for a
            model whose cosines were not learnt from.
        covered: Logits for each unit of the largest share of the question, in [0, 1], that stands in any passage
            searched.
        log_passages: Logits for each unit of the natural logarithm of the number of passages searched: the more there
            are, the better the best wrong one looks.
        intercept: Logits of a score of 0 in one passage.
        behind: Logits that every passage but the best one loses: most questions have one answer.
        gap: Logits that such a passage loses for each unit of score between it and the best one.
        cutoff: Least probability of an answer.
    """

    cosine: float
    heading: float
    slope: float
    nearest: float
    covered: float
    log_passages: float
    intercept: float
    behind: float
    gap: float
    cutoff: float

    def probabilities(self, scores: Sequence[float], *, nearest: float, covered: float, passages: int) -> list[float]:
        """Probability in [0, 1] of each of the best passages that it answers, none higher than the one before.

        Args:
            scores: Their weighted evidence, best first.
            nearest: Highest cosine of the question with any window searched.
            covered: Largest share of the question that stands in any passage searched.
            passages: Number of passages searched, at least 1.
        """
        if not scores:
            return []
        best = scores[0]
        logit = (
            self.slope * best
            + self.nearest * nearest
            + self.covered * covered
            + self.log_passages * math.log(passages)
            + self.intercept
        )
        return [_logistic(logit), *(_logistic(logit - self.behind - self.gap * (best - one)) for one in scores[1:])]


def _logistic(logit: float) -> float:
    return 1 / (1 + math.exp(-logit)) if logit > -700 else 0.0  # exp overflows beyond


@cache
def calibration(model: str) -> Calibration:
    """The shipped calibration for a model: its own for the bundled one, one without ``nearest`` for any other."""
    stored = json.loads(PATH.read_text(encoding="utf-8"))
    weights = stored["bundled" if model == BUNDLED else "other"]
    return Calibration(**{field.name: weights[field.name] for field in fields(Calibration)})
