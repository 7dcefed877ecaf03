"""Whom to contact with which offer, under a budget and a number of contacts.

A multiple-choice knapsack with two constraints, solved through its prices: a budget price λ
and a contact price μ such that taking each customer's best offer wherever
profit − λ·cost − μ > 0 keeps within both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats

BoolArray = npt.NDArray[np.bool_]

# Customers with the same scores would pass or fail together, and leave budget or capacity idle.
TIE_BREAK = 1e-8


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
    """

    passes: BoolArray
    offer: npt.NDArray[np.intp]
    budget_price: float
    contact_price: float


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
    """
    rank = np.arange(len(profit))[:, None] / max(len(profit), 1)
    worth = profit * (1.0 - TIE_BREAK * rank)

    def at(price: float) -> Selection:
        net = worth - price * cost
        offer = net.argmax(axis=1)
        value, spent = (np.take_along_axis(of, offer[:, None], axis=1)[:, 0] for of in (net, cost))
        passes, bar = _best(value, spent, held_out, contacts)
        return Selection(passes, offer, price, bar)

    def affordable(found: Selection) -> bool:
        treated = found.passes & ~held_out
        return math.fsum(cost[treated, found.offer[treated]]) <= budget

    if affordable(free := at(0.0)):
        return free
    low, high = 0.0, 1.0
    while not affordable(at(high)):
        low, high = high, 2.0 * high
    while low < (middle := (low + high) / 2.0) < high:
        if affordable(at(middle)):
            high = middle
        else:
            low = middle
    return at(high)


def _best(value: Floats, cost: Floats, held_out: BoolArray, contacts: int) -> tuple[BoolArray, float]:
    """Who is worth more than the first one left out of the contacts, and that one's worth."""
    positive = value[~held_out & (value > 0)]
    if len(positive) <= contacts:
        return value > 0, 0.0
    bar = float(np.partition(positive, -contacts - 1)[-contacts - 1])
    passes = value > bar
    # The price ends where two customers are worth the same: the cheaper one is what keeps the budget.
    even = np.flatnonzero((value == bar) & ~held_out)
    room = contacts - np.count_nonzero(passes & ~held_out)
    passes[even[np.argsort(cost[even], kind="stable")[:room]]] = True
    return passes, bar
