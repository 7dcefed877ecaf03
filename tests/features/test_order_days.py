"""Lines of whole customers, some at a time: the same days and money as `build_labels` counts, however they are cut."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from regulars.features import SCALE, OrderDays, build_labels, order_days, stream_order_days
from regulars.transactions import read_transactions
from regulars.windows import Windows

LINES = pd.DataFrame(
    [
        ("a", "2024-01-02", 10.0),
        ("a", "2024-01-02", 5.0),
        ("a", "2024-01-05", -5.0),
        ("a", "2024-01-05", 7.5),
        ("b", "2024-01-03", -1.0),
        ("c", "2024-01-04", 0.25),
        ("c", "2024-01-09", 3.0),
        ("d", "2024-01-09", 3.0),
    ],
    columns=["customer_id", "date", "amount"],
)
CUTOFF = Windows.at("2024-01-09", 30)


def test_every_order_day_is_marked_once_and_nothing_at_the_cutoff_is_read() -> None:
    days, last = stream_order_days(read_transactions(LINES), CUTOFF)  # the last customer comes alone
    assert (days.customer.tolist(), last.customer.tolist()) == ([0, 0, 0, 0, 1], [0])
    assert (days.first_line.tolist(), last.first_line.tolist()) == ([0, 4], [0])
    read = [(dt.date(1970, 1, 1) + dt.timedelta(days=int(day))).day for day in (*days.day, *last.day)]
    assert read == [2, 2, 5, 5, 3, 4]
    per_day = pd.Series(days.ordered).groupby([days.customer, days.day]).sum()
    assert (per_day.tolist(), last.ordered.tolist()) == ([1, 1, 0], [True])
    assert (days.money.sum(), last.money.sum()) == (16.5 * SCALE, 0.25 * SCALE)


def test_a_log_without_lines_before_the_cutoff_has_none() -> None:
    assert list(stream_order_days(read_transactions(LINES), Windows.at("2024-01-02", 30))) == []


@pytest.mark.parametrize("batch", [1, 2, 7, 1_000])
def test_customers_stay_whole_however_lines_are_cut(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    draw = np.random.default_rng(0)
    many = pd.DataFrame(
        {
            "customer_id": draw.integers(0, 40, 300).astype(str),
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.integers(0, 60, 300), unit="D"),
            "amount": draw.integers(-300, 900, 300) / 100,
        }
    )
    tx, window = read_transactions(many), Windows.at("2024-01-15", 20)
    monkeypatch.setattr(order_days, "BATCH", batch)
    made = [_outcomes(days, window) for days in stream_order_days(tx, window.moved_to("2024-03-05"))]
    ordered, money = (np.concatenate(each) for each in zip(*made, strict=True))
    labels = build_labels(tx, window).reindex(sorted(many["customer_id"].unique()))
    known = labels["purchases"].notna().to_numpy()
    assert ordered[known].tolist() == labels["purchases"][known].tolist()
    assert money[known].tolist() == labels["spend"][known].tolist()


def _outcomes(days: OrderDays, window: Windows) -> tuple[np.ndarray, np.ndarray]:
    inside, many = window.is_in_label(days.day), len(days.first_line)
    ordered = np.bincount(days.customer[inside & days.ordered], minlength=many)
    return ordered, np.bincount(days.customer[inside], weights=days.money[inside], minlength=many) / SCALE
