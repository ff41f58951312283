"""Learns ``src/speechbot/calibration.json`` from labelled questions.

    python benchmarks/calibrate.py            # learn, write the weights, record how well they hold

Domains, which count the same however many questions they have: encyclopedia (CMRC2018 dev; DRCD dev, in traditional
characters), law (STARD), speeches (twelve documents with questions of our own, ``questions/reports.jsonl``). The first
material and its questions are never learnt from; they are the test, with each domain in turn held out.

Step 1, weights of the evidence: the point of a small grid with the smallest error, 1 - MRR@10, geometric mean over the
domains. The errors range from 0.006 to 0.44; the arithmetic mean would be decided by the hardest domain's noise.

Step 2, probability: a logistic regression of "the best passage answers" on its score, the logarithm of the number of
passages and the highest cosine of any of them (Platt 1999). Pools of 30 to 7,000 passages are drawn from each public set. Half of a pool's questions keep
what answers them; for the other half it is taken out while its neighbours (same article, same statute) stay, and some
questions come from another domain. Answerable and unanswerable weigh the same, so 0.5 is the cut-off at which an answer
is more likely right than wrong when both are equally frequent; it is not fitted.
"""

from __future__ import annotations

import csv
import itertools
import json
import random
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pools import Pool, asked, whole
from record import write
from sets import PUBLIC, LabelledSet, material_sets, public_set, report_sets
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from speechbot.calibration import PATH, Calibration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from speechbot.ranking import Ranker

SEED = 20261123
# Pool size, number of pools, questions asked of each: about as many questions at every size.
POOLS = ((30, 40, 30), (100, 12, 80), (300, 5, 200), (1000, 2, 400))
LARGE = ((7000, 1, 600),)  # only STARD is large enough
DEPTH = 30  # candidates kept for the grid; no right passage within reach of the first place stands lower
EVIDENCE = ("cosine", "body", "window", "heading")
GRID = tuple(itertools.product((0.07, 0.09, 0.11, 0.13, 0.15, 0.18), (0.0, 0.15, 0.3, 0.45), (0.5, 0.75, 1.0, 1.5)))
START = Calibration(0.11, 0.85, 0.15, 1, slope=1, nearest=0, log_passages=0, intercept=0, cutoff=0.5)
# Whether the highest raw cosine counts in step 2; it means something for the model it was learnt with only.
VARIANTS = {"bundled": True, "other": False}


def domain(labelled: LabelledSet) -> str:
    """The public set's name, or ``reports`` for any document."""
    return labelled.name if labelled.name in PUBLIC else "reports"


def grid_data(labelled: LabelledSet) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Evidence ``(questions, DEPTH, 4)`` of the first candidates, and which are right ``(questions, DEPTH)``."""
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
    """Weights in the order of ``EVIDENCE``."""
    return np.array([getattr(calibration, name) for name in EVIDENCE], np.float32)


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
    for cosine, window, heading in GRID:
        weights = np.array([cosine, 1 - window, window, heading], np.float32)
        found = {name: np.concatenate([reciprocal_ranks(d, weights) for d in many]) for name, many in data.items()}
        mrr = {name: float(values.mean()) for name, values in found.items()}
        error = float(np.exp(np.mean(np.log(1 - np.array(list(mrr.values()))))))
        row = {"cosine": cosine, "window": window, "heading": heading, "error": error}
        rows.append({**row, "mrr": mrr, "r1": {name: float((values == 1).mean()) for name, values in found.items()}})
    rows.sort(key=lambda row: row["error"])
    best = rows[0]
    chosen = replace(
        START, cosine=best["cosine"], body=1 - best["window"], window=best["window"], heading=best["heading"]
    )
    return chosen, rows[:10]


@dataclass(frozen=True)
class Outcome:
    """The best passage for one question in one pool.

    Attributes:
        domain: Where pool and question come from.
        passages: Size of the pool.
        score: Its weighted evidence.
        nearest: Highest cosine of the question with any window.
        answerable: Whether anything in the pool answers.
        right: Whether this passage does.
    """

    domain: str
    passages: int
    score: float
    nearest: float
    answerable: bool
    right: bool


def outcome(pool: Pool, ranker: Ranker, source: LabelledSet, question: int) -> Outcome:
    """Ask one question of one pool."""
    query = asked(source, question)
    best = ranker.rank(query, 1)[0]
    nearest = float(ranker.evidence(query).cosines.max())
    gold = pool.gold(question) if source is pool.labelled else np.empty(0, np.int64)
    return Outcome(
        domain(pool.labelled), len(pool.rows), best.score, nearest, bool(len(gold)), bool(np.isin(best.row, gold))
    )


def draw(labelled: LabelledSet, size: int, questions: Sequence[int], rng: random.Random) -> Pool:
    """A pool that answers the first half of the questions, but not the second, though it holds their neighbours."""
    half = len(questions) // 2
    banned = {row for question in questions[half:] for row in labelled.gold[question]}
    wanted = {row for question in questions[:half] for row in labelled.gold[question]} - banned
    last = len(labelled.passages) - 1
    neighbours = [min(max(row + step, 0), last) for row in sorted(banned) for step in (-1, 1)]
    others = rng.sample(range(last + 1), min(last + 1, 3 * size))
    for row in itertools.chain(neighbours, others):
        if len(wanted) >= size:
            break
        if row not in banned:
            wanted.add(row)
    return Pool(labelled, np.array(sorted(wanted)))


def outcomes(sets: Sequence[LabelledSet], calibration: Calibration) -> Iterable[Outcome]:
    """Step 2's data."""
    rng = random.Random(SEED)  # noqa: S311 - a reproducible draw, no secret
    for labelled in sets:
        if domain(labelled) == "reports":
            pool = whole(labelled)
            ranker = pool.ranker(calibration)
            yield from (outcome(pool, ranker, labelled, question) for question in range(len(labelled.questions)))
            continue
        for size, count, asked_of_each in POOLS + (LARGE if len(labelled.passages) > 7000 else ()):
            for _ in range(count):
                questions = rng.sample(range(len(labelled.questions)), asked_of_each)
                pool = draw(labelled, size, questions, rng)
                ranker = pool.ranker(calibration)
                yield from (outcome(pool, ranker, labelled, question) for question in questions)
                foreign = rng.choice([other for other in sets if domain(other) != domain(labelled)])
                far = rng.sample(range(len(foreign.questions)), min(asked_of_each // 6, len(foreign.questions)))
                yield from (outcome(pool, ranker, foreign, question) for question in far)


def platt(found: Sequence[Outcome], calibration: Calibration, *, nearest: bool) -> Calibration:
    """Step 2: domains weigh the same, pool sizes within a domain too, answerable and unanswerable too."""
    groups: dict[tuple[str, int, bool], int] = {}
    for one in found:
        groups[key(one)] = groups.get(key(one), 0) + 1
    per_domain = {name: len([group for group in groups if group[0] == name]) for name, _, _ in groups}
    weights = np.array([1 / groups[key(one)] / per_domain[one.domain] for one in found])
    features = np.array([(one.score, np.log(one.passages), one.nearest * nearest) for one in found])
    # Scaled alike, so that the solver converges; practically without a penalty.
    mean, scale = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-9)
    model = LogisticRegression(C=1e6, max_iter=1000)
    model.fit(
        (features - mean) / scale, [one.right for one in found], sample_weight=weights * len(found) / weights.sum()
    )
    slope, log_passages, raw = model.coef_[0] / scale * (True, True, nearest)
    return replace(
        calibration,
        slope=float(slope),
        log_passages=float(log_passages),
        nearest=float(raw),
        intercept=float(model.intercept_[0] - mean @ (slope, log_passages, raw)),
    )


def key(one: Outcome) -> tuple[str, int, bool]:
    """Group that weighs as much as any other of its domain; documents of one domain count as one size."""
    size = 0 if one.domain == "reports" else round(np.log10(one.passages) * 2)
    return one.domain, int(size), one.answerable


def quality(found: Sequence[Outcome], calibration: Calibration) -> dict[str, float]:
    """How refusal at the cut-off does on some outcomes."""
    probabilities = np.array(
        [calibration.probability(one.score, nearest=one.nearest, passages=one.passages) for one in found]
    )
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


def learn(
    found: Sequence[Outcome], tests: Sequence[LabelledSet], weights: Calibration, *, nearest: bool
) -> dict[str, Any]:
    """Step 2 for one variant, with how well it holds on what it was not learnt from."""
    learnt = platt(found, weights, nearest=nearest)
    held_out = {}
    for name in sorted({one.domain for one in found}):
        without = platt([one for one in found if one.domain != name], weights, nearest=nearest)
        mine = [one for one in found if one.domain == name]
        held_out[name] = {"all": quality(mine, without)}
        for size in sorted({key(one)[1] for one in mine}) if name != "reports" else ():
            part = [one for one in mine if key(one)[1] == size]
            held_out[name][f"about {round(10 ** (size / 2))} passages"] = quality(part, without)
    test = {}
    for labelled in tests:
        pool = whole(labelled)
        ranker = pool.ranker(learnt)
        asked_all = [outcome(pool, ranker, labelled, question) for question in range(len(labelled.questions))]
        right = [one.right for one in asked_all if one.answerable]
        test[labelled.name] = {"r1": round(float(np.mean(right)), 4), **quality(asked_all, learnt)}
    return {"learnt": learnt, "held_out_domains": held_out, "first_material": test}


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
    settings = {"seed": SEED, "pools": POOLS + LARGE, "grid": GRID}
    write(Path(__file__).with_suffix(".json"), settings=settings, results={"weights": shipped, "grid": grid, **found})


def write_data(path: Path, data: Sequence[Outcome]) -> None:
    """Keep what step 2 was learnt from, so that it can be learnt again or plotted without the texts."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(Outcome)])
        for one in data:
            numbers = (round(one.score, 4), round(one.nearest, 4), int(one.answerable), int(one.right))
            writer.writerow((one.domain, one.passages, *numbers))


if __name__ == "__main__":
    main()
