"""A regression on a few features that every log has: the plain opinion beside the trees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Few, and of orders alone, or of orders and money: a regression on all would follow whatever features come.
FEATURES = (
    "days_since_last",
    "tenure",
    "recency",
    "frequency",
    "orders_30",
    "orders_90",
    "orders_180",
    "gap_mean",
    "gap_last",
    "gap_cv",
    "overdue_ratio",
    "overdue_longest",
    "lines_per_order",
    "products",
    "net_total",
    "net_90",
    "order_value_mean",
)
LIFETIME = ("lifetime_p_purchase", "lifetime_expected_purchases", "lifetime_expected_spend")

OUTER = 0.005  # share of the customers on each side at whose value the others stop: nothing is extrapolated
_LEAST_SPREAD = 1e-9  # below it a feature is a constant with rounding errors
_LEAST_MEAN = 1e-4
_LEAST_PROBABILITY = 1e-4


class _Regression(Protocol):
    """What scikit-learn's linear models have in common."""

    coef_: Floats
    intercept_: Any

    def fit(self, X: Floats, y: Floats, sample_weight: Floats) -> Any:
        """Estimate the coefficients."""


@dataclass(frozen=True)
class Term:
    """One feature in the sum.

    Parameters
    ----------
    name : str
    low, high : float
        Where its value, on the scale of logarithms, is cut off.
    centre, spread : float
        Its mean and standard deviation there.
    slope : float
        Weight of the standardised value.
    unknown : float
        What stands for it where it is not known.
    """

    name: str
    low: float
    high: float
    centre: float
    spread: float
    slope: float = 0.0
    unknown: float = 0.0

    @classmethod
    def of(cls, table: pd.DataFrame, name: str) -> Self:
        """The scale of a feature, without a weight yet."""
        values = _on_logs(table, name)
        known = values[~np.isnan(values)]
        if not len(known):
            return cls(name, 0.0, 0.0, 0.0, 1.0)
        low, high = np.quantile(known, [OUTER, 1 - OUTER])
        cut = np.clip(known, low, high)
        spread = float(cut.std())
        return cls(name, float(low), float(high), float(cut.mean()), spread if spread > _LEAST_SPREAD else 1.0)

    def standardised(self, table: pd.DataFrame) -> Floats:
        """The value on logs, cut off and standardised; NaN where it is not known."""
        return (np.clip(_on_logs(table, self.name), self.low, self.high) - self.centre) / self.spread


@dataclass(frozen=True)
class Linear:
    """A weighted sum of standardised features.

    Parameters
    ----------
    intercept : float
    terms : tuple of Term
    """

    intercept: float
    terms: tuple[Term, ...]

    @classmethod
    def fit(cls, model: _Regression, table: pd.DataFrame, names: Iterable[str], target: Floats, weight: Floats) -> Self:
        """Fit a regression of scikit-learn's on those of the named features that the table has.

        A feature that is not known everywhere also enters as 1 where it is not known.
        """
        terms = [Term.of(table, name) for name in names if name in table]
        scaled = [term.standardised(table) for term in terms]
        gaps = [k for k, values in enumerate(scaled) if np.isnan(values).any()]
        columns = [np.nan_to_num(values) for values in scaled] + [np.isnan(scaled[k]) * 1.0 for k in gaps]
        model.fit(np.column_stack(columns), target, sample_weight=weight)
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


def _on_logs(table: pd.DataFrame, name: str) -> Floats:
    return _SCALES.get(name, _signed_logs)(table[name].to_numpy(np.float64))


def _signed_logs(values: Floats) -> Floats:
    return np.asarray(np.sign(values) * np.log1p(np.abs(values)))


def _logs_of_means(values: Floats) -> Floats:
    return np.log(np.maximum(values, _LEAST_MEAN))


def log_odds(p: Floats) -> Floats:
    """Logarithms of p / (1 − p); a probability is taken as 1e-4 at least, and as 1 − 1e-4 at most."""
    inner = np.clip(p, _LEAST_PROBABILITY, 1 - _LEAST_PROBABILITY)
    return np.log(inner) - np.log1p(-inner)


_SCALES: dict[str, Callable[[Floats], Floats]] = {
    "lifetime_p_purchase": log_odds,
    "lifetime_expected_purchases": _logs_of_means,
    "lifetime_expected_spend": _logs_of_means,
}
