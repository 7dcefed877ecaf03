"""Hillstrom's e-mail campaign: how well uplift ranks its customers, over ten draws of the folds.

`REGULARS_REAL_DATA=FOLDER python -m experiments.hillstrom` prints, for visits and each e-mail, the Qini coefficient of
uplift, of response and of risk (means over ten seeds of folds and boosters), and with how many seeds the 95 % interval
of the difference of uplift and response lies above 0.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd

from regulars.cli.layout import grid
from regulars.params import UpliftParams
from regulars.retention.uplift import judge

SEEDS = range(10)
OUTCOME = "visit"
ARMS = ("Womens E-Mail", "Mens E-Mail")


def judged(campaign: pd.DataFrame, arm: str) -> pd.DataFrame:
    """One row a seed: Qini of uplift, response and risk, and the difference of the first two with its interval."""
    rows = campaign[campaign["segment"].isin([arm, "No E-Mail"])].drop(columns=["conversion", "spend"])
    found = []
    for seed in SEEDS:
        rankings = judge(rows, UpliftParams(outcomes=(OUTCOME,)), seed=seed).of_arm(OUTCOME, arm).rankings
        apart = rankings.uplift.against_response
        found.append(
            {
                "learner": rankings.learner,
                "uplift": rankings.uplift.qini.value,
                "response": rankings.response.qini.value,
                "risk": rankings.by_name["risk"].qini.value,
                "difference": apart.value,
                "low": apart.low,
                "high": apart.high,
            }
        )
    return pd.DataFrame(found)


def main() -> None:
    """Print both tables."""
    campaign = pd.read_parquet(Path(os.environ["REGULARS_REAL_DATA"]) / "hillstrom.parquet")
    for arm in ARMS:
        table = judged(campaign, arm)
        means = table[["uplift", "response", "risk", "difference"]].mean()
        above = int((table["low"] > 0).sum())
        print(f"{OUTCOME}, {arm}: mean Qini over {len(table)} seeds")
        print("\n".join(grid(list(means.index), [[f"{value:.5f}" for value in means]])))
        print(f"the interval of uplift less response lies above 0 with {above} of {len(table)} seeds")
        print(f"learners: {', '.join(sorted(set(table['learner'])))}; lowest and highest uplift: "
              f"{np.min(table['uplift']):.5f}, {np.max(table['uplift']):.5f}\n")  # fmt: skip


if __name__ == "__main__":
    main()
