"""The order of hits by a second model, which reads question and passage together: optional, and off unless configured.

A reranker orders and nothing else. Whether the materials answer, and how sure that is, stays what the calibrated first
stage says: the scores of rerankers are not probabilities, and differ from model to model. So a question is refused with
a reranker exactly where it is refused without. The probability belongs to the place in the order, not to the passage:
the first hit has that of the passage that the first stage put first, and so on. That is right, or too modest, where the
reranker puts the right passage first at least as often as the first stage does, and too hopeful where it does not:
``speechbot eval`` tells before anybody relies on it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

# Hits that a reranker looks at. On 7,923 statute articles, the hardest set at hand, the first stage has the right one first
# for 47 questions of 100 and among its first 10 for 74: there is much to win here. Each one costs a pass through a network
# that is many times as large as the encoder, six seconds of CPU time for all ten (BERT of base size, 220 characters each).
DEPTH = 10

Item = TypeVar("Item")


class Reranker(Protocol):
    """What judges texts against a question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """How well each text answers, higher is better, in no fixed range."""
        ...


def open_reranker(name: str) -> Reranker:
    """Open a reranker; this loads torch.

    Args:
        name: Name or folder of a sentence-transformers ``CrossEncoder``.

    Raises:
        ModelError: It cannot be loaded, or is none.
    """
    from speechbot.sentence import SentenceReranker  # noqa: PLC0415 - loads torch

    return SentenceReranker.load(name)


def reranked(reranker: Reranker, question: str, items: Sequence[Item], texts: Sequence[str]) -> list[Item]:
    """The first ``DEPTH`` items in the order of the reranker, the earlier of equals first, then the others."""
    scores = reranker.scores(question, texts[:DEPTH])
    order = sorted(range(len(scores)), key=lambda at: -scores[at])
    return [*(items[at] for at in order), *items[len(order) :]]
