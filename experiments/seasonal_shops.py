"""Simulated shops whose season and trend are known, to judge forecast totals on.

Every shop has a season (none, mild, strong, or one peak), a trend (steady, growth, promotions, or a decline by half
every forty days), a length of 12 to 36 months, and is seen from its opening or from the middle of its life
(left-truncated). Half of the shops are for development; the others are held out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd

from regulars.arrays import Floats

SEASONS = ("none", "mild", "strong", "peak")
TRENDS = ("steady", "growth", "promotions", "decline")
MONTHS = (24, 36, 12)
HALVES = ("develop", "held_out")

YEAR = 365.25
HALVED_EVERY = 40  # days
DECLINE_DAYS = 160  # before the end of the log
UNSEEN_DAYS = 730  # of a left-truncated log, before it begins
SHOCK = 0.05  # standard deviation of what a week brings beyond season and trend, and how much of it stays
SHOCK_STAYS = 0.7


@dataclass(frozen=True)
class Shop:
    """What a shop is like; the same values and seed always give the same log."""

    season: str
    trend: str
    months: int
    truncated: bool
    half: str
    seed: int
    customers_a_day: float = 5.0

    @property
    def name(self) -> str:
        """All of it in one word."""
        begun = "truncated" if self.truncated else "opened"
        return f"{self.season}-{self.trend}-{self.months}-{begun}"

    @property
    def days(self) -> int:
        """Length of the log."""
        return round(self.months * YEAR / 12)


def shops(half: str, seed: int = 0) -> list[Shop]:
    """Sixteen shops of one half: every season with every trend, lengths and beginnings in turn."""
    which, made = HALVES.index(half), []
    for k, (season, trend) in enumerate(product(SEASONS, TRENDS)):
        turn = k + k // len(TRENDS) + which
        made.append(Shop(season, trend, MONTHS[turn % 3], bool(turn % 2), half, seed=1000 * seed + 2 * k + which))
    return made


def simulate(shop: Shop) -> pd.DataFrame:
    """The log of a shop: columns customer_id, date, amount; a row an order day, sorted.

    Customers join at a rate that follows the season and the trend. Each buys by a Poisson process whose rate follows
    them too (rates are gamma over customers), and leaves after an exponential time (rates of leaving are gamma).
    """
    rng = np.random.default_rng(shop.seed)
    truth = truth_of(shop, rng)
    customer, day = truth.orders[truth.orders[:, 1] >= truth.unseen].T
    mean = 30.0 * 3.0 / rng.gamma(4.0, 1.0, len(truth.pace))
    amount = np.round(rng.gamma(6.0, mean[customer] / 6.0), 2)
    first = pd.Timestamp("2021-09-06") + pd.to_timedelta(int(rng.integers(0, 364)), unit="D")
    date = first + pd.to_timedelta(day - truth.unseen, unit="D")
    return pd.DataFrame({"customer_id": customer, "date": date, "amount": amount})


class Truth(NamedTuple):
    """What nobody who reads the log knows; days count from the first one simulated, `unseen` of them before the log.

    `demand` is a value a day; `pace`, `leaving` (rates a day) and `gone` (a day) are values a customer; `orders` are
    rows of customer and day, sorted.
    """

    unseen: int
    demand: Floats
    pace: Floats
    leaving: Floats
    gone: Floats
    orders: np.ndarray


def truth_of(shop: Shop, rng: np.random.Generator) -> Truth:
    """Draw demand, customers and their order days."""
    unseen = UNSEEN_DAYS if shop.truncated else 0
    parts = _parts(shop, np.arange(unseen + shop.days), rng)
    demand = np.asarray(np.prod(list(parts.values()), axis=0))
    clock = np.concatenate([[0.0], np.cumsum(demand)])  # operational time at the beginning of every day
    joined = np.repeat(
        np.arange(len(demand)), rng.poisson(shop.customers_a_day * demand * _newcomers(shop, len(demand)))
    )
    n = len(joined)
    pace, leaving = rng.gamma(0.8, 1 / 40.0, n), rng.gamma(0.9, 1 / 150.0, n)
    gone = np.minimum(joined + rng.exponential(1.0, n) / np.maximum(leaving, 1e-9), len(demand))
    begin = np.interp(joined + 1.0, np.arange(len(clock)), clock)
    end = np.maximum(np.interp(gone, np.arange(len(clock)), clock), begin)
    repeats = rng.poisson(pace * (end - begin))
    at = np.repeat(begin, repeats) + rng.random(repeats.sum()) * np.repeat(end - begin, repeats)
    day = np.minimum(np.searchsorted(clock, at, side="right") - 1, len(demand) - 1)
    customer = np.concatenate([np.arange(n), np.repeat(np.arange(n), repeats)])
    orders = np.unique(np.column_stack([customer, np.concatenate([joined, day])]), axis=0)
    return Truth(unseen, demand, pace, leaving, gone, orders)


def parts_of_demand(shop: Shop) -> dict[str, Floats]:
    """What makes up how much customers want to buy, a value a day each: season, shocks, promotions and trend."""
    days = (UNSEEN_DAYS if shop.truncated else 0) + shop.days
    return _parts(shop, np.arange(days), np.random.default_rng(shop.seed))


def _parts(shop: Shop, days: np.ndarray, rng: np.random.Generator) -> dict[str, Floats]:
    """Factors of the demand of each day, of which season and shocks are 1 on average."""
    parts = {"season": _season(shop.season, days, rng), "shocks": _shocks(len(days), rng)}
    parts["promotions"] = np.ones(len(days))
    for begin, length, factor in _promotions(shop, days, rng):
        parts["promotions"][begin : begin + length] *= factor
    declining = np.maximum(days - (len(days) - DECLINE_DAYS), 0) if shop.trend == "decline" else np.zeros(len(days))
    return {**parts, "trend": 0.5 ** (declining / HALVED_EVERY)}


def promotion_days(shop: Shop) -> np.ndarray:
    """Days of the log on which a promotion runs, from 0 on."""
    rng, unseen = np.random.default_rng(shop.seed), UNSEEN_DAYS if shop.truncated else 0
    days = np.arange(unseen + shop.days)
    _season(shop.season, days, rng), _shocks(len(days), rng)  # drawn before the promotions
    runs = [np.arange(begin, begin + length) for begin, length, _ in _promotions(shop, days, rng)]
    found = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *runs])) - unseen
    return found[(found >= 0) & (found < shop.days)]


def _promotions(shop: Shop, days: np.ndarray, rng: np.random.Generator) -> Iterator[tuple[int, int, float]]:
    """First day, length and factor of every promotion."""
    if shop.trend == "promotions":
        for begin in np.sort(rng.choice(days[:-14], size=max(2, len(days) // 75), replace=False)):
            yield int(begin), int(rng.integers(3, 8)), float(rng.uniform(1.8, 3.0))


def _season(season: str, days: np.ndarray, rng: np.random.Generator) -> Floats:
    angle = 2 * np.pi * (days / YEAR + rng.random())
    if season == "none":
        return np.ones(len(days))
    if season == "peak":
        apart = np.abs((days / YEAR + rng.random() + 0.5) % 1.0 - 0.5) * YEAR
        shape = 1.0 + rng.uniform(2.5, 4.5) * np.exp(-0.5 * (apart / 12.0) ** 2)
    else:
        size = 0.2 if season == "mild" else 0.6
        shape = np.exp(size * np.sin(angle) + 0.4 * size * np.sin(2 * angle + rng.uniform(0, 2 * np.pi)))
    return np.asarray(shape / shape.mean())


def _shocks(days: int, rng: np.random.Generator) -> Floats:
    weeks, shock = np.empty(days // 7 + 1), 0.0
    for week, new in enumerate(rng.normal(0.0, SHOCK, len(weeks))):
        shock = SHOCK_STAYS * shock + new
        weeks[week] = shock
    return np.exp(np.repeat(weeks, 7)[:days])


def _newcomers(shop: Shop, days: int) -> Floats:
    """New customers a day, relative to the usual number; a growing shop wins twice as many every ten months."""
    if shop.trend != "growth":
        return np.ones(days)
    return 2.0 ** ((np.arange(days) - days / 2) / 300.0)
