from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from regulars.learners import Regression
from regulars.learners.base_models import LogisticModel

KNOWN = ("days_since_last", "frequency", "gap_mean", "tenure", "gap_cv")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    made = pd.DataFrame({"days_since_last": rng.gamma(1, 60, 3000), "frequency": rng.poisson(3, 3000) * 1.0})
    made["gap_mean"] = np.where(made["frequency"] > 0, rng.gamma(2, 20, 3000), np.nan)
    made["tenure"], made["unheard_of"] = 400.0, rng.normal(size=3000)
    return made


@pytest.fixture(scope="module")
def churned(table: pd.DataFrame) -> np.ndarray:
    odds = 1.2 * np.log1p(table["days_since_last"]) - 5 + 1.5 * table["gap_mean"].isna()
    return (np.random.default_rng(4).random(len(table)) < expit(odds)).to_numpy(float)


def logistic(table: pd.DataFrame, churned: np.ndarray) -> Regression:
    weight = np.ones(len(table))
    return LogisticModel.fit(table, churned, columns=KNOWN, weight=weight, scales={}).regression


@pytest.fixture(scope="module")
def linear(table: pd.DataFrame, churned: np.ndarray) -> Regression:
    return logistic(table, churned)


def test_it_finds_what_is_so(linear: Regression, table: pd.DataFrame, churned: np.ndarray) -> None:
    by_name = {term.name: term for term in linear.terms}
    assert set(by_name) == {"days_since_last", "frequency", "gap_mean", "tenure"}, "the known ones alone"
    last = by_name["days_since_last"]
    assert last.slope / last.spread == pytest.approx(1.2, rel=0.25)
    assert by_name["gap_mean"].unknown == pytest.approx(1.5, abs=0.5)
    assert by_name["tenure"].slope == pytest.approx(0, abs=1e-9), "a constant tells nothing"
    p = expit(linear.predict(table))
    assert p.mean() == pytest.approx(churned.mean(), abs=1e-3)


def test_it_is_the_regression_of_scikit_learn(linear: Regression, table: pd.DataFrame, churned: np.ndarray) -> None:
    columns = [np.nan_to_num(term.standardised(table)) for term in linear.terms] + [table["gap_mean"].isna() * 1.0]
    x = np.column_stack(columns)
    theirs = LogisticRegression(C=0.1, solver="newton-cholesky").fit(x, churned).decision_function(x)
    np.testing.assert_allclose(linear.predict(table), theirs, rtol=1e-9, atol=1e-9)


def test_a_row_is_its_own_whatever_the_others_are(linear: Regression, table: pd.DataFrame) -> None:
    whole = linear.predict(table)
    parts = np.concatenate([linear.predict(table[k : k + 7]) for k in range(0, len(table), 7)])
    np.testing.assert_array_equal(parts, whole)


def test_amounts_of_nothing_do_not_set_the_slope_of_the_others(table: pd.DataFrame, churned: np.ndarray) -> None:
    """Customers who gave everything back: on the logarithmic scale their 0 would lie far from all other amounts."""
    amounts = np.exp(np.random.default_rng(5).normal(5, 0.7, len(table)))
    nothing = np.arange(len(table)) % 100 == 0
    outcome = np.where(nothing, 1.0, churned)
    made = table.assign(amount=np.where(nothing, 0.0, amounts))

    def slope(rows: pd.DataFrame, target: np.ndarray) -> float:
        model = LogisticModel.fit(
            rows, target, columns=["amount"], weight=np.ones(len(rows)), scales={"amount": "log_amount"}
        )
        (term,) = model.regression.terms
        return term.slope / term.spread

    assert slope(made, outcome) == pytest.approx(slope(made[~nothing], churned[~nothing]), abs=0.02)
    unknown = LogisticModel.fit(
        made, outcome, columns=["amount"], weight=np.ones(len(made)), scales={"amount": "log_amount"}
    )
    assert unknown.predict(made)[nothing].min() > unknown.predict(made)[~nothing].max(), "known to be another kind"


def test_nothing_is_extrapolated(linear: Regression, table: pd.DataFrame) -> None:
    far = table.assign(days_since_last=1e9)
    np.testing.assert_array_equal(linear.predict(far), linear.predict(table.assign(days_since_last=1e7)))


def test_json_and_back(linear: Regression, table: pd.DataFrame) -> None:
    read = Regression.from_dict(json.loads(json.dumps(linear.to_dict())))
    np.testing.assert_array_equal(read.predict(table), linear.predict(table))


def test_a_feature_that_nobody_has(table: pd.DataFrame, churned: np.ndarray) -> None:
    empty = table.assign(gap_cv=np.nan)
    assert np.isfinite(logistic(empty, churned).predict(empty)).all()
