"""How near `order_value` is to the next order days of customers with one order, and with several.

    REGULARS_REAL_DATA=... python -m experiments.next_order_value          (a minute)

Customers who ordered in the window, and the mean money of their order days in it, beside the order values of the
lifetime model: as they are, with own orders counting as Gamma-Gamma was fitted, and without the first order. *most* is
the largest order value in own means of the later orders. The wholesalers are simulated: customers order often, small
ones a hundredth of what large ones do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.how_good import SHOPS
from regulars.arrays import Floats
from regulars.evaluation.bootstrap import interval
from regulars.features import rfm_summary
from regulars.features.summary import money_of
from regulars.lifetime.clv.lifetime_value import LifetimeValue, paid_repeats_of
from regulars.lifetime.models.first_order import UNLIKE
from regulars.scorer import History
from regulars.transactions import read_transactions
from regulars.windows import Windows

SHOWN = ("cdnow", "retail", "households")  # the logs with money
OFTEN = 10  # later orders
FEWEST = 50  # customers in a row of the table
DRAWS = 1_000  # of the customers, for an interval
KNOWN_DAYS, AHEAD_DAYS = 720, 90


def main() -> None:
    """Print a table of errors, a row for each log, cutoff and group of customers."""
    folder = Path(os.environ.get("REGULARS_REAL_DATA", "."))
    rows = [row for title, history, windows in logs(folder) for row in errors(title, history, windows)]
    print(pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:,.3f}"))


def logs(folder: Path) -> Iterator[tuple[str, History, Windows]]:
    """Real logs at each of their origins, and simulated ones."""
    for shop in (SHOPS[name] for name in SHOWN):
        history = History(shop.read(folder))
        yield from ((shop.title, history, Windows.at(day, shop.horizon_days)) for day in shop.origins)
    begin = pd.Timestamp("2022-01-01")
    for seed in range(3):
        history = History(read_transactions(wholesaler(seed, begin)))
        yield f"Wholesaler {seed}", history, Windows.at((begin + pd.Timedelta(days=KNOWN_DAYS)).date(), AHEAD_DAYS)


def wholesaler(seed: int, begin: pd.Timestamp) -> pd.DataFrame:
    """Orders of 400 customers, six in 90 days on average; their means are log-normal, a single one is Gamma(4)."""
    rng, days = np.random.default_rng(seed), KNOWN_DAYS + AHEAD_DAYS
    mean, rate = np.exp(rng.normal(np.log(1_500), 1.5, 400)), rng.gamma(4.0, 1.5, 400) / 90
    customer = np.repeat(np.arange(400), rng.poisson(rate * days))
    ordered = begin + pd.to_timedelta(rng.integers(0, days, len(customer)), unit="D")
    amount = np.round(rng.gamma(4.0, mean[customer] / 4.0), 2)
    return pd.DataFrame({"customer_id": customer, "date": ordered, "amount": amount})


def errors(title: str, history: History, windows: Windows) -> Iterator[dict[str, object]]:
    """One row a group of customers."""
    summary = rfm_summary(history.tx, windows.cutoff)
    outcome = history.labels(windows).reindex(summary.index)
    fitted = LifetimeValue.fit("mbg_nbd", summary, money=money_of(summary))
    as_fitted = LifetimeValue.fit("mbg_nbd", summary.drop(columns="last_value"), money=money_of(summary))
    which = {"now": fitted, "as fitted": as_fitted, "without first": replace(fitted, first_order=UNLIKE)}
    values = {name: order_values(one, summary, windows.horizon_days) for name, one in which.items()}
    actual = (outcome["spend"] / outcome["purchases"].clip(lower=1)).to_numpy()
    back, (repeats, own) = (outcome["spend"] > 0).to_numpy(), paid_repeats_of(summary).to_numpy().T
    groups = {"none": repeats == 0, "some": (repeats > 0) & (repeats < OFTEN), "often": repeats >= OFTEN}
    for name, group in groups.items():
        seen = back & group
        if seen.sum() < FEWEST:
            continue
        off = {model: np.log(value[seen] / actual[seen]) for model, value in values.items()}
        row = {"log": title, "cutoff": windows.cutoff, "later orders": name, "customers": int(seen.sum())}
        weights = {"own": fitted.own_orders.weight, "first": fitted.first_order.weight}
        rmse = {f"error {model}": float(np.sqrt((one**2).mean())) for model, one in off.items()}
        gain = {"now − as fitted": "{:+.3f} [{:+.3f}, {:+.3f}]".format(*difference(off["as fitted"], off["now"]))}
        most = {f"most {model}": (value[seen] / own[seen]).max() for model, value in values.items() if own[seen].all()}
        bias = {f"bias {model}": value[seen].sum() / actual[seen].sum() - 1 for model, value in values.items()}
        yield row | weights | rmse | gain | most | bias


def order_values(fitted: LifetimeValue, summary: pd.DataFrame, horizon_days: int) -> Floats:
    """The expected money of an order day of each customer."""
    return fitted.quantities(summary, horizon_days)["order_value"].to_numpy()


def difference(before: Floats, after: Floats) -> tuple[float, float, float]:
    """Of the root mean squares, with a 95 % interval over draws of the customers."""
    drawn = np.random.default_rng(0).integers(0, len(before), (DRAWS, len(before)))
    draws = np.sqrt((after**2)[drawn].mean(axis=1)) - np.sqrt((before**2)[drawn].mean(axis=1))
    return float(np.sqrt((after**2).mean()) - np.sqrt((before**2).mean())), *interval(draws)


if __name__ == "__main__":
    main()
