"""Fit every purchase model before a date and judge it on the purchases after it: the tables of docs/lifetime-models.md.

    python -m experiments.lifetime_holdouts          (some ten seconds)

CDNOW ships with `lifetimes`; groceryElog is read from the folder REGULARS_REAL_DATA where that is set. Dates are the
papers': the calibration includes its last day, and time is in weeks.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from experiments.papers import orders, summed
from regulars.lifetime import choose_model
from regulars.lifetime.diagnostics.select import Choice
from regulars.lifetime.models.by_name import transaction_model
from regulars.scorer.fit import LIFETIME_CANDIDATES


def split(days: pd.DataFrame, end: str) -> tuple[pd.DataFrame, pd.Series]:
    """The summary of the customers who came until the end of the calibration, and how often each bought after it."""
    last = pd.Timestamp(end)
    summary, known = summed(days, last), days[days["date"] <= last].sort_values(["id", "date"])
    gaps = known.groupby("id")["date"].diff().dt.days / 7
    summary["log_gaps"] = np.log(gaps).groupby(known["id"]).sum()
    counts = days[days["date"] > last].groupby("id").size()
    return summary, counts.reindex(summary.index, fill_value=0)


def holdouts() -> Iterator[tuple[str, float, pd.DataFrame, pd.Series]]:
    """Name, weeks, summary and counts of each holdout."""
    sample = orders("CDNOW_sample.txt", ["master_id", "id", "date", "cds", "spend"], None)
    yield "CDNOW, the 1/10 sample, from 1997-10-01", 39, *split(sample, "1997-09-30")
    master = orders("CDNOW_master.txt", ["id", "date", "cds", "spend"], 0)
    yield "CDNOW, all customers, from 1997-10-01", 39, *split(master, "1997-09-30")
    folder = os.environ.get("REGULARS_REAL_DATA")
    if folder:
        yield "groceryElog, from 2007-01-01", 52, *split(groceries(Path(folder)), "2006-12-31")


def groceries(folder: Path) -> pd.DataFrame:
    """The order days of groceryElog."""
    log = pd.read_parquet(folder / "btydplus_groceryelog.parquet").rename(columns={"cust": "id"})
    return log.drop_duplicates(["id", "date"]).assign(spend=0.0)


def judged(summary: pd.DataFrame, counts: pd.Series, weeks: float) -> tuple[pd.DataFrame, Choice]:
    """One row a model, and what `auto` takes once the holdout has closed."""
    choice = choose_model(LIFETIME_CANDIDATES, summary, counts, weeks)
    rows = {name: figures(name, summary, counts, weeks) for name in choice.table.index}
    table = pd.DataFrame(rows).T
    table["log score"] = choice.table["log_score"]
    return table, choice


def figures(name: str, summary: pd.DataFrame, counts: pd.Series, weeks: float) -> dict[str, float]:
    """Accuracy of the forecast of one model."""
    model = transaction_model(name).fit(summary)
    forecast, buys = model.expected_purchases(summary, weeks), model.probability_of_purchase(summary, weeks)
    off = forecast - counts
    return {
        "k": model.params_.get("k", np.nan),
        "log-likelihood": model.log_likelihood_,
        "forecast": forecast.sum(),
        "bias, %": 100 * (forecast.sum() / counts.sum() - 1),
        "MAE": np.abs(off).mean(),
        "RMSE": np.sqrt((off**2).mean()),
        "MSLE": ((np.log1p(forecast) - np.log1p(counts)) ** 2).mean(),
        "correlation": np.corrcoef(forecast, counts)[0, 1],
        "AUC": auc(buys, counts > 0),
    }


def auc(score: np.ndarray, returned: pd.Series) -> float:
    """Probability that one who returned was ranked above one who did not."""
    ranks, back = rankdata(score)[returned], float(returned.sum())
    return float((ranks.sum() - back * (back + 1) / 2) / (back * (len(returned) - back)))


FORMATS = {"k": "", "log-likelihood": ",.2f", "forecast": ",.1f", "bias, %": "+.1f", "AUC": ".3f", "log score": ".4f"}


def lines_of(table: pd.DataFrame) -> Iterator[str]:
    """The table in Markdown."""
    yield "| model | " + " | ".join(table.columns) + " |"
    yield "|---" * (1 + table.shape[1]) + "|"
    for name, row in table.iterrows():
        shown = [
            f"{value:{FORMATS.get(column, '.3f')}}" if column != "k" else ("" if np.isnan(value) else f"{value:.0f}")
            for column, value in row.items()
        ]
        yield f"| `{name}` | " + " | ".join(shown) + " |"


def main() -> None:
    for name, weeks, summary, counts in holdouts():
        table, choice = judged(summary, counts, weeks)
        print(f"**{name}**: {len(summary):,} customers, who bought {counts.sum():,} times in {weeks} weeks.\n")
        print("\n".join(lines_of(table)))
        print(f"\n`auto`: {choice.sentence}\n", flush=True)


if __name__ == "__main__":
    main()
