"""What is shown of one customer and of a list: rows of `next_sale`, whoever else is asked about."""

from __future__ import annotations

import pandas as pd

import regulars as rg
from regulars.loyalty import first_of_each
from regulars.loyalty.suggestions.picked import one_of_each
from regulars.tables import NEXT_SALE
from regulars.windows import Windows
from tests.loyalty.suggestions.test_next_sale import CUTOFF, read, shop

AT = Windows(CUTOFF.date(), 1)


def test_each_of_a_list_gets_the_best_new_product_else_the_one_bought_again() -> None:
    tx = read(shop())
    everybody = rg.next_sale(tx, CUTOFF.date(), count=1)
    asked = [*range(0, 60, 3), 99_999]
    found = first_of_each(tx, AT, asked)
    assert found["customer_id"].tolist() == sorted(set(asked) & set(everybody["customer_id"]))
    new = everybody[everybody["kind"] != "again"].set_index("customer_id")["product_id"]
    again = everybody[everybody["kind"] == "again"].set_index("customer_id")["product_id"]
    for row in found.itertuples():
        assert row.product_id == new.get(row.customer_id, again.get(row.customer_id))


def test_one_customer_gets_three_bought_again_and_the_best_new_one_of_each_kind() -> None:
    tx = read(shop())
    long = rg.next_sale(tx, CUTOFF.date(), count=20)
    for customer in (1, 2, 5, 8):
        found, mine = one_of_each(tx, AT, customer), long[long["customer_id"] == customer]
        new = mine[mine["kind"] != "again"]
        expected = pd.concat([mine[mine["kind"] == "again"].head(3), new.drop_duplicates("kind")])
        pd.testing.assert_frame_equal(found, expected.reset_index(drop=True), check_dtype=False)


def test_a_log_without_products_suggests_nothing() -> None:
    found = one_of_each(rg.read_transactions("demo"), Windows.at("1998-01-01", 1), "14048")
    assert found.empty
    assert tuple(found.columns) == NEXT_SALE
