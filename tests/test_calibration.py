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
    cutoff=0.5,
)
SCORES = st.floats(-1e6, 1e6)


@given(SCORES, SCORES)
def test_probability_is_monotonic_and_in_range(first: float, second: float) -> None:
    """More evidence is never a lower probability, and none leaves [0, 1]."""
    low, high = sorted((first, second))

    found = [SOME.probability(score, nearest=0.8, covered=0.3, passages=20) for score in (low, high)]

    assert 0 <= found[0] <= found[1] <= 1


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

    assert SOME.probability(score, nearest=nearest, covered=covered, passages=passages) == pytest.approx(expected)


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
    assert min(weights.heading, weights.nearest, weights.covered) >= 0
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
