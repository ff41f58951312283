"""Learns ``src/speechbot/calibration.json`` from labelled questions.

    python benchmarks/calibrate.py            # learn, write the weights, record how well they hold

Domains, which count the same however many questions they have: encyclopedia (CMRC2018 dev; DRCD dev, in traditional
characters), law (STARD), speeches (twelve documents with questions of our own, ``questions/reports.jsonl``). The first
material and its questions are never learnt from; they are the test, with each domain in turn held out.

Step 1, weights of the evidence: the point of a small grid with the smallest error, 1 - MRR@10, geometric mean over the
domains. The errors range from 0.006 to 0.44; the arithmetic mean would be decided by the hardest domain's noise.

Step 2, probability: a logistic regression of "the best passage answers" on its score, the logarithm of the number of
passages, the highest cosine of any of them and the largest share of the question's words in any of them (Platt 1999).
Pools of 30 to 1,000 passages (STARD: 7,000) are drawn from each public set. Half of a pool's questions keep what answers them; for the
other half it is taken out while its neighbours (same article, same statute) stay, and some questions come from another
domain. Phrases from the passages are asked as well (``phrases.py``). Answerable and unanswerable weigh the same.

What comes after the best passage: two more weights by maximum likelihood over ranks 2 to 5, the best one's logits given.

Step 3, cut-off: the probability at which the share of answerable questions refused and the share of unanswerable ones
answered add up to least, each domain judged by what was learnt from the others. The sum is flat around its minimum.
"""

from __future__ import annotations

import itertools
import json
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from outcomes import LARGE, PHRASES, POOLS, SEED, Outcome, domain, outcomes, own_outcomes, write_data
from pools import asked, whole
from record import write
from scipy.optimize import minimize
from sets import PUBLIC, LabelledSet, material_sets, public_set, report_sets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from speechbot.calibration import PATH, Calibration

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray


DEPTH = 30  # candidates kept for the grid; no right passage within reach of the first place stands lower
EVIDENCE = ("cosine", "body", "heading")
GRID = tuple(itertools.product((0.05, 0.07, 0.08, 0.09, 0.1, 0.11, 0.13, 0.15), (0.5, 0.75, 1.0, 1.25, 1.5)))
START = Calibration(0.1, 1, slope=1, nearest=0, covered=0, log_passages=0, intercept=0, behind=0, gap=0, cutoff=0.5)
# Weight of phrases beside the questions' 1. Of our own questions on speeches one in nine is a keyword; more, since the
# sets hold no other, but less than a question, since a phrase drawn at random is worth less.
PHRASES_WEIGH = 0.25
# Whether the highest raw cosine counts in step 2; it means something for the model it was learnt with only.
VARIANTS = {"bundled": True, "other": False}
CUTOFFS = tuple(round(0.05 * step, 2) for step in range(4, 17))


def grid_data(labelled: LabelledSet) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Evidence ``(questions, DEPTH, 3)`` of the first candidates, and which are right ``(questions, DEPTH)``."""
    pool = whole(labelled)
    ranker = pool.ranker(START)
    features, right = [], []
    for question in range(len(labelled.questions)):
        gold = pool.gold(question)
        if not len(gold):
            continue
        found = ranker.evidence(asked(labelled, question))
        evidence = np.stack([getattr(found, name) for name in EVIDENCE], axis=1)
        best = np.argsort(-(evidence @ weights_of(START)))[:DEPTH]
        padded = np.full((DEPTH, len(EVIDENCE)), -1e3, np.float32)
        padded[: len(best)] = evidence[best]
        features.append(padded)
        right.append(np.pad(np.isin(best, gold), (0, DEPTH - len(best))))
    return np.array(features), np.array(right)


def weights_of(calibration: Calibration) -> NDArray[np.float32]:
    """Weights in the order of ``EVIDENCE``; the body's is 1."""
    return np.array([calibration.cosine, 1, calibration.heading], np.float32)


def reciprocal_ranks(
    data: tuple[NDArray[np.float32], NDArray[np.bool_]], weights: NDArray[np.float32]
) -> NDArray[np.float64]:
    """1 / rank of the first right passage, 0 beyond 10."""
    features, right = data
    scores = features @ weights
    best = np.where(right, scores, -np.inf).max(axis=1)
    rank = 1 + (scores > best[:, None]).sum(axis=1)
    return np.where(right.any(axis=1) & (rank <= 10), 1 / rank, 0.0)


def learn_weights(sets: Sequence[LabelledSet]) -> tuple[Calibration, list[dict[str, Any]]]:
    """Step 1; also returns the best grid points with their figures."""
    data: dict[str, list[tuple[NDArray[np.float32], NDArray[np.bool_]]]] = {}
    for labelled in sets:
        data.setdefault(domain(labelled), []).append(grid_data(labelled))
    rows: list[dict[str, Any]] = []
    for cosine, heading in GRID:
        chosen = replace(START, cosine=cosine, heading=heading)
        weights = weights_of(chosen)
        found = {name: np.concatenate([reciprocal_ranks(d, weights) for d in many]) for name, many in data.items()}
        mrr = {name: float(values.mean()) for name, values in found.items()}
        error = float(np.exp(np.mean(np.log(1 - np.array(list(mrr.values()))))))
        row = {"cosine": cosine, "heading": heading, "error": error}
        rows.append({**row, "mrr": mrr, "r1": {name: float((values == 1).mean()) for name, values in found.items()}})
    rows.sort(key=lambda row: row["error"])
    return replace(START, cosine=rows[0]["cosine"], heading=rows[0]["heading"]), rows[:10]


def weights_by_group(found: Sequence[Outcome]) -> NDArray[np.float64]:
    """Weight of each outcome, 1 on average: groups of ``key`` weigh the same within a domain, and domains."""
    groups = Counter(map(key, found))
    per_domain = Counter(name for name, _, _, kind in groups if kind == "question")
    share = {"question": 1.0, "phrase": PHRASES_WEIGH}
    weights: NDArray[np.float64] = np.array(
        [share[one.kind] / groups[key(one)] / per_domain[one.domain] for one in found]
    )
    scaled: NDArray[np.float64] = weights * len(found) / weights.sum()
    return scaled


def platt(found: Sequence[Outcome], calibration: Calibration, *, nearest: bool) -> Calibration:
    """Step 2: domains weigh the same, pool sizes within a domain too, answerable and unanswerable too."""
    features = np.array([(one.score, np.log(one.passages), one.covered, one.nearest * nearest) for one in found])
    # Scaled alike, so that the solver converges; practically without a penalty.
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit((features - mean) / scale, [one.right for one in found], sample_weight=weights_by_group(found))
    slopes = model.coef_[0] / scale * (True, True, True, nearest)
    slope, log_passages, covered, raw = map(float, slopes)
    return replace(
        calibration,
        slope=slope,
        log_passages=log_passages,
        covered=covered,
        nearest=raw,
        intercept=float(model.intercept_[0] - mean @ slopes),
    )


def learn_further(found: Sequence[Outcome], learnt: Calibration) -> Calibration:
    """What passages after the best one lose; questions weigh as in ``platt``."""
    rows = [
        (logit(probability(one, learnt)), gap, answers, weight)
        for one, weight in zip(found, weights_by_group(found), strict=True)
        for gap, answers in zip(one.gaps, one.also, strict=True)
    ]
    best, gaps, answers, weights = np.array(rows).T

    def loss(losses: NDArray[np.float64]) -> float:
        logits = best - losses[0] - losses[1] * gaps
        return float(np.average(np.logaddexp(0, logits) - answers * logits, weights=weights))

    behind, gap = minimize(loss, (1.0, 1.0), bounds=[(0, None), (0, None)]).x.tolist()
    return replace(learnt, behind=behind, gap=gap)


def logit(probability: float) -> float:
    """Inverse of the logistic function, within what float64 can tell."""
    bounded = min(max(probability, 1e-12), 1 - 1e-12)
    return float(np.log(bounded / (1 - bounded)))


def key(one: Outcome) -> tuple[str, int, bool, str]:
    """Group that weighs as much as any other of its domain and kind; documents of one domain count as one size."""
    size = 0 if one.domain == "reports" else round(np.log10(one.passages) * 2)
    return one.domain, int(size), one.answerable, one.kind


def held_out(found: Sequence[Outcome], weights: Calibration, *, nearest: bool) -> dict[str, Calibration]:
    """For each domain what is learnt from the others."""
    names = sorted({one.domain for one in found})
    return {name: platt([one for one in found if one.domain != name], weights, nearest=nearest) for name in names}


def learn_cutoff(found: Sequence[Outcome], without: Mapping[str, Calibration]) -> tuple[float, dict[str, float]]:
    """Step 3; also returns the mean error at every cut-off. Pool sizes of a domain weigh the same, and domains."""
    groups: dict[str, dict[tuple[int, bool], list[float]]] = {}
    for one in found:
        if one.kind == "question":
            name, size, answerable, _kind = key(one)
            groups.setdefault(name, {}).setdefault((size, answerable), []).append(probability(one, without[name]))
    errors = {}
    for cutoff in CUTOFFS:
        wrong = [
            np.mean([np.mean((np.array(p) >= cutoff) != answerable) for (_, answerable), p in sizes.items()])
            for sizes in groups.values()
        ]
        errors[f"{cutoff:.2f}"] = round(float(np.mean(wrong)), 4)
    return float(min(errors, key=lambda cutoff: errors[cutoff])), errors


def probability(one: Outcome, calibration: Calibration) -> float:
    """Calibrated probability of an outcome's best passage."""
    return probabilities(one, (one.score,), calibration)[0]


def probabilities(one: Outcome, scores: Sequence[float], calibration: Calibration) -> list[float]:
    """Calibrated probabilities of an outcome's best passages."""
    return calibration.probabilities(scores, nearest=one.nearest, covered=one.covered, passages=one.passages)


def quality(found: Sequence[Outcome], calibration: Calibration) -> dict[str, float]:
    """How refusal at the cut-off does on some outcomes."""
    probabilities = np.array([probability(one, calibration) for one in found])
    refused, answerable = probabilities < calibration.cutoff, np.array([one.answerable for one in found])
    right = np.array([one.right for one in found])
    bins = np.minimum((probabilities * 10).astype(int), 9)
    gaps = [
        abs(probabilities[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in set(bins.tolist())
    ]
    return {
        "questions": len(found),
        "auroc": round(float(roc_auc_score(answerable, probabilities)), 4),
        "answerable_refused": round(float(refused[answerable].mean()), 4),
        "refusal_precision": round(float((~answerable)[refused].mean()) if refused.any() else 0.0, 4),
        "refusal_recall": round(float(refused[~answerable].mean()), 4),
        "calibration_error": round(float(sum(gaps)), 4),
    }


def further_quality(found: Sequence[Outcome], calibration: Calibration) -> dict[str, float]:
    """How passages after the best one do; of those only the ones that reach the cut-off are shown."""
    pairs: list[tuple[float, bool]] = []
    for one in found:
        scores = [one.score, *(one.score - gap for gap in one.gaps)]
        pairs += zip(probabilities(one, scores, calibration)[1:], one.also, strict=True)
    expected, right = (np.array(column, float) for column in zip(*pairs, strict=True))
    shown = expected >= calibration.cutoff
    return {
        "passages": len(pairs),
        "right": round(float(right.mean()), 4),
        "expected": round(float(expected.mean()), 4),
        "shown": round(float(shown.mean()), 4),
        "right_of_shown": round(float(right[shown].mean()), 4) if shown.any() else 0.0,
        "expected_of_shown": round(float(expected[shown].mean()), 4) if shown.any() else 0.0,
    }


def learn(
    found: Sequence[Outcome], tests: Sequence[LabelledSet], weights: Calibration, *, nearest: bool
) -> dict[str, Any]:
    """Steps 2 and 3 for one variant, with how well it holds on what it was not learnt from."""
    without = held_out(found, weights, nearest=nearest)
    cutoff, errors = learn_cutoff(found, without)
    learnt = learn_further(found, replace(platt(found, weights, nearest=nearest), cutoff=cutoff))
    domains: dict[str, Any] = {}
    for name, others in without.items():
        rest = [one for one in found if one.domain != name]
        judge = learn_further(rest, replace(others, cutoff=cutoff))
        mine = [one for one in found if one.domain == name and one.kind == "question"]
        typed = [one for one in found if one.domain == name and one.kind == "phrase"]
        domains[name] = {"all": quality(mine, judge), "phrases": quality(typed, judge)}
        domains[name]["further"] = further_quality(mine, judge)
        for size in sorted({key(one)[1] for one in mine}) if name != "reports" else ():
            part = [one for one in mine if key(one)[1] == size]
            domains[name][f"about {round(10 ** (size / 2))} passages"] = quality(part, judge)
    test = {}
    for labelled in tests:
        pool = whole(labelled)
        ranker = pool.ranker(learnt)
        asked_all = list(own_outcomes(pool, ranker, range(len(labelled.questions))))
        right = [one.right for one in asked_all if one.answerable]
        test[labelled.name] = {"r1": round(float(np.mean(right)), 4), **quality(asked_all, learnt)}
    return {"learnt": learnt, "error_at_cutoff": errors, "held_out_domains": domains, "first_material": test}


def main() -> None:
    """Learn both variants, write the weights, record the rest."""
    sets = [*(public_set(name) for name in PUBLIC), *report_sets()]
    weights, grid = learn_weights(sets)
    data = list(outcomes(sets, weights))
    tests = material_sets()
    found = {name: learn(data, tests, weights, nearest=nearest) for name, nearest in VARIANTS.items()}
    shipped: dict[str, Any] = {"learnt_by": "benchmarks/calibrate.py", "recorded_in": "benchmarks/calibrate.json"}
    for name, result in found.items():
        shipped[name] = {field: round(value, 4) for field, value in asdict(result.pop("learnt")).items()}
    PATH.write_text(json.dumps(shipped, indent=2) + "\n", encoding="utf-8")
    write_data(Path(__file__).with_name("calibration_data.csv"), data)
    settings = {"seed": SEED, "pools": POOLS + LARGE, "grid": GRID, "phrases": PHRASES, "phrases_weigh": PHRASES_WEIGH}
    write(Path(__file__).with_suffix(".json"), settings=settings, results={"weights": shipped, "grid": grid, **found})


if __name__ == "__main__":
    main()
