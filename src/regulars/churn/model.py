"""Churn: three opinions, blended in log-odds and brought to a level."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from sklearn.linear_model import LogisticRegression  # at the top: a BLAS loaded during a fit keeps its threads

from regulars.churn.booster import Booster
from regulars.churn.linear import FEATURES, LIFETIME, Linear, log_odds
from regulars.churn.simplex import Weights, best_weights

Floats = NDArray[np.float64]

FALLING = ("lifetime_p_purchase", "lifetime_expected_purchases", "lifetime_p_alive")  # the risk, as they rise
RIDGE = 0.1  # scikit-learn's C
_WIDEST_SHIFT = 30.0


@dataclass(frozen=True)
class ChurnModel:
    """Probability of no purchase in the label window.

    Parameters
    ----------
    booster : Booster
        Fitted on several closed slices.
    linear : Linear
        A logistic regression on the same rows.
    weights : tuple of float
        Shares of the lifetime model's 1 − R, of the booster and of the regression in the blend of log-odds.
    shift : float
        What brings the blend to its level, added to the log-odds.
    """

    booster: Booster
    linear: Linear
    weights: Weights
    shift: float = 0.0

    def p_churn(self, table: pd.DataFrame, p_purchase: Floats) -> Floats:
        """Blend the opinions on rows of the design and the lifetime model's R."""
        opinions = (1.0 - p_purchase, self.booster.predict(table), expit(self.linear.predict(table)))
        return np.asarray(expit(blend(opinions, self.weights) + self.shift))


def fit_booster(
    table: pd.DataFrame, churned: Floats, *, params: Mapping[str, bool | int | float | str], seed: int, weight: Floats
) -> Booster:
    """Boosted trees for the probability of churn, which never rises with what the lifetime model expects.

    Only there does theory say which way: a customer of regular habits may be the likelier to come the longer the last
    order lies back.
    """
    falls = ",".join("-1" if name in FALLING else "0" for name in table)
    objective = {"objective": "binary", "monotone_constraints": falls}
    return Booster.fit(table, churned, objective=objective, params=params, seed=seed, weight=weight)


def fit_logistic(table: pd.DataFrame, churned: Floats, weight: Floats) -> Linear:
    """A ridge regression for the logarithm of the odds of churn."""
    model = LogisticRegression(C=RIDGE, solver="newton-cholesky")
    return Linear.fit(model, table, (*FEATURES, *LIFETIME), churned, weight)


def blend(opinions: tuple[Floats, ...], weights: Weights) -> Floats:
    """Weighted mean of probabilities, as log-odds."""
    odds = [weight * log_odds(p) for p, weight in zip(opinions, weights, strict=True) if weight]
    return np.asarray(sum(odds))


def shift_to_mean(odds: Floats, mean: float) -> float:
    """What added to all log-odds makes the probabilities have this mean.

    A mean of 0 or 1 is taken half a customer inside.

    Examples
    --------
    >>> round(shift_to_mean(np.zeros(10), 0.2), 4)  # log(0.2 / 0.8)
    -1.3863
    """
    half = 0.5 / len(odds)
    wanted = min(max(mean, half), 1.0 - half)
    return float(brentq(lambda shift: float(expit(odds + shift).mean()) - wanted, -_WIDEST_SHIFT, _WIDEST_SHIFT))


def log_loss_weights(opinions: tuple[Floats, ...], churned: Floats) -> Weights:
    """Weights, none negative and 1 in all, of the blend with the lowest log-loss.

    Each opinion is first brought to the level of what came: a weight is earned by telling
    customers apart, since the level is set elsewhere. The loss is convex in the weights, so the
    optimum is found; the corners are allowed: an opinion that adds nothing gets 0.

    Examples
    --------
    >>> truth = np.array([1.0, 0.0, 1.0, 0.0])
    >>> sharp, blind = np.array([0.7, 0.2, 0.9, 0.4]), np.full(4, 0.5)
    >>> log_loss_weights((sharp, blind, blind), truth)
    (1.0, 0.0, 0.0)
    """
    rate = float(churned.mean())
    odds = [log_odds(p) for p in opinions]
    levelled = np.column_stack([z + shift_to_mean(z, rate) for z in odds])

    def loss(weights: Floats) -> tuple[float, Floats]:
        blended = levelled @ weights
        gradient = levelled.T @ (expit(blended) - churned) / len(churned)
        return float(np.mean(np.logaddexp(0.0, blended) - churned * blended)), gradient

    return best_weights(loss, levelled.shape[1])
