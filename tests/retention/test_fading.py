"""Effects that fall with silence: rates stay shares, never rise with silence, and are means over those contacted."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.retention.fading import CONSTANT, NONE, Fading, Speed, speeds
from tests.retention.test_learning import history

TRIED = (Speed(math.inf, 0.7), Speed(240.0, 0.2, 0.6, 0.4), Speed(60.0, 0.1, 0.3, 0.01))
CHANCES = st.tuples(*[st.floats(-50, 50)] * 3)
RATES = st.tuples(*[st.floats(-0.5, 1.5)] * 3)
SILENCE = np.array([0.0, 1.0, 30.0, 90.0, 400.0, 1e5])


@given(CHANCES, RATES, st.booleans())
def test_rates_are_shares_that_never_rise_with_silence(
    evidence: tuple[float, ...], rates: tuple[float, ...], of_lost: bool
) -> None:
    found = Fading.of(TRIED, np.array(evidence)).rates(np.array(rates), SILENCE, of_lost=of_lost)
    assert ((found >= 0) & (found <= 1)).all()
    assert (np.diff(found) <= 1e-12).all()


@given(CHANCES, RATES, st.floats(0, 1), st.integers(0, 2))
def test_rates_rise_with_the_mean_at_any_speed(
    evidence: tuple[float, ...], rates: tuple[float, ...], more: float, speed: int
) -> None:
    fading, raised = Fading.of(TRIED, np.array(evidence)), np.array(rates)
    before = fading.rates(raised, SILENCE, of_lost=False)
    raised[speed] += more
    assert (fading.rates(raised, SILENCE, of_lost=False) >= before).all()


def test_a_rate_is_the_mean_over_those_who_were_contacted() -> None:
    rows = history(500, silent=True)
    treated = rows[rows["group"] == "treat"]
    silence, lost = treated["days_since_last"].to_numpy(), treated["p_lost"].to_numpy()
    quiet = treated["p_churn"].to_numpy() - lost
    tried = speeds(rows)
    assert [speed.days for speed in tried] == [math.inf, 240, 120, 60]
    assert sum(speed.prior for speed in tried) == pytest.approx(1)
    for speed in tried:
        assert np.average(speed.factor(silence, of_lost=False), weights=quiet) == pytest.approx(1)
        assert np.average(speed.factor(silence, of_lost=True), weights=lost) == pytest.approx(1)


def test_without_silence_in_the_history_nothing_falls() -> None:
    assert speeds(history(50)) == (CONSTANT,)
    assert speeds(history(50).head(0)) == (CONSTANT,)
    assert NONE.falls == 0
    assert NONE.in_words is None
    assert NONE.rates(np.array([0.3]), SILENCE, of_lost=False).tolist() == [0.3] * len(SILENCE)


def test_customers_silent_for_ages_leave_factors_finite() -> None:
    rows = history(50, silent=True).assign(days_since_last=1e6)
    for speed in speeds(rows):
        assert np.isfinite(speed.factor(np.array([0.0, 1e6, np.nan]), of_lost=False)).all()


def test_it_says_how_likely_effects_fall() -> None:
    unsure = Fading.of(speeds(history(50, silent=True)), np.zeros(4))
    assert unsure.in_words == "The effect of a contact falls with silence with a probability of 10 %."
    sure = Fading.of(unsure.speeds, np.array([0.0, 0.0, 9.0, 0.0]))
    assert sure.in_words is not None
    assert sure.in_words.endswith("most likely half is left after 83 days.")


def test_histories_of_some_campaigns_without_silence_are_used_as_far_as_they_go() -> None:
    old = history(100).assign(campaign="old")
    both = pd.concat([old, history(100, silent=True)], ignore_index=True)
    assert len(speeds(both)) == 4
    assert (speeds(both)[1].factor(both["days_since_last"].to_numpy(), of_lost=False)[:100] == 1).all()
