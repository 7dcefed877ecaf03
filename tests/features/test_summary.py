from __future__ import annotations

import datetime as dt
import warnings

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, InsufficientHistoryError, ParamsError
from regulars.features import build_features, rfm_summary, summary, summary_of
from regulars.features.days import whole_customers
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

CUTOFF = dt.date(1997, 10, 1)


def referee(lines: pd.DataFrame, cutoff: dt.date) -> pd.DataFrame:
    """The summary of `lifetimes`, whose observation period includes its last day."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from lifetimes.utils import summary_data_from_transaction_data

        known = lines[lines["date"] < pd.Timestamp(cutoff)]
        return summary_data_from_transaction_data(
            known, "customer_id", "date", "amount", observation_period_end=cutoff, freq="D"
        )


@pytest.mark.slow
@pytest.mark.parametrize("cutoff", [dt.date(1997, 2, 1), CUTOFF, dt.date(1998, 7, 1)])
def test_it_is_the_summary_of_lifetimes(cdnow: Transactions, cdnow_lines: pd.DataFrame, cutoff: dt.date) -> None:
    ours, theirs = rfm_summary(cdnow, cutoff), referee(cdnow_lines, cutoff)
    assert list(ours.columns) == [
        "frequency",
        "recency",
        "T",
        "monetary_value",
        "paid_repeats",
        "first_value",
        "last_value",
    ]
    shared = list(ours)[:4]
    pd.testing.assert_frame_equal(ours[shared], theirs.loc[ours.index, shared], rtol=1e-12, check_index_type=False)
    assert len(ours) == len(theirs)


def test_it_is_contained_in_the_features(cdnow: Transactions) -> None:
    pd.testing.assert_frame_equal(summary_of(build_features(cdnow, CUTOFF)), rfm_summary(cdnow, CUTOFF))


def test_without_a_second_order_day_there_is_no_money_of_repeats(cdnow: Transactions) -> None:
    summary = rfm_summary(cdnow, CUTOFF)
    once = summary["frequency"] == 0
    assert (summary.loc[once, ["recency", "monetary_value"]] == 0).all(axis=None)
    assert (summary.loc[~once, "recency"] > 0).all()


def test_without_money_its_value_is_unknown(shop: pd.DataFrame) -> None:
    tx = read_transactions(shop, {"customer_id": "customer_id", "ordered_at": "date"})
    assert np.isnan(rfm_summary(tx, CUTOFF)[["monetary_value", "paid_repeats", "first_value", "last_value"]]).all(
        axis=None
    )


def test_order_days_that_brought_money_are_told_from_free_ones(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    known = cdnow_lines[cdnow_lines["date"] < pd.Timestamp(CUTOFF)]
    days = known.groupby(["customer_id", "date"])["amount"].sum().reset_index()
    first = days.groupby("customer_id")["amount"].first()
    paid = days["amount"].gt(0).groupby(days["customer_id"]).sum() - first.gt(0)
    summary = rfm_summary(cdnow, CUTOFF)
    assert (summary["paid_repeats"] == paid.reindex(summary.index)).all()
    last = days.groupby("customer_id")["amount"].last()
    for name, money in (("first_value", first), ("last_value", last)):
        np.testing.assert_allclose(summary[name], money.reindex(summary.index), rtol=1e-12)
    assert 0 < (summary["paid_repeats"] < summary["frequency"]).sum() < 200


@pytest.mark.medium
@pytest.mark.parametrize("prefix", [None, "c"])
def test_it_is_contained_in_the_features_of_any_log(prefix: str | None) -> None:
    rng = np.random.default_rng(0)
    customer = rng.integers(0, 40, 600)
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 60, 600), unit="D")
    names = customer if prefix is None else [f"{prefix}{c}" for c in customer]
    amount = np.round(rng.normal(20, 25, 600), 2)  # several lines a day, returns among them
    tx = read_transactions(pd.DataFrame({"customer_id": names, "date": day, "amount": amount}))
    built = summary_of(build_features(tx, "2020-02-15"))
    pd.testing.assert_frame_equal(rfm_summary(tx, "2020-02-15"), built, rtol=1e-14, atol=0)


def test_it_tells_how_regular_customers_are(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    days = cdnow_lines[cdnow_lines["date"] < pd.Timestamp(CUTOFF)].drop_duplicates(["customer_id", "date"])
    gaps = days.sort_values(["customer_id", "date"]).groupby("customer_id")["date"].diff().dt.days
    expected = np.log(gaps).groupby(days["customer_id"]).sum()
    found = rfm_summary(cdnow, CUTOFF, log_gaps=True)["log_gaps"]
    pd.testing.assert_series_equal(found, expected.rename("log_gaps").loc[found.index], atol=1e-7)


def test_nobody_before_the_cutoff(cdnow: Transactions) -> None:
    with pytest.raises(InsufficientHistoryError, match="No customer has a purchase before the cutoff 1996-01-01"):
        rfm_summary(cdnow, "1996-01-01")


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 7, 1000])
def test_no_customer_is_cut_in_two(shop: pd.DataFrame, batch: int) -> None:
    tx = read_transactions(shop)
    whole = rfm_summary(tx, CUTOFF, log_gaps=True)
    lines = tx.connection.execute(summary._purchases_sql(tx, Windows.at(CUTOFF, 1))).to_arrow_table()
    batches = [part for k in range(0, lines.num_rows, batch) for part in lines[k : k + batch].to_batches()]
    parts = [summary._summary(customers, log_gaps=True) for customers in whole_customers(batches)]
    assert [name for customers, _ in parts for name in customers.to_pylist()] == whole.index.to_list()
    np.testing.assert_array_equal(np.concatenate([figures for _, figures in parts], axis=1).T, whole.to_numpy())


def test_lines_of_many_thousand_million_are_exact() -> None:
    amounts = ["999999999999.9999", "123456789012.3456", "0.0001"]
    days = ["2020-01-01", "2020-01-05", "2020-02-01"]
    tx = read_transactions(pd.DataFrame({"customer_id": 1, "date": days, "amount": amounts}))
    assert rfm_summary(tx, "2020-03-01")["monetary_value"].item() == 1234567890123457 / 10_000 / 2


def test_latest_is_the_day_after_the_last_order_day(cdnow):
    pd.testing.assert_frame_equal(rfm_summary(cdnow, "latest"), rfm_summary(cdnow, "1998-07-01"))


@pytest.mark.parametrize("log", [pd.DataFrame({"customer_id": [1]}), {"customer_id": [1]}, "orders.csv", None])
@pytest.mark.parametrize("question", [rfm_summary, build_features])
def test_a_log_that_was_not_read_is_refused_with_how_to_read_it(question, log):
    with pytest.raises(InputError, match=f"{question.__name__} needs a log that was read by read_transactions; found"):
        question(log, "1998-07-01")


@pytest.mark.parametrize("cutoff", ["01/02/1998", 19980101, True, None, "last"])
@pytest.mark.parametrize("question", [rfm_summary, build_features])
def test_a_cutoff_that_is_no_calendar_day_is_refused(question, cutoff, cdnow):
    with pytest.raises(ParamsError, match=r"is not a calendar day. Write it as YYYY-MM-DD"):
        question(cdnow, cutoff)
