"""The shop's own index of loyalty: the measures that told who orders again, weighted by how much they did."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import expit

from regulars.arrays import Floats
from regulars.columns import plain_records
from regulars.errors import InsufficientHistoryError
from regulars.loyalty.associations.estimates import weights_of_odds
from regulars.loyalty.indicators.measures import Measure, measures_of, read_measures, who_ordered
from regulars.loyalty.indicators.paired_auc import paired_auc
from regulars.transactions import Transactions, needed_log
from regulars.windows import Windows, cutoff_day

HORIZON_DAYS = 180  # the default of `windows.horizon_days`
AT_MOST = 100_000  # customers of a window, drawn by a hash of their ids
NAMES = {
    "orders": "orders so far",
    "tenure": "days as a customer",
    "days_since_last": "days since the last order",
    "gap_change": "gaps that grow",
    "order_change": "orders that grow",
    "breadth": "different things tried",
    "known_products": "the same products again",
    "channels": "channels used",
    "full_price": "paying the full price",
    "back_after_return": "coming back after a return",
}
FARTHEST = 3.0  # standard deviations: one odd customer moves nothing further
THAN = {"better": "better than", "worse": "worse than", "tie": "no better and no worse than"}
LEAST = 100  # customers who ordered in a window, and who did not


@dataclass(frozen=True, eq=False)
class LoyaltyIndex:
    """Measures of loyalty, their weights, and whether they told who orders again.

    Parameters
    ----------
    customers : DataFrame
        Columns as in the data dictionary under “Measures of loyalty”, one row a customer, sorted.
    weights : DataFrame
        `measure`, `weight`, `low`, `high`: of one standard deviation more, on the logarithm of the odds to order in a
        window, with its 95 % interval; the largest first.
    auc, auc_of_silence : float
        How well the index, and days since the last order alone, ranked the customers of the last window by who
        ordered in it: 1 is perfect, ½ chance.
    low, high : float
        95 % interval of the difference.
    window : Windows
        The last window before the cutoff, on which it was judged.
    judged_on : int
        Customers.
    """

    customers: pd.DataFrame
    weights: pd.DataFrame
    auc: float
    auc_of_silence: float
    low: float
    high: float
    window: Windows
    judged_on: int

    @property
    def verdict(self) -> str:
        """Whether the index ranks better than days since the last order: better, worse or tie."""
        return "better" if self.low > 0 else "worse" if self.high < 0 else "tie"

    @property
    def in_words(self) -> str:
        """The verdict as a sentence."""
        than = f"{THAN[self.verdict]}{' (a tie)' if self.verdict == 'tie' else ''}"
        return (
            f"In the window {self.window.cutoff} to {self.window.closes}, which it had not seen, the index ranked "
            f"{self.judged_on:,} customers {than} days since the last order alone: AUC {self.auc:.3f} "
            f"beside {self.auc_of_silence:.3f}, where 1 is perfect and 0.5 is chance (95 % interval of the difference "
            f"{self.low:+.3f} to {self.high:+.3f})."
        )

    @property
    def in_short(self) -> str:
        """What goes with ordering again, what against it, and whether the index ranks well, for a manager."""
        names = self.weights["measure"].map(NAMES)
        told = [
            f"{what}: {', '.join(names[clear])}."
            for what, clear in (
                ("Customers with more of these ordered again more often, the strongest first", self.weights["low"] > 0),
                ("Customers with more of these ordered again less often", self.weights["high"] < 0),
            )
            if clear.any()
        ]
        return " ".join([*told, f"Together they rank customers {THAN[self.verdict]} days since the last order alone."])

    @property
    def weights_in_words(self) -> str:
        """What goes with ordering again, and against it, the most weight first; what is not clear is left out."""
        clear = self.weights[(self.weights["low"] > 0) | (self.weights["high"] < 0)]
        told = [
            f"{NAMES[measure]} ({weight:+.2f}, 95 % interval {low:+.2f} to {high:+.2f})"
            for measure, weight, low, high in clear.itertuples(index=False)
        ]
        return "; ".join(told) or "no measure clearly"

    def to_dict(self) -> dict[str, Any]:
        """Weights and verdict as plain values, without customers."""
        told = ("auc", "auc_of_silence", "low", "high", "judged_on", "verdict", "in_words")
        figures = {name: getattr(self, name) for name in told}
        window = {"from": str(self.window.cutoff), "to": str(self.window.closes)}
        return {"weights": plain_records(self.weights), **figures, "window": window}


def loyalty_index(
    tx: Transactions, cutoff: str | dt.date = "latest", *, horizon_days: int = HORIZON_DAYS
) -> LoyaltyIndex:
    """Which measures of loyalty told who orders again in this shop, and each customer's index by them.

    The weights are those of a logistic regression: who ordered in the last but one window before the cutoff, by the
    measures at its beginning. They are judged on the last window, beside days since the last order alone. Neither
    reaches beyond the cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day.
    horizon_days : int
        Length of a window.

    Returns
    -------
    LoyaltyIndex
        `index` of a customer is 100 times the probability, by these weights, to order within a horizon of the cutoff.

    Raises
    ------
    InsufficientHistoryError
        If fewer than 100 customers ordered, or did not, in either window.

    Examples
    --------
    >>> import regulars as rg
    >>> found = rg.loyalty_index(rg.read_transactions("demo"), "1998-07-01", horizon_days=150)
    >>> found.weights["measure"].tolist()
    ['orders', 'days_since_last', 'gap_change', 'order_change', 'tenure']
    >>> found.verdict
    'better'
    """
    windows = Windows(cutoff_day(cutoff, needed_log(tx, "loyalty_index").last_day), horizon_days)
    return index_of(tx, windows)


def index_if_known(tx: Transactions, windows: Windows) -> LoyaltyIndex | None:
    """The index by the windows of a run, as `index_of` tells it; None where the log has too little history for it.

    Parameters
    ----------
    tx : Transactions
        Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff, and the horizon as the length of a window.
    """
    try:
        return index_of(tx, windows)
    except InsufficientHistoryError:
        return None


def index_of(tx: Transactions, windows: Windows) -> LoyaltyIndex:
    """The index by the windows of a run, as `loyalty_index` tells it.

    Parameters
    ----------
    tx : Transactions
        Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff, and the horizon as the length of a window.
    """
    judged = windows.before_cutoff()
    learned = _Learned.of(tx, judged.before_cutoff())
    known, happened = _past(tx, judged)
    silence = -known["days_since_last"].to_numpy(np.float64)
    figures = paired_auc(happened, learned.chance(known), silence)
    customers = read_measures(tx, windows)
    customers = customers.assign(index=100.0 * learned.chance(customers))
    weights = learned.weights.sort_values("weight", key=abs, ascending=False, kind="stable", ignore_index=True)
    return LoyaltyIndex(customers, weights, *figures, judged, len(known))


def _past(tx: Transactions, window: Windows) -> tuple[pd.DataFrame, Floats]:
    """The measures of customers at the beginning of a past window, and who ordered in it."""
    known = read_measures(tx, window, at_most=AT_MOST)
    happened = who_ordered(tx, window, known["customer_id"])
    if not LEAST <= happened.sum() <= len(happened) - LEAST:
        raise InsufficientHistoryError(
            f"The loyalty index needs {LEAST} customers who ordered and {LEAST} who did not, from {window.cutoff} to "
            f"{window.closes}: of {len(happened):,}, {happened.sum():,.0f} ordered. Choose a later cutoff or another "
            "horizon_days."
        )
    return known, happened


@dataclass(frozen=True, eq=False)
class _Learned:
    """Weights of measures, from one past window."""

    scale: _Scale
    constant: float
    weights: pd.DataFrame

    @classmethod
    def of(cls, tx: Transactions, window: Windows) -> _Learned:
        known, happened = _past(tx, window)
        scale = _Scale.learn(measures_of(tx), known)
        constant, found = weights_of_odds(happened, scale.of(known))
        rows = [
            (measure.name, each.value, each.low, each.high) for measure, each in zip(scale.measures, found, strict=True)
        ]
        return cls(scale, constant, pd.DataFrame(rows, columns=["measure", "weight", "low", "high"]))

    def chance(self, customers: pd.DataFrame) -> Floats:
        """The probability of customers to order within a horizon, by these weights."""
        weights = self.weights["weight"].to_numpy(np.float64)
        return np.asarray(expit(self.constant + (self.scale.of(customers) * weights).sum(axis=1)))


@dataclass(frozen=True, eq=False)
class _Scale:
    """How measures are made comparable: deviations from the mean of the training window; 0 where not known."""

    measures: tuple[Measure, ...]
    mean: Floats
    deviation: Floats

    @classmethod
    def learn(cls, measures: tuple[Measure, ...], frame: pd.DataFrame) -> _Scale:
        """Leave out measures that are the same for all."""
        values = {measure: measure.scale(frame[measure.name].to_numpy(np.float64)) for measure in measures}
        spread = {measure: _finite(column).std() for measure, column in values.items()}
        kept = tuple(measure for measure in measures if spread[measure] > 0)
        mean = np.array([_finite(values[measure]).mean() for measure in kept])
        return cls(kept, mean, np.array([spread[measure] for measure in kept]))

    def of(self, frame: pd.DataFrame) -> Floats:
        """The measures of customers on this scale, one column each."""
        columns = [measure.scale(frame[measure.name].to_numpy(np.float64)) for measure in self.measures]
        scaled = np.nan_to_num((np.column_stack(columns) - self.mean) / self.deviation)
        return np.clip(scaled, -FARTHEST, FARTHEST)


def _finite(values: Floats) -> Floats:
    known = values[np.isfinite(values)]
    return known if len(known) else np.zeros(1)
