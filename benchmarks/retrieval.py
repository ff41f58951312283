"""Retrieval quality on the three public sets, against what is commonly built from the same model.

    python benchmarks/retrieval.py

All questions, all passages of a set as the pool, one configuration on all sets. Contestants, all with the bundled
encoder and the same tokens:

- ``dense``: cosine of the whole paragraph, cut by the encoder at 512 tokens.
- ``dense windows``: cosine of the paragraph's best window.
- ``bm25``: BM25 (k1 1.5, b 0.75, the usual values) over words and bigrams of the paragraph.
- ``rank fusion``: reciprocal rank fusion of the two (Cormack et al. 2009, k = 60), with paragraphs and with windows.
- ``speechbot``: ``speechbot.ranking.Ranker`` as shipped.

The weights that speechbot ships were chosen with these sets among others (``calibrate.py``); ``speechbot, held out``
ranks each set with weights learnt from the other domains only.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from calibrate import EVIDENCE, learn_weights, weights_of
from pools import asked, whole
from record import write
from sets import PUBLIC, LabelledSet, public_set, report_sets

from speechbot.calibration import calibration
from speechbot.encoder import BUNDLED
from speechbot.indexing.lexical import LexicalIndex

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from speechbot.calibration import Calibration

    Scores = NDArray[np.floating]

RRF = 60  # the constant of the paper


def reciprocal_rank_fusion(left: Scores, right: Scores) -> Scores:
    """Sum of 1 / (60 + rank) over both rankings."""
    ranks = (np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable") for scores in (left, right))
    first, second = (1 / (RRF + 1 + rank) for rank in ranks)
    return first + second


def figures(scores: Scores, gold: tuple[frozenset[int], ...]) -> dict[str, float]:
    """R@1, R@3, R@10, MRR@10 of a score matrix ``(questions, passages)``; ties count against the right passage."""
    ranks = []
    for row, right in zip(scores, gold, strict=True):
        members = np.fromiter(right, int)
        best = row[members].max()
        ranks.append(1 + int((np.delete(row, members) >= best).sum()))
    found = np.array(ranks)
    recall = {f"r{k}": round(float((found <= k).mean()), 4) for k in (1, 3, 10)}
    return {**recall, "mrr10": round(float(np.where(found <= 10, 1 / found, 0).mean()), 4)}


def evidence(labelled: LabelledSet, shipped: Calibration) -> Scores:
    """Evidence of every passage for every question: ``(questions, passages, 3)`` float32."""
    ranker = whole(labelled).ranker(shipped)
    rows = []
    for question in range(len(labelled.questions)):
        found = ranker.evidence(asked(labelled, question))
        rows.append(np.stack([getattr(found, name) for name in EVIDENCE], axis=1))
    return np.array(rows)


def measure(labelled: LabelledSet, shipped: Calibration, held_out: Calibration) -> dict[str, dict[str, float]]:
    """Every contestant on one set."""
    starts = np.searchsorted(labelled.windows[:, 0], np.arange(len(labelled.passages)))
    questions = labelled.question_vectors
    paragraphs = questions @ labelled.passage_vectors.T
    windows = np.maximum.reduceat(questions @ labelled.vectors.T, starts, axis=1)
    index = LexicalIndex.build(labelled.tokens.passages, k1=1.5)
    bm25 = np.array([index.scores([term.token for term in terms]) for terms in labelled.terms])
    found = evidence(labelled, shipped)
    contestants = {
        "dense": paragraphs,
        "dense windows": windows,
        "bm25": bm25,
        "rank fusion": reciprocal_rank_fusion(paragraphs, bm25),
        "rank fusion, windows": reciprocal_rank_fusion(windows, bm25),
        "speechbot": found @ weights_of(shipped),
        "speechbot, held out": found @ weights_of(held_out),
    }
    return {name: figures(scores, labelled.gold) for name, scores in contestants.items()}


def main() -> None:
    """Measure all sets, print and record."""
    shipped = calibration(BUNDLED)
    sets, reports = [public_set(name) for name in PUBLIC], report_sets()
    results = {}
    for labelled in sets:
        others = [other for other in sets if other is not labelled]
        held_out, _ = learn_weights([*others, *reports])
        results[labelled.name] = measure(labelled, shipped, replace(held_out, cutoff=shipped.cutoff))
        print(labelled.name, len(labelled.passages), "passages,", len(labelled.questions), "questions")
        for name, row in results[labelled.name].items():
            print(f"  {name:22}", "  ".join(f"{key} {value:.4f}" for key, value in row.items()))
    settings = {"weights": dict(zip(EVIDENCE, weights_of(shipped).round(4).tolist(), strict=True)), "rrf_k": RRF}
    write(Path(__file__).with_suffix(".json"), settings=settings, results=results)


if __name__ == "__main__":
    main()
