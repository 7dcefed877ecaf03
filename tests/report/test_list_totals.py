"""What a work list adds up to, for a manager: amounts with their currency, and words in place of parameters."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest

from regulars.report import ReportContent
from regulars.report.list_totals import list_profit, list_totals
from regulars.report.words import Money

SUMMARY = {
    "scored": 23_570,
    "eligible": 14_893,
    "contacted": 600,
    "control": 159,
    "expected_profit": 4_506.86,
    "expected_cost": 2_510.67,
    "budget": 3_200.0,
    "budget_left": 689.33,
    "budget_price": 0.0,
    "contact_price": 4.05,
    "best_profit": 60.49,
    "gap": 0.0,
    "keep": 262,
    "win_back": 338,
    "let_go_customers": 5_858,
    "kept_out": [["have a net spend of 0 or less", 68]],
    "profit_curve": [[0.05, 7_058.0], [0.7, 17_983.0], [1.0, -6_199.0]],
    "in_words": "",
}


def treated(*last_orders: str) -> pd.DataFrame:
    made = pd.DataFrame({"last_order": pd.to_datetime(list(last_orders))})
    return made.assign(group="treat", cutoff=pd.Timestamp("1998-07-01"), p_churn=0.8)


def test_amounts_have_the_currency_and_no_parameter_is_named() -> None:
    told = list_totals(SUMMARY, treated("1998-06-30", "1998-06-25", "1998-06-24"), Money("$"))
    assert told.startswith(
        "600 of 23,570 customers are to be contacted, 262 to keep them and 338 to win them back; a contact would pay "
        "for 14,893. 2 of those to be contacted ordered in the last 7 days, so an offer may come too soon. "
        "$689.33 "
        "of the budget of $3,200 is left."
    )
    assert "one more contact would bring about $4.05 of profit. Without limits, contacting the best 70" in told
    assert "would bring most, $17,983; contacting all of them would bring −$6,199." in told
    assert "Not contacted: 68 have a net spend of 0 or less." in told
    assert not re.search(r"[a-z]_[a-z]|campaign\.", told)


def test_what_all_contacts_bring_stands_alone() -> None:
    told = "All 600 contacts together are expected to bring a profit of $4,507, after an expected cost of $2,511."
    assert list_profit(SUMMARY, Money("$")) == told
    assert list_profit({**SUMMARY, "contacted": 0}, Money("$")) == list_profit(None, Money("$")) == ""


def test_a_control_group_that_shows_nothing_is_called_too_small() -> None:
    days = ["1998-06-01"] * 300
    many = pd.concat([treated(*days), treated(*days).assign(group="control")])
    assert "159 similar customers are held out, so that the effect can be measured." in list_totals(
        SUMMARY, many, Money("$")
    )
    few = pd.concat([treated(*days[:6]), treated(*days[:1]).assign(group="control")])
    told = list_totals({**SUMMARY, "control": 1}, few, Money("$"))
    assert "One similar customer is held out, too few to measure what the campaign brings." in told


def test_a_loss_is_never_called_the_most() -> None:
    told = list_totals({**SUMMARY, "profit_curve": [[0.05, -99.0], [1.0, -900.0]]}, treated("1998-06-01"), Money("$"))
    assert "Without limits" not in told


@pytest.mark.parametrize(
    ("totals", "said"),
    [
        ({"best_profit": None, "eligible": 0}, "Nobody may be contacted. 5,858 customers are likely to stay away"),
        ({"best_profit": -2.1, "eligible": 0}, "No contact pays: the best would bring an expected profit of −$2.10."),
        ({"budget": 3.0, "budget_price": 1.5}, "but the budget of $3.00 does not pay for one."),
        ({"budget": None}, "but all of them were drawn into the group that is held out. Hold fewer out."),
    ],
)
def test_why_nobody_is_contacted(totals: dict[str, Any], said: str) -> None:
    assert said in list_totals({**SUMMARY, "contacted": 0, **totals}, treated(), Money("$"))


def test_it_knows_all_that_a_list_says_of_itself(content: ReportContent) -> None:
    assert "customers are to be contacted" in list_totals(content.targets_summary, content.targets, Money("€"))
    assert list_totals({"rows": 3}, content.targets, Money(None)) == ""
