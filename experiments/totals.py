"""RMSE of the log error of forecast totals, and coverage of their 90 % interval, on simulated shops and real logs.

    REGULARS_REAL_DATA=... python -m experiments.totals [develop | held_out | retail | contributions | apparel ...]

Totals of order days and money are forecast 30, 60 and 90 days ahead at many cutoffs: from MBG/NBD without any
correction, by a simple panel, and by `scorer.total_forecast`. Only totals are fitted, no boosters.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.how_good import markdown
from experiments.seasonal_shops import HALVES, Shop, shops, simulate
from regulars.scorer import History
from regulars.scorer.past_totals import MONEY, ORDER_DAYS, Totals
from regulars.scorer.total_forecast import forecast_totals
from regulars.scorer.total_forecasters import FORECASTERS, PastTotals
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

HORIZONS = (30, 60, 90)
MODEL = "mbg_nbd"
MOST_YEARS = 20
OUTCOMES = {"order days": ORDER_DAYS, "money": MONEY}
INTERVALS = {"order days": "purchases", "money": "spend"}
DEVELOPED_TO = dt.date(2011, 5, 31)  # outcomes of real logs that closed by then were used for development
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Log:
    """A log, the first cutoff, the days between cutoffs, and the day by which outcomes have closed."""

    name: str
    tx: Transactions
    begin: dt.date
    step_days: int
    end: dt.date

    def cutoffs(self, horizon_days: int) -> Iterator[Windows]:
        """Cutoffs from `begin` on whose windows close by `end`."""
        asked = Windows(self.end + DAY, horizon_days)
        known = (self.begin - self.tx.first_day).days
        yield from asked.test_windows(
            self.tx.first_day, self.end, step_days=self.step_days, history_days=known, years=MOST_YEARS
        )


def main(names: list[str]) -> None:
    """Print a table for the named sets of logs, or all."""
    folder = Path(os.environ.get("REGULARS_REAL_DATA", "."))
    for name in names or [*HALVES, *REAL]:
        rows = [row for log in logs(name, folder) for row in judged(log)]
        print(f"## {name}\n\n{markdown(summary(pd.DataFrame(rows)))}\n", flush=True)


def logs(name: str, folder: Path) -> Iterator[Log]:
    """The logs of a set."""
    if name not in HALVES:
        yield REAL[name](folder)
        return
    for shop in shops(name):
        yield log_of(shop, read_transactions(simulate(shop)))


def log_of(shop: Shop, tx: Transactions) -> Log:
    """A simulated shop from a year on, or from half of one; every 28 days."""
    known = 395 if shop.months > 12 else 180  # days before the first cutoff
    return Log(shop.name, tx, tx.first_day + known * DAY, 28, tx.last_day)


def judged(log: Log) -> Iterator[dict[str, object]]:
    """Log errors of every forecast at every cutoff."""
    asked = [windows for horizon in HORIZONS for windows in log.cutoffs(horizon)]
    looked_at = {one for windows in asked for one in past_of(log, windows, {}).asked}
    known = History(log.tx).totals(sorted(looked_at, key=lambda one: (one.cutoff, one.horizon_days)), MODEL)
    for horizon in HORIZONS:
        for windows in log.cutoffs(horizon):
            past, totals = past_of(log, windows, known), known[windows]
            ours, panel = forecast_totals(past), simple_panel(past)
            for outcome, row in OUTCOMES.items():
                actual, expected = totals.actual[row].sum(), totals.expected[row].sum()
                if expected > 0:
                    error = float(np.log(max(actual, 0.5) / expected))
                    correction = ours.order_days if row == ORDER_DAYS else ours.money
                    interval = ours.intervals.get(INTERVALS[outcome])
                    low, high = interval.around(expected * np.exp(correction.log_error)) if interval else (0.0, np.inf)
                    yield {
                        "log": log.name,
                        "outcome": outcome,
                        "horizon": horizon,
                        "none": error,
                        "simple panel": error - panel[row],
                        "ours": error - correction.log_error,
                        "holds": float(low <= actual <= high) if interval else np.nan,
                    }


def past_of(log: Log, windows: Windows, known: Mapping[Windows, Totals]) -> PastTotals:
    """The past at a cutoff, by totals that were read for all cutoffs together."""
    span = log.tx.first_day, min(log.tx.last_day, windows.cutoff - DAY)
    return PastTotals(windows, *span, lambda asked: {one: known[one] for one in asked if one in known})


def simple_panel(past: PastTotals) -> np.ndarray:
    """No correction, the latest error, half of it, the year before's error and ratio and their mean, by closed errors.

    Weights exp(−MSE / least MSE), with a prior of two windows and a half-life of a year.
    """

    def panel(forecasts: np.ndarray) -> np.ndarray:
        at = {name: forecasts[..., FORECASTERS.index(name), :] for name in FORECASTERS}
        error, ratio = at["year_before_error"], at["year_before_ratio"]
        latest = at["latest_window"]
        return np.stack([at["lifetime"], latest, latest / 2, error, ratio, (error + ratio) / 2], axis=-2)

    tests = past.test_windows(past.windows.horizon_days)
    now = panel(past.forecasts(past.windows))
    ago = past.windows.history_days(past.first_day) - tests.ages - tests.horizon_days
    weights = (tests.overlap * 0.5 ** (ago / 365.0))[:, None, None]
    squares = (tests.log_errors[:, None, :] - panel(tests.forecasts)) ** 2
    counted = np.isfinite(squares) * weights
    mean = (2 * 0.2**2 + np.nansum(squares * weights, axis=0)) / (2 + counted.sum(axis=0))
    share = np.where(np.isfinite(now), np.exp(-mean / mean.min(axis=0)), 0.0)
    return (share * np.nan_to_num(now)).sum(axis=0) / share.sum(axis=0)


def summary(errors: pd.DataFrame) -> pd.DataFrame:
    """RMSE by log, as the mean over horizons, and coverage; and the means over logs."""
    methods = ["none", "simple panel", "ours"]
    by_horizon = errors.groupby(["outcome", "log", "horizon"], sort=False)
    rmse = by_horizon[methods].agg(lambda e: float(np.sqrt(np.mean(np.square(e)))))
    table = rmse.join(by_horizon["holds"].mean()).groupby(level=["outcome", "log"], sort=False).mean()
    means = table.groupby(level="outcome", sort=False).mean()
    means.index = pd.MultiIndex.from_product([means.index, ["mean"]])
    table = pd.concat([table, means])
    table["ours ÷ none"] = table["ours"] / table["none"]
    table.index = pd.Index([", ".join(key) for key in table.index], name="RMSE of the log error")
    return table.map("{:.3f}".format)


def retail(folder: Path) -> Log:
    """Online Retail II, weekly from 2011-02-28."""
    names = {"customer_id": "Customer ID", "ordered_at": "InvoiceDate", "order_id": "Invoice"}
    goods = {"product_id": "StockCode", "quantity": "Quantity", "unit_price": "Price"}
    tx = read_transactions(folder / "online_retail_ii.parquet", names | goods)
    return Log("Online Retail II", tx, dt.date(2011, 2, 28), 7, tx.last_day)


def retail_developed(folder: Path) -> Log:
    """The same, as far as it was used for development."""
    log = retail(folder)
    return Log(f"{log.name} to {DEVELOPED_TO}", log.tx, log.begin, 7, DEVELOPED_TO)


def contributions(folder: Path) -> Log:
    """Commits to a documentation repository, from a year on, every 28 days."""
    tx = read_transactions(folder / "oss_contributions.parquet", {"customer_id": "author", "ordered_at": "ts"})
    return Log("oss_contributions", tx, tx.first_day + 365 * DAY, 28, tx.last_day)


def apparel(folder: Path) -> Log:
    """600 customers, from a year on, every 28 days."""
    names = {"customer_id": "Id", "ordered_at": "Date", "amount": "Price"}
    tx = read_transactions(folder / "apparel_transactions.parquet", names)
    return Log("apparel", tx, tx.first_day + 365 * DAY, 28, tx.last_day)


REAL = {
    "retail_developed": retail_developed,
    "apparel": apparel,
    "retail": retail,
    "contributions": contributions,
}


if __name__ == "__main__":
    main(sys.argv[1:])
