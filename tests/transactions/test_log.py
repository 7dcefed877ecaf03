from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars import progress
from regulars.errors import ParamsError
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

RETAIL = {
    "order_id": "InvoiceNo",
    "customer_id": "CustomerID",
    "ordered_at": "InvoiceDate",
    "product_id": "StockCode",
    "quantity": "Quantity",
    "unit_price": "UnitPrice",
}


def test_cdnow(cdnow: Transactions) -> None:
    assert (cdnow.first_day, cdnow.last_day) == (dt.date(1997, 1, 1), dt.date(1998, 6, 30))
    assert (cdnow.ledger.rows, cdnow.n_customers, cdnow.ledger.booked) == (69_659, 23_570, Decimal("2500315.63"))
    assert cdnow.columns == {"customer_id", "day", "is_purchase", "money"}
    assert cdnow.ledger.duplicates_kept == 255
    zero = cdnow.connection.execute("SELECT count(*) FROM lines WHERE money = 0 AND is_purchase").fetchall()
    assert zero == [(80,)]


def test_it_shows_itself_in_one_line(cdnow: Transactions) -> None:
    assert repr(cdnow) == "Transactions(23,570 customers, 1997-01-01 to 1998-06-30, 69,659 rows, money)"


def test_what_lies_before_a_cutoff(cdnow: Transactions, cdnow_lines: pd.DataFrame) -> None:
    windows = Windows.at("1997-06-01", 30)
    before = cdnow_lines[cdnow_lines["date"] < "1997-06-01"]
    assert cdnow.rows_before(windows) == len(before)
    assert cdnow.last_day_before(windows) == before["date"].max().date()


def test_lines_are_sorted_by_customer_and_day(cdnow: Transactions) -> None:
    order = cdnow.connection.execute("SELECT customer_id, day FROM lines").fetchall()
    assert order == sorted(order)


@pytest.mark.slow
def test_the_demo_equals_its_parquet_copy(cdnow: Transactions, real_data: Path) -> None:
    assert read_transactions(real_data / "cdnow_master.parquet").data_hash == cdnow.data_hash


@pytest.mark.slow
def test_online_retail_reconciles(real_data: Path) -> None:
    tx = read_transactions(real_data / "online_retail.parquet", RETAIL)
    ledger = {entry.reason: (entry.rows, entry.money) for entry in tx.ledger.entries}
    assert (tx.ledger.rows, tx.ledger.customers) == (320_705, 3_360)
    assert tx.ledger.money == pytest.approx(Decimal("5761931.38"), abs=Decimal("0.005"))
    assert ledger["missing customer"][0] == 88_652
    assert tx.ledger.money - ledger["missing customer"][1] == pytest.approx(Decimal("4919107.73"), abs=Decimal("0.005"))
    assert ledger["exact duplicate"][0] == 2_450  # of 2,483; the other 33 carry no customer
    returned = {reason: entry for reason, entry in ledger.items() if reason.startswith("return")}
    assert {reason: rows for reason, (rows, _) in returned.items()} == {
        "return matched to its purchase": 4_539,
        "return matched to a purchase in part": 30,
        "return without a purchase in the log": 977,
    }
    assert sum(money for _, money in returned.values()) == Decimal("-319977.88")
    assert (tx.first_day, tx.last_day, tx.n_customers) == (dt.date(2010, 12, 1), dt.date(2011, 8, 31), 3_317)


@pytest.mark.slow
def test_online_retail_without_orders_keeps_its_duplicates(real_data: Path) -> None:
    columns = {ours: theirs for ours, theirs in RETAIL.items() if ours != "order_id"}
    tx = read_transactions(real_data / "online_retail.parquet", columns)
    assert tx.ledger.duplicates_kept == 2_450
    assert tx.ledger.booked == pytest.approx(Decimal("4919107.73"), abs=Decimal("0.005"))


@pytest.mark.slow
def test_online_retail_is_the_same_as_csv_frame_and_parquet(real_data: Path, tmp_path: Path) -> None:
    frame = pd.read_parquet(real_data / "online_retail.parquet")[100_000:110_000].astype({"CustomerID": "Int64"})
    frame.to_csv(tmp_path / "retail.csv", index=False)
    frame.to_parquet(tmp_path / "retail.parquet")
    one, *others = (
        read_transactions(source, RETAIL) for source in (frame, tmp_path / "retail.csv", tmp_path / "retail.parquet")
    )
    for other in others:
        assert (other.data_hash, other.ledger) == (one.data_hash, one.ledger)


def test_grocery_has_no_money_and_says_so(real_data: Path) -> None:
    class Listener:
        notes: list[str] = []  # noqa: RUF012

        def begin(self, name: str) -> None: ...
        def end(self, name: str, seconds: float) -> None: ...
        def note(self, text: str) -> None:
            self.notes.append(text)

    listener = Listener()
    with progress.listening(listener):
        tx = read_transactions(
            real_data / "btydplus_groceryelog.parquet", {"customer_id": "cust", "ordered_at": "date"}
        )
    assert (tx.has_money, tx.ledger.rows, tx.n_customers) == (False, 10_483, 1_525)
    assert listener.notes == [
        "The log carries no money (neither amount nor quantity and unit_price is mapped): money columns are null."
    ]


@pytest.mark.slow
def test_complete_journey(real_data: Path) -> None:
    columns = {
        "order_id": "basket_id",
        "customer_id": "household_id",
        "ordered_at": "transaction_timestamp",
        "product_id": "product_id",
        "amount": "sales_value",
        "discount": "retail_disc",
    }
    tx = read_transactions(real_data / "completejourney" / "transactions.parquet", columns)
    assert (tx.ledger.rows, tx.n_customers, tx.ledger.booked) == (1_469_307, 2_469, Decimal("4596039.58"))
    assert tx.ledger.adjustments == ()  # amounts such as 1.8e-15 are a float's noise


@pytest.mark.slow
def test_the_hash_tells_contents_apart() -> None:
    frame = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2020-01-01", "2020-01-02"], "amount": [1.0, 2.0]})
    hashes = {
        read_transactions(changed).data_hash
        for changed in (
            frame,
            frame.assign(amount=[1.0, 2.0001]),
            frame.assign(date=["2020-01-02", "2020-01-02"]),
            frame.assign(customer_id=["a", "c"]),
            frame.assign(customer_id=[1, 2]),
            frame.assign(customer_id=["1", "2"]),
            pd.concat([frame, frame]),
        )
    }
    assert len(hashes) == 7
    assert read_transactions(frame[::-1]).data_hash == read_transactions(frame).data_hash


def test_connections_are_private_and_reach_for_no_extension(cdnow: Transactions) -> None:
    settings = dict(
        cdnow.connection.execute(
            "SELECT name, value FROM duckdb_settings() WHERE name IN "
            "('TimeZone', 'autoinstall_known_extensions', 'autoload_known_extensions', 'enable_progress_bar')"
        ).fetchall()
    )
    assert settings == {
        "TimeZone": "UTC",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "enable_progress_bar": "false",
    }


@pytest.mark.slow
def test_the_spill_folder_goes_with_the_log(tmp_path: Path) -> None:
    code = "from regulars.transactions import read_transactions; tx = read_transactions('demo'); print(tx.n_customers)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], env={"TMPDIR": str(tmp_path)}, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("23570\n", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"timezone": 5}, "timezone is 5. It should be the name of a time zone"),
        ({"forgotten": 5}, "forgotten is 5; expected the path of the forgotten.parquet"),
        ({"own_columns": ["amount"]}, r"own_columns is \['amount'\]; expected a mapping"),
        ({"own_features": [5]}, r"own_features is \[5\]; expected a list of features"),
        ({"own_features": "x"}, "own_features is 'x'; expected a list of features"),
        ({"columns": ["customer_id", "date"]}, r"columns is \['customer_id', 'date'\]; expected a mapping"),
    ],
)
def test_an_argument_of_another_kind_is_refused_with_what_is_expected(given: dict[str, Any], said: str) -> None:
    frame = pd.DataFrame({"customer_id": [1], "date": ["2020-01-01"], "amount": [5.0]})
    with pytest.raises(ParamsError, match=said):
        read_transactions(frame, **given)


def test_days_as_objects_of_numpy_are_read() -> None:
    day = np.datetime64("2020-01-02")
    frame = pd.DataFrame({"customer_id": [1], "date": pd.Series([day], dtype=object), "amount": [5.0]})
    assert str(read_transactions(frame).last_day) == "2020-01-02"
