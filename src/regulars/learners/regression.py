"""A linear regression on columns of a table, each on a scale of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol, Self

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.learners.calibration import log_odds

Scale = Literal["signed_log", "log_amount", "log_odds", "log_mean"]

OUTER = 0.005  # share of the rows on each side at whose value the others are clipped: nothing is extrapolated
_LEAST_SPREAD = 1e-9  # below it a feature is a constant with rounding errors
_LEAST_MEAN = 1e-4


class _Estimator(Protocol):
    """What scikit-learn's linear models have in common."""

    coef_: Floats
    intercept_: Any

    def fit(self, X: Floats, y: Floats, sample_weight: Floats) -> Any:
        """Estimate the coefficients."""


@dataclass(frozen=True)
class Term:
    """One column in the sum.

    Parameters
    ----------
    name : str
    scale : {"signed_log", "log_amount", "log_odds", "log_mean"}
        The logarithm of 1 + its size with its sign; the same of an amount that is not known where it is 0 or less; the
        logarithm of its odds as a probability, or of it as a mean.
    low, high : float
        Where its value on that scale is clipped.
    centre, spread : float
        Its mean and standard deviation there.
    slope : float
        Weight of the standardised value.
    unknown : float
        What stands for it where it is not known.
    """

    name: str
    scale: Scale
    low: float
    high: float
    centre: float
    spread: float
    slope: float = 0.0
    unknown: float = 0.0

    @classmethod
    def of(cls, table: pd.DataFrame, name: str, scale: Scale) -> Self:
        """A column's mean and spread, without a slope yet."""
        values = _scaled(table, name, scale)
        known = values[~np.isnan(values)]
        if not len(known):
            return cls(name, scale, 0.0, 0.0, 0.0, 1.0)
        low, high = np.quantile(known, [OUTER, 1 - OUTER])
        cut = np.clip(known, low, high)
        spread = float(cut.std())
        return cls(name, scale, float(low), float(high), float(cut.mean()), spread if spread > _LEAST_SPREAD else 1.0)

    def standardised(self, table: pd.DataFrame) -> Floats:
        """The value on its scale, clipped and standardised; NaN where it is not known."""
        return (np.clip(_scaled(table, self.name, self.scale), self.low, self.high) - self.centre) / self.spread


@dataclass(frozen=True)
class Regression:
    """A weighted sum of standardised columns.

    Parameters
    ----------
    intercept : float
    terms : tuple of Term
    """

    intercept: float
    terms: tuple[Term, ...]

    @classmethod
    def fit(
        cls,
        model: _Estimator,
        table: pd.DataFrame,
        names: Iterable[str],
        target: Floats,
        weight: Floats,
        scales: Mapping[str, Scale],
    ) -> Self:
        """Fit a linear model of scikit-learn on those of the named columns that the table has.

        A column that is not known everywhere also enters as 1 where it is not known. Columns that `scales` does not
        name enter as signed logarithms.

        Parameters
        ----------
        model : estimator of scikit-learn
            Not fitted yet.
        table : DataFrame
            The design, one row a customer.
        names : iterable of str
            Columns to use; those that the table lacks are left out.
        target : ndarray of shape (rows,)
            The outcome.
        weight : ndarray of shape (rows,)
            How much each row counts.
        scales : mapping of str to str
            By column, on which scale it enters.

        Returns
        -------
        Regression
        """
        terms = [Term.of(table, name, scales.get(name, "signed_log")) for name in names if name in table]
        scaled = [term.standardised(table) for term in terms]
        gaps = [k for k, values in enumerate(scaled) if np.isnan(values).any()]
        columns = np.column_stack([*scaled, *(np.isnan(scaled[k]) for k in gaps)])
        del scaled  # as large as the columns: fits of many rows are where training holds most
        model.fit(np.nan_to_num(columns, copy=False), target, sample_weight=weight)
        slopes = [float(slope) for slope in np.ravel(model.coef_)]
        unknown = dict(zip(gaps, slopes[len(terms) :], strict=True))
        weighted = (
            Term(**{**vars(term), "slope": slopes[k], "unknown": unknown.get(k, 0.0)}) for k, term in enumerate(terms)
        )
        return cls(float(np.ravel(model.intercept_)[0]), tuple(weighted))

    def predict(self, table: pd.DataFrame) -> Floats:
        """The sum for each row, added term by term, so that a row's value is its own whatever the others are."""
        total = np.full(len(table), self.intercept)
        for term in self.terms:
            values = term.standardised(table)
            total = total + np.where(np.isnan(values), term.unknown, term.slope * values)
        return total

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"intercept": self.intercept, "terms": [vars(term) for term in self.terms]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(values["intercept"], tuple(Term(**term) for term in values["terms"]))


def _scaled(table: pd.DataFrame, name: str, scale: Scale) -> Floats:
    return _SCALES[scale](table[name].to_numpy(np.float64))


def _signed_logs(values: Floats) -> Floats:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _logs_of_amounts(values: Floats) -> Floats:
    return _signed_logs(np.where(values > 0, values, np.nan))


def _logs_of_means(values: Floats) -> Floats:
    return np.log(np.maximum(values, _LEAST_MEAN))


_SCALES: dict[Scale, Callable[[Floats], Floats]] = {
    "signed_log": _signed_logs,
    "log_amount": _logs_of_amounts,
    "log_odds": log_odds,
    "log_mean": _logs_of_means,
}
