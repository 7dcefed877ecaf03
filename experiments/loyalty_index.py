"""The shop's own index of loyalty on real logs: its weights, and how it ranks beside days since the last order.

REGULARS_REAL_DATA=... python -m experiments.loyalty_index
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import regulars as rg
from regulars.transactions import Transactions

CASES = (
    ("Online Retail II", "2011-06-01", 90),
    ("Online Retail II", "2011-09-01", 90),
    ("CDNOW", "1998-07-01", 150),
    ("Complete Journey", "2017-12-01", 30),
)


def log_of(name: str, folder: Path) -> Transactions:
    """Read a log with its products and discounts."""
    if name == "CDNOW":
        return rg.read_transactions("demo")
    if name == "Online Retail II":
        return rg.read_transactions(str(folder / "online_retail_ii.parquet"))
    columns = {
        "customer_id": "household_id",
        "ordered_at": "transaction_timestamp",
        "amount": "sales_value",
        "quantity": "quantity",
        "product_id": "product_id",
        "discount": "retail_disc",
    }
    return rg.read_transactions(str(folder / "completejourney" / "transactions.parquet"), columns)


def main() -> int:
    """Print weights and verdict, a log and cutoff at a time."""
    folder = Path(os.environ["REGULARS_REAL_DATA"])
    for name, cutoff, horizon in CASES:
        found = rg.loyalty_index(log_of(name, folder), cutoff, horizon_days=horizon)
        gap = found.auc - found.auc_of_silence
        print(f"{name}, {cutoff}, {horizon} days: {found.weights_in_words}")
        print(f"  {found.in_words} Difference {gap:+.3f}: {found.verdict}.", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
