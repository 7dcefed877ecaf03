from __future__ import annotations

import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from regulars.scorer import History, Scorer, fit, fit_scorer
from regulars.scorer.all_customers import forecast_of_all
from regulars.transactions import Sample, Transactions
from regulars.windows import Windows
from tests.scorer.conftest import CUTOFF, HORIZON, settings_for

pytestmark = pytest.mark.slow

WINDOWS = Windows.at(CUTOFF, HORIZON)


@pytest.fixture(scope="module")
def sampled(tx: Transactions) -> History:
    sample = Sample.of(tx, WINDOWS, tx.customers_before(WINDOWS) // 2, seed=0)
    assert sample
    return History(tx, sample=sample)


@pytest.fixture(scope="module")
def of_sample(sampled: History) -> Scorer:
    return fit_scorer(sampled, WINDOWS, settings_for(HORIZON))


def test_a_sample_sees_the_same_rows_as_all_customers(tx: Transactions, sampled: History) -> None:
    whole = History(tx)
    chosen = sampled.features(WINDOWS).index
    assert 0.4 < len(chosen) / len(whole.features(WINDOWS)) < 0.6
    assert_frame_equal(sampled.features(WINDOWS), whole.features(WINDOWS).loc[chosen])
    assert_frame_equal(sampled.labels(WINDOWS), whole.labels(WINDOWS).loc[chosen])
    assert_frame_equal(sampled.past(WINDOWS), whole.past(WINDOWS).loc[chosen])
    assert_frame_equal(sampled.summary(WINDOWS), whole.summary(WINDOWS).loc[chosen])
    assert_series_equal(sampled.waits(WINDOWS), whole.waits(WINDOWS).loc[chosen])


def test_what_is_said_of_all_customers_does_not_depend_on_the_sample(tx: Transactions, sampled: History) -> None:
    whole = History(tx)
    assert sampled.customer_count(WINDOWS) == whole.customer_count(WINDOWS) == len(sampled.so_far(WINDOWS))
    assert sampled.actual_totals(WINDOWS) == pytest.approx(whole.actual_totals(WINDOWS))
    assert_frame_equal(sampled.summary_of_all(WINDOWS), whole.summary(WINDOWS).reset_index(drop=True))
    names = list(sampled.so_far(WINDOWS))
    assert_frame_equal(
        sampled.so_far(WINDOWS).reset_index(drop=True), whole.features(WINDOWS)[names].reset_index(drop=True)
    )


def test_lifetime_models_and_totals_are_those_of_all_customers(of_sample: Scorer, scorer: Scorer) -> None:
    assert of_sample.lifetime.purchases.to_dict() == scorer.lifetime.purchases.to_dict()
    assert of_sample.lifetime.order_value == pytest.approx(scorer.lifetime.order_value)
    assert of_sample.ensemble
    assert scorer.ensemble
    assert of_sample.ensemble.totals == scorer.ensemble.totals
    assert of_sample.ensemble.churn != scorer.ensemble.churn


def test_the_forecast_is_of_all_customers(
    tx: Transactions, sampled: History, of_sample: Scorer, scorer: Scorer
) -> None:
    features = History(tx).features(WINDOWS)
    told = forecast_of_all(sampled, WINDOWS, of_sample, of_sample.predict(sampled.features(WINDOWS)))
    found, usual = (each.forecast(each.score_features(features)) for each in (of_sample, scorer))
    for total, scored, of_whole in (
        (told.purchases, found.purchases, usual.purchases),
        (told.spend, found.spend, usual.spend),
    ):
        assert total
        assert scored
        assert of_whole
        assert total.expected == pytest.approx(scored.expected, rel=0.05)
        assert total.expected == pytest.approx(of_whole.expected, rel=0.05)


def test_the_sample_is_said(of_sample: Scorer, scorer: Scorer, tx: Transactions) -> None:
    (said,) = [note.text for note in of_sample.notes if note.code == "sample"]
    assert f"of the {tx.customers_before(WINDOWS):,} customers (training.max_customers)" in said
    assert "lifetime models and totals are based on all" in said
    assert not [note for note in scorer.notes if note.code == "sample"]


def test_the_customers_who_count_totals_are_said(tx: Transactions, sampled: History) -> None:
    half = Sample(2**63, seed=0)
    counted = History(tx, sample=sampled.sample, totals_sample=half)
    (note,) = fit._sampled(counted, WINDOWS)
    about = f"{tx.customers_before(WINDOWS) / 2:,.0f}"
    assert f"totals of past windows on one of about {about}; lifetime models are based on all" in note.text
