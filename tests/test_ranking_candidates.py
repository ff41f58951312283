"""Ranking looks closely at few passages of many, and finds what looking at all of them finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from speechbot import ranking
from speechbot.indexing.lexical import LexicalFields
from speechbot.indexing.vectors import VectorIndex
from speechbot.language.words import Term
from speechbot.ranking import Query, Ranker
from tests.test_ranking import WEIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

DIM = 8
WORDS = "甲乙丙丁戊己庚辛"
# Scores that are closer than this are equal but for rounding.
EQUAL = 1e-4


class Case(NamedTuple):
    """A pool with a question."""

    ranker: Ranker
    query: Query
    passages: int
    random: np.random.Generator


def case(seed: int, *, passages: int = 60, coarse: bool = False) -> Case:
    """A random pool: one to four windows for each passage, up to five words; few distinct ones if ``coarse``."""
    random = np.random.default_rng(seed)
    counts = random.integers(1, 5, passages)
    raw = random.normal(size=(int(counts.sum()), DIM))
    if coarse:
        # Four coordinates of one half each: products of such rows are exact, however they are added up
        raw = np.array([random.permutation([1, -1, 1, 1, 0, 0, 0, 0]) for _ in raw])
    vectors = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)
    owners = np.repeat(np.arange(passages), counts)
    windows = np.stack([owners, np.zeros_like(owners), np.ones_like(owners)], axis=1).astype(np.int32)
    bodies = [list(random.choice(list(WORDS), random.integers(1 if coarse else 6))) for _ in range(passages)]
    headings = [list(random.choice(list(WORDS), random.integers(1 if coarse else 2))) for _ in range(passages)]
    asked = [Term(word, at, at + 1, 1) for at, word in enumerate(random.permutation(list(WORDS))[:4])]
    query = vectors[0] if coarse else (vectors[0] + random.normal(size=DIM)).astype(np.float32)
    lexical = LexicalFields.build(bodies, headings)
    ranker = Ranker(VectorIndex.build(vectors), windows, lexical, WEIGHTS)
    return Case(ranker, Query(query / np.linalg.norm(query), asked), passages, random)


def exhaustive(found: Case) -> NDArray[np.float32]:
    """The score of every passage, none spared."""
    return found.ranker.scores(found.ranker.evidence(found.query))


@pytest.fixture(params=[(1, 10_000), (5, 10_000), (40, 10_000), (300, 10_000)], ids=lambda sizes: f"near {sizes[0]}")
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """How many windows are looked at first; of further passages as many as need be."""
    monkeypatch.setattr(ranking, "NEAR", request.param[0])
    monkeypatch.setattr(ranking, "MOST", request.param[1])
    return iter(())


SEEDS = given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 70))
SAME_FIXTURE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)


@pytest.mark.usefixtures("_sizes")
@SAME_FIXTURE
@SEEDS
def test_the_best_are_those_of_looking_at_all(seed: int, k: int) -> None:
    """Rows in order, scores and probabilities, whatever was spared."""
    pool = case(seed)
    scores = exhaustive(pool)

    found = pool.ranker.rank(pool.query, k)

    assert len(found) == min(k, pool.passages)
    np.testing.assert_allclose([one.score for one in found], np.sort(scores)[::-1][:k], atol=EQUAL)
    np.testing.assert_allclose([one.score for one in found], scores[[one.row for one in found]], atol=EQUAL)
    assert len({one.row for one in found}) == len(found)
    evidence = pool.ranker.evidence(pool.query)
    expected = WEIGHTS.probabilities(
        np.sort(scores)[::-1][:k].tolist(),
        nearest=float(evidence.cosines.max()),
        covered=float(evidence.presence.max()),
        passages=pool.passages,
    )
    np.testing.assert_allclose([one.probability for one in found], expected, atol=EQUAL)


@pytest.mark.usefixtures("_sizes")
@SAME_FIXTURE
@SEEDS
def test_a_filter_looks_at_its_rows_alone(seed: int, k: int) -> None:
    """The best of some rows, with the probabilities of a pool of so many."""
    pool = case(seed)
    rows = np.sort(pool.random.choice(pool.passages, pool.random.integers(1, pool.passages), replace=False))
    scores = exhaustive(pool)[rows]

    found = pool.ranker.rank(pool.query, k, rows=rows)

    assert {one.row for one in found} <= set(rows.tolist())
    np.testing.assert_allclose([one.score for one in found], np.sort(scores)[::-1][:k], atol=EQUAL)


@pytest.mark.usefixtures("_sizes")
@SAME_FIXTURE
@given(seed=st.integers(0, 2**32 - 1), k=st.integers(1, 30))
def test_equals_come_in_the_order_of_the_corpus(seed: int, k: int) -> None:
    """Many passages with the very same score: the earlier first, also where some were looked at and some spared."""
    pool = case(seed, coarse=True)
    scores = exhaustive(pool)

    found = [one.row for one in pool.ranker.rank(pool.query, k)]

    assert found == np.argsort(-scores, kind="stable")[:k].tolist()


@settings(deadline=None, max_examples=40)
@SEEDS
def test_where_most_are_left_out_the_lexical_best_are_kept(seed: int, k: int) -> None:
    """Past ``MOST`` passages are spared by their words: none that beats a hit stands above the last of these."""
    pool = case(seed)
    evidence, scores = pool.ranker.evidence(pool.query), exhaustive(pool)
    lexical = evidence.body + WEIGHTS.heading * evidence.heading
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "NEAR", 5)
        patch.setattr(ranking, "MOST", 8)

        found = pool.ranker.rank(pool.query, k)

    rows = [one.row for one in found]
    np.testing.assert_allclose([one.score for one in found], scores[rows], atol=EQUAL)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    better = [row for row in range(pool.passages) if row not in rows and scores[row] > found[-1].score + EQUAL]
    eighth = np.sort(lexical)[-8]
    assert all(lexical[row] <= eighth + EQUAL for row in better)


def test_a_scan_finds_the_best_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 4-bit codes instead of all rows the hits of a pool of 900 passages are the same."""
    monkeypatch.setattr("speechbot.indexing.vectors.EXACT_LIMIT", 700)
    monkeypatch.setattr(ranking, "NEAR", 64)
    for seed in range(8):
        pool = case(seed, passages=900)
        assert pool.ranker._vectors._scan is not None
        scores = exhaustive(pool)

        found = pool.ranker.rank(pool.query, 10)

        np.testing.assert_allclose([one.score for one in found], np.sort(scores)[::-1][:10], atol=EQUAL)


def test_more_than_the_nearest_can_be_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are wanted, they come in the order of looking at all."""
    monkeypatch.setattr(ranking, "NEAR", 4)
    found = case(3)

    ranked = found.ranker.rank(found.query, found.passages)

    assert [one.row for one in ranked] == np.argsort(-exhaustive(found), kind="stable").tolist()
