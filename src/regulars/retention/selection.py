"""Whom to contact with which offer, under a budget and a number of contacts.

A multiple-choice knapsack with two constraints, solved through its prices: a budget price λ
and a contact price μ such that taking each customer's best offer wherever
profit − λ·cost − μ > 0 keeps within both.
"""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats
from regulars.retention.in_parts import parts

BoolArray = npt.NDArray[np.bool_]

# Customers with the same scores would pass or fail together, and leave budget or capacity idle.
TIE_BREAK = 1e-8
SMALL = 200  # pairs of customer and offer up to which the best choice is found exactly
MOST_NODES = 1_000  # of its search, so that it ends at the same place on every machine


@dataclass(frozen=True)
class Selection:
    """Who passes at which prices.

    Parameters
    ----------
    passes : ndarray of bool, shape (n,)
        Customers that clear both prices, held out or not.
    offer : ndarray of int, shape (n,)
        The best offer of each at the budget price.
    budget_price, contact_price : float
        λ, profit that one more unit of money would bring, and μ, profit that one more contact would.
    gap : float
        Most by which any other choice within the limits could be better, as a share of its profit; proven.
    """

    passes: BoolArray
    offer: npt.NDArray[np.int32]
    budget_price: float
    contact_price: float
    gap: float = 0.0


def select(profit: Floats, cost: Floats, held_out: BoolArray, *, budget: float, contacts: int) -> Selection:
    """Customers and offers with the most expected profit that budget and contacts allow.

    Parameters
    ----------
    profit, cost : ndarray of float64, shape (n, offers)
        Expected profit and expected cost of each offer to each customer, in money. Of two
        customers with the same figures, the earlier row goes first.
    held_out : ndarray of bool, shape (n,)
        Customers who will not be contacted: the same prices decide about them, but they use
        neither budget nor contacts.
    budget : float
        Most expected cost, in money; infinite for none.
    contacts : int
        Most customers to contact.

    Notes
    -----
    The Lagrangian of the budget: at price λ each customer's best offer maximises profit − λ·cost,
    and the best `contacts` of them are taken, μ being the first one left out (never below 0, so
    that no contact with profit ≤ 0 is made). As λ rises, cost and profit both fall; the lowest λ
    within the budget is found by bisection. An offer that is dominated in the linear programme
    is best at no λ, and each step from one λ to the next is the most efficient increment left:
    the greedy of Sinha & Zoltners 1979 (Operations Research 27). What is lost against the
    optimum is less than the value of the one customer whom the rest of the budget does not pay.
    A larger budget never lowers the profit, up to the tie-break (1e-8 of it).

    No choice within the limits can bring more than λ·budget + μ·contacts + Σ max(0, profit − λ·cost − μ): weak duality
    proves the gap. Where it is above 0 and there are few customers, the mixed-integer programme is solved exactly
    (HiGHS); those held out pass at the prices.
    """

    def at(price: float) -> Selection:
        offer, value, spent = np.empty(len(profit), dtype=np.int32), *(np.empty(len(profit)) for _ in range(2))
        for part in parts(len(profit)):
            net = _worth(profit, part) - price * cost[part]
            top = net.argmax(axis=1)[:, None]
            offer[part] = top[:, 0]
            value[part], spent[part] = (np.take_along_axis(of, top, axis=1)[:, 0] for of in (net, cost[part]))
        passes, bar = _best(value, spent, held_out, contacts)
        return Selection(passes, offer, price, bar)

    def affordable(found: Selection) -> bool:
        treated = found.passes & ~held_out
        return math.fsum(cost[treated, found.offer[treated]]) <= budget

    if affordable(free := at(0.0)):
        return free  # the best of all within the contacts: nothing is lost
    low, high = 0.0, 1.0
    while not affordable(at(high)):
        low, high = high, 2.0 * high
    while low < (middle := (low + high) / 2.0) < high:
        if affordable(at(middle)):
            high = middle
        else:
            low = middle
    return _refined(at(high), profit, cost, held_out, budget, contacts)


def _worth(profit: Floats, rows: slice | npt.NDArray[np.intp]) -> Floats:
    """The profit of some customers, a little less for later rows, so that no two are worth the same."""
    places = np.arange(rows.start, rows.stop) if isinstance(rows, slice) else rows
    rank = places[:, None] / max(len(profit), 1)
    return np.asarray(profit[rows] * (1.0 - TIE_BREAK * rank))


def _refined(
    found: Selection,
    profit: Floats,
    cost: Floats,
    held_out: BoolArray,
    budget: float,
    contacts: int,
) -> Selection:
    """The selection with its proven gap, and exact where that is above 0 and the customers are few."""
    free = np.flatnonzero(~held_out & (profit.max(axis=1) > 0))
    taken = found.passes & ~held_out
    value = math.fsum(profit[taken, found.offer[taken]])
    over = (
        np.maximum((profit[rows] - found.budget_price * cost[rows]).max(axis=1) - found.contact_price, 0.0)
        for rows in (free[part] for part in parts(len(free)))
    )
    bound = found.budget_price * budget + found.contact_price * contacts + math.fsum(chain.from_iterable(over))
    exact = None
    if bound > value * (1.0 + TIE_BREAK) and len(free) * profit.shape[1] <= SMALL:
        exact = _exact(_worth(profit, free), cost[free], budget, contacts)
    if exact is None:
        return replace(found, gap=_gap(value, bound))
    picked, bound = exact
    better = math.fsum(profit[free][picked])
    if better <= value:
        return replace(found, gap=_gap(value, bound))
    passes, offer = found.passes.copy(), found.offer.copy()
    passes[free], chosen = picked.any(axis=1), picked.argmax(axis=1)
    offer[free[picked.any(axis=1)]] = chosen[picked.any(axis=1)]
    return replace(found, passes=passes, offer=offer, gap=_gap(better, bound))


def _gap(value: float, bound: float) -> float:
    return max(0.0, bound / value - 1.0) if value > 0 else 0.0


def _exact(worth: Floats, cost: Floats, budget: float, contacts: int) -> tuple[BoolArray, float] | None:
    """The best choice by branch and bound, and what no choice exceeds; None where none was found."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    customers, offers = worth.shape
    pairs = customers * offers
    each = csr_array((np.ones(pairs), (np.repeat(np.arange(customers), offers), np.arange(pairs))))
    limits = vstack([each, csr_array(cost.reshape(1, -1)), csr_array(np.ones((1, pairs)))])
    most = np.concatenate([np.ones(customers), [budget, contacts]])
    with _silent_output():
        solved = milp(
            -np.maximum(worth, 0.0).ravel(),
            integrality=np.ones(pairs),
            bounds=Bounds(0, 1),
            constraints=LinearConstraint(limits, -np.inf, most),
            options={"node_limit": MOST_NODES, "mip_rel_gap": 1e-9},
        )
    if solved.x is None:
        return None
    picked = (solved.x > 0.5).reshape(worth.shape) & (worth > 0)
    if math.fsum(cost[picked]) > budget:  # by the tolerance of the solver
        return None
    return picked, -float(solved.mip_dual_bound)


@contextmanager
def _silent_output() -> Iterator[None]:
    """Keep standard output for results: HiGHS prints a line there now and then, whatever it is asked."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)


def _best(value: Floats, cost: Floats, held_out: BoolArray, contacts: int) -> tuple[BoolArray, float]:
    """Who is worth more than the first one left out of the contacts, and that one's worth."""
    positive = value[~held_out & (value > 0)]
    if len(positive) <= contacts:
        return value > 0, 0.0
    positive.partition(len(positive) - contacts - 1)
    bar = float(positive[len(positive) - contacts - 1])
    passes = value > bar
    # The price ends where two customers are worth the same: the cheaper one is what keeps the budget.
    even = np.flatnonzero((value == bar) & ~held_out)
    room = contacts - np.count_nonzero(passes & ~held_out)
    passes[even[np.argsort(cost[even], kind="stable")[:room]]] = True
    return passes, bar
