"""Reasons in words, from the booster's contributions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.churn import sentences
from regulars.churn.sentences import Customer, fill
from regulars.features import CATALOGUE

REASONS = 3
NAMES = [f"reason_{k + 1}" for k in range(REASONS)]
RAISES, LOWERS = "raises the risk: ", "lowers the risk: "
DATES_ALONE = "by order dates alone: "

# What moves the log-odds by less than this share of the strongest topic is no reason.
LEAST_SHARE = 0.1

# Families tell of the same thing in several ways; a reason tells of a topic once.
TOPICS = {
    "recency": "timing",
    "rhythm": "timing",
    "frequency": "orders",
    "habit": "orders",
    "calendar": "calendar",
    "trend": "orders",
    "money": "money",
    "breadth": "basket",
    "returns": "returns",
    "discounts": "discounts",
}
_LIFETIME_TOPICS = {"lifetime_order_value": "money", "lifetime_expected_spend": "money"}
_FEATURES = {feature.name: feature for feature in CATALOGUE}

# Where no single fact reads as a reason, the topic is named; better vague than wrong.
AS_A_WHOLE = {
    "timing": "the dates of the orders, as a whole",
    "orders": "the number of orders over time, as a whole",
    "calendar": "the days and seasons of the orders, as a whole",
    "money": "the money spent, as a whole",
    "basket": "the goods bought, as a whole",
    "returns": "the returns, as a whole",
    "discounts": "the use of discounts, as a whole",
}


_Topic = tuple[str, list[str]]


def topic_of(name: str) -> str:
    """The topic of a column of the boosters' table.

    Examples
    --------
    >>> topic_of("gap_mean"), topic_of("net_90"), topic_of("lifetime_p_purchase")
    ('timing', 'money', 'timing')
    """
    feature = _FEATURES.get(name)
    return TOPICS[feature.family] if feature else _LIFETIME_TOPICS.get(name, "timing")


def reasons_for(contributions: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Up to three sentences a customer that say why the risk is what it is.

    Contributions are added up by topic (they are log-odds, so they add), and each topic speaks
    through its strongest feature that has something to say in that direction. What "raises the
    risk" comes first, the strongest first; then what "lowers the risk". A topic that moves little
    is left out. The risk is p_churn, no order in the window.

    Parameters
    ----------
    contributions : DataFrame, shape (n, k + 1)
        From `Booster.contributions`.
    features : DataFrame, shape (n, m)
        The feature table, for the values in the sentences.

    Returns
    -------
    DataFrame, shape (n, 3)
        `reason_1`, `reason_2`, `reason_3` (text; null where there is none).
    """
    columns = [name for name in contributions.columns if name != "bias"]
    topics = sorted({topic_of(name) for name in columns})
    members = [[name for name in columns if topic_of(name) == topic] for topic in topics]
    totals = np.column_stack([contributions[names].sum(axis=1).to_numpy() for names in members])
    speakers = [_speakers(contributions[names], totals[:, k]) for k, names in enumerate(members)]
    ranked = np.argsort(-totals, axis=1, kind="stable")
    least = LEAST_SHARE * np.abs(totals).max(axis=1)
    values = {str(name): features[name].to_list() for name in features}
    rows = []
    for i in range(len(features)):
        customer = Customer({name: column[i] for name, column in values.items()})
        raising = [(topics[k], speakers[k][i]) for k in ranked[i] if totals[i, k] > least[i]]
        lowering = [(topics[k], speakers[k][i]) for k in ranked[i][::-1] if totals[i, k] < -least[i]]
        rows.append(_row(raising, lowering, customer))
    return pd.DataFrame(rows, columns=NAMES, index=features.index, dtype="str")


def reasons_of_dates(features: pd.DataFrame) -> pd.DataFrame:
    """One sentence a customer where the lifetime model alone made the score: what it knows, marked as such.

    Parameters
    ----------
    features : DataFrame, shape (n, m)
        The feature table.

    Returns
    -------
    DataFrame, shape (n, 3)
        As from `reasons_for`; the second and third are null.

    Examples
    --------
    >>> once = pd.DataFrame({"frequency": [0.0], "tenure": [40.0], "days_since_last": [40.0], "gap_mean": [np.nan]})
    >>> reasons_of_dates(once)["reason_1"].item()
    'by order dates alone: has ordered only once, 40 days ago'
    """
    used = ["frequency", "tenure", "days_since_last", "gap_mean"]
    customers = (Customer(zip(used, row, strict=True)) for row in features[used].to_numpy(np.float64).tolist())
    rows = [[f"{DATES_ALONE}{fill(sentences.DATES, customer)}", None, None] for customer in customers]
    return pd.DataFrame(rows, columns=NAMES, index=features.index, dtype="str")


def _speakers(contributions: pd.DataFrame, total: NDArray[np.float64]) -> list[list[str]]:
    """For every customer the features that push in the direction of their topic, the hardest first."""
    signed = contributions.to_numpy() * np.where(total > 0, 1.0, -1.0)[:, None]
    order, pushing = np.argsort(-signed, axis=1, kind="stable"), (signed > 0).sum(axis=1)
    names = contributions.columns.to_numpy()
    return [names[row[:count]].tolist() for row, count in zip(order, pushing, strict=True)]


def _row(raising: Sequence[_Topic], lowering: Sequence[_Topic], customer: Customer) -> list[str | None]:
    """What is said of the topics that move the risk; if no fact can be told, the strongest of them by name."""
    moving = [(RAISES, *topic) for topic in raising] + [(LOWERS, *topic) for topic in lowering]
    # two topics may say the same: who ordered once has one amount too
    said: list[str | None] = [*dict.fromkeys(sentence for moved in moving if (sentence := _said(*moved, customer)))]
    if moving and not said:
        direction, topic, _ = moving[0]
        said = [direction + AS_A_WHOLE[topic]]
    return [*said, *[None] * REASONS][:REASONS]


def _said(direction: str, topic: str, names: Sequence[str], customer: Customer) -> str | None:
    """What the first feature says that has a sentence in this direction: the lifetime model's quantities have none."""
    raises = direction == RAISES
    if topic == "timing":
        chains: Sequence[Sequence[sentences.Sentence]] = [
            sentences.TIMING_RAISES if raises else sentences.TIMING_LOWERS
        ]
    else:
        by_feature = sentences.RAISES if raises else sentences.LOWERS
        chains = [by_feature.get(name, ()) for name in names]
    found = next((sentence for chain in chains if (sentence := fill(chain, customer))), None)
    return found and direction + found
