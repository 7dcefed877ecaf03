"""Reasons in words, from the booster's contributions."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.features import CATALOGUE

REASONS = 3
IN_FAVOUR = "in favour: "

# What moves the log-odds by less than this share of the strongest topic is no reason.
LEAST_SHARE = 0.1

# Families tell of the same thing in several ways; a reason tells of a topic once.
TOPICS = {
    "recency": "timing",
    "rhythm": "timing",
    "frequency": "orders",
    "trend": "orders",
    "money": "money",
    "breadth": "basket",
    "returns": "returns",
    "discounts": "discounts",
}
_LIFETIME_TOPICS = {"lifetime_order_value": "money", "lifetime_expected_spend": "money"}
_FEATURES = {feature.name: feature for feature in CATALOGUE}
_NAMES = re.compile(r"{(\w+)")

# Timing is one story, whichever of its features the trees went by.
_TIMING_AGAINST = (
    "has not ordered for {days_since_last:.0f} days; usually every {gap_mean:.0f}",
    "has ordered once, {days_since_last:.0f} days ago",
)
_TIMING_FOR = (
    "last ordered {days_since_last:.0f} days ago; usually every {gap_mean:.0f}",
    "first ordered only {days_since_last:.0f} days ago",
)


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
    through its strongest feature. What raises the risk comes first, the strongest first; then
    what lowers it, marked "in favour". A topic that moves little is left out.

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
        customer = {name: column[i] for name, column in values.items()}
        raising = [k for k in ranked[i] if totals[i, k] > least[i]]
        lowering = [k for k in ranked[i][::-1] if totals[i, k] < -least[i]]
        said = [_against(topics[k], speakers[k][i], customer) for k in raising]
        said += [_in_favour(topics[k], speakers[k][i], customer) for k in lowering]
        rows.append(([sentence for sentence in said if sentence] + [None] * REASONS)[:REASONS])
    names = [f"reason_{k + 1}" for k in range(REASONS)]
    return pd.DataFrame(rows, columns=names, index=features.index, dtype="str")


def _speakers(contributions: pd.DataFrame, total: NDArray[np.float64]) -> list[list[str]]:
    """For every customer the features that push in the direction of their topic, the hardest first."""
    signed = contributions.to_numpy() * np.where(total > 0, 1.0, -1.0)[:, None]
    order, pushing = np.argsort(-signed, axis=1, kind="stable"), (signed > 0).sum(axis=1)
    names = contributions.columns.to_numpy()
    return [names[row[:count]].tolist() for row, count in zip(order, pushing, strict=True)]


def _against(topic: str, names: Sequence[str], customer: Mapping[str, float]) -> str | None:
    return _fill(_TIMING_AGAINST, customer) if topic == "timing" else _of_features(names, customer)


def _in_favour(topic: str, names: Sequence[str], customer: Mapping[str, float]) -> str | None:
    sentence = _fill(_TIMING_FOR, customer) if topic == "timing" else _of_features(names, customer)
    return sentence and IN_FAVOUR + sentence


def _of_features(names: Sequence[str], customer: Mapping[str, float]) -> str | None:
    """What the first feature says that has a sentence and a value: the lifetime model's quantities have none."""
    return next((sentence for name in names if (sentence := _of_feature(name, customer))), None)


def _of_feature(name: str, customer: Mapping[str, float]) -> str | None:
    feature = _FEATURES.get(name)
    if feature is None:
        return None
    if feature.if_zero and customer.get(name) == 0:
        return feature.if_zero
    return _fill(feature.reason, customer)


def _fill(sentences: Sequence[str], customer: Mapping[str, float]) -> str | None:
    """The first sentence whose values are all known."""
    for sentence in sentences:
        if all(pd.notna(customer.get(used)) for used in _NAMES.findall(sentence)):
            return sentence.format_map(customer)
    return None
