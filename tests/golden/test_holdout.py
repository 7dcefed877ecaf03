"""Holdouts of CDNOW and groceryElog: the tables, which model `auto` takes, and the rules of thumb beside them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from experiments import lifetime_holdouts
from regulars.lifetime import BGNBD, MBGCNBD, MBGNBD, GammaGamma, ParetoNBD
from regulars.lifetime.diagnostics.select import log_score

CALIBRATION_END = pd.Timestamp("1997-09-30")
A_WEEK = np.log(1.15) / 52  # 15 % a year


@pytest.fixture(scope="module")
def fitted(sample):
    return BGNBD().fit(sample), ParetoNBD().fit(sample)


@pytest.fixture(scope="module")
def later(sample_days):
    return sample_days[sample_days["date"] > CALIBRATION_END]


@pytest.fixture(scope="module")
def active(sample, later):
    return sample.index.isin(later["id"])


@pytest.fixture(scope="module")
def groceries(real_data):
    return lifetime_holdouts.split(lifetime_holdouts.groceries(real_data), "2006-12-31")


def test_what_came_is_what_is_known(later, active):
    assert (len(later), round(later["spend"].sum(), 2)) == (1882, 70_976.39)
    assert active.mean() == pytest.approx(0.2902, abs=5e-5)


@pytest.mark.slow
def test_all_of_cdnow(papers_summary, master_days):
    summary, counts = lifetime_holdouts.split(master_days, "1997-09-30")
    late = master_days[master_days["date"] > CALIBRATION_END]
    assert (len(late), round(late["spend"].sum(), 2)) == (19_684, 776_961.13)
    table, choice = lifetime_holdouts.judged(summary, counts, 39)
    published = {"bg_nbd": [16_873.7, 0.8187], "mbg_nbd": [15_933.6, 0.7945], "pareto_nbd": [17_153.2, 0.7938]}
    for name, (forecast, error) in published.items():
        assert table.loc[name, "forecast"] == pytest.approx(forecast, abs=0.06)
        assert table.loc[name, "MAE"] == pytest.approx(error, abs=6e-5)
    assert choice.sentence == (
        "mbg_nbd was chosen (mbg_cnbd_k: the same): its log score a customer is 0.0007 above that of bg_nbd "
        "(95 % interval -0.0007 to 0.0021), a tie."
    )


@pytest.mark.slow
def test_auto_takes_no_model_that_rules_out_who_comes_back(groceries):
    """MBG/CNBD-k has the least error and by far the best likelihood in the sample; some of the silent return."""
    summary, counts = groceries
    table, choice = lifetime_holdouts.judged(summary, counts, 52)
    assert (choice.model.name, table["MAE"].astype(float).idxmin()) == ("pareto_nbd", "mbg_cnbd_k")
    assert table["log-likelihood"].astype(float).idxmax() == "mbg_cnbd_k"
    for name, slips in {"nbd": 0.924, "pareto_nbd": 0.406, "bg_nbd": 0.419, "mbg_nbd": 0.410}.items():
        assert table.loc[name, "MSLE"] == pytest.approx(slips, abs=6e-4)
    regular, plain = (log_score(model().fit(summary), summary, counts, 52) for model in (MBGCNBD, MBGNBD))
    worse = np.sort(regular - plain)
    assert (worse > 0).mean() > 0.75
    assert worse[:60].sum() < worse.sum() < 0, "sixty customers make the whole difference"


def test_rules_of_thumb(sample, active, fitted):
    """A customer is held for gone after half a year of silence, or where P(alive) is below a half."""
    silence = sample["T"] - sample["recency"]
    assert ((silence < 26) == active).mean() == pytest.approx(0.771, abs=5e-4)
    assert max(((silence <= week) == active).mean() for week in silence.unique()) == pytest.approx(0.782, abs=5e-4)
    assert (~active).mean() == pytest.approx(0.710, abs=5e-4)
    for model, right in zip(fitted, (0.339, 0.774), strict=True):
        assert ((model.probability_alive(sample) > 0.5) == active).mean() == pytest.approx(right, abs=5e-4)


def test_being_alive_is_no_ranking(sample, active, fitted):
    bg, pareto = fitted
    ranked = {
        "expected": (bg.expected_purchases(sample, 39), 0.7725),
        "silence": (sample["recency"] - sample["T"], 0.7714),
        "frequency": (sample["frequency"], 0.7576),
        "alive, Pareto/NBD": (pareto.probability_alive(sample), 0.7262),
        "alive, BG/NBD": (bg.probability_alive(sample), 0.316),
    }
    for name, (values, area) in ranked.items():
        assert roc_auc_score(active, values) == pytest.approx(area, abs=6e-4 if area == 0.316 else 5e-5), name
        assert lifetime_holdouts.auc(np.asarray(values), pd.Series(active)) == pytest.approx(
            roc_auc_score(active, values)
        )


def test_the_two_models_agree(sample, fitted):
    bg, pareto = (model.expected_purchases(sample, 39) for model in fitted)
    assert np.corrcoef(bg, pareto)[0, 1] == pytest.approx(0.9955, abs=5e-5)


def test_cumulative_purchases_by_week(sample, sample_days, fitted):
    births = sample["T"].max() - sample["T"]
    repeats = sample_days[sample_days["date"] > sample_days["id"].map(sample_days.groupby("id")["date"].min())]
    expected = {20: (1359, 1312.5, 1308.9), 25: (1672, 1669.6, 1674.3)}
    for week, (actual, *predicted) in expected.items():
        assert (repeats["date"] <= pd.Timestamp("1996-12-31") + pd.Timedelta(weeks=week)).sum() == actual
        for model, total in zip(fitted, predicted, strict=True):
            assert model.expected_purchases_new(np.maximum(week - births, 0)).sum() == pytest.approx(total, abs=0.05)


def test_spend_and_lifetime_value(sample, fitted):
    spend, pareto = GammaGamma().fit(sample), fitted[1]
    known = pd.DataFrame({"frequency": [2, 1, 0], "monetary_value": [22.35, 11.77, 0.0]})
    np.testing.assert_allclose(spend.expected_spend(known), [24.658, 18.910, 35.170], atol=5e-4)
    back = sample[sample["frequency"] > 0]
    assert np.corrcoef(back["frequency"], back["monetary_value"])[0, 1] == pytest.approx(0.1139, abs=5e-5)
    for rate, total in ((A_WEEK, 261_615), (np.log(1.1), 17_816)):  # 15 % a year; 10 % a week, by mistake
        value = spend.expected_spend(sample) * pareto.residual_purchases(sample, rate)
        assert value.sum() == pytest.approx(total, rel=5e-4)
