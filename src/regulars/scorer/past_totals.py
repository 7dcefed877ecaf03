"""What all customers together did in past windows, beside the lifetime model's total at the time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.features import DayOutcomes, summaries_at
from regulars.lifetime import Customers, LifetimeValue
from regulars.progress import at_cutoff
from regulars.scorer.weekly import weeks_at
from regulars.transactions import Sample, Transactions
from regulars.windows import Windows

RETURNING, ORDER_DAYS, MONEY = range(3)  # rows of the arrays: customers who order again, order days, money
OUTCOMES = 3

# Customers who are alike: by days since the last order day, and by order days in the last 90 days. Both mean the same
# in a young log as in an old one.
DAYS_SINCE_LAST = np.array([7, 14, 28, 56, 90, 180, 365])
RECENT_ORDERS = np.array([1, 2, 3, 5, 9])
MOST_ROWS = 4_000_000  # customers, times the cutoffs that are looked at together
GROUPS = (len(DAYS_SINCE_LAST) + 1) * (len(RECENT_ORDERS) + 1)


@dataclass(frozen=True)
class Totals:
    """One window: totals of the customers who were known at its cutoff, by group.

    Parameters
    ----------
    customers : array of shape (groups,)
        How many there were.
    expected : array of shape (3, groups)
        Returning customers, order days and money as the lifetime model predicted them, fitted at the cutoff.
    actual : array of shape (3, groups)
        What they did in the window. It is read only where the window has closed.
    chance : array of shape (3,)
        The part of a log error that customers' own chance explains, as a standard deviation.
    ratios : array of shape (weeks before the cutoff,)
        Logarithm of actual over due order days of each week, latest last; empty in the first weeks of a log.
    due : array of shape (weeks of the window,)
        Order days due in each; see `weekly.Weeks`.
    """

    customers: Floats
    expected: Floats
    actual: Floats
    chance: Floats
    ratios: Floats = field(default_factory=lambda: np.zeros(0))
    due: Floats = field(default_factory=lambda: np.zeros(0))

    def with_money_kept(self, share: float) -> Totals:
        """The same with a share of the expected money, since the rest is returned later."""
        kept = np.ones((OUTCOMES, 1))
        kept[MONEY] = share
        return replace(self, expected=self.expected * kept)

    def for_all(self, share: float) -> Totals:
        """Those of all customers, from those of a share of them; the part of chance stays that of who was counted."""
        kept = {"customers": self.customers, "expected": self.expected, "actual": self.actual, "due": self.due}
        return replace(self, **{name: values / share for name, values in kept.items()})

    def without_known_days(self, multiplier: float, weeks_before: Floats) -> Totals:
        """The same with the order days and money that there had been without the days in the calendar.

        Parameters
        ----------
        multiplier : float
            What those of the window make of its order days.
        weeks_before : array
            The same of every week before the cutoff, latest last.
        """
        plain = np.full((OUTCOMES, 1), 1.0 / multiplier)
        plain[RETURNING] = 1.0
        return replace(self, actual=self.actual * plain, ratios=self.ratios - np.log(weeks_before))

    def without_money(self) -> Totals:
        """The same, as a log without money has it."""
        seen = np.ones((OUTCOMES, 1))
        seen[MONEY] = 0.0
        kept = {"expected": self.expected * seen, "actual": self.actual * seen, "chance": self.chance * seen[:, 0]}
        return replace(self, **kept)


def totals_at(
    tx: Transactions,
    windows: Sequence[Windows],
    model: str,
    as_of: Windows | None = None,
    sample: Sample | None = None,
) -> dict[Windows, Totals]:
    """Fit the lifetime model at each cutoff and add up what it expected, and what its customers did.

    Each fit begins at the parameters of the cutoff before.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : sequence of Windows
        Several horizons may share a cutoff.
    model : str
        The purchase model.
    as_of : Windows, optional
        At whose cutoff the outcomes were known, where the log tells when its lines came in; None means now.
    sample : Sample, optional
        The customers who are counted; they stand for all of them.
    """
    counted = sample.size_in(tx) if sample else tx.n_customers
    cutoffs, together = sorted({window.cutoff for window in windows}), max(1, MOST_ROWS // max(1, counted))
    outcomes = DayOutcomes.of(tx, as_of, sample)
    made: dict[Windows, Totals] = {}
    fitted: LifetimeValue | None = None
    for some in (cutoffs[k : k + together] for k in range(0, len(cutoffs), together)):
        summaries = summaries_at(tx, some, sample)
        if tx.tells_when_known:
            summaries = {cutoff: known.set_axis(outcomes.places(known.index)) for cutoff, known in summaries.items()}
        for cutoff in some:
            asked = [window for window in windows if window.cutoff == cutoff]
            # popped, since nobody is held longer than needed: all customers are many
            fitted, totals = _at(cutoff, summaries.pop(cutoff), model, fitted, asked, outcomes)
            made |= totals
    return {window: totals.for_all(sample.share) for window, totals in made.items()} if sample else made


def _at(
    cutoff: dt.date,
    summary: pd.DataFrame,
    model: str,
    cutoff_before: LifetimeValue | None,
    windows: Sequence[Windows],
    outcomes: DayOutcomes,
) -> tuple[LifetimeValue, dict[Windows, Totals]]:
    """The fit at a cutoff, without its customers, and the totals of windows from it on."""
    with at_cutoff(cutoff):
        fitted = _lifetime(summary, model, cutoff_before)
    customers = fitted.customers(summary)
    fitted = fitted.without_data()
    return fitted, {window: _totals(window, customers, fitted, outcomes) for window in windows}


def _lifetime(summary: pd.DataFrame, model: str, cutoff_before: LifetimeValue | None) -> LifetimeValue:
    money = float((summary["order_value_mean"] * (summary["frequency"] + 1.0)).sum(skipna=False))
    return LifetimeValue.fit(model, summary, money=money, near=cutoff_before)


def _totals(windows: Windows, customers: Customers, fitted: LifetimeValue, outcomes: DayOutcomes) -> Totals:
    summary, quantities = customers.summary, fitted.expected(customers, windows.horizon_days)
    columns = ("p_purchase", "expected_purchases", "expected_spend")
    expected = [np.nan_to_num(quantities.pop(name).to_numpy(np.float64)) for name in columns]
    order_days, money = outcomes.within(windows, summary.index.to_numpy())
    actual = [(order_days > 0).astype(np.float64), order_days, money]
    group = _groups(summary)
    return Totals(
        np.bincount(group, minlength=GROUPS).astype(np.float64),
        _by_group(expected, group),
        _by_group(actual, group),
        np.array([_chance(*totals) for totals in zip(expected, actual, strict=True)]),
        *weeks_at(windows, fitted.purchases, outcomes),
    )


def _chance(expected: Floats, actual: Floats) -> float:
    total = actual.sum()
    apart = actual - expected * (total / np.maximum(expected.sum(), 1e-12))
    return float(np.sqrt((apart * apart).sum()) / np.maximum(total, 1.0))


def _by_group(values: Sequence[Floats], group: np.ndarray) -> Floats:
    return np.array([np.bincount(group, weights=row, minlength=GROUPS) for row in values])


def _groups(summary: pd.DataFrame) -> np.ndarray:
    since_last = (summary["T"] - summary["recency"]).to_numpy()
    row = np.searchsorted(DAYS_SINCE_LAST, since_last, side="right")
    return row * (len(RECENT_ORDERS) + 1) + np.searchsorted(RECENT_ORDERS, summary["orders_90"], side="right")
