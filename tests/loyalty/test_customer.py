"""One customer: states, rhythm and changes are those of the tables, and nothing later than the cutoff is in them."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.loyalty import Customer, one_customer, segment
from regulars.params import LoyaltyParams
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.loyalty.conftest import CUTOFF, log

AT = Windows.at(CUTOFF, 180)


@pytest.fixture(scope="module")
def busy(cdnow: Transactions) -> Customer:
    """CDNOW's most frequent customer."""
    return one_customer(cdnow, "14048", AT, LoyaltyParams())


def test_states_are_the_row_of_the_segments(busy: Customer, cdnow: Transactions) -> None:
    row = segment(cdnow, CUTOFF).set_index("customer_id").loc["14048"]
    assert {name: busy.state[name] for name in ("segment", "stage", "health", "tier", "usual_gap", "action")} == {
        name: row[name] for name in ("segment", "stage", "health", "tier", "usual_gap", "action")
    }
    assert busy.state["orders"] == len(busy.history.order_days) == 110
    assert busy.state["spend_so_far"] == pytest.approx(sum(float(b.money or 0) for b in busy.history.order_days))


def test_rhythm_and_months_add_up(busy: Customer) -> None:
    assert len(busy.gaps) == 109
    assert sum(busy.gaps) + busy.silent_days == AT.history_days(busy.history.order_days[0].day)
    assert sum(orders for _, orders in busy.by_month) == 110
    assert [month for month, _ in busy.by_month][:: len(busy.by_month) - 1] == ["1997-02", "1997-12"]


def test_the_last_days_are_compared_with_as_many_before() -> None:
    tx = log(("a", "2023-07-05", 1.0), ("a", "2023-07-06", 2.0), ("a", "2023-10-03", 4.0), ("a", "2023-12-31", 8.0),
             ("b", "2023-07-05", 1.0))  # fmt: skip
    found = one_customer(tx, "a", Windows.at("2024-01-01", 30), LoyaltyParams()).lately
    # [2023-10-03, 2024-01-01) and [2023-07-05, 2023-10-03)
    assert (found.orders, found.orders_before, found.money, found.money_before) == (2, 2, 12.0, 3.0)


@pytest.mark.slow
def test_changes_are_states_that_were_others_at_the_earlier_cutoff(cdnow: Transactions) -> None:
    frame = segment(cdnow, CUTOFF)
    moved = frame[frame["falling_off"]].iloc[0]
    found = one_customer(cdnow, moved["customer_id"], AT, LoyaltyParams())
    assert str(found.compared_with) == "1997-12-02"
    before = segment(cdnow, "1997-12-02").set_index("customer_id").loc[moved["customer_id"]]
    for name in ("segment", "stage", "health"):
        expected = None if before[name] == moved[name] else (before[name], moved[name])
        assert found.changes.get(name) == expected
    assert found.changes


def test_who_was_no_customer_then_has_no_changes() -> None:
    tx = log(("a", "2023-01-01", 1.0), ("b", "2024-01-01", 1.0), ("a", "2024-01-02", 1.0))
    found = one_customer(tx, "b", Windows.at("2024-01-05", 30), LoyaltyParams())
    assert found.before is None
    assert found.changes == {}
    assert found.gaps == ()


@pytest.mark.slow
def test_what_comes_after_the_cutoff_changes_nothing(busy: Customer, cdnow_lines: pd.DataFrame) -> None:
    past = cdnow_lines[cdnow_lines["date"] < CUTOFF]
    later = past.head(300).assign(date=pd.Timestamp("1998-03-01"), amount=9_999.0, customer_id="14048")
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}
    found = one_customer(read_transactions(pd.concat([past, later]), columns), "14048", AT, LoyaltyParams())
    assert found.to_dict() == busy.to_dict()


def test_it_is_plain_values_and_holds_no_other_customer(busy: Customer) -> None:
    told = json.dumps(busy.to_dict(), allow_nan=False)
    assert '"14048"' in told
    assert '"07592"' not in told
    assert json.loads(told)["rhythm"]["days_since_last"] == 3


def test_a_log_without_money_is_told_in_order_days() -> None:
    lines = pd.DataFrame({"c": list("aab"), "d": ["2024-01-01", "2024-02-01", "2024-01-01"]})
    tx = read_transactions(lines, {"customer_id": "c", "ordered_at": "d"})
    found = one_customer(tx, "a", Windows.at("2024-03-01", 30), LoyaltyParams())
    assert found.median_order is None
    assert found.lately.money is None
    assert found.to_dict()["order_days"][0] == {"day": "2024-01-01", "money": None, "discount": None, "things": []}


def test_an_unknown_customer_is_refused_before_the_work() -> None:
    with pytest.raises(InputError, match="There is no customer 'z'"):
        one_customer(log(("a", "2024-01-01", 1.0), ("b", "2024-01-01", 1.0)), "z", AT, LoyaltyParams())
