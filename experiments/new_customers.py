"""How far forecasts of what new customers bring are off, and how often their 90 % range holds.

    REGULARS_REAL_DATA=... python -m experiments.new_customers

On simulated shops and Online Retail II, 30, 60 and 90 days ahead, at cutoffs 28 days apart, by what was known at each.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.how_good import markdown
from experiments.seasonal_shops import HALVES, shops, simulate
from regulars.scorer.like_for_like import new_customers_at
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

HORIZONS, STEP_DAYS, MOST = (30, 60, 90), 28, 40


def main() -> None:
    """Print a table by kind of log, and over all together."""
    rows = pd.DataFrame([row for kind, tx in logs() for row in judged(kind, tx)])
    print(markdown(summary(rows)))
    print(f"\nThe range held in {100 * rows['holds'].mean():.1f} % of {len(rows):,} forecasts.")


def logs() -> Iterator[tuple[str, Transactions]]:
    """Logs by kind."""
    folder = Path(os.environ.get("REGULARS_REAL_DATA", "."))
    yield "Online Retail II", read_transactions(folder / "online_retail_ii.parquet")
    for half in HALVES:
        for shop in shops(half):
            kind = "shops that halve" if shop.trend == "decline" else "other shops"
            yield kind, read_transactions(simulate(shop))


def judged(kind: str, tx: Transactions) -> Iterator[dict[str, object]]:
    """Log errors at every cutoff, ours and those of the latest window again."""
    end = tx.last_day + dt.timedelta(days=1)
    for horizon in HORIZONS:
        asked = [Windows(end, horizon).before_cutoff().shifted(-STEP_DAYS * k) for k in range(MOST)]
        for windows, made, (actual, latest) in new_customers_at(tx, Windows(end, horizon), asked):
            totals = zip(("order days", "money"), (made.purchases, made.spend), actual, latest, strict=True)
            for name, total, followed, before in totals:
                if total and total.low is not None and total.high is not None and followed > 0:
                    yield {
                        "log": kind,
                        "days ahead": windows.horizon_days,
                        "total": name,
                        "ours": np.log(followed / total.expected),
                        "latest window again": np.log(followed / max(before, 0.5)),
                        "holds": total.low <= followed <= total.high,
                    }


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """RMSE of the log error, and how often the range held."""
    grouped = rows.groupby(["log", "days ahead", "total"])
    table = pd.DataFrame({name: grouped[name].agg(rmse) for name in ("ours", "latest window again")})
    table = table.map(lambda value: f"{value:.3f}").assign(
        held=grouped["holds"].mean().map(lambda value: f"{100 * value:.1f} %"), forecasts=grouped.size().astype(str)
    )
    return table.set_axis(pd.Index([" ".join(map(str, key)) for key in table.index], name="log, days ahead, total"))


def rmse(errors: pd.Series) -> float:
    """Root of the mean square."""
    return float(np.sqrt(np.mean(errors.astype(float) ** 2)))


if __name__ == "__main__":
    main()
