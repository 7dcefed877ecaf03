from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.evaluation.next_dates import NEVER, concordance, judge_dates, last_gap_again, next_dates
from regulars.lifetime import LifetimeValue
from regulars.params import load_params
from regulars.scorer import History, Scorer, ScorerSettings
from regulars.transactions import read_transactions
from regulars.transactions.simulate import simulate_bg_nbd
from regulars.windows import Windows


def test_concordance_is_that_of_all_pairs() -> None:
    rng = np.random.default_rng(0)
    wait = np.where(rng.random(120) < 0.4, NEVER, rng.integers(0, 30, 120)).astype(float)
    predicted = np.where(rng.random(120) < 0.2, NEVER, rng.integers(0, 40, 120)).astype(float)
    first, second = np.nonzero(wait[:, None] < wait[None, :])
    said = np.sign(predicted[second] - predicted[first])
    assert concordance(wait, predicted) == pytest.approx(np.mean((said + 1) / 2))


def test_concordance_of_the_truth_of_its_reverse_and_of_nobody() -> None:
    wait = np.array([1.0, 4.0, 9.0, NEVER])
    assert concordance(wait, wait) == 1.0
    assert concordance(wait, -wait) == 0.0
    assert concordance(wait, np.zeros(4)) == 0.5
    assert np.isnan(concordance(np.full(3, NEVER), np.zeros(3)))


def test_the_rule_knows_no_gap_where_nobody_has_come_back() -> None:
    once = pd.DataFrame({"frequency": 0.0, "recency": 0.0, "gap_last": np.nan, "days_since_last": [3.0, 9.0]})
    assert last_gap_again(once).tolist() == [0.0, 0.0]


@pytest.fixture(scope="module")
def looked() -> pd.DataFrame:
    """A cohort that buys as the model says, looked at from one origin, known for four months more."""
    cohort = simulate_bg_nbd(1500, r=1.5, alpha=20.0, a=0.6, b=4.0, joining_days=200, seed=3)
    history, windows = History(read_transactions(cohort.transactions)), Windows.at("2020-10-01", 30)
    lifetime = LifetimeValue.fit("bg_nbd", history.summary(windows), money=np.nan)
    settings = ScorerSettings.of(load_params(overrides=["windows.horizon_days=30"], environment={}))
    scorer = Scorer(settings, windows.cutoff, (), lifetime, None)
    return next_dates(history, windows, scorer, dt.date(2021, 2, 1)).assign(origin="2020-10-01")


def test_waits_are_those_of_the_log(looked: pd.DataFrame) -> None:
    log = simulate_bg_nbd(1500, r=1.5, alpha=20.0, a=0.6, b=4.0, joining_days=200, seed=3).transactions
    later = log[log["date"].between("2020-10-01", "2021-01-31")].groupby("customer_id")["date"].min()
    expected = (later - pd.Timestamp("2020-10-01")).dt.days.reindex(looked.index)
    pd.testing.assert_series_equal(looked["wait"], expected.astype(float), check_names=False, check_index_type=False)
    assert looked["shown"].between(0, 1).all()


def test_where_the_model_is_the_truth_its_dates_hold_and_beat_the_rule(looked: pd.DataFrame) -> None:
    told = judge_dates(looked).set_index("origin")
    at = told.loc["2020-10-01"]
    assert at["concordance"] > 0.8
    assert at["concordance"] > at["concordance_rule"] + 0.2
    assert at["error"] < 0.85 * at["error_rule"]
    assert at["within"] == pytest.approx(at["promised"], abs=0.05)
    assert at["followed"] < at["customers"] < len(looked)
    assert told.loc["mean"].equals(at)


def test_an_origin_that_can_follow_few_weighs_little(looked: pd.DataFrame) -> None:
    few = looked[looked["shown"] >= 0.9].dropna().head(3).assign(origin="2020-11-01", median=1e3)
    told = judge_dates(pd.concat([looked, few])).set_index("origin")
    assert told.loc["2020-11-01", "error"] > 900
    assert told.loc["mean", "error"] < told.loc["2020-10-01", "error"] + 10
    assert told.loc["mean", "customers"] == told["customers"].head(2).mean()


def test_a_log_that_ends_earlier_selects_no_outcomes(looked: pd.DataFrame) -> None:
    """Errors of all who came back shrink with the end of the log, and the rule's dates look better than they are."""
    early = looked[looked["wait"] < 20]
    assert (early["median"] - early["wait"]).median() > 0
    followed = looked[(looked["shown"] >= 0.95) & looked["wait"].notna()]
    assert abs((followed["median"] - followed["wait"]).median()) <= 2


def test_where_nobody_came_back_there_is_nothing_to_judge(looked: pd.DataFrame) -> None:
    told = judge_dates(looked.assign(wait=np.nan))
    assert told[["concordance", "error", "within"]].isna().all(axis=None)
    assert (told["customers"] == 0).all()
