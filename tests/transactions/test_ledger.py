from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from regulars.transactions.ledger import Adjustment, Entry, Ledger

GOOD = Ledger(
    entries=(
        Entry("used", "purchase", 3, 2, Decimal("30.25")),
        Entry("excluded", "missing customer", 1, 0, Decimal("5")),
    ),
    adjustments=(Adjustment("amounts are rounded to 4 digits", 1, Decimal("0.00001")),),
    rows=4,
    customers=2,
    money=Decimal("35.25"),
    booked=Decimal("30.25001"),
)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"rows": 5}, "rows should be 5, its lines add up to 4"),
        ({"customers": 3}, "customers should be 3, its lines add up to 2"),
        ({"money": Decimal("35.26")}, "money should be 35.26, its lines add up to 35.25"),
        ({"booked": Decimal("30.25")}, "booked money should be 30.25, its lines add up to 30.25001"),
        ({"adjustments": ()}, "booked money should be"),
    ],
)
def test_a_ledger_that_does_not_reconcile_cannot_be_made(change: dict[str, object], what: str) -> None:
    with pytest.raises(ArithmeticError, match=f"The ledger does not reconcile: {what}"):
        replace(GOOD, **change)


def test_totals_and_frame() -> None:
    assert GOOD.totals.loc["in"].tolist() == [4, 2, 35.25]
    assert GOOD.totals.loc["netted"].tolist() == [0, 0, 0]
    assert GOOD.frame.columns.tolist() == ["outcome", "reason", "rows", "customers", "money"]


def test_plain_values_go_through_json() -> None:
    plain = json.loads(json.dumps(GOOD.to_dict()))
    assert plain["entries"][0] == {"outcome": "used", "reason": "purchase", "rows": 3, "customers": 2, "money": 30.25}
    assert plain["in"] == {"rows": 4, "customers": 2, "money": 35.25}


def test_without_money() -> None:
    counts = Ledger((Entry("used", "purchase", 3, 2, None),), (), 3, 2, None, None)
    assert counts.frame["money"].isna().all()
    assert counts.totals["money"].isna().all()
    assert counts.to_dict()["booked"] is None
