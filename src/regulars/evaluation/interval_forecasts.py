"""Intervals, totals and dates that the scorer predicted at an origin, beside the actual outcomes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, fields

import pandas as pd

from regulars.evaluation.next_dates import next_dates
from regulars.scorer import History, Predicted, Scorer
from regulars.scorer.all_customers import forecast_of_all
from regulars.windows import Windows

OUTCOMES = ("purchases", "spend")


@dataclass(frozen=True, eq=False)
class IntervalForecasts:
    """Predicted intervals and the actual outcomes; nothing here carries a customer id.

    Parameters
    ----------
    intervals : DataFrame
        A row a customer and origin: `origin`, `active` (bought within one horizon before it), `expected_purchases`,
        and for both outcomes of the label window `*_low`, `*_high` (90 % interval), and the actual `purchases` and
        `spend`.
    totals : DataFrame
        Of all customers, also where the rest is of a sample; a row an origin and outcome: `origin`, `outcome`,
        `expected`, `low`, `high`, `windows`, `actual`.
    dates : DataFrame
        A row a customer and origin, see `next_dates.next_dates`.
    """

    intervals: pd.DataFrame
    totals: pd.DataFrame
    dates: pd.DataFrame

    @classmethod
    def at(
        cls, history: History, windows: Windows, scorer: Scorer, predicted: Predicted, known_until: dt.date
    ) -> IntervalForecasts:
        """Collect those of one origin; outcomes of dates are known up to `known_until`."""
        origin = str(windows.cutoff)
        return cls(
            _intervals(history, windows, scorer, predicted).assign(origin=origin),
            _totals(history, windows, scorer, predicted).assign(origin=origin),
            next_dates(history, windows, scorer, known_until).assign(origin=origin),
        )

    @classmethod
    def together(cls, at_origins: Sequence[IntervalForecasts]) -> IntervalForecasts | None:
        """Put those of all origins below each other; None where there is no origin."""
        if not at_origins:
            return None
        parts = ([getattr(one, part.name) for one in at_origins] for part in fields(cls))
        return cls(*(pd.concat(tables, ignore_index=True) for tables in parts))


def _intervals(history: History, windows: Windows, scorer: Scorer, predicted: Predicted) -> pd.DataFrame:
    actual = history.labels(windows)
    return scorer.intervals_around(predicted).assign(
        active=history.features(windows)["days_since_last"] <= windows.horizon_days,
        expected_purchases=predicted.expected_purchases,
        **{outcome: actual[outcome] for outcome in OUTCOMES},
    )


def _totals(history: History, windows: Windows, scorer: Scorer, predicted: Predicted) -> pd.DataFrame:
    actual, forecast = history.actual_totals(windows), forecast_of_all(history, windows, scorer, predicted)
    rows = [
        {"outcome": outcome, **vars(total), "windows": forecast.windows, "actual": actual[outcome]}
        for outcome, total in zip(OUTCOMES, (forecast.purchases, forecast.spend), strict=True)
        if total and total.low is not None
    ]
    return pd.DataFrame(rows, columns=["outcome", "expected", "low", "high", "windows", "actual"])
