"""What each part of the evidence is worth, and how the constants of search were chosen.

    python benchmarks/ablation.py

One thing at a time is changed from what speechbot ships; all weights stay as shipped. Measured on the three public sets
and on the reports (``sets.py``), whole pools. Windows of another size have to be encoded first, which takes minutes and is cached.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from calibrate import EVIDENCE, weights_of
from outcomes import domain
from record import write
from sets import PUBLIC, LabelledSet, public_set, report_sets

from speechbot.calibration import calibration
from speechbot.encoder import BUNDLED
from speechbot.indexing.lexical import K1, B, LexicalFields, LexicalIndex
from speechbot.indexing.vectors import VectorIndex
from speechbot.ranking import Query, Ranker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from speechbot.calibration import Calibration
    from speechbot.language.words import Term

SHIPPED = "as shipped"
WINDOW_SIZES = (45, 90, 120, 180)
LENGTHS = ((0.3, B), (0.9, B), (1.2, B), (1.5, B), (K1, 0.5), (K1, 1.0))  # k1, b
# Which tokens of a question count.
TOKENS: dict[str, Callable[[Term], bool]] = {
    "words alone": lambda term: not term.token.startswith("_"),
    "bigrams alone": lambda term: not term.spelt,
}
DEPTH = 10


def lexical_fields(labelled: LabelledSet, *, k1: float = K1, b: float = B) -> LexicalFields:
    """The words of a set as an index, under other constants of BM25."""
    passages = LexicalIndex.build(labelled.tokens.passages, k1=k1, b=b)
    return LexicalFields(passages, LexicalIndex.build(labelled.tokens.headings))


def ranks(
    labelled: LabelledSet,
    lexical: LexicalFields,
    weights: Calibration,
    *,
    counts: Callable[[Term], bool] = lambda _term: True,
) -> list[float]:
    """Rank of the first right passage of each answerable question, infinite beyond ``DEPTH``."""
    ranker = Ranker(VectorIndex.build(labelled.vectors), labelled.windows, lexical, weights)
    found = []
    for vector, terms, gold in zip(labelled.question_vectors, labelled.terms, labelled.gold, strict=True):
        if gold:
            best = ranker.rank(Query(vector, list(filter(counts, terms))), DEPTH)
            found.append(next((float(rank) for rank, one in enumerate(best, start=1) if one.row in gold), np.inf))
    return found


def variants(labelled: LabelledSet) -> dict[str, list[float]]:
    """Ranks on one set, for every variant."""
    shipped = calibration(BUNDLED)
    lexical = lexical_fields(labelled)
    nothing = LexicalFields(LexicalIndex.build([()] * len(labelled.passages)), lexical.headings)
    found = {
        SHIPPED: ranks(labelled, lexical, shipped),
        "without cosine": ranks(labelled, lexical, replace(shipped, cosine=0)),
        "without body": ranks(labelled, nothing, shipped),
        "without heading": ranks(labelled, lexical, replace(shipped, heading=0)),
    }
    for name, counts in TOKENS.items():
        found[name] = ranks(labelled, lexical, shipped, counts=counts)
    for k1, b in LENGTHS:
        found[f"k1 {k1}, b {b}"] = ranks(labelled, lexical_fields(labelled, k1=k1, b=b), shipped)
    for size in WINDOW_SIZES:
        found[f"windows of {size}"] = ranks(replace(labelled, window_size=size), lexical, shipped)
    return found


def figures(found: Sequence[float]) -> dict[str, float]:
    """R@1 and MRR@10 of some ranks."""
    rank: NDArray[np.float64] = np.array(found)
    return {"r1": round(float((rank == 1).mean()), 4), "mrr10": round(float((1 / rank).mean()), 4)}


def main() -> None:
    """Measure, print, record."""
    found: dict[str, dict[str, list[float]]] = {}
    for labelled in [*(public_set(name) for name in PUBLIC), *report_sets()]:
        for name, values in variants(labelled).items():
            found.setdefault(name, {}).setdefault(domain(labelled), []).extend(values)
    results: dict[str, Any] = {
        name: {of: figures(values) for of, values in by_domain.items()} for name, by_domain in found.items()
    }
    for name, row in results.items():
        print(f"{name:20}", "  ".join(f"{of} {one['r1']:.4f} {one['mrr10']:.4f}" for of, one in row.items()))
    weights = dict(zip(EVIDENCE, weights_of(calibration(BUNDLED)).round(4).tolist(), strict=True))
    write(Path(__file__).with_suffix(".json"), settings={"weights": weights, "k1": K1, "b": B}, results=results)


if __name__ == "__main__":
    main()
