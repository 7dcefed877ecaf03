"""How near to the actual total of order days a forecast can come in a simulated shop: the floor of docs/how-good.md.

    python -m experiments.total_floors [develop | held_out ...]                                      (a minute)

Every customer's pace and rate of leaving, who has left, and the demand of every day are known, as far as a column does
not say otherwise. Cutoffs and horizons are those of `experiments.totals`. Only Christmas shops and shops in decline.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pandas as pd

from experiments.how_good import markdown
from experiments.seasonal_shops import HALVES, Shop, parts_of_demand, shops, simulate, truth_of
from experiments.totals import HORIZONS, log_of
from regulars.arrays import Floats
from regulars.transactions import read_transactions

UNKNOWN = {
    "chance": ("shocks",),
    "and promotions": ("shocks", "promotions"),
    "and the decline ahead": ("shocks", "promotions", "trend"),
    "and the season": ("shocks", "promotions", "trend", "season"),
}


def main(names: list[str]) -> None:
    """Print a table for the named halves, or both."""
    for name in names or HALVES:
        chosen = [shop for shop in shops(name) if shop.season == "peak" or shop.trend == "decline"]
        rows = pd.DataFrame([row for shop in chosen for row in errors(shop)])
        rmse = rows.groupby(["shop", "horizon"], sort=False)[list(UNKNOWN)].agg(lambda e: np.sqrt(np.mean(e**2)))
        table = rmse.groupby(level="shop", sort=False).mean().rename_axis("RMSE of the log error, not known:")
        print(f"## {name}\n\n{markdown(table.map('{:.3f}'.format))}\n", flush=True)


def errors(shop: Shop) -> Iterator[dict[str, object]]:
    """Log errors at every cutoff, by what is not known."""
    truth, parts = truth_of(shop, np.random.default_rng(shop.seed)), parts_of_demand(shop)
    log = log_of(shop, read_transactions(simulate(shop)))
    begin = truth.orders[truth.orders[:, 1] >= truth.unseen][:, 1].min()  # the first day of the log
    first = np.full(len(truth.pace), len(truth.demand))
    seen = truth.orders[truth.orders[:, 1] >= truth.unseen]
    np.minimum.at(first, seen[:, 0], seen[:, 1])
    for horizon in HORIZONS:
        for windows in log.cutoffs(horizon):
            cutoff = begin + windows.history_days(log.tx.first_day)
            known = first < cutoff
            inside = (seen[:, 1] >= cutoff) & (seen[:, 1] < cutoff + horizon)
            actual = float((inside & known[seen[:, 0]]).sum())
            there = known & (truth.gone > cutoff)
            ahead = {name: _ahead(parts, missing, cutoff, horizon) for name, missing in UNKNOWN.items()}
            pace, leaving = truth.pace[there], truth.leaving[there]
            expected = {name: _expected(pace, leaving, demand) for name, demand in ahead.items()}
            yield {
                "shop": shop.name,
                "horizon": horizon,
                **{name: float(np.log(max(actual, 0.5) / total)) for name, total in expected.items()},
            }


def _ahead(parts: dict[str, Floats], missing: tuple[str, ...], cutoff: int, horizon: int) -> Floats:
    """Demand of each day of the window; what is unknown is as it was so far (shocks, promotions) or at the cutoff."""
    made = np.ones(horizon)
    for name, values in parts.items():
        if name not in missing:
            made = made * values[cutoff : cutoff + horizon]
        elif name in ("trend", "season"):
            made = made * values[cutoff - 1]
        else:
            made = made * values[:cutoff].mean()
    return made


def _expected(pace: Floats, leaving: Floats, demand: Floats) -> float:
    there = np.exp(-leaving[:, None] * (np.arange(len(demand)) + 0.5))
    return float((there * -np.expm1(-pace[:, None] * demand)).sum())


if __name__ == "__main__":
    main(sys.argv[1:])
