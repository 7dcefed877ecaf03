"""Gamma-Gamma fitted on customers' means, as the models do, beside one that also sees their single order days.

    REGULARS_REAL_DATA=... python -m experiments.order_value_spread          (half a minute)

Given what a customer spent in all, the shares of single order days are Dirichlet(p, ..., p) whatever the customer's
rate is, so the likelihood of all order days is that of the means times that of the shares. What both expect of an
order day is compared with the order days of the window after each cutoff.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.optimize import minimize
from scipy.special import gammaln

from experiments.how_good import SHOPS
from regulars.arrays import Floats
from regulars.evaluation.bootstrap import interval
from regulars.lifetime import GammaGamma
from regulars.transactions import Transactions
from regulars.windows import Windows

SHOWN = ("cdnow", "retail", "households")  # the logs with money
DRAWS = 1_000  # of the customers, for an interval


class OrderDays(NamedTuple):
    """The order days after the first that brought money, of each customer: how many, their mean, their shares."""

    count: Floats
    mean: Floats
    log_shares: Floats  # sum of the logarithms of the shares of what the customer spent

    @classmethod
    def of(cls, days: pd.DataFrame) -> OrderDays:
        """Add up single days."""
        money = days.groupby("customer_id")["money"]
        logs = np.log(days["money"] / money.transform("sum")).groupby(days["customer_id"]).sum()
        return cls(money.size().to_numpy(float), money.mean().to_numpy(), logs.to_numpy())


def main() -> None:
    """Print a row for each log and cutoff."""
    folder = Path(os.environ.get("REGULARS_REAL_DATA", "."))
    rows = []
    for shop in (SHOPS[name] for name in SHOWN):
        tx = shop.read(folder)
        rows += [compared(shop.title, tx, Windows.at(day, shop.horizon_days)) for day in shop.origins]
    print(pd.DataFrame(rows).to_string(index=False))


def order_days(tx: Transactions, condition: str) -> pd.DataFrame:
    """Money of the order days that brought any, sorted, and whether a day is `later` than the customer's first."""
    days = tx.connection.execute(f"""
        SELECT customer_id, day, sum(money)::DOUBLE AS money
        FROM lines WHERE is_purchase AND {condition} GROUP BY customer_id, day ORDER BY customer_id, day""").fetchdf()
    return days.assign(later=days["customer_id"].duplicated())[days["money"] > 0]


def compared(title: str, tx: Transactions, windows: Windows) -> dict[str, object]:
    """Both fits at a cutoff, and how far each is from the order days that followed."""
    days = order_days(tx, windows.history_sql("day"))
    past = days[days["later"]]
    followed = order_days(tx, windows.label_sql("day")).groupby("customer_id")["money"].mean()
    customers, known = past["customer_id"].unique(), OrderDays.of(past)
    summary = pd.DataFrame({"frequency": known.count, "monetary_value": known.mean}, index=customers)
    by_means = GammaGamma().fit(summary)
    by_days = fitted_on_days(known, by_means)
    here = summary.index.isin(followed.index)
    actual = np.log(followed.reindex(customers[here]).to_numpy())
    errors = [(np.log(model.expected_spend(summary[here])) - actual).to_numpy() ** 2 for model in (by_means, by_days)]
    ratio = by_means.expected_spend(summary) / summary["monetary_value"]
    often = known.count >= 10
    return {
        "log": title,
        "cutoff": windows.cutoff,
        "p by means": round(by_means.params_["p"], 2),
        "p by days": round(by_days.params_["p"], 2),
        "customers": int(here.sum()),
        "log RMSE by means": round(float(np.sqrt(errors[0].mean())), 4),
        "by days": round(float(np.sqrt(errors[1].mean())), 4),
        "difference": "{:+.4f} [{:+.4f}, {:+.4f}]".format(*difference(*errors)),
        "most by means, of own mean": round(float(ratio[often].max()), 2),
    }


def fitted_on_days(known: OrderDays, begin: GammaGamma) -> GammaGamma:
    """The maximum of the likelihood of all single order days."""
    x, mean, log_shares = known

    def loss(theta: Floats) -> float:
        p, q, gamma = np.exp(theta)
        n = p * x + q
        means = gammaln(n) - gammaln(q) + q * np.log(gamma) + p * x * np.log(x * mean) - n * np.log(gamma + x * mean)
        return -float((means - x * gammaln(p) + p * log_shares).mean())

    found = minimize(loss, np.log(list(begin.params_.values())), method="Nelder-Mead", options={"maxiter": 2_000})
    return GammaGamma.from_params(dict(zip(begin.params_, np.exp(found.x).tolist(), strict=True)))


def difference(before: Floats, after: Floats) -> tuple[float, float, float]:
    """Of the root mean squares, with a 95 % interval over draws of the customers."""
    drawn = np.random.default_rng(0).integers(0, len(before), (DRAWS, len(before)))
    draws = np.sqrt(after[drawn].mean(axis=1)) - np.sqrt(before[drawn].mean(axis=1))
    return float(np.sqrt(after.mean()) - np.sqrt(before.mean())), *interval(draws)


if __name__ == "__main__":
    main()
