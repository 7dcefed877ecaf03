from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from regulars.features import build_log_gaps
from regulars.features.gaps import BILLION, log_billionths
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

WINDOWS = Windows.at("1997-10-01", 1)


def test_it_is_the_sum_of_the_logarithms_of_the_gaps(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    days = cdnow_lines[cdnow_lines["date"] < "1997-10-01"].drop_duplicates(["customer_id", "date"])
    gaps = days.sort_values(["customer_id", "date"]).groupby("customer_id")["date"].diff().dt.days
    expected = np.log(gaps).groupby(days["customer_id"]).sum()
    found = build_log_gaps(cdnow, WINDOWS)
    pd.testing.assert_series_equal(found, expected.rename("log_gaps").loc[found.index], atol=1e-7)


def test_the_order_of_lines_and_the_number_of_threads_do_not_matter(shop: pd.DataFrame) -> None:
    tx, shuffled = read_transactions(shop), read_transactions(shop.sample(frac=1.0, random_state=3))
    shuffled.connection.execute("SET threads = 1")
    pd.testing.assert_series_equal(*(build_log_gaps(log, WINDOWS) for log in (tx, shuffled)), rtol=0, atol=0)


def test_the_day_of_the_cutoff_is_not_known() -> None:
    days = [dt.date(2020, 1, 1), dt.date(2020, 1, 3), dt.date(2020, 1, 11), dt.date(2020, 2, 1)]
    tx = read_transactions(pd.DataFrame({"customer_id": "ann", "date": pd.to_datetime(days), "amount": 1.0}))
    known = build_log_gaps(tx, Windows.at("2020-01-11", 1))
    np.testing.assert_allclose(known, np.log(2), atol=1e-9)
    np.testing.assert_allclose(build_log_gaps(tx, Windows.at("2020-01-12", 1)), np.log(2 * 8), atol=1e-9)


def test_every_number_of_days_is_rounded_as_the_database_rounds_it(cdnow: Transactions) -> None:
    sql = f"SELECT round(ln(days) * {BILLION})::BIGINT AS units FROM range(1, 40001) AS numbers(days) ORDER BY days"
    theirs = cdnow.connection.execute(sql).df()["units"]
    assert (log_billionths(np.arange(1, 40_001)) == theirs).all()
    assert log_billionths(np.array([0, 1])).tolist() == [0, 0]
