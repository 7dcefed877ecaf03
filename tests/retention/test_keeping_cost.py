"""What keeping a customer cost, by campaigns whose truth is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regulars.retention import measure
from regulars.retention.keeping_cost import KeepingCost
from tests.retention.campaigns import play


def history(customers: int, seed: int = 0, *, effect: float = 0.2) -> pd.DataFrame:
    """Campaigns whose contacts cost 2 each and keep the share `effect` of those contacted."""
    played = play(customers, seed=seed, effect=effect)
    return measure(played.targets.assign(kind="keep"), played.log(), margin=0.5).records


def test_it_is_what_contacts_cost_over_the_customers_whom_they_keep() -> None:
    rows = history(400)
    found = KeepingCost.of(rows, None)
    groups = rows.groupby("group")["ordered"].agg(["mean", "size"])
    kept = groups.loc["treat", "size"] * (groups.loc["treat", "mean"] - groups.loc["control", "mean"])
    assert found.kept == pytest.approx(kept)
    assert found.value == pytest.approx(2.0 * groups.loc["treat", "size"] / kept)
    assert found.low < found.value < found.high


@pytest.mark.slow
def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(5)
    held = []
    for _ in range(400):
        rows = history_of(rng, 1000)
        found = KeepingCost.of(rows, None)
        held.append(found.low <= (1.0 + 4.0 * 0.5 - 4.0 * 0.3) / 0.2 <= found.high)
    assert 0.86 <= np.mean(held) <= 0.94


@pytest.mark.medium
def test_few_controls_of_whom_hardly_any_ordered_show_no_customer_who_was_kept() -> None:
    rng = np.random.default_rng(6)
    found = [KeepingCost.of(history_of(rng, 200, share=0.9, came=(0.05, 0.05)), None) for _ in range(100)]
    assert sum(not math.isnan(cost.value) for cost in found) <= 5


def history_of(
    rng: np.random.Generator, customers: int, *, share: float = 0.6, came: tuple[float, float] = (0.5, 0.3)
) -> pd.DataFrame:
    """Contacts cost 1; whoever orders, the shares `came` of those contacted and of the others, costs 4 more."""
    treated = rng.random(customers) < share
    ordered = (rng.random(customers) < np.where(treated, *came)) * 1.0
    margin = 20.0 * ordered
    return BASE.iloc[np.zeros(customers, dtype=int)].assign(
        group=np.where(treated, "treat", "control"),
        ordered=ordered,
        margin=margin,
        profit=margin - treated - 4.0 * ordered,
    )


BASE = history(20)


def test_campaigns_add_up_and_win_backs_do_not_count() -> None:
    spring, autumn = history(400), history(400, 1).assign(campaign="autumn")
    lost = history(100, 2).assign(campaign="lost", kind="win_back")
    both = KeepingCost.of(pd.concat([spring, autumn, lost], ignore_index=True), None)
    each = [KeepingCost.of(rows, None) for rows in (spring, autumn)]
    assert (both.campaigns, both.contacts) == (2, each[0].contacts + each[1].contacts)
    assert both.kept == pytest.approx(each[0].kept + each[1].kept)
    assert both.high / both.low < min(found.high / found.low for found in each)


def test_contacts_that_keep_nobody_have_no_cost_for_each() -> None:
    found = KeepingCost.of(history(200, effect=0.0), 30.0)
    assert math.isnan(found.value)
    assert found.in_words is not None
    assert "have not been shown to keep anybody" in found.in_words


def test_campaigns_without_money_are_not_counted() -> None:
    found = KeepingCost.of(history(100).assign(profit=np.nan), 30.0)
    assert (found.campaigns, found.in_words) == (0, None)


def test_the_ratio_needs_what_winning_costs_and_a_cost_above_nothing() -> None:
    found = KeepingCost.of(history(400), None)
    assert found.in_words is not None
    assert found.in_words.endswith("Set loyalty.acquisition_cost to compare it with what winning one costs.")
    stated = replace(found, winning=5 * found.value)
    assert stated.in_words is not None
    assert "5.0 times as much" in stated.in_words
    free = replace(stated, low=-1.0)
    assert free.in_words is not None
    assert "times" not in free.in_words
