"""Simulated shops with known effects of a contact: who is moved, who is driven away, who redeems anyway.

Customers order at a rate of their own until they leave (Pareto/NBD, Schmittlein, Morrison & Colombo 1987), day by day.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.params import OfferParams

FIRST_DAY = pd.Timestamp("2022-01-01")
BURN_IN = 540  # days before the first campaign
HORIZON = 60
MARGIN = 0.5
ANSWERS = 14  # days within which a moved customer orders
GAP_OF_HARM = 7  # days after which a customer who is driven away orders no more

VOUCHER = OfferParams(
    name="voucher",
    channel="email",
    contact_cost=1.0,
    incentive_cost=10.0,
    accept_rate=0.3,
    winback_rate=0.03,
    redeem_rate=1.0,
)


@dataclass(frozen=True)
class World:
    """What a contact does.

    Parameters
    ----------
    accept : float
        Share of the quiet (still there, no order in the window) whom the voucher moves to one order.
    winback : float
        Share of the lost whom it brings back to life.
    redeem : float
        Share of those who order anyway who redeem it.
    harm : float
        Share of those who order anyway whom the contact drives away.
    fades : float
        Days of silence after which accept and winback are down to a third; infinite: they do not fall.
    carry_over : float
        Share of the moved orders that are only brought forward: the customer's next order, if one would have come, does
        not come.
    pace_back : float
        Pace of a customer who was won back, as a share of the old one: who once left is not what they were.
    """

    accept: float
    winback: float
    redeem: float = 0.8
    harm: float = 0.0
    fades: float = np.inf
    carry_over: float = 0.0
    pace_back: float = 0.5


WORLDS = {
    "quiet are moved": World(accept=0.25, winback=0.01),
    "lost hardly": World(accept=0.35, winback=0.04),
    "some driven away": World(accept=0.25, winback=0.03, harm=0.08),
    "loyal redeem": World(accept=0.15, winback=0.03, redeem=1.0),
    "fades with silence": World(accept=0.45, winback=0.08, fades=120.0),
    "null": World(accept=0.0, winback=0.0),
    "carry-over": World(accept=0.30, winback=0.03, carry_over=0.5),
}


@dataclass(eq=False)
class Shop:
    """Customers of a world, and the log that they leave.

    Parameters
    ----------
    world : World
    customers : int
    seed : int
    """

    world: World
    customers: int
    seed: int
    day: int = 0
    lines: list[pd.DataFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        n, self.rng = self.customers, np.random.default_rng(self.seed)
        self.rate = self.rng.gamma(1.2, 1.2 / 60.0, n)  # orders a day
        self.leaving = self.rng.gamma(1.0, 1.0 / 500.0, n)
        self.value = np.exp(self.rng.normal(np.log(55.0), 0.5, n))
        self.born = self.rng.integers(0, BURN_IN + 240, n)
        self.alive = np.zeros(n, dtype=bool)
        self.last = np.full(n, -1)
        self.owes = np.zeros(n, dtype=bool)  # an order that was brought forward, and will not come again
        self.wait(BURN_IN)

    @property
    def today(self) -> pd.Timestamp:
        """The next day to come."""
        return FIRST_DAY + pd.Timedelta(days=self.day)

    def log(self) -> pd.DataFrame:
        """Every line so far: customer_id, date, amount (after the discount), discount."""
        return pd.concat(self.lines, ignore_index=True)

    def wait(self, days: int) -> None:
        """Let days pass without a campaign."""
        self.contact(np.zeros(self.customers, dtype=bool), days)

    def contact(self, treated: np.ndarray, days: int = HORIZON) -> None:
        """Contact some customers today, and let days pass."""
        there, silence = self.alive.copy(), self._silence()
        orders = self._orders_until(days)
        bought = orders.any(axis=1)
        lucky = self.rng.random(self.customers)
        moved = treated & there & ~bought & (lucky < self._fading(self.world.accept, silence))
        back = treated & ~there & (self.last >= 0) & (lucky < self._fading(self.world.winback, silence))
        away = treated & there & bought & (lucky < self.world.harm)
        redeems = treated & there & bought & ~away & (self.rng.random(self.customers) < self.world.redeem)
        answer = self.rng.integers(1, ANSWERS, self.customers)
        self.rate[back] *= self.world.pace_back
        orders[back] = self._orders_of_the_returned(days, np.where(back, answer, -1))[back]
        who = np.flatnonzero(moved | back)
        orders[who, answer[who]] = True
        orders[away, GAP_OF_HARM:] = False
        self.alive[away] = False
        self.owes |= moved & (self.rng.random(self.customers) < self.world.carry_over)
        self._write(orders, redeems | moved | back)
        self.day += days

    def true_profit(self) -> Floats:
        """Expected profit of contacting each customer today: margin of the window less voucher and contact.

        An order that was brought forward is no gain: the margin of the one that does not come later is taken off.
        """
        rate, leaving, worth, offer = self.rate, self.leaving, MARGIN * self.value, VOUCHER
        silence, d = self._silence(), offer.incentive_cost
        none = (leaving + rate * np.exp(-(rate + leaving) * HORIZON)) / (rate + leaving)
        expected = rate * -np.expm1(-leaving * HORIZON) / leaving
        further = self.world.pace_back * rate * -np.expm1(-leaving * (HORIZON - ANSWERS / 2)) / leaving
        missed = self.world.carry_over * self.missed_later()
        quiet = self._fading(self.world.accept, silence) * (worth * (none - missed) - none * d)
        loyal = (1 - none) * (1 - self.world.harm) * self.world.redeem * d
        driven = self.world.harm * worth * expected * (1 - GAP_OF_HARM / HORIZON)
        won = self._fading(self.world.winback, silence) * (worth * (1 + further) - d)
        return np.asarray(np.where(self.alive, quiet - loyal - driven, won) - offer.contact_cost)

    def missed_later(self) -> Floats:
        """Chance that a customer who is there orders nothing in the window, and orders again after it."""
        both = self.rate + self.leaving
        return np.asarray(np.exp(-both * HORIZON) * self.rate / both)

    def true_effect(self) -> Floats:
        """By how much a contact raises each customer's chance of an order in the window."""
        silence = self._silence()
        none = (self.leaving + self.rate * np.exp(-(self.rate + self.leaving) * HORIZON)) / (self.rate + self.leaving)
        kept = none * self._fading(self.world.accept, silence) - self.world.harm * (1 - none) * 0.8
        return np.asarray(np.where(self.alive, kept, self._fading(self.world.winback, silence)))

    def _silence(self) -> Floats:
        return np.where(self.last >= 0, self.day - self.last, 0).astype(np.float64)

    def _fading(self, share: float, silence: Floats) -> Floats:
        return np.asarray(share * np.exp(-silence / self.world.fades))

    def _orders_until(self, days: int) -> np.ndarray:
        """Order days of everybody whom nobody contacts; moves the shop on."""
        orders, self.alive = self._live(days, np.where(self.born >= self.day, self.born - self.day, -1))
        dropped = self.owes & orders.any(axis=1)
        orders[dropped, orders[dropped].argmax(axis=1)] = False
        self.owes &= ~dropped
        return orders

    def _orders_of_the_returned(self, days: int, back: np.ndarray) -> np.ndarray:
        """Order days of those who live again from the day `back` on."""
        orders, alive = self._live(days, back)
        self.alive |= alive & (back >= 0)
        return orders

    def _live(self, days: int, begins: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Order days, and who is there after them; customers begin with an order on their day `begins`, if any."""
        orders, alive = np.zeros((self.customers, days), dtype=bool), self.alive.copy()
        came, left = -np.expm1(-self.rate), -np.expm1(-self.leaving)
        for k in range(days):
            first = begins == k
            alive |= first
            orders[:, k] = (alive & (self.rng.random(self.customers) < came)) | first
            alive &= self.rng.random(self.customers) >= left
        return orders, alive

    def _write(self, orders: np.ndarray, uses: np.ndarray) -> None:
        customer, day = np.nonzero(orders)
        first = np.ones(len(customer), dtype=bool)
        first[1:] = customer[1:] != customer[:-1]
        discount = np.where(first & uses[customer], VOUCHER.incentive_cost, 0.0)
        price = self.value[customer] * np.exp(self.rng.normal(-0.02, 0.2, len(customer)))
        self.lines.append(
            pd.DataFrame(
                {
                    "customer_id": customer,
                    "date": FIRST_DAY + pd.to_timedelta(self.day + day, unit="D"),
                    "amount": np.round(np.maximum(price - discount, 0.0), 2),
                    "discount": discount,
                }
            )
        )
        np.maximum.at(self.last, customer, self.day + day)
