"""What to do first: parts of the work list in the order of their profit, which adds up to that of the list."""

from __future__ import annotations

import pandas as pd

from regulars.report import ReportContent
from regulars.report.first_actions import first_actions
from regulars.report.words import Money


def contacts(*rows: tuple[str, str, str, float]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["group", "kind", "offer", "expected_profit"])
    return table.assign(customer_id=range(len(rows)), channel="email", expected_cost=2.0)


def test_what_brings_most_comes_first() -> None:
    table = contacts(
        ("treat", "keep", "voucher", 3.0),
        ("treat", "keep", "10 % off", 40.0),
        ("treat", "win_back", "voucher", 30.0),
        ("treat", "win_back", "voucher", 20.0),
        ("treat", "keep", "letter", 0.0),
        ("control", "keep", "voucher", 900.0),
    )
    assert first_actions(table, Money("$")) == [
        "Win back 2 customers: expected profit $50.00, after a cost of $4.00. Offer: voucher by email.",
        "Keep 1 customer: expected profit $40.00, after a cost of $2.00. Offer: 10 % off by email.",
        "Keep 1 customer: expected profit $3.00, after a cost of $2.00. Offer: voucher by email.",
    ]


def test_without_contacts_there_is_nothing_to_do() -> None:
    assert first_actions(None, Money("$")) == []
    assert first_actions(contacts(("control", "keep", "voucher", 1.0)), Money("$")) == []
    assert first_actions(contacts(), Money("$")) == []


def test_a_work_list_is_told_whole(content: ReportContent) -> None:
    assert content.targets is not None
    told = first_actions(content.targets, Money("€"))
    treated = content.targets[content.targets["group"] == "treat"]
    assert sum(int(action.split(" customer")[0].split()[-1]) for action in told) == len(treated)
