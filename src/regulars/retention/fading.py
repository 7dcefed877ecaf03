"""Whether the effect of a contact falls with silence: a few speeds, and how likely the campaigns make each of them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.tables import TREAT

HORIZONS = (4.0, 2.0, 1.0)  # of silence, after which an effect that falls is down to 37 %
LIKELY = 0.5  # probability of a fall from which on its speed is told
LEAST_LEFT = 0.01  # as a mean over those who were contacted, so that factors stay finite
FALLS = 0.1  # probability, before any campaign, that effects fall; shared by the speeds


@dataclass(frozen=True)
class Speed:
    """A speed at which effects fall with silence.

    Parameters
    ----------
    days : float
        Days of silence after which an effect is down to 37 %; infinite: it does not fall.
    prior : float
        Probability of this speed before any campaign.
    quiet, lost : float
        Means of exp(−silence / days) over those who were contacted, by p_quiet and by p_lost. Factors are divided by
        them, so that a rate is the mean over those who were contacted, whatever the speed.

    Examples
    --------
    >>> Speed(100.0, 0.1, quiet=0.5, lost=0.2).factor(np.array([0.0, 100.0, np.nan]), of_lost=False).round(2)
    array([2.  , 0.74, 1.  ])
    """

    days: float
    prior: float
    quiet: float = 1.0
    lost: float = 1.0

    def factor(self, silence: Floats, *, of_lost: bool) -> Floats:
        """By how much the effect on each customer differs from the mean; 1 where the silence is not known."""
        left = np.exp(-silence / self.days) / (self.lost if of_lost else self.quiet)
        return np.asarray(np.where(np.isnan(silence), 1.0, left))


CONSTANT = Speed(math.inf, 1.0)


def speeds(history: pd.DataFrame) -> tuple[Speed, ...]:
    """The speeds that a campaign history can distinguish; no fall alone where it does not know how silent anybody was.

    Parameters
    ----------
    history : DataFrame
        Columns `tables.CAMPAIGN_HISTORY`.
    """
    treated = history[(history["group"] == TREAT) & history["days_since_last"].notna()]
    lost = treated["p_lost"].to_numpy()
    quiet = treated["p_churn"].to_numpy() - lost
    if treated.empty:
        return (CONSTANT,)
    silence, horizon = treated["days_since_last"].to_numpy(), float(treated["horizon_days"].median())
    made = [Speed(math.inf, 1.0 - FALLS)]
    for horizons in HORIZONS:
        left = np.exp(-silence / (horizons * horizon))
        means = (max(LEAST_LEFT, float(np.average(left, weights=of))) if of.sum() > 0 else 1.0 for of in (quiet, lost))
        made.append(Speed(horizons * horizon, FALLS / len(HORIZONS), *means))
    return tuple(made)


@dataclass(frozen=True)
class Fading:
    """How likely each speed is, after the campaigns.

    Parameters
    ----------
    speeds : tuple of Speed
    chances : tuple of float
        They add up to 1.
    """

    speeds: tuple[Speed, ...] = (CONSTANT,)
    chances: tuple[float, ...] = (1.0,)

    @classmethod
    def of(cls, speeds: tuple[Speed, ...], evidence: Floats) -> Fading:
        """Weigh speeds by the logarithms of their marginal likelihoods.

        Notes
        -----
        Bayesian model averaging (Hoeting et al. 1999, Statistical Science 14, equations 1 and 2).
        """
        logs = evidence + np.log([speed.prior for speed in speeds])
        chances = np.exp(logs - logs.max())
        return cls(speeds, tuple((chances / chances.sum()).tolist()))

    def mean(self, values: Floats) -> Floats:
        """Mean over the speeds, the first axis of `values`."""
        return np.asarray(np.tensordot(np.array(self.chances), values, axes=1))

    def rates(self, by_speed: Floats, silence: Floats, *, of_lost: bool) -> Floats:
        """The rate of each customer, within [0, 1]; it never rises with silence.

        Parameters
        ----------
        by_speed : ndarray of shape (speeds,)
            The mean rate at each speed, in [0, 1].
        silence : ndarray of shape (n,)
            Days since the last order.
        """
        made = np.zeros(len(silence))
        for speed, chance, rate in zip(self.speeds, self.chances, by_speed, strict=True):
            made += chance * np.clip(rate * speed.factor(silence, of_lost=of_lost), 0.0, 1.0)
        return np.clip(made, 0.0, 1.0)

    @property
    def falls(self) -> float:
        """Probability that effects fall with silence."""
        return sum(chance for chance, speed in zip(self.chances, self.speeds, strict=True) if math.isfinite(speed.days))

    @property
    def in_words(self) -> str | None:
        """Whether effects fall, for a person; None where the history does not know how silent anybody was.

        Examples
        --------
        >>> Fading((Speed(math.inf, 0.9), Speed(120.0, 0.1)), (0.2, 0.8)).in_words
        'The effect of a contact falls with silence with a probability of 80 %; most likely half is left after 83 days.'
        """
        if len(self.speeds) == 1:
            return None
        known = f"The effect of a contact falls with silence with a probability of {100 * self.falls:.0f} %"
        if self.falls < LIKELY:
            return f"{known}."
        likely = max(zip(self.chances[1:], self.speeds[1:], strict=True), key=lambda pair: pair[0])[1]
        return f"{known}; most likely half is left after {likely.days * math.log(2.0):.0f} days."


NONE = Fading()
