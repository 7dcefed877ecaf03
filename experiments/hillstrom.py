"""Hillstrom's e-mail campaign: effects, Qini of uplift, response and risk over ten draws of the folds.

    REGULARS_REAL_DATA=folder python -m experiments.hillstrom [draws] [outcome ...]   (ten draws, visit: four minutes)
    REGULARS_REAL_DATA=folder python -m experiments.hillstrom silence                 (seconds)

`silence` shows whether the effect falls with the months since the last purchase: the share who visit because of the
mail, of those who would not have visited without it.

The interval of the mean over the draws rests on the same customers in each draw: a bootstrap replicate gives a mean
over the draws too.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from regulars.evaluation.bootstrap import OriginStatistics, interval, resample
from regulars.params import UpliftParams
from regulars.retention.effects import difference
from regulars.retention.uplift.comparison import DEFAULT, Comparison, Predicted
from regulars.retention.uplift.curves import UpliftCurve
from regulars.retention.uplift.rankings import REPLICATES
from regulars.retention.uplift.trial import Trial

ARMS = ("Mens E-Mail", "Womens E-Mail")
SILENCE = (range(1, 5), range(5, 9), range(9, 13))  # months since the last purchase
Z95 = 1.959964


def read() -> pd.DataFrame:
    return pd.read_parquet(Path(os.environ["REGULARS_REAL_DATA"]) / "hillstrom.parquet")


def curves(frame: pd.DataFrame, outcome: str, arm: str, seed: int) -> tuple[pd.Series, dict[str, UpliftCurve]]:
    """The rows' places in the file, and the curve of each ranking for one draw of the folds."""
    trial = Trial.read(frame, UpliftParams(outcomes=(outcome,)), seed=seed)
    number = trial.arms.index(arm)
    made = Comparison.of(trial, outcome, number, Predicted.of(trial, outcome, seed=seed))
    scores = {**made.by_learner, "response": made.response, "risk": -made.base}
    found = {name: UpliftCurve(score, made.treated, made.actual) for name, score in scores.items()}
    return pd.Series(trial.rows[made.rows]), found


def judged(frame: pd.DataFrame, outcome: str, arm: str, draws: int) -> None:
    kept = frame[frame["segment"].isin([arm, "No E-Mail"])].reset_index(drop=True)
    effect = difference(kept[outcome].to_numpy(float), (kept["segment"] == arm).to_numpy())
    low, high = effect.interval(0.95)
    print(f"{outcome}, {arm}: effect {effect.value:.6f} ({low:.4f}, {high:.4f})", flush=True)
    values: dict[str, list[float]] = {}
    origins = []
    for seed in range(draws):
        rows, found = curves(kept, outcome, arm, seed)
        origins.append(
            OriginStatistics(rows.to_numpy(), statistics={name: curve.qini for name, curve in found.items()})
        )
        for name, curve in found.items():
            values.setdefault(name, []).append(float(curve.qini()))
    drawn = resample(origins, len(kept), replicates=REPLICATES)
    for name, each in values.items():
        low, high = interval(drawn[name] - drawn["response"])
        apart = np.mean(each) - np.mean(values["response"])
        print(
            f"  {name:11} Qini {np.mean(each):+.5f} (draws {min(each):+.5f} to {max(each):+.5f}), "
            f"- response {apart:+.5f} ({low:+.5f}, {high:+.5f})",
            flush=True,
        )
    assert DEFAULT in values


def by_silence(frame: pd.DataFrame) -> pd.DataFrame:
    """Share moved of those who would have stayed away, with its standard error, one row an arm and band of months."""
    rows = []
    for arm in ARMS:
        for months in SILENCE:
            of = frame[frame["recency"].isin(months)]
            mailed, others = (of.loc[of["segment"] == group, "visit"] for group in (arm, "No E-Mail"))
            away, left = 1.0 - others.mean(), 1.0 - mailed.mean()
            error = left / away * np.sqrt(mailed.var() / len(mailed) / left**2 + others.var() / len(others) / away**2)
            rows.append((arm, f"{months[0]} to {months[-1]}", len(of), 1.0 - left / away, error))
    return pd.DataFrame(rows, columns=["arm", "months", "customers", "moved", "error"])


def silence(frame: pd.DataFrame) -> None:
    table = by_silence(frame)
    print(table.round(4).to_string(index=False))
    for arm, rows in table.groupby("arm"):
        first, last = rows.iloc[0], rows.iloc[-1]
        apart, reach = last["moved"] - first["moved"], Z95 * np.hypot(first["error"], last["error"])
        print(f"{arm}: longest less shortest silence {apart:+.3f} ({apart - reach:+.3f} to {apart + reach:+.3f})")


def main(draws: int = 10, *outcomes: str) -> None:
    frame = read()
    for outcome in outcomes or ("visit",):
        for arm in ARMS:
            judged(frame, outcome, arm, draws)


if __name__ == "__main__" and sys.argv[1:] == ["silence"]:
    silence(read())
elif __name__ == "__main__":
    main(*(int(word) if word.isdigit() else word for word in sys.argv[1:]))  # type: ignore[arg-type]
