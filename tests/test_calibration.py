"""Evidence turned into probabilities."""

from __future__ import annotations

import json
import math
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot import calibration
from speechbot.calibration import PATH, Calibration
from speechbot.encoder import BUNDLED

ROOT = Path(__file__).parent.parent
SOME = Calibration(
    cosine=0.1,
    heading=1.5,
    slope=4.0,
    nearest=2.0,
    covered=1.0,
    log_passages=-0.5,
    intercept=-3.0,
    behind=0.5,
    gap=6.0,
    cutoff=0.5,
)
SCORES = st.floats(-1e6, 1e6)


def probability(score: float, *, nearest: float = 0.8, covered: float = 0.3, passages: int = 20) -> float:
    """Probability of a best passage."""
    (found,) = SOME.probabilities([score], nearest=nearest, covered=covered, passages=passages)
    return found


@given(SCORES, SCORES)
def test_probability_is_monotonic_and_in_range(first: float, second: float) -> None:
    """More evidence is never a lower probability, and none leaves [0, 1]."""
    low, high = sorted((first, second))

    assert 0 <= probability(low) <= probability(high) <= 1


@given(st.lists(st.floats(-5, 5), max_size=6))
def test_probabilities_fall_from_hit_to_hit(scores: list[float]) -> None:
    """For one question a lower score is never a higher probability; there is one for each."""
    ranked = sorted(scores, reverse=True)
    found = SOME.probabilities(ranked, nearest=0.8, covered=0.3, passages=20)

    assert len(found) == len(scores)
    assert found == sorted(found, reverse=True)


def test_later_hits_lose_by_their_distance() -> None:
    """The best hit's odds, less a step for not being the best, less the gap between the scores."""
    best, second, third = SOME.probabilities([0.75, 0.75, 0.5], nearest=0, covered=0, passages=1)

    assert best == pytest.approx(0.5)
    assert second == pytest.approx(1 / (1 + math.exp(0.5)))
    assert third == pytest.approx(1 / (1 + math.exp(0.5 + 6 * 0.25)))


@pytest.mark.parametrize(
    ("score", "nearest", "covered", "passages", "logit"),
    [
        (0.75, 0, 0, 1, 0),
        (1, 0, 0, 1, 1),
        (0, 1, 0, 1, -1),
        (0.75, 0, 0.5, 1, 0.5),
        (0.75, 0, 0, 100, -0.5 * math.log(100)),
        (-1e9, 0, 0, 1, -1e9),
    ],
)
def test_probability_is_the_logistic_function(
    score: float, nearest: float, covered: float, passages: int, logit: float
) -> None:
    """Each figure counts with its own weight, the number of passages by its logarithm; extremes do not overflow."""
    expected = 1 / (1 + math.exp(-max(logit, -700)))

    assert probability(score, nearest=nearest, covered=covered, passages=passages) == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["bundled", "other"])
def test_the_file_holds_every_field(kind: str) -> None:
    """Both calibrations are complete: a number for each weight, the cut-off a probability strictly between 0 and 1."""
    stored = json.loads(PATH.read_text(encoding="utf-8"))[kind]
    names = {field.name for field in fields(Calibration)}

    assert names - stored.keys() == set()
    assert {type(stored[name]) for name in names} == {float}
    assert 0 < stored["cutoff"] < 1


@pytest.mark.parametrize("model", [BUNDLED, "某个模型"])
def test_more_evidence_counts_for_a_passage(model: str) -> None:
    """Every kind of evidence speaks for a passage or is not used; many passages to choose from speak against it."""
    weights = calibration.calibration(model)

    assert min(weights.cosine, weights.slope) > 0
    assert min(weights.heading, weights.nearest, weights.covered, weights.behind) >= 0
    assert weights.gap > weights.slope  # falling behind the best passage says more than a low score of its own
    assert weights.log_passages <= 0


def test_raw_cosines_count_for_the_bundled_model_alone() -> None:
    """Cosines of another model lie in another range, which nothing was learnt from."""
    bundled, other = calibration.calibration(BUNDLED), calibration.calibration("BAAI/bge-small-zh-v1.5")

    assert other.nearest == 0
    assert bundled.nearest > 0
    assert (bundled.cosine, bundled.heading) == (other.cosine, other.heading)


def test_what_is_shipped_is_what_was_learnt() -> None:
    """The weights are those of the record beside the script that learnt them."""
    recorded = json.loads((ROOT / "benchmarks" / "calibrate.json").read_text(encoding="utf-8"))

    assert json.loads(PATH.read_text(encoding="utf-8")) == recorded["results"]["weights"]
