from __future__ import annotations

import json
from collections.abc import Callable

import pandas as pd
import pytest

from regulars.scorer import Forecast, Scorer
from regulars.transactions import Transactions
from tests.scorer.conftest import CUTOFF


def test_totals_are_sums_of_the_scores_within_their_intervals(scorer: Scorer, scores: pd.DataFrame) -> None:
    told = scorer.forecast(scores)
    assert told.purchases.expected == pytest.approx(scores["expected_purchases"].sum())
    assert told.spend is not None
    assert told.spend.expected == pytest.approx(scores["expected_spend"].sum())
    for total in (told.purchases, told.spend):
        assert total.low is not None
        assert total.high is not None
        assert 0.5 * total.expected < total.low < 0.9 * total.expected, "a tenth at least is left open"
        assert 1.1 * total.expected < total.high < 2 * total.expected


def test_the_order_of_rows_changes_no_bit(scorer: Scorer, scores: pd.DataFrame) -> None:
    assert scorer.forecast(scores.sample(frac=1.0, random_state=0)) == scorer.forecast(scores)


def test_what_came_lay_within(scorer: Scorer, scores: pd.DataFrame, shop: pd.DataFrame) -> None:
    later = shop[(shop["date"] >= CUTOFF) & (shop["date"] < pd.Timestamp(CUTOFF) + pd.Timedelta(days=90))]
    later = later[later["customer_id"].isin(scores["customer_id"])]
    told = scorer.forecast(scores)
    came = later.drop_duplicates(["customer_id", "date"])
    assert told.purchases.low < len(came) < told.purchases.high
    assert told.spend.low < later["amount"].sum() < told.spend.high


@pytest.mark.slow
def test_it_tells_what_it_rests_on(every: Scorer, log_of: Callable[[Scorer], Transactions]) -> None:
    told = every.forecast(every.score(log_of(every), CUTOFF))
    json.dumps(told.to_dict(), allow_nan=False)
    assert (told.spend is None) == ("net_total" not in every.feature_names)
    if every.ensemble is None:
        assert (told.windows, told.purchases.low) == (0.0, None)
        assert told.basis.startswith("No past test window")
    else:
        assert 1 <= told.windows <= 2.75
        assert ("a guess: it comes from a single test window of this log" in told.basis) == (told.windows < 2)


def test_money_that_is_all_zero_has_no_interval() -> None:
    scores = pd.DataFrame({"expected_purchases": [1.0, 2.0], "expected_spend": [0.0, 0.0]})
    told = Forecast.of(scores, {})
    assert told.spend is not None
    assert (told.spend.expected, told.spend.low) == (0.0, None)
