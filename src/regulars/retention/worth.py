"""What a contact with each customer is expected to bring and to cost, offer by offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars import economics
from regulars.arrays import Floats
from regulars.columns import days_between
from regulars.params import OfferParams
from regulars.retention.in_parts import parts
from regulars.retention.individual_effects import KNOWN
from regulars.retention.rates import ACCEPT, WINBACK, LearnedRates

KEEP, WIN_BACK = "keep", "win_back"
A_YEAR = 365  # days of silence, after which nobody is merely quiet


@dataclass(frozen=True)
class Worth:
    """Expected profit and cost, one row a customer and one column an offer.

    Parameters
    ----------
    profit, cost : ndarray of float64, shape (n, offers)
    """

    profit: Floats
    cost: Floats

    @classmethod
    def of(
        cls,
        scores: pd.DataFrame,
        offers: Sequence[OfferParams],
        margin: Floats,
        rates: LearnedRates | None = None,
    ) -> Worth:
        """Value all offers for all customers.

        Parameters
        ----------
        scores : DataFrame, n rows
        offers : sequence of OfferParams
        margin : ndarray of shape (n,)
            Share of revenue that is kept of each customer.
        rates : LearnedRates, optional
            How the rates of the offers differ by customer; without it they are the same for everybody.
        """
        made = cls(*(np.empty((len(scores), len(offers))) for _ in range(2)))
        for part in parts(len(scores)):
            terms, values = _terms(scores.iloc[part], offers, margin[part], rates)
            made.profit[part] = economics.expected_profit(**terms, **values)
            made.cost[part] = economics.expected_cost(**terms)
        return made


def _terms(
    scores: pd.DataFrame, offers: Sequence[OfferParams], margin: Floats, rates: LearnedRates | None
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Terms of `economics.expected_cost`, and what `expected_profit` needs beside them."""
    p_lost, order_value, back = (figures(scores, name)[:, None] for name in ("p_lost", "order_value", "spend_if_back"))
    p_quiet = np.maximum(figures(scores, "p_churn")[:, None] - p_lost, 0.0)
    accept, winback = _rates(scores, offers, (p_quiet[:, 0], p_lost[:, 0]), rates)
    terms = {
        "p_quiet": p_quiet,
        "p_lost": p_lost,
        "incentive_cost": np.hstack([_incentive(offer, order_value) for offer in offers]),
        "contact_cost": np.array([offer.contact_cost for offer in offers]),
        "accept_rate": accept,
        "winback_rate": winback,
        "redeem_rate": np.array([offer.redeem_rate for offer in offers]),
    }
    return terms, {"value_if_quiet": margin[:, None] * order_value, "value_if_lost": margin[:, None] * back}


def _rates(
    scores: pd.DataFrame, offers: Sequence[OfferParams], parts: tuple[Floats, Floats], learned: LearnedRates | None
) -> tuple[Floats, Floats]:
    """accept_rate and winback_rate of each offer; of each customer too, where campaigns told how customers differ."""
    if learned is None or not (learned.fading.falls or any(learned.individual_of(offer.name) for offer in offers)):
        accept, winback = (np.array([getattr(offer, name) for offer in offers]) for name in (ACCEPT, WINBACK))
        return accept, winback
    silence = days_between(scores["last_order"], scores["cutoff"])
    made = [_of_customers(scores, offer.name, silence, parts, learned) for offer in offers]
    return np.column_stack([one[0] for one in made]), np.column_stack([one[1] for one in made])


def _of_customers(
    scores: pd.DataFrame, offer: str, silence: Floats, parts: tuple[Floats, Floats], learned: LearnedRates
) -> Floats:
    """The two rates of an offer for each customer."""
    accept, winback = (learned.by_silence(offer, name, silence) for name in (ACCEPT, WINBACK))
    individual = learned.individual_of(offer)
    if individual is None:
        return np.array([accept, winback])
    known = {name: figures(scores, name) for name in KNOWN if name != "days_since_last"}
    return individual.scaled((accept, winback), parts, {**known, "days_since_last": silence})


def _incentive(offer: OfferParams, order_value: Floats) -> Floats:
    """Cost of the incentive when it is redeemed: a fixed amount, or a share of the order."""
    if offer.incentive_share is not None:
        return offer.incentive_share * order_value
    return np.full(order_value.shape, offer.incentive_cost)


def kind_of(scores: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Who is to be won back rather than kept.

    Whoever is more likely lost than quiet with no order expected, and everybody who has been silent for over a year:
    every season has passed without an order, and the chance of being lost says little of customers with few orders.
    """
    p_churn, p_lost = figures(scores, "p_churn"), figures(scores, "p_lost")
    silent = days_between(scores["last_order"], scores["cutoff"])
    return np.asarray(((p_lost > p_churn - p_lost) & (p_churn > 0.5)) | (silent > A_YEAR))


def figures(scores: pd.DataFrame, name: str) -> Floats:
    """A column of numbers as doubles."""
    return scores[name].to_numpy(dtype=np.float64, na_value=np.nan)


def profit_curve(best: Floats, shares: Sequence[float]) -> Floats:
    """Expected profit of contacting the best share of all customers.

    Parameters
    ----------
    best : ndarray of shape (n,)
        Profit of the best offer to each customer, in any order.
    shares : sequence of float in [0, 1]

    Examples
    --------
    >>> profit_curve(np.array([2.0, -1.0, 5.0, -4.0]), [0.25, 0.5, 1.0])
    array([5., 7., 2.])
    """
    total = np.zeros(len(best) + 1)
    total[1:] = best
    total[1:].sort()
    total[1:] = total[:0:-1].copy()
    np.cumsum(total, out=total)
    return np.asarray(total[np.round(np.asarray(shares) * len(best)).astype(np.intp)])
