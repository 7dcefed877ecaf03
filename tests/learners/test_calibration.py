from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from regulars.learners import LogOddsShift, Scales, log_odds, scale_to, shift_to_mean
from regulars.learners.calibration import calibration_from_dict

HALVES = {"one": 0.5, "other": 0.5}


@given(st.integers(0, 1000), st.floats(0.01, 0.99))
def test_a_shift_sets_the_mean_and_keeps_the_order(seed: int, mean: float) -> None:
    odds = np.random.default_rng(seed).normal(0, 2, 50)
    moved = expit(odds + shift_to_mean(odds, mean))
    assert moved.mean() == pytest.approx(min(max(mean, 0.01), 0.99), abs=1e-9)
    assert (np.argsort(moved) == np.argsort(odds)).all()


@pytest.mark.parametrize("mean", [0.0, 1.0])
def test_the_mean_is_clipped_half_a_row_inside(mean: float) -> None:
    assert abs(expit(np.zeros(10) + shift_to_mean(np.zeros(10), mean)).mean() - mean) == pytest.approx(0.05)


def test_the_average_gets_the_mean_of_the_reference_after_it_is_moved() -> None:
    rng = np.random.default_rng(0)
    predictions = {"one": rng.beta(1, 2, 500), "other": rng.beta(3, 1, 500)}
    fitted = LogOddsShift.fit(predictions, HALVES, "one", 0.7)
    target = expit(log_odds(predictions["one"]) + 0.7).mean()
    assert fitted.combine(predictions, HALVES).mean() == pytest.approx(target, abs=1e-6)


def test_scales_bring_each_base_prediction_to_the_total() -> None:
    predictions = {"one": np.array([1.0, 3.0]), "other": np.array([10.0, 10.0]), "nothing": np.zeros(2)}
    weights = {"one": 0.5, "other": 0.5, "nothing": 0.0}
    fitted = Scales.fit(predictions, weights, "one", np.log(2.0))
    assert fitted.scales == {"one": 2.0, "other": 0.4, "nothing": 1.0}
    assert fitted.combine(predictions, weights).sum() == pytest.approx(8.0)


def test_what_adds_up_to_nothing_is_not_scaled() -> None:
    assert scale_to(8.0, np.zeros(3)) == 1.0


@pytest.mark.parametrize("calibration", [LogOddsShift(0.25), Scales({"one": 1.5, "other": 1.0})])
def test_json_and_back(calibration: LogOddsShift | Scales) -> None:
    assert calibration_from_dict(calibration.to_dict()) == calibration
