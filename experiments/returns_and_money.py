"""How near money is for customers who return much: the table of docs/adr/0026-returns-off-their-order-days.md.

    REGULARS_REAL_DATA=... python -m experiments.returns_and_money          (some minutes)

Online Retail II to August 2011 has 21 months of lines, a fiftieth of them returns. Settings are the defaults but for
the columns and the horizon. What a customer returned is counted here from the lines, so that any version of the code
can be compared.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from regulars.learners import tweedie_deviance
from regulars.params import load_params
from regulars.scorer import History, ScorerSettings, fit_scorer
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

HORIZON = 90
CUTOFFS = ("2010-12-01", "2011-03-01", "2011-06-01")
MUCH = 0.5  # share of the money bought that was given back
COLUMNS = {
    "customer_id": "Customer ID",
    "ordered_at": "InvoiceDate",
    "order_id": "Invoice",
    "product_id": "StockCode",
    "quantity": "Quantity",
    "unit_price": "Price",
}


def main() -> None:
    """Print the errors at each cutoff, and the customers who gave back most at the end of the log."""
    tx = read_transactions(Path(os.environ["REGULARS_REAL_DATA"]) / "online_retail_ii.parquet", COLUMNS)
    history = History(tx)
    rows = [row for day in CUTOFFS for row in errors(history, Windows.at(day, HORIZON))]
    print(pd.DataFrame(rows).to_string(index=False, float_format=lambda value: f"{value:,.3f}"), flush=True)
    windows = Windows.at(tx.last_day + pd.Timedelta(days=1), HORIZON)
    settings = ScorerSettings.of(load_params(overrides=[f"windows.horizon_days={HORIZON}"], environment={}))
    scores = fit_scorer(history, windows, settings).score(tx, windows.cutoff).set_index("customer_id")
    money = bought_and_returned(tx, windows).reindex(scores.index)
    told = money.join(scores[["p_churn", "expected_purchases", "expected_spend", "clv"]])
    told["order_value"] = history.features(windows)["order_value_mean"]
    print(f"\nAt {windows.cutoff}, {HORIZON} days ahead, the most given back and the lowest net:")
    most = told[told["returned"] > MUCH * told["bought"]].nlargest(12, "returned").index
    print(told.loc[most.union(told["net"].nsmallest(3).index)].round(2).to_string())


def errors(history: History, windows: Windows) -> list[dict[str, object]]:
    """One row a group of customers: how many, their actual and expected money, and the error."""
    settings = ScorerSettings.of(load_params(overrides=[f"windows.horizon_days={HORIZON}"], environment={}))
    scorer = fit_scorer(history, windows, settings)
    expected = scorer.predict(history.features(windows)).expected_spend
    actual = history.labels(windows)["spend"]
    money = bought_and_returned(history.tx, windows).reindex(actual.index)
    groups = {
        "all": np.ones(len(actual), dtype=bool),
        "half or more returned": (money["returned"] > MUCH * money["bought"]).to_numpy(),
        "a tenth to half": money.eval("returned > 0.1 * bought and returned <= 0.5 * bought").to_numpy(),
    }
    return [
        {
            "cutoff": windows.cutoff,
            "customers": name,
            "n": int(group.sum()),
            "actual": actual[group].sum(),
            "expected": expected[group].sum(),
            "bias": expected[group].sum() / actual[group].sum() - 1,
            "MAE": np.abs(expected - actual)[group].mean(),
            "Tweedie": tweedie_deviance(actual[group].to_numpy(), expected[group], 1.5),
        }
        for name, group in groups.items()
    ]


def bought_and_returned(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """Money of the purchases and of the returns before the cutoff, by customer."""
    return (
        tx.connection.execute(f"""
        SELECT customer_id, sum(money) FILTER (is_purchase)::DOUBLE AS bought,
          -coalesce(sum(money) FILTER (NOT is_purchase), 0)::DOUBLE AS returned, sum(money)::DOUBLE AS net
        FROM lines WHERE {windows.history_sql("day")} GROUP BY customer_id""")
        .df()
        .set_index("customer_id")
    )


if __name__ == "__main__":
    main()
