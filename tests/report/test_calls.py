"""Whom to call: the first week of a list, keep and win back apart; without a list who falls off and who is due."""

from __future__ import annotations

import dataclasses

import pandas as pd

from regulars.loyalty import Segmented
from regulars.loyalty.actions import ACTIONS
from regulars.report import ReportContent
from regulars.report.calls import call_lists, title_of_calls, why
from regulars.report.words import Money, money


def test_the_first_week_is_listed_and_kinds_stand_apart(content: ReportContent) -> None:
    assert content.targets is not None
    targets = content.targets.copy()
    treated = targets.index[targets["group"] == "treat"]
    targets["kind"] = "keep"
    targets.loc[treated[3:6], "kind"] = "win_back"
    targets.loc[treated[:40], "contact_on"] = pd.Timestamp("2024-03-01")
    targets.loc[treated[2], "contact_on"] = pd.Timestamp("2024-03-08")
    keep, back = call_lists(targets, None, content.scores)
    assert keep.title.startswith("Keep: the first 10 of ")
    assert back.title.startswith("Win back: the first 3 of 3 this week")
    assert targets.loc[treated[2], "customer_id"] not in [row["customer_id"] for row in keep.rows]
    assert keep.offers == ("voucher by email",)
    best = max(keep.rows[0], back.rows[0], key=lambda row: row["expected_profit"])
    told = f"Contact {best['customer_id']} first, for an expected profit of {money(best['expected_profit'])}: "
    assert title_of_calls([keep, back], Money(None)).startswith(told)


def test_no_title_says_whom_to_call_because_of_what_lowers_the_risk(content: ReportContent) -> None:
    assert content.targets is not None
    targets = content.targets.assign(reason_1="lowers the risk: spends 80 per order day")
    (first, *_) = call_lists(targets, None, content.scores)
    assert first.rows[0]["why"].startswith("lowers the risk")
    assert "lowers" not in title_of_calls([first], Money(None))


def test_a_reason_loses_the_words_that_the_heading_says() -> None:
    assert why(["raises the risk: has not ordered for 90 days", "x"]) == "has not ordered for 90 days"
    assert why([None]) == ""


def states_of(content: ReportContent, **columns: object) -> Segmented:
    assert content.states is not None
    frame = content.states.frame.assign(**columns)
    return dataclasses.replace(content.states, frame=frame)


def test_who_orders_every_week_is_not_called_for_being_due(content: ReportContent) -> None:
    tomorrow = pd.Timestamp("2024-03-02")
    often = states_of(content, due_on=tomorrow, usual_gap=3.0, falling_off=False)
    assert call_lists(None, often, content.scores) == []
    seldom = states_of(content, due_on=tomorrow, usual_gap=21.0, falling_off=False)
    (due,) = call_lists(None, seldom, content.scores)
    assert due.rows[0]["why"].startswith("expected every 21 days; last order ")
    assert "Nobody is falling off" in title_of_calls([due], Money(None))
    falling = states_of(content, due_on=tomorrow, usual_gap=21.0, falling_off=True)
    assert [each.term for each in call_lists(None, falling, content.scores)] == ["falling_off", "due"]
    assert title_of_calls([], Money(None)) == "Nobody is to be called"


def test_without_money_those_with_most_orders_come_first(content: ReportContent) -> None:
    falling = states_of(content, falling_off=True, spend_so_far=float("nan"), action="ask")
    first = call_lists(None, falling, content.scores.assign(clv=float("nan")))[0]
    assert first.title.endswith("those with most orders first")
    orders = [row["orders"] for row in first.rows]
    assert orders == sorted(orders, reverse=True)


def test_who_has_most_at_stake_is_called_first_and_who_may_be_let_go_last(content: ReportContent) -> None:
    falling = states_of(content, falling_off=True, action="ask")
    poor, safe, first, *_ = ids = falling.frame["customer_id"]
    scores = pd.DataFrame({"customer_id": ids, "clv": 1.0, "p_churn": 0.5})
    scores.loc[:2, ["clv", "p_churn"]] = [[0.1, 0.99], [900.0, 0.01], [100.0, 0.9]]
    (listed, *_) = call_lists(None, falling, scores)
    assert [row["customer_id"] for row in listed.rows][:2] == [first, safe]
    assert listed.title.endswith("those with most value at risk first")
    may_go = falling.frame["customer_id"].ne(poor).map({True: ACTIONS["repeat_poor"], False: "ask"})
    (listed, *_) = call_lists(None, states_of(content, falling_off=True, action=may_go), scores)
    assert [row["customer_id"] for row in listed.rows][:2] == [poor, first]
    assert listed.title.endswith("; last who may be let go")
    gone = states_of(content, falling_off=True, action=ACTIONS["repeat_poor"])
    assert title_of_calls(call_lists(None, gone, scores), Money(None)).startswith("Who falls off may be let go")
