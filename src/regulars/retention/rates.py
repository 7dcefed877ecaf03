"""Rates of offers as campaigns made them: what a list is made with, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.arrays import Floats
from regulars.params import OfferParams
from regulars.retention.effects import reach
from regulars.retention.fading import LIKELY, NONE, Fading
from regulars.retention.individual_effects import IndividualEffect

CONFIDENCE = 0.95
ACCEPT, WINBACK, REDEEM = "accept_rate", "winback_rate", "redeem_rate"
RATES = (ACCEPT, WINBACK, REDEEM)  # of customers who are quiet, who are lost, and who order anyway


@dataclass(frozen=True)
class Rate:
    """A rate of an offer: what was stated, and what campaigns made of it.

    Parameters
    ----------
    offer, name : str
        The offer, and accept_rate, winback_rate or redeem_rate.
    stated : float
        From the parameters.
    mean : float
        Of the posterior, in [0, 1]: the rate that a list is made with.
    centre, error : float
        Mean and standard deviation of the posterior before it is cut off at 0 and at 1.
    no_effect : float
        Probability that the offer changes nothing; 0 for the redeem_rate.
    contacts : int
        Contacts with this offer in the history.
    measured : float
        Share of what is known that comes from campaigns, in [0, 1].
    by_speed : tuple of float
        The mean at each speed at which effects may fall with silence; empty for the redeem_rate, which does not fall.
    """

    offer: str
    name: str
    stated: float
    mean: float
    centre: float
    error: float
    contacts: int
    measured: float
    by_speed: tuple[float, ...] = ()
    no_effect: float = 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval; its ends may lie outside [0, 1]."""
        width = reach(CONFIDENCE) * self.error
        return self.centre - width, self.centre + width

    @property
    def in_words(self) -> str:
        """The rate, and how much of it is measured.

        Examples
        --------
        >>> Rate("voucher", "accept_rate", 0.3, 0.12, 0.12, 0.04, 600, 0.8).in_words
        'voucher: accept_rate 0.12 (95 %: 0.04 to 0.20), 80 % measured in 600 contacts, 20 % as stated (0.30).'
        """
        if not self.contacts:
            return f"{self.offer}: {self.name} {self.mean:.2f}, as stated: no campaign with this offer was measured."
        low, high = (min(1.0, max(0.0, end)) for end in self.interval)
        measured = 100 * self.measured
        return (
            f"{self.offer}: {self.name} {self.mean:.2f} (95 %: {low:.2f} to {high:.2f}), {measured:.0f} % measured "
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
    fading : Fading
        Whether the effects fall with silence.
    individual : tuple of IndividualEffect
        One for each offer of which it was asked whether campaigns tell more than its rates.
    """

    rates: tuple[Rate, ...]
    campaigns: int
    fading: Fading = NONE
    individual: tuple[IndividualEffect, ...] = ()

    def of(self, offer: str, name: str) -> Rate:
        """One rate.

        Parameters
        ----------
        offer, name : str
            Name of the offer, and of its rate, such as `accept_rate`.

        Returns
        -------
        Rate
        """
        return next(rate for rate in self.rates if (rate.offer, rate.name) == (offer, name))

    def applied(self, offers: Sequence[OfferParams]) -> tuple[OfferParams, ...]:
        """The offers with their rates as they are used."""
        return tuple(
            offer.model_copy(update={name: self.of(offer.name, name).mean for name in RATES}) for offer in offers
        )

    def individual_of(self, offer: str) -> IndividualEffect | None:
        """What campaigns showed about single customers; None where the rates serve everybody.

        Parameters
        ----------
        offer : str

        Returns
        -------
        IndividualEffect or None
        """
        return next((each for each in self.individual if each.offer == offer and each.model is not None), None)

    def by_silence(self, offer: str, name: str, silence: Floats) -> Floats:
        """The accept_rate or winback_rate of customers who have been silent for so many days.

        Parameters
        ----------
        offer, name : str
            As in `of`; the name is `accept_rate` or `winback_rate`.
        silence : ndarray of shape (customers,)
            Days since the last order.

        Returns
        -------
        ndarray of shape (customers,)
        """
        by_speed = np.array(self.of(offer, name).by_speed)
        return self.fading.rates(by_speed, silence, of_lost=name == WINBACK)

    @property
    def in_words(self) -> tuple[str, ...]:
        """Sentences: each rate, offers that likely change nothing, silence, and by what the list is made."""
        nothing = [
            f"{rate.offer}: with a probability of {100 * rate.no_effect:.0f} % it changes nothing."
            for rate in self.rates
            if rate.name == ACCEPT and rate.no_effect >= LIKELY
        ]
        fading = self.fading.in_words
        individual = [effect.in_words for effect in self.individual]
        return (*(rate.in_words for rate in self.rates), *nothing, *([fading] if fading else []), *individual)
