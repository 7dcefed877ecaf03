"""Scorers fitted on real customers, once for the whole session."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from regulars.features import build_features
from regulars.params import load_params
from regulars.scorer import History, Scorer, ScorerSettings, fit_scorer
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

CUTOFF = "1998-03-01"
HORIZON = 90
QUICK = ("churn.num_iterations=40", "lifetime.model=mbg_nbd")


def settings_for(horizon_days: int, *overrides: str) -> ScorerSettings:
    asked = [f"windows.horizon_days={horizon_days}", *QUICK, *overrides]
    return ScorerSettings.of(load_params(overrides=asked, environment={}))


def fitted(log: pd.DataFrame | Transactions, horizon_days: int = HORIZON, *overrides: str) -> Scorer:
    tx = log if isinstance(log, Transactions) else read_transactions(log)
    return fit_scorer(History(tx), Windows.at(CUTOFF, horizon_days), settings_for(horizon_days, *overrides))


@pytest.fixture(scope="session")
def tx(shop: pd.DataFrame) -> Transactions:
    return read_transactions(shop)


@pytest.fixture(scope="session")
def scorer(tx: Transactions) -> Scorer:
    """Boosters on eight slices of 90 days, blended out of time."""
    return fitted(tx)


@pytest.fixture(scope="session")
def cross_fitted(tx: Transactions) -> Scorer:
    """Too little history for a slice that had closed when the latest began."""
    return fitted(tx, 180)


@pytest.fixture(scope="session")
def alone(tx: Transactions) -> Scorer:
    """No training slice: lifetime value alone."""
    return fitted(tx, 300)


@pytest.fixture(scope="session")
def moneyless_log(shop: pd.DataFrame) -> Transactions:
    """The shop without amounts, in the shape of groceryElog."""
    return read_transactions(
        shop.drop(columns="amount").rename(columns={"customer_id": "cust"}),
        {"customer_id": "cust", "ordered_at": "date"},
    )


@pytest.fixture(scope="session")
def moneyless(moneyless_log: Transactions) -> Scorer:
    return fitted(moneyless_log)


@pytest.fixture(scope="session")
def features(tx: Transactions) -> pd.DataFrame:
    return build_features(tx, CUTOFF)


@pytest.fixture(scope="session")
def scores(scorer: Scorer, tx: Transactions) -> pd.DataFrame:
    return scorer.score(tx, CUTOFF)


# In the fast lane the two that are fitted quickly: enough to see a fault, and `scorer` is fitted for others anyway.
SCORERS = (
    "scorer",
    pytest.param("cross_fitted", marks=pytest.mark.slow),
    "alone",
    pytest.param("moneyless", marks=pytest.mark.slow),
)


@pytest.fixture(params=SCORERS)
def every(request: pytest.FixtureRequest) -> Scorer:
    """Each kind of scorer in turn."""
    made: Scorer = request.getfixturevalue(request.param)
    return made


@pytest.fixture
def log_of(tx: Transactions, moneyless_log: Transactions) -> Callable[[Scorer], Transactions]:
    return lambda scorer: tx if "net_total" in scorer.feature_names else moneyless_log
