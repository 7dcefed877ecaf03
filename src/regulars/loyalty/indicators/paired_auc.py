"""By how much one ranking of customers is better than another, with an interval."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri
from scipy.stats import rankdata

from regulars.arrays import Floats


def paired_auc(happened: Floats, one: Floats, other: Floats) -> tuple[float, float, float, float]:
    """The AUC of two rankings of the same customers, and the 95 % interval of the first less the second.

    Notes
    -----
    DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44.

    Examples
    --------
    >>> import numpy as np
    >>> happened = np.array([0.0, 0.0, 1.0, 1.0])
    >>> one, other, *_ = paired_auc(happened, np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 4.0]))
    >>> one, other
    (1.0, 0.75)
    """
    yes = happened > 0
    (auc_one, of_yes, of_no), (auc_other, yes_other, no_other) = (_placed(yes, each) for each in (one, other))
    error = np.sqrt(_variance(of_yes - yes_other) + _variance(of_no - no_other))
    gap, reach = auc_one - auc_other, float(ndtri(0.975)) * error
    return auc_one, auc_other, float(gap - reach), float(gap + reach)


def _placed(yes: np.ndarray, scores: Floats) -> tuple[float, Floats, Floats]:
    """AUC, the share of the others below each of those to whom it happened, and the share of these above each other."""
    all_ranks = rankdata(scores)
    below = (all_ranks[yes] - rankdata(scores[yes])) / (~yes).sum()
    above = 1.0 - (all_ranks[~yes] - rankdata(scores[~yes])) / yes.sum()
    return float(below.mean()), below, above


def _variance(values: Floats) -> float:
    return float(values.var(ddof=1) / len(values))
