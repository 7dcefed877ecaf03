"""Base models of a blend: a column as it stands, trees, a regression, and a column's mean corrected by either."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import (  # at the top: a BLAS loaded during a fit keeps its threads
    LogisticRegression,
    TweedieRegressor,
)

from regulars.arrays import Floats
from regulars.learners.booster import Booster
from regulars.learners.losses import FLOOR
from regulars.learners.regression import Regression, Scale

LOGISTIC_RIDGE = 0.1  # scikit-learn's C
FACTOR_RIDGE = 0.1  # scikit-learn's alpha


@dataclass(frozen=True)
class Column:
    """A column of the table as it stands, or 1 minus it.

    Parameters
    ----------
    name : str
    complement : bool
        Whether the prediction is 1 minus the column.
    """

    kind: ClassVar[str] = "column"

    name: str
    complement: bool = False

    def predict(self, table: pd.DataFrame) -> Floats:
        """One prediction a row."""
        values = table[self.name].to_numpy(np.float64)
        return 1.0 - values if self.complement else values

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"kind": self.kind, "column": self.name, "complement": self.complement}


@dataclass(frozen=True)
class BoostedProbability:
    """Boosted trees for a probability."""

    kind: ClassVar[str] = "boosted_probability"

    booster: Booster

    def predict(self, table: pd.DataFrame) -> Floats:
        """One probability a row."""
        return self.booster.predict(table)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the trees."""
        return {"kind": self.kind}


@dataclass(frozen=True)
class LogisticModel:
    """A logistic regression with a ridge penalty."""

    kind: ClassVar[str] = "logistic"

    regression: Regression

    @classmethod
    def fit(
        cls,
        table: pd.DataFrame,
        outcome: Floats,
        *,
        columns: Iterable[str],
        weight: Floats,
        scales: Mapping[str, Scale],
    ) -> Self:
        """Fit on those of the columns that the table has."""
        model = LogisticRegression(C=LOGISTIC_RIDGE, solver="newton-cholesky")
        return cls(Regression.fit(model, table, columns, outcome, weight, scales))

    def predict(self, table: pd.DataFrame) -> Floats:
        """One probability a row."""
        return np.asarray(expit(self.regression.predict(table)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"kind": self.kind, "regression": self.regression.to_dict()}


@dataclass(frozen=True)
class BoostedMean:
    """A mean that stands in a column, times a factor that boosted trees have learned.

    Parameters
    ----------
    mean : str
        The column. Trees start from its logarithm and correct it.
    booster : Booster
    """

    kind: ClassVar[str] = "boosted_mean"

    mean: str
    booster: Booster

    @classmethod
    def fit(
        cls,
        table: pd.DataFrame,
        actual: Floats,
        *,
        mean: str,
        objective: Mapping[str, bool | int | float | str],
        params: Mapping[str, bool | int | float | str],
        seed: int,
        weight: Floats,
    ) -> Self:
        """Fit the trees with the logarithm of the mean as offset."""
        offset = log_mean(table[mean].to_numpy(np.float64))
        return cls(
            mean,
            Booster.fit(table, actual, objective=objective, params=params, seed=seed, weight=weight, offset=offset),
        )

    def predict(self, table: pd.DataFrame) -> Floats:
        """One mean a row."""
        return np.exp(self.booster.correct(table, log_mean(table[self.mean].to_numpy(np.float64))))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, without the trees."""
        return {"kind": self.kind, "mean": self.mean}


@dataclass(frozen=True)
class RegressedMean:
    """A mean that stands in a column, times a factor that a regression has learned.

    Parameters
    ----------
    mean : str
        The column.
    regression : Regression
        For the logarithm of the factor.
    """

    kind: ClassVar[str] = "regressed_mean"

    mean: str
    regression: Regression

    @classmethod
    def fit(
        cls,
        table: pd.DataFrame,
        actual: Floats,
        *,
        mean: str,
        power: float,
        weight: Floats,
        scales: Mapping[str, Scale],
    ) -> Self:
        """Fit a ridge regression with the deviance of this Tweedie power.

        Notes
        -----
        With the logarithm as link, the deviance of y under a mean e·f is that of y/e under f, weighted by e^(2−p)
        (Jørgensen 1987, "Exponential Dispersion Models", the closure under scale): so no offset is needed.
        """
        expected = np.maximum(table[mean].to_numpy(np.float64), FLOOR)
        model = TweedieRegressor(power=power, alpha=FACTOR_RIDGE, link="log", solver="newton-cholesky", max_iter=100)
        weight = weight * expected ** (2.0 - power)
        return cls(mean, Regression.fit(model, table, table.columns, actual / expected, weight, scales))

    def predict(self, table: pd.DataFrame) -> Floats:
        """One mean a row."""
        expected = np.maximum(table[self.mean].to_numpy(np.float64), FLOOR)
        return np.asarray(expected * np.exp(self.regression.predict(table)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"kind": self.kind, "mean": self.mean, "regression": self.regression.to_dict()}


def log_mean(mean: Floats) -> Floats:
    """The logarithm of a mean that trees start from and correct."""
    return np.log(np.maximum(mean, FLOOR))
