"""Feature tables from outside: read as days and numbers, or refused; never scored as something else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.features import CATALOGUE
from regulars.scorer import Scorer

MONEY = [feature.name for feature in CATALOGUE if feature.unit == "money"]
SCORED = ["p_churn", "p_alive", "expected_purchases", "expected_spend", "clv"]


@pytest.fixture
def few(features: pd.DataFrame) -> pd.DataFrame:
    return features.sort_values("frequency").tail(8)


@pytest.mark.parametrize("cutoff", ["01/02/1998", 19980701, 0, "1998-07-01 12:00", True, "next week", None])
def test_a_cutoff_that_is_no_calendar_day_is_refused(scorer: Scorer, few: pd.DataFrame, cutoff: Any) -> None:
    with pytest.raises(InputError, match=r"column 'cutoff' .*; expected (a )?calendar day"):
        scorer.score_features(few.assign(cutoff=cutoff))


def test_cutoffs_of_every_notation_give_the_same_scores(scorer: Scorer, few: pd.DataFrame) -> None:
    expected = scorer.score_features(few)
    for same in (few["cutoff"].dt.date, few["cutoff"].astype(str), few["cutoff"].astype("datetime64[ns]")):
        pd.testing.assert_frame_equal(scorer.score_features(few.assign(cutoff=same)), expected)


@pytest.mark.parametrize("value", [True, "3", pd.Timedelta(days=3), np.inf])
@pytest.mark.parametrize("name", ["recency", "net_total", "weekend_share"])
def test_a_feature_that_is_no_number_is_refused(scorer: Scorer, few: pd.DataFrame, name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"column '{name}' .*; expected"):
        scorer.score_features(few.assign(**{name: value}))


@pytest.mark.slow
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_an_unknown_or_infinite_amount_is_refused_or_scored_without_nulls(
    scorer: Scorer, few: pd.DataFrame, value: float
) -> None:
    for name in (name for name in MONEY if name in scorer.feature_names):
        spoilt = few.assign(**{name: few[name].where(np.arange(len(few)) != 1, value)})
        assert _refused_for(scorer, spoilt, name) or np.isfinite(scorer.score_features(spoilt)[SCORED]).all(
            axis=None
        ), name


def _refused_for(scorer: Scorer, table: pd.DataFrame, name: str) -> bool:
    try:
        scorer.score_features(table)
    except InputError as refused:
        return f"column '{name}' is " in str(refused)
    return False


def test_an_unknown_amount_of_a_customer_who_came_back_is_refused(scorer: Scorer, few: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="'repeat_value_mean' is null in 8 of 8 rows of customers who came back"):
        scorer.score_features(few.assign(repeat_value_mean=np.nan))


def test_every_fault_of_a_table_is_named_at_once(scorer: Scorer, few: pd.DataFrame) -> None:
    with pytest.raises(InputError) as refused:
        scorer.score_features(few.assign(cutoff=0, recency="3", net_total=np.inf))
    assert all(f"column '{name}' " in str(refused.value) for name in ("cutoff", "recency", "net_total"))


@pytest.mark.slow
def test_no_customers_have_an_empty_table_of_scores(every: Scorer, features: pd.DataFrame) -> None:
    nobody = features.iloc[:0].assign(**{name: 0.0 for name in every.feature_names if name not in features})
    one = features.iloc[:1].assign(**{name: 0.0 for name in every.feature_names if name not in features})
    scores = every.score_features(nobody)
    assert len(scores) == 0
    assert scores.dtypes.to_dict() == every.score_features(one).dtypes.to_dict()
    assert every.predict_intervals(nobody).shape == (0, 4)
    assert len(every.explain(nobody).value) == 0
    assert every.forecast(scores).purchases.expected == 0


@pytest.mark.parametrize("given", [{"frequency": [1]}, [1, 2], None])
def test_what_is_no_table_is_refused_with_what_is_expected(scorer: Scorer, given: Any) -> None:
    for ask in (scorer.score_features, scorer.predict_intervals, scorer.explain):
        with pytest.raises(InputError, match=f"The feature table is a {type(given).__name__}; expected a pandas Data"):
            ask(given)
    with pytest.raises(InputError, match="The scores table is a"):
        scorer.forecast(given)
    with pytest.raises(InputError, match="score needs a log that was read by read_transactions; found a"):
        scorer.score(given, "1998-07-01")


@pytest.mark.slow
def test_latest_is_the_day_after_the_last_order_day(scorer: Scorer, tx: Any) -> None:
    pd.testing.assert_frame_equal(scorer.score(tx, "latest"), scorer.score(tx, "1998-07-01"))


@pytest.mark.parametrize("name", ["frequency", "cutoff", "customer_id"])
def test_two_columns_of_one_name_are_refused(scorer: Scorer, few: pd.DataFrame, name: str) -> None:
    table = few.reset_index()
    with pytest.raises(InputError, match=f"has 2 columns named '{name}'; expected one of each"):
        scorer.score_features(pd.concat([table, table[[name]]], axis=1))


def test_several_labels_a_row_are_refused(scorer: Scorer, few: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"have 2 labels each; expected customer_id .* reset_index"):
        scorer.score_features(few.set_index([few.index, "cutoff"], drop=False))


def test_more_days_than_there_are_dates_are_refused(scorer: Scorer, few: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="column 'tenure' is over 73,414 days in 8 of 8 rows; expected days"):
        scorer.score_features(few.assign(tenure=1e12))
