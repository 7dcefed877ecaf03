"""RFM scores and the segments that follow from them.

Recency, frequency and money are scored from 1 to 5 each, either by fifths of the customers or by the shop's own cuts
(Hughes 1994, "Strategic Database Marketing"; the names of the segments are those in common use).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.params import LoyaltyParams
from regulars.texts import TEXT_DTYPE

Scores = NDArray[np.int8]

TOP = 5
SCORES = ("recency_score", "frequency_score", "money_score")

# The segments by the recency score, for customers whose frequency and money are high, middling and low. With the
# default cuts 5 is an order in the last 30 days, 4 in 90, 3 in 180, 2 in 365, and 1 before.
HIGH = {5: "champions", 4: "champions", 3: "loyal", 2: "at_risk", 1: "cannot_lose"}
MIDDLING = {5: "potential", 4: "potential", 3: "needs_attention", 2: "slipping", 1: "slipping"}
LOW = {5: "occasional", 4: "occasional", 3: "occasional", 2: "hibernating", 1: "hibernating"}
NEW = "new"
SEGMENTS = tuple(dict.fromkeys([*HIGH.values(), *MIDDLING.values(), NEW, *LOW.values()]))


def by_fifths(values: Floats) -> Scores:
    """Score from 1 to 5: one more than the number of whole fifths of the customers who have less.

    Customers with equal values have equal scores, so that where half of them bought once all of these have a 1.

    Examples
    --------
    >>> by_fifths(np.array([1.0, 1.0, 1.0, 2.0, 7.0])).tolist()
    [1, 1, 1, 4, 5]
    """
    have_less = np.searchsorted(np.sort(values), values, side="left")
    return np.asarray(TOP * have_less // max(len(values), 1) + 1, dtype=np.int8)


def by_cuts(values: Floats, cuts: Sequence[float]) -> Scores:
    """Score from 1 to 5: one more than the number of cuts that a value reaches.

    Examples
    --------
    >>> by_cuts(np.array([1.0, 3.0, 20.0]), (2, 3, 5, 10)).tolist()
    [1, 3, 5]
    """
    return np.asarray(np.searchsorted(np.asarray(cuts, dtype=float), values, side="right") + 1, dtype=np.int8)


def rfm_scores(features: pd.DataFrame, rules: LoyaltyParams) -> pd.DataFrame:
    """The three scores of every customer; `money_score` is null where the log has no money.

    Parameters
    ----------
    features : DataFrame, shape (n, k)
        The feature table at a cutoff.
    rules : LoyaltyParams
        The shop's own cuts, where it has some.

    Returns
    -------
    DataFrame, shape (n, 3)
        `recency_score`, `frequency_score`, `money_score`: Int8, 5 is best.
    """
    silent, orders = features["days_since_last"].to_numpy(), features["frequency"].to_numpy() + 1
    found: dict[str, Scores | None] = {
        # At most so many days of silence: the fewer, the better, so both change their sign.
        "recency_score": by_cuts(-silent, [-days for days in reversed(rules.recency_cuts)])
        if rules.recency_cuts
        else by_fifths(-silent),
        "frequency_score": by_cuts(orders, rules.order_cuts) if rules.order_cuts else by_fifths(orders),
        "money_score": None,
    }
    if "net_total" in features:
        spend = features["net_total"].to_numpy()
        found["money_score"] = by_cuts(spend, rules.spend_cuts) if rules.spend_cuts else by_fifths(spend)
    none = np.full(len(features), pd.NA)
    columns = {name: pd.array(none if values is None else values, dtype="Int8") for name, values in found.items()}
    return pd.DataFrame(columns, index=features.index)


def segments_of(scores: pd.DataFrame, features: pd.DataFrame, rules: LoyaltyParams) -> pd.Series[str]:
    """The one segment of every customer.

    Frequency and money count alike (half a point is rounded up): 4 or 5 is high, 2 or 3 middling, 1 low. Whoever
    ordered on one day only, `new_days` ago at most, is new.
    """
    frequency = scores["frequency_score"].to_numpy(np.int8)
    money = scores["money_score"].fillna(scores["frequency_score"]).to_numpy(np.int8)
    worth = (frequency.astype(np.int16) + money + 1) // 2
    recency = scores["recency_score"].to_numpy(np.int8)
    names = np.array(
        [[(HIGH if score >= 4 else MIDDLING if score >= 2 else LOW)[r] for r in range(1, 6)] for score in range(1, 6)]
    )
    new = (features["frequency"].to_numpy() == 0) & (features["tenure"].to_numpy() <= rules.new_days)
    return pd.Series(
        np.where(new, NEW, names[worth - 1, recency - 1]), features.index, dtype=TEXT_DTYPE, name="segment"
    )


def best_of(scores: pd.DataFrame, features: pd.DataFrame, rules: LoyaltyParams) -> pd.Series[bool]:
    """Who bought lately (`best_days`), and is among the best in frequency and money."""
    lately = features["days_since_last"].to_numpy() <= rules.best_days
    often = scores["frequency_score"].to_numpy(np.int8) == TOP
    spends = scores["money_score"].fillna(scores["frequency_score"]).to_numpy(np.int8) == TOP
    return pd.Series(lately & often & spends, features.index, name="best")
