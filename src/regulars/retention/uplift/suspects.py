"""Columns that tell the outcome too well to have been known before the contact."""

from __future__ import annotations

import numpy as np

from regulars.arrays import Floats
from regulars.retention.effects import BoolArray
from regulars.retention.uplift.trial import Trial

TOO_WELL = 0.95  # AUC of a single column among those who were not contacted


def suspects(trial: Trial) -> dict[str, float]:
    """Columns by which the controls with an outcome are told from those without, and how well: AUC, or 1 − AUC.

    A column that was written after the contact may be alike in both groups; but it often holds the outcome.
    """
    controls = trial.arm == 0
    found: dict[str, float] = {}
    for name, columns in trial.features.items():
        for values in columns.to_numpy(np.float64)[controls].T:
            for outcome in trial.outcomes.values():
                auc = _auc(values, outcome[controls] > 0)
                if max(auc, 1.0 - auc) >= TOO_WELL:
                    found[name] = max(auc, 1.0 - auc, found.get(name, 0.0))
    return found


def _auc(values: Floats, happened: BoolArray) -> float:
    """Chance that one with the outcome has a larger value than one without; ½ where there are none of one kind."""
    from scipy.stats import rankdata

    known = np.where(np.isnan(values), -np.inf, values)
    ones, zeros = int(happened.sum()), int((~happened).sum())
    if min(ones, zeros) < 20:
        return 0.5
    return float((rankdata(known)[happened].sum() - ones * (ones + 1) / 2) / (ones * zeros))
