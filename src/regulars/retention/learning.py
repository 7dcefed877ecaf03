"""What one's own campaigns say about the rates of an offer, beside what was stated for it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import product

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.blas import one_thread
from regulars.params import OfferParams
from regulars.retention.fading import Fading, Speed, speeds
from regulars.retention.no_effect import NO_EFFECT, chance_of_no_effect
from regulars.retention.rate_regression import Regression
from regulars.retention.rates import ACCEPT, REDEEM, WINBACK, LearnedRates, Rate
from regulars.retention.records import checked
from regulars.retention.within import centre_of, mean_within
from regulars.tables import CAMPAIGN_HISTORY, TREAT

CONTACTS = 20.0  # contacts that a stated rate weighs as much as
DRIVEN_AWAY = "driven_away"  # no parameter: an effect on customers who order anyway, which is taken up and not used
AWAY_SPREAD = 0.05
LEAST_RISK = 0.05  # of staying away, and of ordering: nobody's outcome counts as certain
NOTHING = 1e-9  # share of a rate that is measured, below which it is as stated
FEWEST = 20  # rows beyond the coefficients, below which speeds are not compared
LEAST_VARIANCE = 0.01  # relative to the one that p_churn implies

Part = Callable[[pd.DataFrame], Floats]
Parts = Mapping[str, Part]
Names = Sequence[tuple[str, str]]  # offer and rate


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
    Weighted least squares of `ordered` on treatment × p_quiet and treatment × p_lost for each offer, p_quiet =
    p_churn − p_lost; and without treatment on an intercept for each campaign, p_quiet, p_lost and the logarithm of
    expected_spend. The coefficients of the products are accept_rate and winback_rate: by how much a contact raises the
    chance of an order in those who would have stayed away. A third product, treatment × (1 − p_churn), takes up those
    whom the contact drives away (Normal, mean 0, standard deviation 0.05), so that they do not lower the two rates. The
    redeem_rate is the coefficient of treatment × (1 − p_churn) in the same regression of `redeemed`, where the log had
    discounts.

    Rows are weighted by 1/(p(1 − p)), p = p_churn within [0.05, 0.95]: who was almost sure to stay away, and orders,
    says more than one of whom nobody could know. Errors are clustered by customer (Liang & Zeger 1986, Biometrika 73),
    with residuals as in HC3, so they hold whatever the weights.

    The prior of a rate r is Normal, variance r(1 − r)/20: it weighs as much as 20 contacts with customers whose answer
    is known. A rate lies between 0 and 1, so the law is cut off there, and centred so that its mean is r. The posterior
    of all rates together is the usual one of two Normal laws (Gelman et al. 2013, Bayesian Data Analysis,
    equation 3.12); the mean of each is that of its own law, cut off in the same way. Thus an estimate that falls below
    0 by chance leaves a small rate, the larger the less is known, and no offer is given up before it was tried enough.
    But an offer may change nothing: `no_effect.chance_of_no_effect`, 2 % before any campaign. A rate is the mean of
    both cases.

    Where the history knows how silent customers were, the regression is fitted at each speed of `fading.speeds`, its
    products with p_quiet and p_lost times `Speed.factor`; rates are means over the speeds, by their probability.
    """
    known = _of(history, offers)
    redeemed = known[known["redeemed"].notna()]
    with one_thread():
        fading, rates = _effects(known, offers)
        redeem = _learned(redeemed, offers, "redeemed", {ACCEPT: _quiet, WINBACK: _lost, REDEEM: _loyal}).rates[2::3]
    treated = known.loc[known["group"] == TREAT, "offer"].value_counts()
    counted = tuple(replace(rate, contacts=int(treated.get(rate.offer, 0))) for rate in (*rates, *redeem))
    return LearnedRates(counted, int(known["campaign"].nunique()), fading)


def _of(history: pd.DataFrame | None, offers: Sequence[OfferParams]) -> pd.DataFrame:
    """The part of a history that is about these offers."""
    known = pd.DataFrame(columns=list(CAMPAIGN_HISTORY)) if history is None else checked(history)
    return known[known["offer"].isin([offer.name for offer in offers])]


def _effects(history: pd.DataFrame, offers: Sequence[OfferParams]) -> tuple[Fading, list[Rate]]:
    """The rates of orders, each a mean over the speeds at which effects may fall with silence."""
    tried = speeds(history)
    found = [_learned(history, offers, "ordered", _parts(speed)) for speed in tried]
    fading = Fading.of(tried, _evidence(found))
    rates = [
        _mixed(fading, [each.rates[k] for each in found])
        for k, rate in enumerate(found[0].rates)
        if rate.name != DRIVEN_AWAY
    ]
    return fading, rates


def _mixed(fading: Fading, rates: Sequence[Rate]) -> Rate:
    """One rate from those at each speed: mean and variance of the mixture."""
    means, centres, errors, measured, none = (
        np.array([getattr(rate, name) for rate in rates])
        for name in ("mean", "centre", "error", "measured", "no_effect")
    )
    centre = float(fading.mean(centres))
    return replace(
        rates[0],
        mean=float(fading.mean(means)),
        centre=centre,
        error=float(np.sqrt(fading.mean(errors**2 + (centres - centre) ** 2))),
        measured=float(fading.mean(measured)),
        no_effect=float(fading.mean(none)),
        by_speed=tuple(means.tolist()),
    )


def _parts(speed: Speed) -> Parts:
    """The parts of the customers whom a contact affects, at one speed."""
    return {
        ACCEPT: partial(_fading, speed, _quiet, of_lost=False),
        WINBACK: partial(_fading, speed, _lost, of_lost=True),
        DRIVEN_AWAY: _loyal,
    }


def _fading(speed: Speed, part: Part, history: pd.DataFrame, *, of_lost: bool) -> Floats:
    silence = history["days_since_last"].to_numpy(dtype=np.float64)
    return part(history) * speed.factor(silence, of_lost=of_lost)


def _quiet(history: pd.DataFrame) -> Floats:
    return np.asarray(history["p_churn"] - history["p_lost"], dtype=np.float64)


def _lost(history: pd.DataFrame) -> Floats:
    return np.asarray(history["p_lost"], dtype=np.float64)


def _loyal(history: pd.DataFrame) -> Floats:
    return np.asarray(1.0 - history["p_churn"], dtype=np.float64)


@dataclass(frozen=True)
class _Learned:
    """Rates of one regression, and the logarithm of how likely it makes the outcomes, up to their variance.

    Parameters
    ----------
    rates : list of Rate
    squares : float
        Weighted sum of the squared residuals of the regression.
    freedom : int
        Rows less coefficients.
    fit : float
        Logarithm of the prior density at the estimates, relative to the posterior.
    """

    rates: list[Rate]
    squares: float = 0.0
    freedom: int = 0
    fit: float = 0.0


def _learned(history: pd.DataFrame, offers: Sequence[OfferParams], outcome: str, parts: Parts) -> _Learned:
    """The rates by which a contact changes an outcome, one for each offer and part of the customers."""
    names = [(offer.name, name) for offer in offers for name in parts]
    stated = np.array([getattr(offer, name, 0.0) for offer, name in product(offers, parts)])
    before = _prior(names, stated)
    if not len(history):
        return _Learned(_rates(names, stated, before, before))
    products = [
        ((history["group"] == TREAT) & (history["offer"] == offer.name)).to_numpy() * part(history)
        for offer in offers
        for part in parts.values()
    ]
    found = Regression.of(
        history[outcome].to_numpy(dtype=np.float64),
        np.column_stack(products),
        _without_contact(history),
        pd.factorize(history["customer"])[0],
        _weights(history),
    )
    rates = _rates(names, stated, before, found.posterior(*before))
    return _Learned(rates, found.squares, found.freedom, found.fit_of(*before))


def _rates(names: Names, stated: Floats, before: tuple[Floats, Floats], after: tuple[Floats, Floats]) -> list[Rate]:
    """The rates by their Normal laws, centres and covariance, before and after the campaigns."""
    (centre, spread), none = after, _no_effect(names, before, after)
    made = []
    for k, (offer, name) in enumerate(names):
        measured = float(max(0.0, 1.0 - spread[k, k] / before[1][k, k]))
        works, at, error = 1.0 - none.get((offer, name), 0.0), float(centre[k]), float(np.sqrt(spread[k, k]))
        made.append(
            Rate(
                offer,
                name,
                stated=float(stated[k]),
                mean=float(stated[k]) if measured < NOTHING else works * mean_within(at, error),
                centre=works * at,
                error=float(np.sqrt(works * (error**2 + (1.0 - works) * at**2))),
                contacts=0,
                measured=measured,
                no_effect=1.0 - works,
            )
        )
    return made


def _no_effect(
    names: Names, before: tuple[Floats, Floats], after: tuple[Floats, Floats]
) -> dict[tuple[str, str], float]:
    """How likely it is that an offer changes nothing, for both its rates of orders."""
    found: dict[tuple[str, str], float] = {}
    for offer in {offer for offer, _ in names}:
        both = [k for k, name in enumerate(names) if name in ((offer, ACCEPT), (offer, WINBACK))]
        laws = [part for centre, spread in (after, before) for part in (centre[both], spread[np.ix_(both, both)])]
        found |= dict.fromkeys((names[k] for k in both), chance_of_no_effect(*laws))
    return found


def _prior(names: Names, stated: Floats) -> tuple[Floats, Floats]:
    """Centres and covariance of the rates before any campaign, of an offer that has an effect.

    A stated rate of 0 or 1 is taken half a contact inside, so that it does not count as certain.
    """
    centres, spreads = [], []
    for (_, name), rate in zip(names, stated.tolist(), strict=True):
        inside = min(max(rate, 0.5 / CONTACTS), 1.0 - 0.5 / CONTACTS)
        spread = math.sqrt(inside * (1.0 - inside) / CONTACTS)
        if name != REDEEM:  # the stated rate is the mean with and without effect
            inside = min(inside / (1.0 - NO_EFFECT), 1.0 - 0.5 / CONTACTS)
        centres.append(0.0 if name == DRIVEN_AWAY else centre_of(inside, spread))
        spreads.append(AWAY_SPREAD if name == DRIVEN_AWAY else spread)
    return np.array(centres), np.diag(np.square(spreads))


def _weights(history: pd.DataFrame) -> Floats:
    """One over the variance of the outcome without a contact, by what was known before."""
    p_churn = np.clip(history["p_churn"].to_numpy(dtype=np.float64), LEAST_RISK, 1.0 - LEAST_RISK)
    return np.asarray(1.0 / (p_churn * (1.0 - p_churn)))


def _without_contact(history: pd.DataFrame) -> Floats:
    """Columns for the outcome without a contact."""
    campaigns = [(history["campaign"] == name).to_numpy() * 1.0 for name in sorted(history["campaign"].unique())]
    spend = np.log1p(np.maximum(history["expected_spend"].fillna(0.0).to_numpy(), 0.0))
    return np.column_stack([*campaigns, _quiet(history), _lost(history), spend])


def _evidence(found: Sequence[_Learned]) -> Floats:
    """Logarithm of the marginal likelihood of each regression, with the residual variance of the first.

    Where there are hardly more rows than coefficients, the data cannot say which is better.
    """
    if found[0].freedom < FEWEST:
        return np.zeros(len(found))
    variance = max(found[0].squares / found[0].freedom, LEAST_VARIANCE)
    return np.array([each.fit - 0.5 * each.squares / variance for each in found])
