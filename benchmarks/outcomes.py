"""Questions asked of pools of every size, and what became of them: the data that probabilities are learnt from."""

from __future__ import annotations

import csv
import itertools
import random
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from phrases import phrases
from pools import Pool, asked, whole
from sets import PUBLIC, LabelledSet

from speechbot.encoder import OnnxEncoder

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from speechbot.calibration import Calibration
    from speechbot.ranking import Query, Ranker

SEED = 20261123
# Pool size, number of pools, questions asked of each: about as many questions at every size.
POOLS = ((30, 40, 30), (100, 12, 80), (300, 5, 200), (1000, 2, 400))
LARGE = ((7000, 1, 600),)  # only STARD is large enough
PHRASES = 1 / 6  # phrases asked of a pool for each question asked of it
FURTHER = 4  # passages after the best one that are kept


def domain(labelled: LabelledSet) -> str:
    """The public set's name, or ``reports`` for any document."""
    return labelled.name if labelled.name in PUBLIC else "reports"


@dataclass(frozen=True)
class Outcome:
    """The best passage for one question in one pool.

    Attributes:
        domain: Where pool and question come from.
        kind: ``question`` or ``phrase``.
        passages: Size of the pool.
        score: Its weighted evidence.
        nearest: Highest cosine of the question with any window.
        covered: Largest share of the question that stands in any passage.
        answerable: Whether anything in the pool answers.
        right: Whether this passage does.
        gaps: How far the scores of the next passages lie behind.
        also: Whether those answer.
    """

    domain: str
    kind: str
    passages: int
    score: float
    nearest: float
    covered: float
    answerable: bool
    right: bool
    gaps: tuple[float, ...]
    also: tuple[bool, ...]


def outcome(pool: Pool, ranker: Ranker, query: Query, gold: NDArray[np.int64], kind: str = "question") -> Outcome:
    """Ask one question of one pool."""
    found = ranker.evidence(query)
    scores = ranker.scores(found)
    order = np.argsort(-scores, kind="stable")[: 1 + FURTHER]
    answers = np.isin(order, gold).tolist()
    best = float(scores[order[0]])
    return Outcome(
        domain(pool.labelled),
        kind,
        len(pool.rows),
        best,
        nearest=float(found.cosines.max()),
        covered=float(found.presence.max()),
        answerable=bool(len(gold)),
        right=answers[0],
        gaps=tuple((best - scores[order[1:]]).tolist()),
        also=tuple(answers[1:]),
    )


def own_outcomes(pool: Pool, ranker: Ranker, questions: Iterable[int]) -> Iterable[Outcome]:
    """Ask questions of the pool's own set."""
    for question in questions:
        yield outcome(pool, ranker, asked(pool.labelled, question), pool.gold(question))


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
    encoder = OnnxEncoder()
    nothing = np.empty(0, np.int64)
    for labelled in sets:
        foreign = [other for other in sets if domain(other) != domain(labelled)]
        for pool, questions in drawn_pools(labelled, rng):
            ranker = pool.ranker(calibration)
            yield from own_outcomes(pool, ranker, questions)
            whole_set = len(pool.rows) == len(labelled.passages)
            source = rng.choice(foreign)
            if not whole_set:
                far = rng.sample(range(len(source.questions)), min(len(questions) // 6, len(source.questions)))
                for question in far:
                    yield outcome(pool, ranker, asked(source, question), nothing)
            inside = set(pool.rows.tolist())
            rest = [passage.text for row, passage in enumerate(labelled.passages) if row not in inside]
            elsewhere = [passage.text for passage in source.passages] if whole_set else rest
            for phrase in phrases(pool, elsewhere, round(len(questions) * PHRASES / 2) or 1, rng, encoder):
                yield outcome(pool, ranker, phrase.query, phrase.gold, "phrase")


def drawn_pools(labelled: LabelledSet, rng: random.Random) -> Iterable[tuple[Pool, Sequence[int]]]:
    """Pools of every size with the questions to ask; a document is one pool with all of its questions."""
    if domain(labelled) == "reports":
        yield whole(labelled), range(len(labelled.questions))
        return
    for size, count, asked_of_each in POOLS + (LARGE if len(labelled.passages) > 7000 else ()):
        for _ in range(count):
            questions = rng.sample(range(len(labelled.questions)), asked_of_each)
            yield draw(labelled, size, questions, rng), questions


def write_data(path: Path, data: Sequence[Outcome]) -> None:
    """Keep what step 2 was learnt from, so that it can be learnt again or plotted without the texts."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(Outcome)])
        for one in data:
            numbers = (
                round(one.score, 4),
                round(one.nearest, 4),
                round(one.covered, 4),
                int(one.answerable),
                int(one.right),
            )
            further = (";".join(f"{number:.4g}" for number in column) for column in (one.gaps, one.also))
            writer.writerow((one.domain, one.kind, one.passages, *numbers, *further))
