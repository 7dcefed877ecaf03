"""Levels: what the lifetime model missed in all at closed slices, and what of it will hold.

Boosters rank; how much everybody together buys is another question, with far fewer facts: a slice
is one fact. So levels are told apart from ranks. The lifetime model's own level stands, unless
the same season a year before, or what two windows agree on, speaks against it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from regulars.arrays import Floats
from regulars.learners import log_odds, shift_to_mean
from regulars.scorer.history import History
from regulars.scorer.slices import SLICES_PER_HORIZON, WORST_FACTOR
from regulars.windows import Windows

OUTCOMES = ("churned", "purchases", "spend")
IN_WORDS = {"churned": "churn", "purchases": "order days", "spend": "money"}

YEAR_DAYS = 364  # 52 weeks: the same days of the week
WITNESSES = 2  # windows that do not overlap, one after the other
CHANCE_MISS = 0.1  # a miss of a tenth is nothing unusual without any season
LEAST_SIGNAL = 0.5  # last year's error at the witnesses may be half of what it foretells
AGREED_SHARE = 0.5  # what two windows agree on halves from one to the next
LARGEST_AGREED = 0.1  # and never moves a level by more than a tenth
LARGEST_MISS = float(np.log(10.0))  # a fit that was off by more than this says nothing of levels


class Miss(NamedTuple):
    """By how much the lifetime model was off in all, and the standard error that chance alone gives that.

    For churn a shift of the log-odds, else the logarithm of what came over what was expected.
    """

    by: float
    chance: float


@dataclass(frozen=True)
class Levels:
    """By how much the sums of the lifetime model are to be moved.

    Parameters
    ----------
    churned : float
        Added to the log-odds of churn.
    purchases, spend : float
        Added to the logarithm of the mean.
    season : float
        What of `spend` is the season's: the window has it, the year after it does not.
    misses : mapping of str to tuple of float
        Of order days and money: by how much the lifetime model was off at closed slices, latest first. Slices that
        it missed by more than a factor of two are left out, unless it missed all by more.
    windows : float
        How many horizons these slices cover.
    """

    churned: float = 0.0
    purchases: float = 0.0
    spend: float = 0.0
    season: float = 0.0
    misses: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    windows: float = 0.0


def expected_levels(
    history: History, windows: Windows, slices: Sequence[Windows], model: str
) -> tuple[Levels, list[str]]:
    """What of the misses at closed slices is expected to come again, and why, in words.

    Parameters
    ----------
    history : History
        Looks at the log, as of the cutoff.
    windows : Windows
        The cutoff whose label window is to be foretold.
    slices : sequence of Windows
        All closed slices, latest first, a quarter of the horizon apart.
    model : str
        The purchase model.

    Notes
    -----
    A miss is the logarithm of what came over what was expected (for churn: the shift of the
    log-odds that would have made them add up). Witnesses are the latest slice and the one a horizon
    before. Last year's misses of the same days are a guide if they were nearer to those of the
    witnesses than nothing is, or near beside what they foretell for the window to come; then that
    is expected again, shrunk by how far they were off. Else half of what both witnesses missed in
    the same direction is expected, up to a tenth.
    """
    closed = [missed(history, seen, model) for seen in slices]
    witnesses = closed[::SLICES_PER_HORIZON][:WITNESSES]
    if len(witnesses) < WITNESSES:  # windows that overlap are better than one
        witnesses = [*closed[:1], *closed[-1:]]
    by_season = _by_season(witnesses, _year_before(history, windows, slices, model))
    levels = {name: round(float(by_season.get(name, agreed(_of(witnesses, name)))), 4) for name in _names(witnesses)}
    notes = [
        f"the level of {IN_WORDS[name]} follows the season: the same days a year before are a guide"
        for name in by_season
    ]
    misses, covered = _on_level(closed, slices)
    season = levels["spend"] if "spend" in by_season else 0.0
    return Levels(**levels, season=season, misses=misses, windows=covered), notes


def _names(looks: Sequence[Mapping[str, Miss]]) -> list[str]:
    """Outcomes that every look tells of."""
    return [name for name in OUTCOMES if looks and all(name in look for look in looks)]


def _of(misses: Sequence[Mapping[str, Miss]], name: str) -> Floats:
    return np.array([miss[name].by for miss in misses])


def _by_season(witnesses: Sequence[Mapping[str, Miss]], year_before: Sequence[Mapping[str, Miss]]) -> dict[str, float]:
    """Outcomes whose last year is a guide, and what it foretells.

    Churn is no order day at all, so it has no season without theirs.
    """
    names = _names([*witnesses, *year_before]) if year_before else []
    foretold = {
        name: seasonal(_of(witnesses, name), _of(year_before[1:], name), *year_before[0][name]) for name in names
    }
    return {
        name: level
        for name, level in foretold.items()
        if level is not None and (name != "churned" or foretold.get("purchases") is not None)
    }


def missed(history: History, windows: Windows, model: str) -> dict[str, Miss]:
    """What the lifetime model, fitted at a closed slice, missed of each outcome in all."""
    said = history.lifetime(windows, model).quantities(history.summary(windows), windows.horizon_days)
    came = history.labels(windows)
    odds, churned = log_odds(1.0 - said["p_purchase"].to_numpy()), came["churned"].to_numpy()
    shift = shift_to_mean(odds, float(churned.mean()))
    risk = expit(odds + shift)
    misses = {"churned": Miss(shift, float(1.0 / np.sqrt(max((risk * (1.0 - risk)).sum(), 1.0))))}
    for name in ("purchases", "spend"):
        if (total := float(came[name].sum())) > 0:
            expected = said[f"expected_{name}"].to_numpy()
            by = float(np.log(total / expected.sum()))
            misses[name] = Miss(by, float(np.linalg.norm(came[name] - expected * np.exp(by)) / total))
    return {
        name: miss._replace(by=float(np.clip(miss.by, -LARGEST_MISS, LARGEST_MISS))) for name, miss in misses.items()
    }


def _on_level(
    closed: Sequence[Mapping[str, Miss]], slices: Sequence[Windows]
) -> tuple[dict[str, tuple[float, ...]], float]:
    """Misses of order days and money at the slices that are learned from, and how many horizons these cover."""
    bought = [k for k, miss in enumerate(closed) if "purchases" in miss]
    kept = [k for k in bought if abs(closed[k]["purchases"].by) <= np.log(WORST_FACTOR)] or bought
    if not kept:
        return {}, 0.0
    misses = {
        name: tuple(round(closed[k][name].by, 4) for k in kept if name in closed[k]) for name in ("purchases", "spend")
    }
    days = [slices[k].history_days(slices[kept[-1]].cutoff) for k in kept]
    return misses, 1.0 + max(days) / slices[0].horizon_days


def agreed(misses: Floats) -> float:
    """Half of what all misses agree on, up to a tenth; nothing where they point in different directions.

    Examples
    --------
    >>> agreed(np.array([-0.12, -0.3])), agreed(np.array([0.5, 0.9])), agreed(np.array([0.5, -0.2]))
    (-0.06, 0.1, 0.0)
    """
    if not len(misses) or (misses.min() < 0 < misses.max()):
        return 0.0
    least = float(misses[np.argmin(np.abs(misses))])
    return float(np.clip(AGREED_SHARE * least, -LARGEST_AGREED, LARGEST_AGREED))


def seasonal(misses: Floats, year_before: Floats, last_year: float, chance: float = 0.0) -> float | None:
    """What last year's miss of the window to come foretells; None where last year is no guide.

    `chance` is the standard error of last year's miss. The fit rests on as few customers as the outcome, so its own
    error is taken to be as large.

    Examples
    --------
    >>> round(seasonal(np.array([0.4, -0.3]), np.array([0.5, -0.3]), 0.6), 2)  # it came again
    0.58
    >>> round(seasonal(np.array([0.0, 0.1]), np.array([0.0, 0.0]), 0.9), 2)  # a peak ahead, calm before as then
    0.88
    >>> seasonal(np.array([0.4, 0.3]), np.array([-0.5, 0.1]), 0.6)  # last year was another
    >>> seasonal(np.array([0.0, 0.1]), np.array([0.0, 0.0]), 0.8, chance=0.3)  # of a hundred customers then
    """
    error = float(np.mean((misses - year_before) ** 2)) + CHANCE_MISS**2 + 2.0 * chance**2
    without = max(float(np.mean(misses**2)), (LEAST_SIGNAL * last_year) ** 2)
    return last_year * last_year**2 / (last_year**2 + error) if error < without else None


def _year_before(history: History, windows: Windows, slices: Sequence[Windows], model: str) -> list[Mapping[str, Miss]]:
    """Misses a year before the cutoff and before each witness; nothing where the log is too short for one of them."""
    asked = [windows, *slices[::SLICES_PER_HORIZON][:WITNESSES]]
    then = [w.shifted(-YEAR_DAYS) for w in asked]
    first_day, least = history.first_day(windows), max(1, windows.horizon_days // 2)
    seen = all(w.history_days(first_day) >= least for w in then) and then[0].closed_by(windows.cutoff)
    if len(asked) <= WITNESSES or not seen:
        return []
    history.prepare(then)
    return [missed(history, w, model) for w in then]
