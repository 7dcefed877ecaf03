"""Play campaigns with few controls or rare orders, and count how often the 90 % intervals of `measure` hold the truth.

    python -m experiments.few_controls [repeats]      (300 repeats: some ten minutes)

Customers differ in how often they come (gamma) and in what they spend (lognormal), and so do their orders (lognormal):
a twentieth of the orders brings a third of the money. A contact costs 1, an order of who was contacted 5 more; a
contact that works adds one order day for half as many customers as come anyway. Without an effect contacts are free, so
that the truth is 0.

Figures are % of the campaigns: intervals that hold the truth (lie above it, below it). "own error": of the difference
with no more than the spread of each group. "given" is how many have an interval for the cost of a customer who was
kept, which exists only where contacts are shown to keep somebody; the others hold every cost.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.blas import one_thread
from regulars.retention.effects import BoolArray, difference
from regulars.retention.keeping_cost import KeepingCost
from regulars.retention.rare_orders import cautious_adjusted, cautious_difference
from regulars.tables import CAMPAIGN_HISTORY

CONTROLS, RATES, SHARES, EFFECTS = (20, 50, 200, 1000), (0.03, 0.06, 0.20, 0.60), (0.2, 0.05), (0.0, 0.5)
OUTCOMES = ("ordered", "order_days", "profit")
MARGIN, VALUE, OWN, EACH = 0.4, 50.0, 0.9, 0.8  # mean of an order, spreads of logarithms of customers and of orders
CONTACT, INCENTIVE = 1.0, 5.0


@dataclass(frozen=True)
class World:
    """One kind of campaign: controls, their share of the list, who orders anyway, and the effect."""

    controls: int
    share: float
    rate: float
    effect: float

    @property
    def added(self) -> float:
        """Customers to whom a contact adds an order day, as a share."""
        return self.effect * self.rate

    @property
    def truth(self) -> dict[str, float]:
        """What a contact brings on average."""
        came = self.rate + self.added * (1.0 - self.rate)
        cost = (CONTACT + INCENTIVE * came) * (self.effect > 0)
        return {
            "ordered": came - self.rate,
            "order_days": self.added,
            "profit": MARGIN * VALUE * self.added - cost,
            "cost of one kept": cost / (came - self.rate) if self.effect else np.nan,
        }


@dataclass(frozen=True, eq=False)
class Campaign:
    """Customers of a list, and what they did before and after."""

    treated: BoolArray
    outcomes: dict[str, Floats]
    known: Floats

    @classmethod
    def play(cls, world: World, rng: np.random.Generator) -> Campaign:
        """Draw the customers, their contacts and their orders."""
        customers = round(world.controls / world.share)
        treated = np.arange(customers) >= world.controls
        pace = rng.exponential(world.rate / (1.0 - world.rate), customers)
        level = np.exp(OWN * rng.normal(size=customers) - OWN**2 / 2)
        before = rng.poisson(pace)
        days = rng.poisson(pace) + (treated & (rng.random(customers) < world.added))
        ordered, margin = (days > 0) * 1.0, MARGIN * spent(days, level, rng)
        costs = (CONTACT + INCENTIVE * ordered) * treated * (world.effect > 0)
        risk = np.exp(-pace * np.exp(0.5 * rng.normal(size=customers)))
        return cls(
            treated,
            {"ordered": ordered, "order_days": days * 1.0, "margin": margin, "profit": margin - costs},
            np.column_stack([risk, np.log1p(before), np.log1p(spent(before, level, rng))]),
        )

    def history(self) -> pd.DataFrame:
        """The rows that `measure` adds to the campaign history."""
        texts = dict.fromkeys(("customer", "campaign", "model_version", "offer", "currency"), "x")
        made = pd.DataFrame(self.outcomes).assign(
            **texts, kind="keep", group=np.where(self.treated, "treat", "control"), start=pd.Timestamp("2026-01-01")
        )
        return made.assign(**{name: 0.0 for name in CAMPAIGN_HISTORY if name not in made})


def spent(days: np.ndarray, level: Floats, rng: np.random.Generator) -> Floats:
    """Money of each customer."""
    rows = np.repeat(np.arange(len(days)), days)
    values = VALUE * level[rows] * np.exp(EACH * rng.normal(size=len(rows)) - EACH**2 / 2)
    return np.bincount(rows, values, len(days))


def intervals(made: Campaign) -> Iterator[tuple[str, float, float]]:
    """Name, lower and upper end of every interval of a campaign."""
    ordered = made.outcomes["ordered"] > 0
    for name in OUTCOMES:
        values = made.outcomes[name]
        yield f"{name}, own error", *difference(values, made.treated).interval()
        yield name, *cautious_difference(values, ordered, made.treated).interval()
        yield f"{name}, adjusted", *cautious_adjusted(values, ordered, made.treated, made.known).interval()
    kept = KeepingCost.of(made.history(), None)
    yield "cost of one kept", kept.low, kept.high


def told(world: World, repeats: int) -> pd.DataFrame:
    """A row for each interval: shares of campaigns in which it lies above the truth, lies below, and is given."""
    rng = np.random.default_rng([world.controls, round(1000 * world.share), round(100 * world.rate)])
    rows = []
    for _ in range(repeats):
        for name, low, high in intervals(Campaign.play(world, rng)):
            true = world.truth[name.partition(",")[0]]
            rows.append((name, low > true, high < true, not np.isnan(low)))
    table = pd.DataFrame(rows, columns=["interval", "above", "below", "given"])
    return table.groupby("interval", sort=False).mean()


def line(world: World, found: pd.DataFrame) -> str:
    """One line of the table."""
    figures = "  ".join(
        f"{name} {100 * (1 - row.above - row.below):.0f} ({100 * row.above:.0f}, {100 * row.below:.0f})"
        for name, row in found.iterrows()
    )
    kept = 100 * found.loc["cost of one kept", "given"]
    return (
        f"effect {world.effect}  {100 * world.share:2.0f} % held out, {world.controls:4d}  {100 * world.rate:2.0f} % "
        f"order  {figures}, given {kept:.0f}"
    )


def main(repeats: int = 300) -> int:
    """Print the shares; 1 if fewer than 85 % of the intervals of a kind hold the truth."""
    failures = 0
    for effect, share, controls, rate in product(EFFECTS, SHARES, CONTROLS, RATES):
        world = World(controls, share, rate, effect)
        with one_thread():
            found = told(world, repeats)
        missed = (found["above"] + found["below"])[~found.index.str.endswith("own error")]
        failures += int((missed > 0.15).sum())
        print(line(world, found), flush=True)
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
