"""What each part of the evidence is worth, and how the constants of search were chosen.

    python benchmarks/ablation.py

One thing at a time is changed from what speechbot ships; all weights stay as shipped. Measured on the three public sets
and on the reports (``sets.py``), whole pools. Windows of another size have to be encoded first, which takes minutes and is cached.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from calibrate import EVIDENCE, domain
from record import write
from sets import PUBLIC, LabelledSet, public_set, report_sets

from speechbot.calibration import calibration
from speechbot.encoder import BUNDLED
from speechbot.lexical import K1, B, LexicalFields, LexicalIndex
from speechbot.ranking import Query, Ranker
from speechbot.vectors import VectorIndex
from speechbot.words import is_bigram

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from speechbot.calibration import Calibration

SHIPPED = "as shipped"
WINDOW_SIZES = (45, 90, 120, 180)
BIGRAM_WEIGHTS = (0.0, 0.25, 0.75, 1.0)
LENGTHS = ((0.3, B), (0.9, B), (1.2, B), (1.5, B), (K1, 0.5), (K1, 1.0))  # k1, b
DEPTH = 10


def fields(labelled: LabelledSet, *, k1: float = K1, b: float = B) -> LexicalFields:
    """The words of a set as an index, under other constants of BM25."""
    tokens = labelled.tokens
    passages, windows = (LexicalIndex.build(field, k1=k1, b=b) for field in (tokens.passages, tokens.windows))
    return LexicalFields(passages, windows, LexicalIndex.build(tokens.headings, k1=0))


def ranks(
    labelled: LabelledSet, lexical: LexicalFields, weights: Calibration, *, bigram: float | None = None
) -> list[float]:
    """Rank of the first right passage of each answerable question, infinite beyond ``DEPTH``."""
    ranker = Ranker(VectorIndex.build(labelled.vectors), labelled.windows, lexical, weights)
    found = []
    for vector, terms, gold in zip(labelled.question_vectors, labelled.terms, labelled.gold, strict=True):
        if gold:
            best = ranker.rank(Query(vector, weighed(terms, bigram)), DEPTH)
            found.append(next((float(rank) for rank, one in enumerate(best, start=1) if one.row in gold), np.inf))
    return found


def weighed(terms: Mapping[str, float], bigram: float | None) -> dict[str, float]:
    """The tokens of a question with another weight of bigrams; words keep theirs."""
    if bigram is None:
        return dict(terms)
    return {token: bigram if is_bigram(token) else weight for token, weight in terms.items()}


def variants(labelled: LabelledSet) -> dict[str, list[float]]:
    """Ranks on one set, for every variant."""
    shipped = calibration(BUNDLED)
    lexical = fields(labelled)
    found = {SHIPPED: ranks(labelled, lexical, shipped)}
    for name in EVIDENCE:
        found[f"without {name}"] = ranks(labelled, lexical, replace(shipped, **{name: 0.0}))
    for weight in BIGRAM_WEIGHTS:
        found[f"bigrams weigh {weight}"] = ranks(labelled, lexical, shipped, bigram=weight)
    for k1, b in LENGTHS:
        found[f"k1 {k1}, b {b}"] = ranks(labelled, fields(labelled, k1=k1, b=b), shipped)
    for size in WINDOW_SIZES:
        other = replace(labelled, window_size=size)
        found[f"windows of {size}"] = ranks(other, fields(other), shipped)
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
    shipped = {name: value for name, value in asdict(calibration(BUNDLED)).items() if name in EVIDENCE}
    write(Path(__file__).with_suffix(".json"), settings={"weights": shipped, "k1": K1, "b": B}, results=results)


if __name__ == "__main__":
    main()
