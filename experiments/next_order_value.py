"""How near `order_value` is to the next order days of customers with one order, and with several.

    REGULARS_REAL_DATA=... python -m experiments.next_order_value          (a minute)

Customers who ordered in the window, and the mean money of their order days in it, beside the lifetime model's order
value with the first order left out (`without`) and as it counts (`with`).
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.how_good import SHOPS
from regulars.arrays import Floats
from regulars.features import rfm_summary
from regulars.lifetime.clv.lifetime_value import LifetimeValue
from regulars.lifetime.models.first_order import UNLIKE
from regulars.scorer import History
from regulars.windows import Windows

SHOWN = ("cdnow", "retail", "households")  # the logs with money


def main() -> None:
    """Print a table of errors, a row for each log, cutoff and group of customers."""
    folder = Path(os.environ.get("REGULARS_REAL_DATA", "."))
    rows = [row for name in SHOWN for row in of_shop(name, folder)]
    print(pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:,.2f}"))


def of_shop(name: str, folder: Path) -> list[dict[str, object]]:
    """The rows of one log, at the first and last of its origins."""
    shop = SHOPS[name]
    history = History(shop.read(folder))
    days = sorted({shop.origins[0], shop.origins[-1]})
    return [row for day in days for row in errors(shop.title, history, Windows.at(day, shop.horizon_days))]


def errors(title: str, history: History, windows: Windows) -> list[dict[str, object]]:
    """One row a group of customers."""
    summary = rfm_summary(history.tx, windows.cutoff)
    outcome = history.labels(windows).reindex(summary.index)
    money = float((summary["frequency"] * summary["monetary_value"] + summary["first_value"]).sum())
    fitted = LifetimeValue.fit("mbg_nbd", summary, money=money)
    values = {"with": fitted, "without": replace(fitted, first_order=UNLIKE)}
    expected = {name: order_values(one, summary, windows.horizon_days) for name, one in values.items()}
    actual = (outcome["spend"] / outcome["purchases"].clip(lower=1)).to_numpy()
    back, once = (outcome["spend"] > 0).to_numpy(), (summary["frequency"] == 0).to_numpy()
    return [
        {"log": title, "cutoff": windows.cutoff, "orders": name, "customers": int(group.sum())}
        | {f"MAE {which}": np.abs(value - actual)[group].mean() for which, value in expected.items()}
        | {f"bias {which}": value[group].sum() / actual[group].sum() - 1 for which, value in expected.items()}
        | {"weight": fitted.first_order.weight, "ratio": fitted.first_order.ratio}
        for name, group in (("one", back & once), ("several", back & ~once))
    ]


def order_values(fitted: LifetimeValue, summary: pd.DataFrame, horizon_days: int) -> Floats:
    """The expected money of an order day of each customer."""
    return fitted.quantities(summary, horizon_days)["order_value"].to_numpy()


if __name__ == "__main__":
    main()
