"""Past windows are counted as forecasts are: a second computation in plain pandas says the same."""

from __future__ import annotations

import json
import math

import pandas as pd
import pytest

from regulars.scorer.forecast_context import ForecastContext
from regulars.scorer.like_for_like import forecast_context, like_for_like
from regulars.scorer.window_sums import WindowTotal
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

WINDOWS = Windows.at("1998-07-01", 120)


def naive(lines: pd.DataFrame, cutoff: str, days: int) -> dict[str, float]:
    """Customers known at a day, and what they did in so many days from it on."""
    start = pd.Timestamp(cutoff)
    known = set(lines.loc[lines["date"] < start, "customer_id"])

    def within(begin: pd.Timestamp) -> pd.DataFrame:
        end = begin + pd.Timedelta(days=days)
        return lines[(lines["date"] >= begin) & (lines["date"] < end) & lines["customer_id"].isin(known)]

    window, before = within(start), set(within(start - pd.Timedelta(days=days))["customer_id"])
    return {
        "customers": len(known),
        "ordered": window["customer_id"].nunique(),
        "lately": len(before),
        "kept": len(before & set(window["customer_id"])),
        "order_days": len(window.drop_duplicates(["customer_id", "date"])),
        "money": window.groupby("customer_id")["amount"].sum().clip(lower=0).sum(),
    }


def same(found: WindowTotal | None, lines: pd.DataFrame) -> None:
    assert found is not None
    for name, value in naive(lines, str(found.windows.cutoff), found.windows.horizon_days).items():
        assert getattr(found, name) == pytest.approx(value), name


@pytest.mark.medium
def test_windows_are_those_of_plain_pandas(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    past = like_for_like(cdnow, WINDOWS, 365)
    assert str(past.last.windows.cutoff) == "1998-03-03"  # type: ignore[union-attr]
    assert str(past.year_before.windows.cutoff) == "1997-07-02"  # type: ignore[union-attr]
    for found in (past.last, past.year_before, past.last_value, past.course[0], past.course[-1]):
        same(found, cdnow_lines)
    assert past.course[-1] == past.last


@pytest.mark.medium
def test_nothing_at_or_after_the_cutoff_counts(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    early = cdnow_lines[cdnow_lines["date"] < "1998-01-01"]
    windows = Windows.at("1998-01-01", 60)
    assert like_for_like(read_transactions(early), windows, 90).course == like_for_like(cdnow, windows, 90).course


def test_a_log_that_is_too_short_has_no_past_window(cdnow: Transactions) -> None:
    past = like_for_like(cdnow, Windows.at("1997-03-01", 180), 365)
    assert (past.last, past.year_before, past.last_value, past.course) == (None, None, None, [])


@pytest.mark.medium
def test_returns_do_not_take_a_customer_below_nothing_and_counts_have_no_money() -> None:
    days = ["2024-01-05", "2024-02-10", "2024-02-12"]
    log = pd.DataFrame({"customer_id": ["a", "a", "a"], "date": days, "amount": [50.0, 10.0, -40.0]})
    found = like_for_like(read_transactions(log), Windows.at("2024-03-01", 30), 30).last
    assert found is not None
    assert (found.order_days, found.money) == (1, 0.0)
    counted = read_transactions(log.drop(columns="amount"), {"customer_id": "customer_id", "ordered_at": "date"})
    without = like_for_like(counted, Windows.at("2024-03-01", 30), 30).last
    assert without is not None
    assert math.isnan(without.money)


def test_beside_a_forecast_stand_the_same_windows_in_short_and_it_reads_back(cdnow: Transactions) -> None:
    past, context = like_for_like(cdnow, WINDOWS, 365), forecast_context(cdnow, WINDOWS)
    assert context.last == past.last.in_short  # type: ignore[union-attr]
    assert context.year_before == past.year_before.in_short  # type: ignore[union-attr]
    assert context.new is past.new is None  # nobody is new in CDNOW after its first three months
    assert ForecastContext.from_dict(json.loads(json.dumps(context.to_dict()))) == context
