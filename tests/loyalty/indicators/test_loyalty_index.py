"""The shop's own index: weights as scikit-learn has them, judged on a window that it has not seen, none of it later."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import regulars as rg
from regulars.errors import InsufficientHistoryError
from regulars.loyalty import LoyaltyIndex
from regulars.loyalty.indicators.loyalty_index import FARTHEST
from regulars.loyalty.indicators.measures import measures_of, read_measures, who_ordered
from regulars.tables import LOYALTY_MEASURES
from regulars.windows import Windows
from tests.loyalty.indicators.test_measures import AT, read, shop


@pytest.fixture(scope="module")
def found() -> LoyaltyIndex:
    return rg.loyalty_index(read(shop(900)), AT.cutoff, horizon_days=60)


def test_weights_are_those_of_the_last_window_but_one(found: LoyaltyIndex) -> None:
    tx, window = read(shop(900)), Windows(dt.date(2024, 2, 2), 60)  # 2 x 60 days before the cutoff
    known = read_measures(tx, window)
    happened = who_ordered(tx, window, known["customer_id"])
    columns = {}
    for measure in measures_of(tx):
        values = known[measure.name]
        values = np.log(values.where(values > 0)) if measure.by_ratio else values
        columns[measure.name] = ((values - values.mean()) / values.std(ddof=0)).fillna(0).clip(-FARTHEST, FARTHEST)
    expected = LogisticRegression(C=np.inf, tol=1e-10, max_iter=2000).fit(pd.DataFrame(columns), happened).coef_[0]
    ours = found.weights.set_index("measure").loc[list(columns), "weight"]
    assert np.allclose(ours, expected, atol=1e-4)
    assert ((found.weights["low"] < found.weights["weight"]) & (found.weights["weight"] < found.weights["high"])).all()


def test_where_customers_differ_in_pace_it_ranks_better_than_silence(found: LoyaltyIndex) -> None:
    assert (found.window.cutoff, found.window.closes) == (dt.date(2024, 4, 2), AT.cutoff)
    assert found.verdict == "better"
    assert "better than days since the last order alone" in found.in_words
    assert found.in_short.endswith("Together they rank customers better than days since the last order alone.")
    assert "Customers with more of these ordered again more often, the strongest first: " in found.in_short
    assert tuple(found.customers.columns) == LOYALTY_MEASURES
    assert found.customers["index"].between(0, 100).all()
    assert found.customers["index"].corr(found.customers["orders"], method="spearman") > 0.5


def test_where_customers_are_all_alike_it_is_a_tie_and_that_is_said() -> None:
    alike = rg.loyalty_index(read(shop(900, loyal=False)), AT.cutoff, horizon_days=60)
    assert alike.verdict == "tie"
    assert "(a tie)" in alike.in_words
    assert "rank customers no better and no worse than days since the last order alone." in alike.in_short


def test_nothing_at_or_after_the_cutoff_changes_it(found: LoyaltyIndex) -> None:
    frame = shop(900)
    cut = frame[(frame["ordered_at"] < pd.Timestamp(AT.cutoff)) | (frame["customer_id"] % 2 == 0)]
    changed = rg.loyalty_index(read(cut), AT.cutoff, horizon_days=60)
    assert changed.to_dict() == found.to_dict()
    pd.testing.assert_frame_equal(changed.customers, found.customers, check_exact=True)


def test_too_few_customers_are_refused_in_words() -> None:
    with pytest.raises(InsufficientHistoryError, match="needs 100 customers who ordered and 100 who did not"):
        rg.loyalty_index(read(shop(60)), AT.cutoff, horizon_days=60)
