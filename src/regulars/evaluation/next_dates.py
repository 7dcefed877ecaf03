"""The date of the next purchase, against the rule that the last gap comes again.

Whoever has not come back when the log ends may come later: their dates are known only to lie beyond. Errors of those
alone who did come back favour whatever says early dates, as the rule does. So:

- **concordance** looks at all customers: of two whose order of return is known, how often did the earlier date
  say so? Whoever is not expected at all stands last.
- **error** looks at who came back of those whose wait the log can show: at the origin, ours gives four chances in five
  that a purchase, if it comes, comes before the log ends. That is known beforehand, so it selects no outcomes. It is
  the mean distance in days, twice the pinball loss of a median: a median is what makes it least.
- **within** is their share within the 80 % interval, beside what ours expects of waits that end before the log.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.evaluation.compare import MEAN
from regulars.features import summary_of
from regulars.scorer import History, Scorer
from regulars.windows import Windows

JUDGED = ("concordance", "concordance_rule", "error", "error_rule", "within", "promised")
DATES = ["origin", "customers", "followed", *JUDGED]
LOW, HIGH = 0.1, 0.9  # quantiles of the 80 % interval
FOLLOWED = 0.8
NEVER = 1e9


def next_dates(history: History, windows: Windows, scorer: Scorer, known_until: dt.date) -> pd.DataFrame:
    """Dates of ours and of the rule at one origin, and the actual dates before `known_until`.

    Returns
    -------
    DataFrame
        A row a customer: `low`, `median`, `high` and `rule` in days from the origin, the first three NaN for those
        whom ours does not expect; `wait`, days to the next order day, NaN where none came; `shown`, the probability
        that a purchase which comes at all comes before `known_until`.
    """
    features, seen = history.features(windows), Windows(windows.cutoff, (known_until - windows.cutoff).days)
    waits, model = scorer.predict_waits(features), scorer.lifetime.purchases
    rows = model.rows(summary_of(features))
    comes = np.maximum(model.probability_of_return(rows), 1e-12)
    return pd.DataFrame(
        {
            "low": waits["next_purchase_low"],
            "median": waits["next_purchase_date"],
            "high": waits["next_purchase_high"],
            "rule": last_gap_again(features),
            "wait": history.waits(seen),
            "shown": np.minimum(model.probability_of_purchase(rows, seen.horizon_days) / comes, 1.0),
        }
    )


def last_gap_again(features: pd.DataFrame) -> pd.Series:
    """Days to the day on which the last gap will have passed again, 0 where it has.

    One-time buyers have no gap yet: theirs is the mean of all gaps so far.

    Examples
    --------
    >>> last_gap_again(pd.DataFrame({
    ...     "frequency": [0.0, 1.0, 3.0], "recency": [0.0, 20.0, 60.0], "gap_last": [np.nan, 20.0, 8.0],
    ...     "days_since_last": [5.0, 30.0, 2.0]})).tolist()
    [15.0, 0.0, 6.0]
    """
    gaps = float(features["frequency"].sum())
    usual = float(features["recency"].sum()) / gaps if gaps else 0.0
    return (features["gap_last"].fillna(usual) - features["days_since_last"]).clip(lower=0.0)


def judge_dates(dates: pd.DataFrame) -> pd.DataFrame:
    """Dates of ours and of the rule, judged at each origin.

    Parameters
    ----------
    dates : DataFrame
        `IntervalForecasts.dates`.

    Returns
    -------
    DataFrame
        Columns `origin` (a day, or "mean"), `customers` (who came back), `followed` (of these, whose wait the log can
        show), `concordance` and `concordance_rule` of all customers; of the followed `error` and `error_rule` (mean
        absolute error, days), `within` and `promised` (share within the 80 % interval, and what ours expects of it).
        The mean is over origins, but of the followed over all of these at once: a late origin follows few.
    """
    rows: list[dict[str, Any]] = [
        {"origin": str(origin), **_order(at), **_distance(_followed(at))}
        for origin, at in dates.groupby("origin", sort=True)
    ]
    if rows:
        names = ("customers", "followed", "concordance", "concordance_rule")
        means = {name: float(pd.Series([row[name] for row in rows]).mean()) for name in names}
        rows.append({"origin": MEAN, **means, **_distance(_followed(dates))})
    return pd.DataFrame(rows, columns=DATES)


def _order(at: pd.DataFrame) -> dict[str, float]:
    wait = at["wait"].fillna(NEVER).to_numpy()
    return {
        "customers": int(at["wait"].notna().sum()),
        "followed": len(_followed(at)),
        "concordance": concordance(wait, at["median"].fillna(NEVER).to_numpy()),
        "concordance_rule": concordance(wait, at["rule"].to_numpy()),
    }


def _followed(at: pd.DataFrame) -> pd.DataFrame:
    return at[at["wait"].notna() & at["median"].notna() & (at["shown"] >= FOLLOWED)]


def _distance(followed: pd.DataFrame) -> dict[str, float]:
    inside = followed["wait"].between(followed["low"], followed["high"])
    return {
        "error": (followed["median"] - followed["wait"]).abs().mean(),
        "error_rule": (followed["rule"] - followed["wait"]).abs().mean(),
        "within": inside.mean() if len(inside) else np.nan,
        "promised": ((np.minimum(followed["shown"], HIGH) - LOW) / followed["shown"]).mean(),
    }


def concordance(wait: Floats, predicted: Floats) -> float:
    """How often, of two customers whose order of return is known, the earlier date was that of the first.

    Parameters
    ----------
    wait, predicted : float array of shape (customers,)
        Days; customers who had not come by the end of the log wait 1e9.

    Notes
    -----
    Harrell's C (Harrell et al. 1982, JAMA 247) with one end for all; equal dates count half, equal waits not at all.

    Examples
    --------
    >>> concordance(np.array([3.0, 10.0, 1e9]), np.array([5.0, 5.0, 40.0]))
    0.8333333333333334
    """
    _, rank = np.unique(predicted, return_inverse=True)
    later = np.bincount(rank).astype(np.float64)  # who comes after the day that is looked at, by rank of their date
    right = pairs = 0.0
    for day in np.unique(wait[wait < NEVER]):
        came = rank[wait == day]
        later -= np.bincount(came, minlength=len(later))
        after = later.sum() - np.cumsum(later)
        right += float((after[came] + later[came] / 2).sum())
        pairs += len(came) * float(later.sum())
    return right / pairs if pairs else float("nan")
