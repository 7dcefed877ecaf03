"""How many customers surely prefer something, on real logs.

REGULARS_REAL_DATA=... python -m experiments.preferences
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import regulars as rg
from experiments.next_sale import log_of

CASES = (("Complete Journey", "2017-10-01"), ("Online Retail", "2011-06-01"))


def main() -> int:
    """Print the share of customers whose preference is sure, a log at a time."""
    folder = Path(os.environ["REGULARS_REAL_DATA"])
    for name, cutoff in CASES:
        found = rg.preferences(log_of(name, folder), cutoff)
        sure = found.groupby("about")["is_sure"].agg(["size", "mean"])
        told = ", ".join(f"{about} {100 * row['mean']:.0f} % of {row['size']:,.0f}" for about, row in sure.iterrows())
        print(f"{name}, {cutoff}: {told}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
