"""One customer of a log: found by the id as it is there, read as far as is known, and never mixed with others."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.transactions import Transactions, find_customer, read_history, read_transactions
from regulars.windows import Windows

AT = Windows.at("2024-06-01", 30)
COLUMNS = {"customer_id": "c", "ordered_at": "d", "amount": "m"}


def log(*ids: Any, **more: Any) -> Transactions:
    days = [f"2024-01-{1 + k:02}" for k in range(len(ids))]
    frame = pd.DataFrame({"c": list(ids), "d": days, "m": 5.0, **more})
    return read_transactions(frame, {**COLUMNS, **{name: name for name in more}})


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ids", "asked", "found"),
    [
        (["00123", "123"], "123", "123"),
        (["00123", "123"], "00123", "00123"),
        (["a b", " a"], "a b", "a b"),
        (["Ann", "ann"], "ann", "ann"),
        (["ann@x.com", "bob"], " Ann@X.com", "ann@x.com"),
        (["Ann@x.com", "ann@x.com"], "Ann@x.com", "Ann@x.com"),
        (["l'été", 'a"b'], 'a"b', 'a"b'),
        ([123, 45], "123", 123),
        ([123, 45], 123, 123),
        ([123, 45], np.int64(45), 45),
        ([-5, 45], "-5", -5),
        (["123", "45x"], 123, "123"),
        ([5.0, 7.5], "5", 5.0),
        ([5.0, 7.5], "5.0", 5.0),
        ([5.0, 7.5], 7.5, 7.5),
    ],
)
def test_an_id_is_found_as_it_is_and_keeps_its_type(ids: list[Any], asked: Any, found: Any) -> None:
    customer = find_customer(log(*ids), asked, AT)
    assert customer == found
    assert type(customer) is type(found)


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["0123", "123.0", " 123", "1 23", "+123", "12", ""])
def test_whole_numbers_are_found_as_they_are_written_and_not_otherwise(asked: str) -> None:
    with pytest.raises(InputError, match=r"There is no customer .* Its ids are numbers"):
        find_customer(log(123, 45), asked, AT)


def test_unsigned_ids_beyond_63_bits() -> None:
    big = 2**63 + 7
    tx = log(*np.array([big, 3], dtype="uint64"))
    assert find_customer(tx, str(big), AT) == big
    assert len(read_history(tx, big, AT).order_days) == 1


def test_an_unknown_id_is_one_error_with_the_nearest_known() -> None:
    tx = log("A-1001", "A-1002", "A-2001", "B-9999")
    with pytest.raises(InputError) as raised:
        find_customer(tx, "a-1010", AT)
    assert str(raised.value) == (
        "There is no customer 'a-1010' in the log. Its ids are texts; the nearest known at the cutoff 2024-06-01: "
        "'A-1001', 'A-1002', 'A-2001'. Give an id as it is there."
    )


def test_zeros_before_a_number_make_ids_near() -> None:
    with pytest.raises(InputError, match="the nearest known at the cutoff 2024-06-01: '00004'"):
        find_customer(log("00004", "x00013"), "4", AT)


def test_where_nothing_is_near_the_ids_are_shown_as_they_look() -> None:
    with pytest.raises(InputError, match="Its ids are texts such as '00004', 'x00013'"):
        find_customer(log("00004", "x00013"), "somebody else", AT)


def test_an_id_as_long_as_a_book_is_cut_short() -> None:
    with pytest.raises(InputError) as raised:
        find_customer(log("a", "b"), "x" * 100_000, AT)
    assert len(str(raised.value)) < 300


def test_sql_in_an_id_is_only_an_id() -> None:
    tx = log("a", "b'; DROP TABLE lines; --")
    assert find_customer(tx, "b'; DROP TABLE lines; --", AT) == "b'; DROP TABLE lines; --"
    with pytest.raises(InputError, match="There is no customer"):
        find_customer(tx, "' OR true --", AT)
    assert tx.rows_before(AT) == 2


def test_a_customer_who_came_later_is_known_by_then_and_nobody_else_is_named() -> None:
    tx = log("a", "b", "c")
    with pytest.raises(InputError) as raised:
        find_customer(tx, "c", Windows.at("2024-01-02", 30))
    assert "the first in the log is of 2024-01-03. Choose a later cutoff" in str(raised.value)
    assert "'a'" not in str(raised.value)


def test_only_returns_make_no_customer() -> None:
    tx = read_transactions(pd.DataFrame({"c": ["a", "b"], "d": ["2024-01-01"] * 2, "m": [5.0, -5.0]}), COLUMNS)
    with pytest.raises(InputError, match="There is no customer 'b'"):
        find_customer(tx, "b", AT)


@pytest.fixture(scope="module")
def shopper() -> Transactions:
    """One customer with products, discounts, channels and a return; another one; and lines after the cutoff."""
    rows = [
        ("a", "2024-01-01", 10.0, "tea", "web", 0.0),
        ("a", "2024-01-01", 20.0, "pot", "web", 5.0),
        ("a", "2024-02-01", 7.0, "tea", "shop", 0.0),
        ("a", "2024-02-05", -20.0, "pot", "shop", 0.0),
        ("b", "2024-02-01", 99.0, "cup", "web", 0.0),
        ("a", "2024-06-01", 50.0, "cup", "web", 0.0),
    ]
    columns = ["c", "d", "m", "product_id", "channel", "discount"]
    return read_transactions(pd.DataFrame(rows, columns=columns), {**COLUMNS, **{n: n for n in columns[3:]}})


def test_the_history_is_all_that_was_known_and_only_of_this_customer(shopper: Transactions) -> None:
    found = read_history(shopper, "a", AT)
    assert [(b.day, b.money, b.discount, b.things) for b in found.order_days] == [
        (dt.date(2024, 1, 1), Decimal(30), Decimal(5), ("pot", "tea")),
        (dt.date(2024, 2, 1), Decimal(7), Decimal(0), ("tea",)),
    ]
    assert [(r.day, r.money, r.things) for r in found.returns] == [(dt.date(2024, 2, 5), Decimal(20), ("pot",))]
    assert found.things == (("tea", 2), ("pot", 1))
    assert found.channels == (("shop", 1), ("web", 1))


def test_lines_that_came_in_after_the_cutoff_are_not_known() -> None:
    tx = log("a", "a", ingested_at=["2024-01-01", "2024-06-01"])
    assert [b.day.day for b in read_history(tx, "a", AT).order_days] == [1]


def test_a_log_without_money_has_days_alone() -> None:
    frame = pd.DataFrame({"c": ["a", "a"], "d": ["2024-01-01", "2024-01-09"]})
    found = read_history(read_transactions(frame, {"customer_id": "c", "ordered_at": "d"}), "a", AT)
    assert [(b.day.day, b.money, b.discount, b.things) for b in found.order_days] == [
        (1, None, None, ()),
        (9, None, None, ()),
    ]
    assert found.returns == ()


@pytest.mark.slow
def test_every_customer_of_a_real_log_adds_up(real_data: Path) -> None:
    """Order days and money of Online Retail, beside plain pandas on the rows as they are."""
    rows = pd.read_parquet(real_data / "online_retail.parquet")
    tx = read_transactions(rows)
    lines = tx.connection.execute("SELECT customer_id, day, is_purchase, money::DOUBLE AS money FROM lines").df()
    at = Windows.at("2011-09-01", 90)
    known = lines[lines["day"] < "2011-09-01"]
    for customer, own in list(known.groupby("customer_id"))[::150]:
        if not own["is_purchase"].any():
            continue
        found = read_history(tx, find_customer(tx, str(customer), at), at)
        bought, given_back = own[own["is_purchase"]], own[~own["is_purchase"] & (own["money"] < 0)]
        expected = bought.groupby("day")["money"].sum()
        assert [pd.Timestamp(b.day) for b in found.order_days] == expected.index.tolist()
        np.testing.assert_allclose([float(b.money or 0) for b in found.order_days], expected, atol=1e-6)
        assert sum(float(r.money or 0) for r in found.returns) == pytest.approx(-given_back["money"].sum())
