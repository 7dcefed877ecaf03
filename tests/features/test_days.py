from __future__ import annotations

import datetime as dt
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from regulars.errors import InputError
from regulars.features import build_features, build_features_at, snapshot, stream_features
from regulars.features.days import BILLION, Days, begins_of, log_billionths, scaled, whole_customers
from regulars.transactions import Transactions, read_transactions

CUTOFFS = [dt.date(1997, 7, 1), dt.date(1998, 1, 1)]


@pytest.mark.slow
@pytest.mark.parametrize("batch", [1, 1_000])
def test_what_is_looked_at_together_changes_no_bit(
    shop: pd.DataFrame, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    tx = read_transactions(shop[shop["customer_id"].astype(int) % 96 == 0])
    whole = build_features_at(tx, CUTOFFS)
    monkeypatch.setattr(snapshot, "BATCH", batch)
    parts = list(stream_features(tx, CUTOFFS))
    for cutoff, table in build_features_at(tx, CUTOFFS).items():
        pd.testing.assert_frame_equal(table, whole[cutoff], check_exact=True)
        joined = pd.concat(part for part in parts if part["cutoff"].iloc[0].date() == cutoff)
        pd.testing.assert_frame_equal(joined, whole[cutoff], check_exact=True)


def test_no_customer_is_cut_in_two() -> None:
    rows = pa.table({"customer_id": ["ann", "ben", "ben", "ben", "cy", "cy"], "n": range(6)})
    for size in (1, 2, 5, 9):
        parts = list(whole_customers(rows.to_batches(max_chunksize=size)))
        assert pa.concat_tables(parts).to_pydict() == rows.to_pydict()
        assert sorted(name for part in parts for name in set(part["customer_id"].to_pylist())) == ["ann", "ben", "cy"]
    assert begins_of(rows["customer_id"]).tolist() == [0, 1, 4]


def test_decimals_are_read_whatever_their_chunks() -> None:
    texts = ["0.0001", "-12.5000", "99999999999999.9999", "-1.0000", "0.0000"]
    decimals = pa.array(texts).cast(pa.decimal128(38, 4))
    expected = [int(Fraction(text) * 10_000) for text in texts]
    assert scaled(pa.chunked_array([decimals])).tolist() == expected
    assert scaled(pa.chunked_array([decimals[:2], decimals[2:]])).tolist() == expected
    assert scaled(pa.chunked_array([decimals[1:4]])).tolist() == expected[1:4]


def test_a_day_with_more_money_than_can_be_counted_is_an_error() -> None:
    with pytest.raises(InputError, match="Check the unit of the amounts"):
        scaled(pa.chunked_array([pa.array(["1e15"]).cast(pa.decimal128(38, 4))]))


def test_a_customer_with_more_money_than_can_be_counted_is_an_error() -> None:
    days = pd.to_datetime(["2024-01-01", "2024-01-02"] * 470)
    log = pd.DataFrame({"customer_id": "ann", "date": days, "amount": 9.9e11})
    with pytest.raises(InputError, match="more than 900 million million"):
        build_features(read_transactions(log), "2024-02-01")
    assert build_features(read_transactions(log[:900]), "2024-02-01")["net_total"].item() == 900 * 9.9e11


def test_every_number_of_days_is_rounded_as_the_database_rounds_it(cdnow: Transactions) -> None:
    sql = f"SELECT round(ln(days) * {BILLION})::BIGINT AS units FROM range(1, 40001) AS numbers(days) ORDER BY days"
    theirs = cdnow.connection.execute(sql).df()["units"]
    assert (log_billionths(np.arange(1, 40_001)) == theirs).all()
    assert log_billionths(np.array([0, 1])).tolist() == [0, 0]


def test_gaps_are_between_order_days_of_one_customer() -> None:
    first = dt.date(2024, 1, 1)
    rows = [("ann", 0, 1), ("ann", 2, 0), ("ann", 5, 1), ("ben", 9, 0), ("cy", 1, 1), ("cy", 8, 2), ("dot", 3, 0)]
    facts = pa.table(
        {
            "customer_id": [name for name, *_ in rows],
            "day": pa.array([first + dt.timedelta(days=day) for _, day, _ in rows], pa.date32()),
            "lines": pa.array([lines for *_, lines in rows], pa.int64()),
        }
    )
    days = Days(facts)
    assert days.column("gap").tolist() == [0, 0, 5, 0, 0, 7, 0]
    assert [values.tolist() for values in days.gaps_by_length] == [[5, 7], [2, 5]]
