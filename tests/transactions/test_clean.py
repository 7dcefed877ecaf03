from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.transactions import Transactions, read_transactions

Returns = Literal["net", "drop", "keep"]
COLUMNS = {
    "customer_id": "customer_id",
    "ordered_at": "date",
    "amount": "amount",
    "quantity": "quantity",
    "is_return": "back",
}


def log(*rows: tuple[float | None, float | None, bool | None]) -> pd.DataFrame:
    """Lines of amount, quantity, flag; one customer and day each."""
    frame = pd.DataFrame(rows, columns=["amount", "quantity", "back"])
    return frame.assign(customer_id=range(len(rows)), date=pd.Timestamp("2020-01-01"))


def booked(tx: Transactions) -> list[tuple[Any, ...]]:
    query = "SELECT customer_id, is_purchase, money::DOUBLE FROM lines ORDER BY ALL"
    return tx.connection.execute(query).fetchall()


def ends(tx: Transactions) -> dict[str, tuple[str, int]]:
    return {entry.reason: (entry.outcome, entry.rows) for entry in tx.ledger.entries}


KINDS = log(
    (10, 1, False),  # 0 a purchase
    (0, 1, None),  # 1 a purchase of nothing
    (-10, 1, False),  # 2 negative amount
    (-10, -1, False),  # 3 negative quantity
    (10, -1, False),  # 4 negative quantity, amount without its sign
    (10, 1, True),  # 5 flagged, amount without its sign
    (-10, -1, True),  # 6 flagged
    (10, 0, False),  # 7 quantity of zero
    (10, None, False),  # 8 quantity unknown: a purchase
)


def test_net_books_what_is_no_purchase_with_its_sign() -> None:
    tx = read_transactions(KINDS, COLUMNS, returns="net")
    assert booked(tx) == [
        *[(0, True, 10), (1, True, 0), (2, False, -10), (3, False, -10), (4, False, -10), (5, False, -10)],
        *[(6, False, -10), (7, False, 10), (8, True, 10)],
    ]
    assert ends(tx) == {
        "purchase": ("used", 3),
        "flagged as a return": ("netted", 2),
        "quantity below zero": ("netted", 2),
        "quantity of zero": ("netted", 1),
        "amount below zero": ("netted", 1),
    }
    (flip,) = tx.ledger.adjustments
    assert (flip.what, flip.rows, flip.money) == ("returns with a positive amount are booked as negative", 2, -40)
    assert (tx.ledger.money, tx.ledger.booked, tx.n_customers) == (20, -20, 3)


def test_drop_excludes_what_is_no_purchase() -> None:
    tx = read_transactions(KINDS, COLUMNS, returns="drop")
    assert booked(tx) == [(0, True, 10), (1, True, 0), (8, True, 10)]
    assert ends(tx) == {"purchase": ("used", 3), "return (returns: drop)": ("excluded", 6)}
    assert tx.ledger.adjustments == ()


def test_keep_takes_every_line_as_it_is() -> None:
    tx = read_transactions(KINDS, COLUMNS, returns="keep")
    assert [purchase for _, purchase, _ in booked(tx)] == [True] * 9
    assert [money for *_, money in booked(tx)] == KINDS["amount"].tolist()
    assert ends(tx)["return counted as a purchase (returns: keep)"] == ("used", 6)


def test_without_quantity_and_flag_the_sign_of_the_amount_decides() -> None:
    columns = {ours: COLUMNS[ours] for ours in ("customer_id", "ordered_at", "amount")}
    assert [purchase for _, purchase, _ in booked(read_transactions(KINDS, columns))] == [
        *[True, True, False, False, True, True, False, True, True]
    ]


def test_without_money_quantity_and_flag_decide() -> None:
    columns = {ours: COLUMNS[ours] for ours in ("customer_id", "ordered_at", "quantity", "is_return")}
    tx = read_transactions(KINDS, columns)
    assert not tx.has_money
    assert tx.ledger.money is None
    assert tx.ledger.to_dict()["in"] == {"rows": 9, "customers": 9, "money": None}
    purchases = tx.connection.execute("SELECT customer_id FROM lines WHERE is_purchase ORDER BY 1").fetchall()
    assert purchases == [(0,), (1,), (2,), (8,)]


def test_quantity_times_unit_price_is_the_amount_and_an_absent_factor_a_missing_amount() -> None:
    frame = log((0, 3, False), (0, None, False), (0, -2, False)).assign(price=[1.11, 1.0, 0.105])
    columns = {"customer_id": "customer_id", "ordered_at": "date", "quantity": "quantity", "unit_price": "price"}
    tx = read_transactions(frame, columns)
    assert booked(tx) == [(0, True, 3.33), (2, False, -0.21)]
    assert ends(tx)["missing amount"] == ("excluded", 1)


def test_amount_goes_before_quantity_times_unit_price() -> None:
    frame = log((5, 3, False)).assign(price=[1.11])
    tx = read_transactions(frame, {**COLUMNS, "unit_price": "price"})
    assert booked(tx) == [(0, True, 5.0)]


TWICE = pd.concat([KINDS[:1]] * 3 + [KINDS[1:]], ignore_index=True).assign(order_id="o1", note="same")


@pytest.mark.medium
def test_exact_duplicates_are_dropped_where_orders_are_known() -> None:
    tx = read_transactions(TWICE, {**COLUMNS, "order_id": "order_id"})
    assert ends(tx)["exact duplicate"] == ("excluded", 2)
    assert tx.ledger.duplicates_kept == 0
    assert booked(tx) == booked(read_transactions(KINDS, COLUMNS))


def test_exact_duplicates_are_kept_and_counted_otherwise() -> None:
    tx = read_transactions(TWICE, COLUMNS)
    assert "exact duplicate" not in ends(tx)
    assert tx.ledger.duplicates_kept == 2
    assert "2 lines equal an earlier one in every column" in tx.report.findings[1].what


def test_rows_that_differ_in_a_column_not_mapped_are_no_duplicates() -> None:
    frame = TWICE.assign(note=range(len(TWICE)))
    assert "exact duplicate" not in ends(read_transactions(frame, {**COLUMNS, "order_id": "order_id"}))


def test_duplicates_with_nothing_in_a_column_are_duplicates_too() -> None:
    frame = TWICE.assign(note=None)
    assert ends(read_transactions(frame, {**COLUMNS, "order_id": "order_id"}))["exact duplicate"] == ("excluded", 2)


def test_every_absence_has_its_reason_and_its_money() -> None:
    frame = log((1, 1, None), (2, 1, None), (4, 1, None), (None, 1, None)).assign(
        customer_id=["a", None, "a", "b"], date=["2020-01-01", "2020-01-01", None, "2020-01-01"]
    )
    tx = read_transactions(frame, COLUMNS)
    assert tx.ledger.frame.values.tolist() == [
        ["used", "purchase", 1, 1, 1.0],
        ["excluded", "missing date", 1, 0, 4.0],
        ["excluded", "missing amount", 1, 1, 0.0],
        ["excluded", "missing customer", 1, 0, 2.0],
    ]


def test_nothing_usable_is_refused_with_the_reasons() -> None:
    frame = log((-5, 1, False), (5, 1, True)).assign(customer_id=[None, "a"])
    with pytest.raises(
        InputError, match=r"has no purchase in it \(1 rows netted: flagged as a return; 1 rows excluded: missing"
    ):
        read_transactions(frame, COLUMNS)


def test_rounding_is_told() -> None:
    tx = read_transactions(log((1.00005, 1, False), (2.5, 1, False), (-1.00007, 1, False)), COLUMNS)
    (adjustment,) = tx.ledger.adjustments
    assert (adjustment.what, adjustment.rows) == ("amounts are rounded to 4 digits", 2)
    assert adjustment.money == Decimal("0.00002")
    assert tx.ledger.booked == Decimal("2.5")


@pytest.mark.medium
def test_lines_carry_what_is_mapped_in_exact_types() -> None:
    frame = log((5, 2, False)).assign(o=7, p="p", c="c", ch="web", d=0.5, u="1.25", i="2020-01-05")
    columns = {
        **COLUMNS,
        "order_id": "o",
        "product_id": "p",
        "category": "c",
        "channel": "ch",
        "discount": "d",
        "unit_cost": "u",
        "ingested_at": "i",
    }
    tx = read_transactions(frame, columns)
    described = dict(row[:2] for row in tx.connection.execute("DESCRIBE lines").fetchall())
    texts = dict.fromkeys(("order_id", "product_id", "category", "channel"), "VARCHAR")
    decimals = dict.fromkeys(("money", "quantity", "discount", "unit_cost"), "DECIMAL(18,4)")
    days = dict.fromkeys(("day", "ingested_at"), "DATE")
    assert described == {"customer_id": "BIGINT", "is_purchase": "BOOLEAN"} | texts | decimals | days
    assert tx.columns == frozenset(described)
    assert tx.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("lines",)]


money = st.one_of(st.none(), st.decimals(-1000, 1000, places=6).map(float))
rows = st.lists(
    st.tuples(
        st.sampled_from([None, "a", "b", "c"]),
        st.sampled_from([None, "2020-01-01", "2020-01-02"]),
        money,
        st.sampled_from([None, -1, 0, 1, 2]),
        st.sampled_from([None, True, False]),
    ),
    min_size=1,
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(rows=rows, returns=st.sampled_from(["net", "drop", "keep"]), orders=st.booleans(), seed=st.integers(0, 9))
def test_ledgers_reconcile_and_row_order_does_not_matter(
    rows: list[tuple[Any, ...]], returns: Returns, orders: bool, seed: int
) -> None:
    sure = [("z", "2020-01-01", 1.0, 1, False)] * 2
    frame = pd.DataFrame([*sure, *rows], columns=["customer_id", "date", "amount", "quantity", "back"])
    frame = frame.assign(back=frame["back"].astype("boolean"), order_id="o")
    columns = {**COLUMNS, "order_id": "order_id"} if orders else COLUMNS
    tx = read_transactions(frame, columns, returns=returns)  # Ledger itself refuses what does not reconcile
    mixed = frame.iloc[np.random.default_rng(seed).permutation(len(frame))]
    again = read_transactions(mixed, columns, returns=returns)
    again.connection.execute("SET threads = 1")
    assert again.ledger == tx.ledger
    assert again.data_hash == tx.data_hash
    totals = tx.ledger.totals
    assert totals.loc["in", "rows"] == len(frame) == totals.loc[["used", "netted", "excluded"], "rows"].sum()
    assert totals.loc["in", "customers"] == frame["customer_id"].nunique()
    assert totals.loc["in", "money"] == pytest.approx(frame["amount"].sum(), abs=1e-4)
    (held,) = tx.connection.execute("SELECT sum(money) FROM lines").fetchall()[0]
    assert held == tx.ledger.booked


def test_excluded_rows_are_written_beside_with_their_place_and_reason(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "customer_id": ["a", None, "b", "a", "b"],
            "date": ["2020-01-01", "2020-01-02", None, "2020-01-01", "2020-01-03"],
            "amount": [1.5, 2.0, 3.0, 1.5, -4.0],
            "order_id": ["x", "y", "z", "x", "z"],
        }
    )
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "order_id": "order_id"}
    tx = read_transactions(frame, columns, returns="drop", quarantine=tmp_path / "quarantine.parquet")
    written = pd.read_parquet(tmp_path / "quarantine.parquet")
    assert list(written) == ["source_row", "reason", "customer_id", "day", "order_id", "amount"]
    told = list(zip(written["source_row"], written["reason"], strict=True))
    assert told[:2] == [(2, "missing customer"), (3, "missing date")]
    assert [told[2][1], told[3]] == ["exact duplicate", (5, "return (returns: drop)")]
    assert len(written) == sum(entry.rows for entry in tx.ledger.entries if entry.outcome == "excluded")
    assert float(written["amount"].sum()) == 2.5


@pytest.mark.medium
def test_what_is_read_does_not_depend_on_the_quarantine(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [1, None], "date": ["2020-01-01"] * 2, "amount": [1.5, 2.0]})
    kept = read_transactions(frame, quarantine=tmp_path / "quarantine.parquet")
    assert kept.data_hash == read_transactions(frame).data_hash


def many(*late: str) -> pd.DataFrame:
    """A hundred lines of a shop, and some more on other days."""
    days = ["2024-01-30"] * 100 + list(late)
    return pd.DataFrame({"customer_id": range(len(days)), "date": days, "amount": 2.0})


@pytest.mark.medium
def test_lines_dated_after_the_run_are_excluded_with_a_ledger_line() -> None:
    tx = read_transactions(many("2062-01-30"), today="2024-01-30")
    assert ends(tx) == {"purchase": ("used", 100), "future date": ("excluded", 1)}
    assert (tx.ledger.entries[1].customers, tx.ledger.entries[1].money) == (1, Decimal(2))
    assert (str(tx.last_day), tx.n_customers) == ("2024-01-30", 100)  # so `latest` is not decided by a typing error
    assert ends(read_transactions(many("2062-01-30"), today="2062-01-30")) == {"purchase": ("used", 101)}


def test_a_log_with_many_lines_dated_after_the_run_is_refused(tmp_path: Path) -> None:
    said = r"2 of 102 rows \(2\.0 %\) are dated after 2024-01-30, .* such as 2062-01-30, 2024-02-01; up to 1 %"
    with pytest.raises(InputError, match=said):
        read_transactions(many("2024-02-01", "2062-01-30"), today="2024-01-30", quarantine=tmp_path / "out.parquet")
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_day_of_the_run_is_that_of_the_clock_where_nobody_names_it() -> None:
    here = {zone: read_transactions(many(), timezone=zone).run_day for zone in (None, "Etc/GMT-14", "Etc/GMT+12")}
    now = pd.Timestamp.now("UTC")
    assert here["Etc/GMT-14"].latest in ((now + pd.Timedelta(hours=h)).date() for h in (13.9, 14))
    assert here["Etc/GMT+12"].earliest in ((now - pd.Timedelta(hours=h)).date() for h in (12, 12.1))
    assert here[None].earliest <= here["Etc/GMT+12"].earliest < here["Etc/GMT-14"].latest
