"""The selection against the exact optimum, and its laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from regulars.arrays import Floats
from regulars.retention.selection import Selection, select


def case(seed: int, customers: int, offers: int, *, alike: int = 1) -> tuple[Floats, Floats]:
    """Random profits and costs; every customer stands there `alike` times."""
    rng = np.random.default_rng(seed)
    profit, cost = rng.normal(3, 6, (customers, offers)), rng.gamma(2, 4, (customers, offers))
    return np.repeat(profit, alike, axis=0), np.repeat(cost, alike, axis=0)


def totals(profit: Floats, cost: Floats, found: Selection) -> tuple[float, float, int]:
    rows = np.flatnonzero(found.passes)
    taken = rows, found.offer[rows]
    return math.fsum(profit[taken]), math.fsum(cost[taken]), len(rows)


def optimum(profit: Floats, cost: Floats, budget: float, contacts: int) -> float:
    customers, offers = profit.shape
    one_offer = np.kron(np.eye(customers), np.ones(offers))
    rules = [
        LinearConstraint(one_offer, ub=1),
        LinearConstraint(cost.ravel(), ub=budget),
        LinearConstraint(np.ones(profit.size), ub=contacts),
    ]
    solved = milp(-profit.ravel(), constraints=rules, integrality=np.ones(profit.size), bounds=Bounds(0, 1))
    return -solved.fun


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    customers=st.integers(1, 9),
    offers=st.integers(1, 4),
    alike=st.integers(1, 4),
    budget=st.floats(0, 150),
    contacts=st.integers(1, 12),
)
def test_few_customers_get_the_exact_optimum(
    seed: int, customers: int, offers: int, alike: int, budget: float, contacts: int
) -> None:
    profit, cost = case(seed, customers, offers, alike=alike)
    nobody_held_out = np.zeros(len(profit), dtype=bool)
    found = select(profit, cost, nobody_held_out, budget=budget, contacts=contacts)
    gained, spent, contacted = totals(profit, cost, found)
    assert spent <= budget
    assert contacted <= contacts
    assert (profit[found.passes, found.offer[found.passes]] > 0).all()
    best = optimum(profit, cost, budget, contacts)
    assert gained <= best + 1e-6
    assert gained == pytest.approx(best, abs=1e-5), "few customers: exactly"
    assert found.gap <= 1e-6


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), budget=st.floats(0, 150), contacts=st.integers(1, 12))
def test_the_prices_bound_the_optimum(seed: int, budget: float, contacts: int) -> None:
    """Weak duality: λ·budget + μ·contacts + what is left above both prices is never below the optimum."""
    profit, cost = case(seed, 9, 3)
    found = select(profit, cost, np.zeros(9, dtype=bool), budget=budget, contacts=contacts)
    above = (profit - found.budget_price * cost - found.contact_price).max(axis=1)
    dual = found.budget_price * budget + found.contact_price * contacts + np.maximum(above, 0).sum()
    assert dual >= optimum(profit, cost, budget, contacts) - 1e-6


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    alike=st.integers(1, 4),
    budgets=st.lists(st.floats(0, 200), min_size=2, max_size=6).map(sorted),
    contacts=st.integers(1, 30),
)
def test_a_larger_budget_never_lowers_the_profit(seed: int, alike: int, budgets: list[float], contacts: int) -> None:
    profit, cost = case(seed, 12, 3, alike=alike)
    nobody_held_out = np.zeros(len(profit), dtype=bool)
    gained = [
        totals(profit, cost, select(profit, cost, nobody_held_out, budget=b, contacts=contacts))[0]
        for b in [*budgets, math.inf]
    ]
    assert (np.diff(gained) >= -1e-6).all()


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), budget=st.floats(0, 100), contacts=st.integers(1, 12))
def test_who_is_held_out_uses_nothing_and_passes_the_same_bar(seed: int, budget: float, contacts: int) -> None:
    profit, cost = case(seed, 20, 3)
    held_out = np.random.default_rng(seed).random(20) < 0.3
    found = select(profit, cost, held_out, budget=budget, contacts=contacts)
    without = select(profit[~held_out], cost[~held_out], held_out[~held_out], budget=budget, contacts=contacts)
    assert totals(profit[~held_out], cost[~held_out], without)[1] <= budget
    assert without.passes.sum() == (found.passes & ~held_out).sum() <= contacts
    net = (profit - found.budget_price * cost - found.contact_price).max(axis=1)
    clear = (np.abs(net) > 1e-6) & held_out  # of the others a better choice at the margin may be found exactly
    assert (found.passes == (net > 0))[clear].all()


def test_a_dominated_offer_is_taken_only_where_nothing_within_the_budget_is_better() -> None:
    # the second offer lies below the line from the first to the third
    profit, cost = np.array([[10.0, 11.0, 20.0]]), np.array([[1.0, 6.0, 10.0]])
    taken = [select(profit, cost, np.array([False]), budget=b, contacts=1) for b in (1.0, 6.0, 9.9, 10.0)]
    assert [int(found.offer[0]) for found in taken] == [0, 1, 1, 2]


def test_prices_are_what_one_more_would_bring() -> None:
    profit, cost = np.array([[30.0], [20.0], [10.0]]), np.full((3, 1), 10.0)
    alone = np.zeros(3, dtype=bool)
    by_contacts = select(profit, cost, alone, budget=math.inf, contacts=2)
    assert (by_contacts.budget_price, by_contacts.contact_price) == pytest.approx((0.0, 10.0), rel=1e-6)
    by_budget = select(profit, cost, alone, budget=20.0, contacts=9)
    assert (by_budget.budget_price, by_budget.contact_price) == pytest.approx((1.0, 0.0), rel=1e-6)
    by_nothing = select(profit, cost, alone, budget=30.0, contacts=3)
    assert (by_nothing.budget_price, by_nothing.contact_price) == (0.0, 0.0)


def test_customers_alike_fill_the_budget_one_by_one() -> None:
    profit, cost = np.full((1000, 1), 5.0), np.full((1000, 1), 2.0)
    found = select(profit, cost, np.zeros(1000, dtype=bool), budget=101.0, contacts=900)
    assert np.flatnonzero(found.passes).tolist() == list(range(50))


def test_offers_that_cost_nothing_need_no_budget() -> None:
    profit, cost = np.array([[5.0, 9.0]]), np.array([[0.0, 3.0]])
    found = select(profit, cost, np.array([False]), budget=0.0, contacts=1)
    assert found.passes[0]
    assert found.offer[0] == 0
