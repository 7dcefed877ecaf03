from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.evaluation import curves, metrics
from regulars.evaluation.trials import read_trials


@pytest.fixture(scope="module")
def trials(simulate):
    return read_trials(simulate(customers=400))


def test_calibration_bins_hold_every_row_and_keep_the_totals(trials):
    bins = curves.calibration(trials)
    ours = bins[bins["contender"] == "regulars"]
    assert ours["customers"].tolist() == [120] * 10
    churned = np.concatenate([trial.actual["p_churn"] for trial in trials.trials])
    assert np.average(ours["actual"], weights=ours["customers"]) == pytest.approx(churned.mean())
    assert np.corrcoef(ours["predicted"], ours["actual"])[0, 1] > 0.98


def test_spend_deciles_rise_with_the_prediction(trials):
    deciles = curves.spend_deciles(trials)
    assert deciles.loc[deciles["contender"] == "regulars", "predicted"].is_monotonic_increasing


def test_gain_runs_from_nobody_to_everybody_and_agrees_with_the_lift(trials):
    found = curves.gain(trials)
    ours = found[found["contender"] == "regulars"].set_index("contacted")["churners"]
    assert len(ours) == 101
    assert (ours.iloc[0], ours.iloc[-1]) == (0.0, 1.0)
    assert ours.is_monotonic_increasing
    lifts = [metrics.lift_at(t.actual["p_churn"], t.predicted["regulars", "p_churn"]) for t in trials.trials]
    assert ours[0.1] / 0.1 == pytest.approx(np.mean(lifts))


def test_purchases_by_frequency_are_means_of_each_group(simulate):
    predictions = simulate({"regulars": 0.0, "mbg_nbd": 0.2}, customers=40, origins=2)
    frequency = predictions.loc[predictions["contender"] == "regulars", ["origin", "customer_id"]].reset_index(
        drop=True
    )
    frequency["frequency"] = np.arange(len(frequency)) % 10
    table = curves.purchases_by_frequency(read_trials(predictions), frequency.sample(frac=1, random_state=0))
    ours = table[table["contender"] == "regulars"].set_index("frequency")
    assert ours["customers"].tolist() == [8] * 7 + [24]
    joined = predictions[predictions["contender"] == "regulars"].merge(frequency)
    zero, many = joined[joined["frequency"] == 0], joined[joined["frequency"] >= 7]
    assert ours["actual"][0] == pytest.approx(zero["actual_purchases"].mean())
    assert ours["predicted"][7] == pytest.approx(many["expected_purchases"].mean())


def test_a_customer_without_frequency_is_an_error(trials, simulate):
    known = simulate({"regulars": 0.0}, customers=399)[["origin", "customer_id"]].assign(frequency=1)
    with pytest.raises(InputError, match="frequency of 1 of 400 customers at 1998-01-01 is missing"):
        curves.purchases_by_frequency(trials, known)


def test_without_frequency_the_table_is_empty(trials):
    table = curves.purchases_by_frequency(trials, None)
    assert table.empty
    assert isinstance(table, pd.DataFrame)
