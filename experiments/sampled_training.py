"""What a scorer loses that is fitted on a sample of the customers, as `training.max_customers` has it fitted.

    python -m experiments.sampled_training [CUSTOMERS [MOST]]          (300,000 and 100,000: ten minutes, 3 GB)

Customers are simulated (BG/NBD, gamma amounts). One scorer is fitted on all of them, others on samples with different
seeds; each scores all customers, and is judged by the 90 days after the cutoff. Totals of past windows are counted by
all, but for the last scorer, which counts them by its sample, too. `noise` is the half width of the 95 %
interval of the figure of the scorer of all, over draws of the customers.
"""

from __future__ import annotations

import datetime as dt
import sys

import numpy as np
import pandas as pd

from experiments.how_good import markdown
from regulars.arrays import Floats
from regulars.evaluation.metrics import auc, log_losses
from regulars.params import load_params
from regulars.scorer import History, ScorerSettings, fit_scorer
from regulars.transactions import Sample, read_transactions
from regulars.transactions.simulate import simulate_bg_nbd
from regulars.windows import Windows

START, DAYS, HORIZON_DAYS = dt.date(2020, 1, 1), 540, 90
SEEDS = (0, 1, 2)  # of the samples
DRAWS = 100
SETTINGS = ScorerSettings.of(
    load_params(overrides=(f"windows.horizon_days={HORIZON_DAYS}", "lifetime.model=mbg_nbd"), environment={})
)


def main(customers: int = 300_000, most: int = 100_000) -> None:
    """Print a table with a row for each figure, and a column for each scorer."""
    shop = simulate_bg_nbd(customers, r=0.5, alpha=30.0, a=0.5, b=3.0, start=START, joining_days=400, days=DAYS)
    tx = read_transactions(shop.transactions)
    windows = Windows.at(START + dt.timedelta(days=DAYS - HORIZON_DAYS), HORIZON_DAYS)
    samples = {f"sample {seed}": Sample.of(tx, windows, most, seed) for seed in SEEDS}
    first = samples["sample 0"]
    looks = {"all": History(tx), **{name: History(tx, sample=sample) for name, sample in samples.items()}}
    looks["sample 0, totals too"] = History(tx, sample=first, totals_sample=first)
    outcome = looks["all"].labels(windows)
    scored = [score(history, windows).reindex(outcome.index) for history in looks.values()]
    figures = pd.DataFrame({name: judge(scores, outcome) for name, scores in zip(looks, scored, strict=True)})
    figures["noise"] = pd.Series(noise(scored[0], outcome))
    figures.insert(0, "actual", pd.Series({"order days": outcome["purchases"].sum(), "money": outcome["spend"].sum()}))
    alike = [scored[0]["clv"].corr(scores["clv"], method="spearman") for scores in scored]
    figures.loc["rank correlation of CLV with that of all"] = [np.nan, *alike, np.nan]
    print(f"{len(outcome):,} customers, {len(shop.transactions):,} lines; samples of about {most:,}\n")
    print(markdown(figures.map(as_text)))


def score(history: History, windows: Windows) -> pd.DataFrame:
    """Fit on the customers who are looked at, at the cutoff; the scores of all."""
    return fit_scorer(history, windows, SETTINGS).score(history.tx, windows.cutoff).set_index("customer_id")


def judge(scores: pd.DataFrame, outcome: pd.DataFrame) -> dict[str, float]:
    """The figures of a scorer."""
    churned = outcome["purchases"].eq(0)
    return {
        "AUC": auc(churned, scores["p_churn"]),
        **{name: float(values.mean()) for name, values in means(scores, outcome).items()},
        "order days": scores["expected_purchases"].sum(),
        "money": scores["expected_spend"].sum(),
    }


def means(scores: pd.DataFrame, outcome: pd.DataFrame) -> dict[str, Floats]:
    """Figures that are means over customers: of each customer."""
    return {
        "log-loss": log_losses(outcome["purchases"].eq(0), scores["p_churn"]),
        "CLV": scores["clv"].to_numpy(),
    }


def noise(scores: pd.DataFrame, outcome: pd.DataFrame) -> dict[str, float]:
    """Half widths of 95 % intervals: sampling errors of means and sums, and of AUC by draws of the customers."""
    count, rng, churned = len(scores), np.random.default_rng(0), outcome["purchases"].eq(0).to_numpy(float)
    drawn = [auc(churned, scores["p_churn"], rng.poisson(1.0, count).astype(float)) for _ in range(DRAWS)]
    sums = {"order days": outcome["purchases"], "money": outcome["spend"]}
    return {
        "AUC": 1.96 * float(np.std(drawn)),
        **{name: 1.96 * standard_error(values) for name, values in means(scores, outcome).items()},
        **{name: 1.96 * count * standard_error(values.to_numpy()) for name, values in sums.items()},
    }


def standard_error(values: Floats) -> float:
    """Of the mean of values."""
    return float(np.std(values) / np.sqrt(len(values)))


def as_text(value: float) -> str:
    """A figure with as many digits as it needs."""
    if np.isnan(value):
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.5f}"


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
