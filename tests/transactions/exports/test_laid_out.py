"""Each export gives the customers, orders, money and ledger that its rows hold, counted by hand."""

from __future__ import annotations

import logging
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.params import load_params
from regulars.transactions import Transactions, assess, read_transactions
from tests.transactions.example_exports import EXPORTS, text_of

CANCELLED, UNPAID, TEST = "cancelled or voided order", "order that was not paid for", "test order"
NO_SALE, NOBODY = "no sale, but another movement of money", "missing customer"

# Rows read, purchases by customer, order days by customer, net money by customer, and rows excluded by reason.
COUNTED: dict[str, tuple[int, dict[Any, int], dict[Any, float], dict[str, int]]] = {
    "shopify": (
        10,
        {"ann@example.com": 2, "bob@example.com": 1},
        {"ann@example.com": 25 + 30 - 10, "bob@example.com": 12 - 12},
        {CANCELLED: 2, UNPAID: 2, TEST: 1, NOBODY: 1},
    ),
    "woocommerce-analytics": (
        8,
        {"Ann Lee": 2, "Bob Ray": 2},
        {"Ann Lee": 50 + 20 - 20, "Bob Ray": 30 + 31 - 31},
        {CANCELLED: 1, UNPAID: 1, NOBODY: 1},
    ),
    "woocommerce-orders": (
        5,
        {"7": 2, "bob@example.com": 1},
        {"7": 55 + 45 - 5, "bob@example.com": 20},
        {UNPAID: 1, NOBODY: 1},
    ),
    "woocommerce-lines": (4, {"7": 1, "bob@example.com": 1}, {"7": 30 + 20 - 4, "bob@example.com": 10}, {UNPAID: 1}),
    "stripe": (
        7,
        {"cus_A": 2, "bob@example.com": 1},
        {"cus_A": 18 + 30 - 10, "bob@example.com": 40 - 40},
        {CANCELLED: 1, UNPAID: 1, TEST: 1, NOBODY: 1},
    ),
    "square": (6, {"C1": 2, "R9": 1}, {"C1": 9 + 20 - 4 - 3, "R9": 7}, {NOBODY: 1}),
    "paypal": (
        7,
        {"ann@example.com": 1, "bob@example.com": 1},
        {"ann@example.com": 1015.5 - 15.5, "bob@example.com": 20},
        {UNPAID: 1, NO_SALE: 3},
    ),
    "paypal-german": (3, {"ann@example.com": 1}, {"ann@example.com": 15.5 - 5.5}, {NO_SALE: 1}),
    "amazon": (
        4,
        {"ann9@marketplace.amazon.de": 1, "bob9@marketplace.amazon.de": 1},
        {"ann9@marketplace.amazon.de": 40 + 10, "bob9@marketplace.amazon.de": 20},
        {NOBODY: 1},
    ),
    "amazon-shipments": (2, {"ann9@marketplace.amazon.de": 2}, {"ann9@marketplace.amazon.de": 20 + 22}, {}),
    "etsy-orders": (
        5,
        {"ann77": 2, "bob88": 1, "Cy (cy5)": 1},
        {"ann77": 23 + 30, "bob88": 15 - 15, "Cy (cy5)": 17},
        {CANCELLED: 1},
    ),
    "etsy-items": (3, {"ann77": 1, "bob88": 1}, {"ann77": 20 + 5, "bob88": 10}, {}),
    "magento": (
        5,
        {"ann@example.com": 2, "bob@example.com": 1},
        {"ann@example.com": 36.39 + 40 - 4, "bob@example.com": 50 - 50},
        {CANCELLED: 1, UNPAID: 1},
    ),
    "bigcommerce": (
        6,
        {"7": 2, "bob@example.com": 2},
        {"7": 25 + 35 - 5, "bob@example.com": 15 - 15 + 18},
        {CANCELLED: 1, UNPAID: 1},
    ),
    "online_retail": (5, {17850: 1, 12680: 1}, {17850: 20 - 10 - 10, 12680: 5}, {NOBODY: 1}),
}
REAL = {
    "shopify_orders_export_79col_rows_invented.csv": (19, 5, {CANCELLED: 1, UNPAID: 2, NOBODY: 1}, 498.65),
    "woocommerce_analytics_orders_french_rows_invented.csv": (15, 5, {CANCELLED: 1, NOBODY: 2}, 1222.5 - 72.5),
    "square_transactions_37col_rows_invented.csv": (16, 5, {NOBODY: 2}, 154 - 11.5),
    "paypal_activity_41col_eu_locale_bom_rows_invented.csv": (14, 5, {UNPAID: 1, NO_SALE: 1}, 1522.5 - 36.25),
}


def read(text: str, tmp_path: Path, **how: Any) -> Transactions:
    file = tmp_path / "export.csv"
    file.write_text(text, encoding="utf-8")
    return read_transactions(file, **how)


def excluded(tx: Transactions) -> dict[str, int]:
    return {entry.reason: entry.rows for entry in tx.ledger.entries if entry.outcome == "excluded"}


def per_customer(tx: Transactions) -> tuple[dict[Any, int], dict[Any, float]]:
    found = tx.connection.execute("""
        SELECT customer_id, count(DISTINCT day) FILTER (is_purchase), CAST(sum(money) AS DOUBLE)
        FROM lines GROUP BY customer_id""").fetchall()
    return {who: days for who, days, _ in found}, {who: money for who, _, money in found}


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_holds_what_was_counted_by_hand(name: str, tmp_path: Path) -> None:
    rows, order_days, money, left_out = COUNTED[name]
    tx = read(text_of(name), tmp_path)
    assert tx.layout is not None
    assert tx.layout.name == name.split("-")[0]
    assert (tx.ledger.rows, *per_customer(tx)) == (rows, order_days, money)
    assert excluded(tx) == left_out
    assert float(tx.ledger.booked) == pytest.approx(sum(money.values()))


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_headers_as_shops_export_them_are_read(name: str, real_data: Path) -> None:
    rows, customers, left_out, booked = REAL[name]
    tx = read_transactions(real_data / "exports" / name)
    assert (tx.ledger.rows, tx.n_customers, excluded(tx), float(tx.ledger.booked)) == (
        *(rows, customers, left_out),
        pytest.approx(booked),
    )


@pytest.mark.medium
def test_an_order_total_counts_once_and_every_line_keeps_its_product(tmp_path: Path) -> None:
    tx = read(text_of("shopify"), tmp_path)
    lines = tx.connection.execute("""
        SELECT product_id, CAST(money AS DOUBLE), order_id, channel FROM lines WHERE order_id = '#1' ORDER BY money
        """).fetchall()
    assert lines == [("Sticker", 0.0, "#1", "web"), ("MUG", 25.0, "#1", "web")]
    assert "further line of an order, whose amount stands on its first" in tx.ledger.frame["reason"].tolist()


@pytest.mark.slow
def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    header, *rows = text_of("shopify").splitlines()
    turned = "\n".join([header, *reversed(rows)])
    assert read(turned, tmp_path).data_hash == read(text_of("shopify"), tmp_path).data_hash


@pytest.mark.slow
def test_refunds_beside_an_order_have_a_line_in_the_ledger(tmp_path: Path) -> None:
    (adjustment,) = read(text_of("shopify"), tmp_path).ledger.adjustments
    assert (adjustment.what, adjustment.rows, adjustment.money) == (
        *("refunds that stand beside their order are taken off it", 2),
        Decimal(-22),
    )
    kept = read(text_of("shopify"), tmp_path, returns="drop")
    assert (kept.ledger.adjustments, kept.ledger.booked) == ((), 67)


@pytest.mark.slow
def test_a_day_is_the_shops_own_unless_a_time_zone_is_named(tmp_path: Path) -> None:
    # 20:00 in New York on 31 January, which is 1 February in Berlin; 23:30 in UTC, which is the next day there.
    assert str(read(text_of("shopify"), tmp_path).first_day) == "2024-01-31"
    assert str(read(text_of("shopify"), tmp_path, timezone="Europe/Berlin").first_day) == "2024-02-01"
    assert str(read(text_of("stripe"), tmp_path).first_day) == "2024-01-05"
    assert str(read(text_of("stripe"), tmp_path, timezone="Europe/Berlin").first_day) == "2024-01-06"
    assert str(read(text_of("amazon"), tmp_path, timezone="Europe/Berlin").first_day) == "2024-01-06"
    assert str(read(text_of("square"), tmp_path, timezone="Europe/Berlin").first_day) == "2024-01-05"


@pytest.mark.slow
def test_several_currencies_of_sales_are_reported(tmp_path: Path) -> None:
    assert read(text_of("paypal"), tmp_path).currencies == ("EUR",)  # the conversion in USD is no sale
    mixed = read(text_of("paypal").replace('"EUR","20,00"', '"USD","20,00"'), tmp_path)
    assert [f.what for f in assess(mixed).findings if "currencies" in f.what] == [
        "The log names 2 currencies (EUR, USD), and its amounts are added up"
    ]


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["auto", "shopify"])
def test_params_yaml_with_the_default_mapping_left_in_it_reads_an_export(layout: str, tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(text_of("shopify"), encoding="utf-8")
    text = (Path(__file__).parents[3] / "params.yaml").read_text(encoding="utf-8")
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    asked = load_params(
        tmp_path / "params.yaml",
        overrides=["transactions.path=orders.csv", f"transactions.layout={layout}"],
        environment={},
    ).transactions
    tx = read_transactions(asked.path, asked.columns, layout=asked.layout)
    assert tx.layout is not None
    assert tx.layout.name == "shopify"


def test_discounts_that_a_platform_writes_below_zero_are_nothing_to_report(tmp_path: Path) -> None:
    tx = read(text_of("square"), tmp_path)
    assert tx.connection.execute("SELECT min(discount) FROM lines").fetchall()[0][0] < 0
    assert not any("below zero" in finding.what for finding in assess(tx).findings)


def test_what_is_hardly_known_is_reported(tmp_path: Path) -> None:
    found = [finding.what for finding in assess(read(text_of("bigcommerce"), tmp_path)).findings]
    assert (
        "BigCommerce's export of orders has statuses that are not known: quality check (1 row). These orders count as "
        "sales"
    ) in found
    found = [finding.what for finding in assess(read(text_of("woocommerce-analytics"), tmp_path)).findings]
    assert any("tells customers by their names alone" in what for what in found)


@pytest.mark.slow
def test_an_order_that_has_changed_between_two_exports_is_reported(tmp_path: Path) -> None:
    text = text_of("bigcommerce")
    changed = text + "101,Completed,2024-02-05,10:00:00,30.00,35.00,29.00,0.00,7,Ann,ann@example.com,EUR,Web\n"
    found = [finding.what for finding in assess(read(changed, tmp_path)).findings]
    assert "1 order stands there more than once, with different contents" in found
    same = read(text + text.splitlines()[1] + "\n", tmp_path)
    assert excluded(same)["exact duplicate"] == 1
    assert not any("more than once" in finding.what for finding in assess(same).findings)
    lines = read(text_of("amazon"), tmp_path)
    assert not any("more than once" in finding.what for finding in assess(lines).findings)


def test_no_id_of_a_customer_comes_into_logs_or_reports(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    slipped = text_of("bigcommerce").replace("Quality Check", "bob@example.com")
    with caplog.at_level(logging.DEBUG):
        tx = read(slipped, tmp_path)
        told = str(assess(tx).to_dict()) + str(tx.ledger.to_dict())
    assert "example.com" not in caplog.text + told
    assert "recognised by its header" in caplog.text


@pytest.mark.slow
def test_typed_tables_are_read_as_text_is(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    for name in ("shopify", "woocommerce-orders", "stripe", "bigcommerce", "amazon"):
        file.write_text(text_of(name), encoding="utf-8")
        frame = pd.read_csv(file, sep="\t" if name == "amazon" else ",")
        of_frame, of_text = read_transactions(frame), read_transactions(file)
        assert per_customer(of_frame) == per_customer(of_text)
        assert excluded(of_frame) == excluded(of_text)


@pytest.mark.slow
def test_hostile_values_are_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"column 'Refunded Amount, else Total of what.*not a number"):
        read(text_of("shopify").replace("Card,10.00", "Card,ten"), tmp_path)
    with pytest.raises(InputError, match=r"has no purchase in it .*not paid for"):
        read(text_of("bigcommerce")[: text_of("bigcommerce").index("101,")].replace("Completed", "Pending"), tmp_path)
    header, first, *_ = text_of("shopify").splitlines()
    with pytest.raises(InputError, match="columns but no rows"):
        read(header + "\n", tmp_path)
    assert read(f"{header}\n{first}\n", tmp_path).ledger.booked == 25


@pytest.mark.medium
def test_a_refund_above_the_amount_leaves_net_money_below_zero(tmp_path: Path) -> None:
    tx = read(text_of("shopify").replace("Card,10.00", "Card,90.00"), tmp_path)
    assert per_customer(tx)[1]["ann@example.com"] == 25 + 30 - 90


@pytest.mark.slow
def test_columns_of_the_same_name_as_ours_do_not_clash(tmp_path: Path) -> None:
    header, *rows = text_of("shopify").splitlines()
    clashing = "\n".join([f"{header},regulars email,how the row ends", *(f"{row},x,y" for row in rows)])
    assert read(clashing, tmp_path).data_hash == read(text_of("shopify"), tmp_path).data_hash
