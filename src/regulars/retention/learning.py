"""What one's own campaigns say about the rates of an offer, beside what was stated for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.blas import one_thread
from regulars.params import OfferParams
from regulars.retention.records import checked
from regulars.tables import CAMPAIGN_HISTORY

CONTACTS = 20.0  # contacts that a stated rate weighs as much as
CONFIDENCE = 0.95
ACCEPT, WINBACK, REDEEM = "accept_rate", "winback_rate", "redeem_rate"
RATES = (ACCEPT, WINBACK, REDEEM)  # of customers who are quiet, who are lost, and who order anyway
DRIVEN_AWAY = "driven_away"  # no parameter: an effect on customers who order anyway, which is taken up and not used
AWAY_SPREAD = 0.05

Parts = Mapping[str, Callable[[pd.DataFrame], Floats]]


@dataclass(frozen=True)
class Rate:
    """A rate of an offer: what was stated, and what campaigns made of it.

    Parameters
    ----------
    offer, name : str
        The offer, and accept_rate, winback_rate or redeem_rate.
    stated : float
        From the parameters.
    mean, error : float
        Mean and standard deviation of the posterior; the mean may lie outside [0, 1].
    contacts : int
        Contacts with this offer in the history.
    measured : float
        Share of what is known that comes from campaigns, in [0, 1].
    """

    offer: str
    name: str
    stated: float
    mean: float
    error: float
    contacts: int
    measured: float

    @property
    def used(self) -> float:
        """The rate that a list is made with: the mean, within [0, 1]."""
        return min(1.0, max(0.0, self.mean))

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval."""
        from scipy.special import ndtri

        reach = float(ndtri((1.0 + CONFIDENCE) / 2.0)) * self.error
        return self.mean - reach, self.mean + reach

    @property
    def in_words(self) -> str:
        """The rate, and how much of it is measured.

        Examples
        --------
        >>> Rate("voucher", "accept_rate", 0.3, 0.12, 0.04, 600, 0.8).in_words
        'voucher: accept_rate 0.12 (95 %: 0.04 to 0.20), 80 % measured in 600 contacts, 20 % as stated (0.30).'
        """
        if not self.contacts:
            return f"{self.offer}: {self.name} {self.used:.2f}, as stated: no campaign with this offer was measured."
        low, high = (min(1.0, max(0.0, end)) for end in self.interval)
        measured = 100 * self.measured
        return (
            f"{self.offer}: {self.name} {self.used:.2f} (95 %: {low:.2f} to {high:.2f}), {measured:.0f} % measured "
            f"in {self.contacts:,} contacts, {100 - measured:.0f} % as stated ({self.stated:.2f})."
        )


@dataclass(frozen=True)
class LearnedRates:
    """Rates of all offers, pooled over campaigns.

    Parameters
    ----------
    rates : tuple of Rate
        Three an offer; those of redemption last.
    campaigns : int
        Campaigns in the history.
    """

    rates: tuple[Rate, ...]
    campaigns: int

    def of(self, offer: str, name: str) -> Rate:
        """One rate."""
        return next(rate for rate in self.rates if (rate.offer, rate.name) == (offer, name))

    def applied(self, offers: Sequence[OfferParams]) -> tuple[OfferParams, ...]:
        """The offers with their rates as they are used."""
        return tuple(
            offer.model_copy(update={name: self.of(offer.name, name).used for name in RATES}) for offer in offers
        )

    @property
    def in_words(self) -> tuple[str, ...]:
        """A sentence for each rate."""
        return tuple(rate.in_words for rate in self.rates)


def learned_rates(history: pd.DataFrame | None, offers: Sequence[OfferParams]) -> LearnedRates:
    """What the campaign history says about the rates of these offers.

    Parameters
    ----------
    history : DataFrame or None
        Columns `tables.CAMPAIGN_HISTORY`; None before the first campaign was measured.
    offers : sequence of OfferParams
        With their stated rates, the prior.

    Returns
    -------
    LearnedRates

    Notes
    -----
    Least squares of `ordered` on treatment × p_quiet and treatment × p_lost for each offer, p_quiet = p_churn − p_lost;
    and without treatment on an intercept for each campaign, p_quiet, p_lost and the logarithm of expected_spend. The
    coefficients of the products are accept_rate and winback_rate: by how much a contact raises the chance of an order
    in those who would have stayed away. A third product, treatment × (1 − p_churn), takes up those whom the contact
    drives away (Normal, mean 0, standard deviation 0.05), so that they do not lower the two rates. The redeem_rate is
    the coefficient of treatment × (1 − p_churn) in the same regression of `redeemed`, where the log had discounts.

    Errors are clustered by customer (Liang & Zeger 1986, Biometrika 73), with residuals as in HC3. The prior of a rate
    r is Normal, mean r, variance r(1 − r)/20: it weighs as much as 20 contacts with customers whose answer is known.
    The posterior of all rates together is the usual one of two Normal laws (Gelman et al. 2013,
    Bayesian Data Analysis, equation 3.12).
    """
    known = _of(history, offers)
    treated = known.loc[known["group"] == "treat", "offer"].value_counts()
    redeemed = known[known["redeemed"].notna()]
    with one_thread():
        rates = [
            *_learned(known, offers, "ordered", {ACCEPT: _quiet, WINBACK: _lost, DRIVEN_AWAY: _loyal}),
            *_learned(redeemed, offers, "redeemed", {ACCEPT: _quiet, WINBACK: _lost, REDEEM: _loyal})[2::3],
        ]
        rates = [rate for rate in rates if rate.name != DRIVEN_AWAY]
    counted = tuple(replace(rate, contacts=int(treated.get(rate.offer, 0))) for rate in rates)
    return LearnedRates(counted, int(known["campaign"].nunique()))


def _of(history: pd.DataFrame | None, offers: Sequence[OfferParams]) -> pd.DataFrame:
    """The part of a history that is about these offers."""
    known = pd.DataFrame(columns=list(CAMPAIGN_HISTORY)) if history is None else checked(history)
    return known[known["offer"].isin([offer.name for offer in offers])]


def _quiet(history: pd.DataFrame) -> Floats:
    return np.asarray(history["p_churn"] - history["p_lost"], dtype=np.float64)


def _lost(history: pd.DataFrame) -> Floats:
    return np.asarray(history["p_lost"], dtype=np.float64)


def _loyal(history: pd.DataFrame) -> Floats:
    return np.asarray(1.0 - history["p_churn"], dtype=np.float64)


def _learned(history: pd.DataFrame, offers: Sequence[OfferParams], outcome: str, parts: Parts) -> list[Rate]:
    """The rates by which a contact changes an outcome, one for each offer and part of the customers."""
    names = [(offer.name, name) for offer in offers for name in parts]
    stated = np.array([getattr(offer, name, 0.0) for offer, name in product(offers, parts)])
    away = np.array([name == DRIVEN_AWAY for _, name in names])
    prior = np.diag(np.where(away, AWAY_SPREAD**2, _variance(stated)))
    mean, spread = stated, prior
    if len(history):
        products = [
            ((history["group"] == "treat") & (history["offer"] == offer.name)).to_numpy() * part(history)
            for offer in offers
            for part in parts.values()
        ]
        mean, spread = _posterior(stated, prior, *_information(history, outcome, np.column_stack(products)))
    return [
        Rate(
            offer,
            name,
            stated=float(stated[k]),
            mean=float(mean[k]),
            error=float(np.sqrt(spread[k, k])),
            contacts=0,
            measured=float(max(0.0, 1.0 - spread[k, k] / prior[k, k])),
        )
        for k, (offer, name) in enumerate(names)
    ]


def _variance(rate: Floats) -> Floats:
    """Variance of a stated rate; one of 0 or 1 is taken half a contact inside, so that it does not count as certain."""
    inside = np.clip(rate, 0.5 / CONTACTS, 1.0 - 0.5 / CONTACTS)
    return np.asarray(inside * (1.0 - inside) / CONTACTS)


def _information(history: pd.DataFrame, outcome: str, products: Floats) -> tuple[Floats, Floats]:
    """What the data say: the information matrix of the rates, and its product with their estimates.

    A rate of which nothing can be seen, such as that of an offer without contacts, has no information.
    """
    design, k = np.hstack([products, _without_contact(history)]), products.shape[1]
    values = history[outcome].to_numpy(dtype=np.float64)
    inverse = np.linalg.pinv(design.T @ design)
    fitted = inverse @ (design.T @ values)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    scores = design * ((values - design @ fitted) / np.maximum(1.0 - leverage, 1e-6))[:, None]
    customer = pd.factorize(history["customer"])[0]
    summed = np.zeros((customer.max() + 1, design.shape[1]))
    np.add.at(summed, customer, scores)
    covariance = (inverse @ (summed.T @ summed) @ inverse)[:k, :k]
    seen = np.flatnonzero(np.abs(products).sum(axis=0) > 0)
    information = np.zeros((k, k))
    information[np.ix_(seen, seen)] = np.linalg.pinv(covariance[np.ix_(seen, seen)])
    return information, information @ fitted[:k]


def _without_contact(history: pd.DataFrame) -> Floats:
    """Columns for the outcome without a contact."""
    campaigns = [(history["campaign"] == name).to_numpy() * 1.0 for name in sorted(history["campaign"].unique())]
    spend = np.log1p(np.maximum(history["expected_spend"].fillna(0.0).to_numpy(), 0.0))
    return np.column_stack([*campaigns, _quiet(history), _lost(history), spend])


def _posterior(stated: Floats, prior: Floats, information: Floats, weighted: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of the rates."""
    before = np.linalg.inv(prior)
    spread = np.asarray(np.linalg.inv(before + information), dtype=np.float64)
    return np.asarray(spread @ (before @ stated + weighted)), spread
