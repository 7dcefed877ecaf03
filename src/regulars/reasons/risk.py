"""Reasons in words, from the booster's contributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.features import CATALOGUE
from regulars.reasons import risk_sentences as sentences
from regulars.reasons.risk_sentences import Customer, Sentence, fill

REASONS = 3
NAMES = [f"reason_{k + 1}" for k in range(REASONS)]
RAISES, LOWERS = "raises the risk: ", "lowers the risk: "
DATES_ALONE = "by order dates alone: "

# What moves the log-odds by less than this share of the strongest topic is no reason.
LEAST_SHARE = 0.1

# Families describe the same thing in several ways; a reason names a topic once.
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
_LIFETIME_TOPICS = {
    "lifetime_order_value": "money",
    "lifetime_expected_spend": "money",
    "offset_purchases": "orders",
    "offset_order_value": "money",
}
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


class Voice(NamedTuple):
    """Sentences for pushes in one direction: the opening, those on timing, and those on every other feature."""

    opening: str
    timing: Sequence[Sentence]
    facts: Mapping[str, Sequence[Sentence]]


class Topic(NamedTuple):
    """What moves a customer: how it is spoken of, and the features that push its way, the hardest first."""

    voice: Voice
    name: str
    features: Sequence[str]
    strength: float


class Speech(NamedTuple):
    """Sentences about a quantity; what raises it first, or the strongest."""

    raises: Voice
    lowers: Voice
    raising_first: bool = False


RISK = Speech(
    Voice(RAISES, sentences.TIMING_RAISES, sentences.RAISES),
    Voice(LOWERS, sentences.TIMING_LOWERS, sentences.LOWERS),
    raising_first=True,
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


def reasons_for(contributions: pd.DataFrame, features: pd.DataFrame, speech: Speech = RISK) -> pd.DataFrame:
    """Up to three sentences a customer that say why the risk, or what the speech is about, is what it is.

    Contributions are added up by topic (they are logarithms of odds or means, so they add), and each topic speaks
    through its strongest feature that has something to say in that direction. Of the risk (p_churn, no order in the
    window) what raises it comes first, the strongest first; then what lowers it. A topic that moves little is left out,
    unless it is the dates that raise the risk and nothing else does. If no fact speaks in the direction of the
    strongest topic, that one is named as a whole.

    Parameters
    ----------
    contributions : DataFrame, shape (n, k + 1)
        From `Booster.contributions`.
    features : DataFrame, shape (n, m)
        The feature table, for the values in the sentences.
    speech : Speech
        Of the risk, if not told otherwise.

    Returns
    -------
    DataFrame, shape (n, 3)
        `reason_1`, `reason_2`, `reason_3` (text; null where there is none).
    """
    columns = [name for name in contributions.columns if name != "bias"]
    topics = sorted({topic_of(name) for name in columns})
    by_topic = [[name for name in columns if topic_of(name) == topic] for topic in topics]
    totals = np.column_stack([contributions[names].sum(axis=1).to_numpy() for names in by_topic])
    speakers = [_speakers(contributions[names], totals[:, k]) for k, names in enumerate(by_topic)]
    strength = np.abs(totals)
    ranked = np.lexsort((-strength, (totals < 0) & speech.raising_first), axis=1)
    moving = _moving(totals, topics, speech)
    values = {str(name): features[name].to_list() for name in features}
    rows = []
    for i in range(len(features)):
        customer = Customer({name: column[i] for name, column in values.items()})
        strongest_first = [
            Topic(speech.raises if totals[i, k] > 0 else speech.lowers, topics[k], speakers[k][i], strength[i, k])
            for k in ranked[i]
            if moving[i, k]
        ]
        rows.append(_row(strongest_first, customer))
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
    'by order dates alone: has ordered on one day only, 40 days ago'
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


def _moving(totals: NDArray[np.float64], topics: Sequence[str], speech: Speech) -> NDArray[np.bool_]:
    """Which topics move enough to be named."""
    strength, raises = np.abs(totals), totals > 0
    moving = np.asarray(strength > LEAST_SHARE * strength.max(axis=1, keepdims=True))
    if speech.raising_first:
        # a silence that counts for little in the booster counts for more in the lifetime model
        nothing_raises = ~(moving & raises).any(axis=1, keepdims=True)
        moving |= nothing_raises & raises & (np.array(topics) == "timing")
    return moving


def _row(strongest_first: Sequence[Topic], customer: Customer) -> list[str | None]:
    """Sentences of the topics that move it; the strongest by name if no sentence has its direction."""
    found = [_sentence(topic, customer) for topic in strongest_first]
    if strongest_first:
        k = int(np.argmax([topic.strength for topic in strongest_first]))
        opening = strongest_first[k].voice.opening
        if not any(sentence and sentence.startswith(opening) for sentence in found):
            found[k] = opening + AS_A_WHOLE[strongest_first[k].name]
    # two topics may say the same: who ordered on one day only has one amount too
    told = [*dict.fromkeys(filter(None, found))]
    return [*told, *[None] * REASONS][:REASONS]


def _sentence(topic: Topic, customer: Customer) -> str | None:
    """What the first feature says that has a sentence in this direction: the lifetime model's quantities have none."""
    voice = topic.voice
    chains = [voice.timing] if topic.name == "timing" else [voice.facts.get(name, ()) for name in topic.features]
    found = next((sentence for chain in chains if (sentence := fill(chain, customer))), None)
    return found and voice.opening + found
