"""Evidence turned into probabilities."""

from __future__ import annotations

import json
import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechbot import calibration
from speechbot.calibration import PATH, Calibration
from speechbot.encoder import BUNDLED

SOME = Calibration(
    cosine=0.1,
    body=0.8,
    window=0.2,
    heading=1.5,
    slope=4.0,
    nearest=2.0,
    log_passages=-0.5,
    intercept=-3.0,
    cutoff=0.5,
)
SCORES = st.floats(-1e6, 1e6)


@given(SCORES, SCORES)
def test_probability_is_monotonic_and_in_range(first: float, second: float) -> None:
    """More evidence is never a lower probability, and none leaves [0, 1]."""
    low, high = sorted((first, second))

    assert 0 <= SOME.probability(low, nearest=0.8, passages=20) <= SOME.probability(high, nearest=0.8, passages=20) <= 1


@pytest.mark.parametrize(
    ("score", "nearest", "passages", "logit"),
    [(0.75, 0, 1, 0), (1, 0, 1, 1), (0, 1, 1, -1), (0.75, 0, 100, -0.5 * math.log(100)), (-1e9, 0, 1, -1e9)],
)
def test_probability_is_the_logistic_function(score: float, nearest: float, passages: int, logit: float) -> None:
    """Each figure counts with its own weight, the number of passages by its logarithm; extremes do not overflow."""
    expected = 1 / (1 + math.exp(-max(logit, -700)))

    assert SOME.probability(score, nearest=nearest, passages=passages) == pytest.approx(expected)


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

    assert min(weights.cosine, weights.body, weights.slope) > 0
    assert min(weights.window, weights.heading, weights.nearest) >= 0
    assert weights.log_passages <= 0


def test_raw_cosines_count_for_the_bundled_model_alone() -> None:
    """Cosines of another model lie in another range, which nothing was learnt from."""
    bundled, other = calibration.calibration(BUNDLED), calibration.calibration("BAAI/bge-small-zh-v1.5")

    assert other.nearest == 0
    assert bundled.nearest > 0
    assert replace(bundled, slope=other.slope, nearest=0, intercept=other.intercept, log_passages=0) == replace(
        other, log_passages=0
    )
