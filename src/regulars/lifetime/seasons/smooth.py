"""A yearly curve in noisy weeks, separated from trend, drift and chance."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from regulars.arrays import Floats

# What is tried, as standard deviations of logarithms. The data weigh the combinations; 0 is no season, or no drift.
SEASON_SIZES = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8)
SMOOTHNESS = (0.15, 0.3, 0.6, 1.2)  # 0.15: a peak of a month; 1.2: one wave a year
DRIFTS = (0.0, 0.05, 0.15, 0.4)
CHANCES = (0.02, 0.05, 0.1, 0.2)  # of a week, beside what its few orders bring
DRIFT_STAYS = 10.0  # weeks in which a drift is forgotten to a third
LEVEL, TREND = 1.0, 1.0  # how far level, and change a year, may be off


class Weeks(NamedTuple):
    """Weeks of a log.

    Parameters
    ----------
    year : array of shape (n,)
        When, in years.
    place : array of shape (n,)
        Which part of its year has passed, from 0 to 1.
    ratio : array of shape (n,)
        Logarithm of the actual orders over those expected without a season.
    chance : array of shape (n,)
        Variance of it that the number of orders brings alone.
    """

    year: Floats
    place: Floats
    ratio: Floats
    chance: Floats


def yearly_curve(weeks: Weeks, places: Floats) -> Floats:
    """Logarithm of the season at some places of the year, towards 0 where weeks do not show one.

    Notes
    -----
    Gaussian process regression (Rasmussen & Williams 2006, "Gaussian Processes for Machine Learning", equations 2.25
    and 2.30). The covariance of two weeks that lie Δ apart is the sum of a season, a² exp(−2 sin²(πΔ)/ℓ²) (equation
    4.31), a drift, d² exp(−|Δ| / 10 weeks), a level and a trend; chance is independent. Of every combination of
    sizes the season's mean given the data is taken, and these are averaged by the likelihood of the data under each.
    """
    apart = weeks.year[:, None] - weeks.year
    phase = np.sin(np.pi * (weeks.place[:, None] - weeks.place)) ** 2
    asked = np.sin(np.pi * (places[:, None] - weeks.place)) ** 2
    middle = weeks.year - weeks.year.mean()
    steady = LEVEL**2 + TREND**2 * middle[:, None] * middle
    drift = np.exp(-np.abs(apart) * 365.25 / 7 / DRIFT_STAYS)
    shapes = {smooth: (np.exp(-2 * phase / smooth**2), np.exp(-2 * asked / smooth**2)) for smooth in SMOOTHNESS}
    likelihoods, curves = [], []
    for drifts, chance in product(DRIFTS, CHANCES):
        base = steady + drifts**2 * drift + np.diag(weeks.chance + chance**2)
        for size, smooth in product(SEASON_SIZES, SMOOTHNESS):
            if size == 0 and smooth != SMOOTHNESS[0]:
                continue  # no season, however smooth
            shape, towards = shapes[smooth]
            root = np.linalg.cholesky(base + size**2 * shape)
            solved = np.linalg.solve(root.T, np.linalg.solve(root, weeks.ratio))
            likelihoods.append(-0.5 * float((weeks.ratio * solved).sum()) - float(np.log(np.diag(root)).sum()))
            curves.append(size**2 * (towards * solved).sum(axis=1))
    share = np.exp(np.array(likelihoods) - max(likelihoods))
    return np.asarray((share[:, None] * np.array(curves)).sum(axis=0) / share.sum())
