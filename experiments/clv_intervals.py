"""How often the realised CLV lies between `clv_low` and `clv_high`: the table of docs/how-good.md.

    REGULARS_REAL_DATA=... python -m experiments.clv_intervals [cdnow | retail | retail_ii ...]          (some minutes)

CLV is what a customer brings in `clv_horizon_days`, here without discount and with a margin of 1. At each cutoff the
scorer is fitted on what was known then, and the days that followed are all in the log.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.how_good import cdnow, markdown, retail
from experiments.returns_and_money import COLUMNS
from regulars.params import load_params
from regulars.scorer import History, ScorerSettings, fit_scorer
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

THIRDS = ("least", "middle", "most")


def retail_ii(folder: Path) -> Transactions:
    """UCI Online Retail II: the wholesaler of gifts over two years."""
    return read_transactions(folder / "online_retail_ii.parquet", COLUMNS)


@dataclass(frozen=True)
class Case:
    """A log, the horizon of training, the days of CLV, and the cutoffs."""

    title: str
    read: Callable[[Path], Transactions]
    horizon_days: int
    clv_days: int
    cutoffs: tuple[str, ...]


CASES = {
    "cdnow": Case("CDNOW", cdnow, 90, 270, ("1997-09-01", "1997-10-01")),
    "retail": Case("Online Retail", retail, 60, 120, ("2011-04-01", "2011-04-15", "2011-05-01")),
    "retail_ii": Case("Online Retail II", retail_ii, 90, 365, ("2010-08-01", "2010-08-15", "2010-08-31")),
}


def main(names: list[str]) -> None:
    """Print two tables of the named logs, or of all: of customers, and of totals by cutoff."""
    folder, rows, sums = Path(os.environ.get("REGULARS_REAL_DATA", ".")), {}, {}
    for name in names or CASES:
        case = CASES[name]
        scores = scored(case, folder)
        rows |= table(case, scores)
        sums[f"{case.title}, {case.clv_days} days"] = totals(scores)
    print(markdown(pd.DataFrame.from_dict(rows, orient="index").rename_axis("realised CLV")), flush=True)
    print(f"\n{markdown(pd.DataFrame.from_dict(sums, orient='index').rename_axis('total CLV'))}", flush=True)


def scored(case: Case, folder: Path) -> pd.DataFrame:
    """Scores at every cutoff of a log, with what each customer brought: `actual`."""
    history, found = History(case.read(folder)), []
    for cutoff in case.cutoffs:
        windows = Windows.at(cutoff, case.horizon_days)
        if not windows.with_horizon(case.clv_days).closed_by(history.tx.last_day + dt.timedelta(days=1)):
            raise ValueError(f"{case.title} does not hold the {case.clv_days} days from {cutoff}.")
        scorer = fit_scorer(history, windows, settings(case))
        scores = scorer.score_features(history.features(windows))
        actual = history.labels(windows.with_horizon(case.clv_days))["spend"]
        found.append(scores.assign(actual=actual.reindex(scores["customer_id"]).to_numpy()))
    return pd.concat(found, ignore_index=True)


def settings(case: Case) -> ScorerSettings:
    """Defaults, but CLV is plain money of these days."""
    own = [f"windows.horizon_days={case.horizon_days}", f"lifetime.clv_horizon_days={case.clv_days}"]
    return ScorerSettings.of(load_params(overrides=[*own, "lifetime.annual_discount_rate=0"], environment={}))


def table(case: Case, scores: pd.DataFrame) -> dict[str, dict[str, str]]:
    """A row each for all customers, the thirds by CLV, and those with one order day and with more."""
    third = scores.groupby("cutoff")["clv"].rank(pct=True, method="first").mul(len(THIRDS)).apply(np.ceil)
    groups = {
        "all customers": np.ones(len(scores), bool),
        **{f"third with the {name} clv": third == k + 1 for k, name in enumerate(THIRDS)},
        "one order day": scores["orders"] == 1,
        "more order days": scores["orders"] > 1,
    }
    title = f"{case.title}, {case.clv_days} days"
    return {f"{title}: {name}": judged(scores[chosen]) for name, chosen in groups.items()}


def totals(scores: pd.DataFrame) -> dict[str, str]:
    """By cutoff, how far the sum over all customers was off, and the RMSE of its logarithm."""
    total = scores.groupby("cutoff")[["clv", "actual"]].sum()
    errors = np.log(total["clv"] / total["actual"])
    off = ", ".join(f"{day:%Y-%m-%d} {100 * np.expm1(error):+.0f} %" for day, error in errors.items())
    return {"cutoffs": off, "RMSE of the log": f"{np.sqrt(np.mean(errors**2)):.3f}"}


def judged(scores: pd.DataFrame) -> dict[str, str]:
    """How many lie within, below and above; and bounds that make no sense beside the CLV itself."""
    below, above = scores["actual"] < scores["clv_low"], scores["actual"] > scores["clv_high"]
    absurd = (scores["clv_high"] < scores["clv"]) | (scores["clv_low"] > scores["clv"]) | (scores["clv_low"] < 0)
    return {
        "rows": f"{len(scores):,}",
        "within": f"{1 - (below | above).mean():.3f}",
        "below": f"{below.mean():.3f}",
        "above": f"{above.mean():.3f}",
        "high = clv": f"{(scores['clv_high'] == scores['clv']).mean():.3f}",
        "absurd": f"{absurd.sum():,}",
        "mean clv": f"{scores['clv'].mean():,.2f}",
        "mean actual": f"{scores['actual'].mean():,.2f}",
        "median width": f"{(scores['clv_high'] - scores['clv_low']).median():,.2f}",
    }


if __name__ == "__main__":
    main(sys.argv[1:])
