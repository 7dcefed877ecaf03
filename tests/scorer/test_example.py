from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.scorer import Scorer, example_features
from regulars.transactions import Transactions

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("ids", [pd.Index([7, 8]), pd.Index(["a", "b"]), pd.Index([1.5])])
def test_ids_have_the_type_of_the_log_and_belong_to_nobody(ids: pd.Index) -> None:
    made = example_features(["frequency"], dt.date(1998, 1, 1), ids)
    assert made.index.dtype == ids.dtype
    assert made.index.name == "customer_id"
    assert not set(made.index) & set(ids)


def test_the_example_can_be_scored(scorer: Scorer, tx: Transactions) -> None:
    made = example_features(scorer.feature_names, scorer.training_cutoff, pd.Index(["x"]))
    assert set(made.drop(columns="cutoff").dtypes.astype(str)) == {"float64"}
    scores = scorer.score_features(made)
    assert scores["p_churn"].between(0, 1).all()
    assert np.isfinite(scores[["expected_purchases", "clv"]]).all(axis=None)
    assert scores["p_churn"].is_monotonic_decreasing, "who bought once, who comes back now and then, who is a regular"
