"""Base models for the probability of churn: the lifetime model, boosted trees, a logistic regression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from regulars.arrays import Floats
from regulars.features import ORDER_AMOUNTS
from regulars.learners import Booster, Column, LogOddsShift, log_loss_weights
from regulars.learners.base_models import BoostedProbability, LogisticModel
from regulars.learners.blend import BaseModel, Method
from regulars.learners.regression import Scale
from regulars.lifetime import COLUMN_SCALES

SCALES: dict[str, Scale] = {**dict.fromkeys(ORDER_AMOUNTS, "log_amount"), **COLUMN_SCALES}

PROBABILITY = Method(log_loss_weights, LogOddsShift.fit)

FALLING = ("lifetime_p_purchase", "lifetime_expected_purchases", "lifetime_p_alive")  # the risk, as they rise

# Few, and of orders alone, or of orders and money: a regression on all would follow whatever features come.
REGRESSED = (
    *("days_since_last", "tenure", "recency", "frequency", "orders_30", "orders_90", "orders_180"),
    *("gap_mean", "gap_last", "gap_cv", "overdue_ratio", "overdue_longest", "lines_per_order", "products"),
    *("net_total", "net_90", "order_value_mean"),
    *("lifetime_p_purchase", "lifetime_expected_purchases", "lifetime_expected_spend"),
)


def base_models(
    table: pd.DataFrame,
    churned: Floats,
    *,
    params: Mapping[str, bool | int | float | str],
    seed: int,
    weight: Floats,
    also: Sequence[str] = (),
) -> dict[str, BaseModel]:
    """Fit all base models on the same rows; the regression takes `also` these columns, attributes of customers.

    Parameters
    ----------
    table : DataFrame
        The design: one row a customer and training slice.
    churned : ndarray of shape (rows,)
        1 for no purchase in the label window, else 0.
    params : mapping
        Parameters of LightGBM that the user set.
    seed : int
        Of LightGBM's draws.
    weight : ndarray of shape (rows,)
        How much each row counts.
    also : sequence of str
        Further columns for the regression.

    Returns
    -------
    dict of str to BaseModel
        By name: `lifetime`, `lightgbm`, `regression`.
    """
    return {
        "lifetime": Column("lifetime_p_purchase", complement=True),
        "lightgbm": fit_trees(table, churned, params=params, seed=seed, weight=weight),
        "regression": LogisticModel.fit(table, churned, columns=(*REGRESSED, *also), weight=weight, scales=SCALES),
    }


def fit_trees(
    table: pd.DataFrame, churned: Floats, *, params: Mapping[str, bool | int | float | str], seed: int, weight: Floats
) -> BoostedProbability:
    """Boosted trees for the probability of churn, which never rises with what the lifetime model expects.

    Only there does theory give the direction: a customer of regular habits may be the likelier to order the longer the
    last order lies back.

    Parameters
    ----------
    table : DataFrame
        The design: one row a customer and training slice.
    churned : ndarray of shape (rows,)
        1 for no purchase in the label window, else 0.
    params : mapping
        Parameters of LightGBM that the user set.
    seed : int
        Of LightGBM's draws.
    weight : ndarray of shape (rows,)
        How much each row counts.

    Returns
    -------
    BoostedProbability
    """
    falls = ",".join("-1" if name in FALLING else "0" for name in table)
    objective = {"objective": "binary", "monotone_constraints": falls}
    return BoostedProbability(Booster.fit(table, churned, objective=objective, params=params, seed=seed, weight=weight))
