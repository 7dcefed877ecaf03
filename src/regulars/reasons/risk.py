"""Reasons in words, from the booster's contributions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features import CATALOGUE
from regulars.reasons import risk_sentences as sentences
from regulars.reasons.sentence import Customers, Sentence, fill, first_that_applies, of_attribute
from regulars.texts import TEXT_DTYPE

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
_OF_MODELS = ("lifetime_", "offset_")  # columns of the lifetime models
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
    """The topic of a column of the boosters' table; an attribute of customers is one of its own.

    Examples
    --------
    >>> topic_of("gap_mean"), topic_of("net_90"), topic_of("lifetime_p_purchase")
    ('timing', 'money', 'timing')
    """
    feature = _FEATURES.get(name)
    if feature:
        return TOPICS[feature.family]
    return _LIFETIME_TOPICS.get(name, "timing") if name.startswith(_OF_MODELS) else name


def reasons_for(contributions: pd.DataFrame, features: pd.DataFrame, speech: Speech = RISK) -> pd.DataFrame:
    """Up to three sentences a customer that say why the risk, or what the speech is about, is what it is.

    Contributions are added up by topic (they are logarithms of odds or means, so they add), and each topic speaks
    through its strongest feature that has something to say in that direction. Of the risk (p_churn, no order in the
    window) what raises it comes first, a silence longer than the own average gap before all else, then the strongest
    first; then what lowers it. A topic that moves little is left out, unless it is such a silence, or the dates raise
    the risk and nothing else does. If no fact speaks in the direction of the
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
    pushes = [contributions[[name for name in columns if topic_of(name) == topic]] for topic in topics]
    totals = np.column_stack([push.sum(axis=1).to_numpy() for push in pushes])
    customers = Customers.of(features)
    broken = _broken_rhythm(totals, topics, customers) & speech.raising_first
    moving = _moving(totals, topics, speech) | broken
    told = np.full(totals.shape, None, dtype=object)
    for k, topic in enumerate(topics):
        for voice, towards, sign in ((speech.raises, totals[:, k] > 0, 1.0), (speech.lowers, totals[:, k] < 0, -1.0)):
            rows = np.flatnonzero(moving[:, k] & towards)
            if topic in AS_A_WHOLE:
                told[rows, k] = _sentences(voice, topic, sign * pushes[k].iloc[rows], customers.at(rows))
            else:
                values = features[topic].iloc[rows].tolist()
                told[rows, k] = [voice.opening + of_attribute(topic, value) for value in values]
    ranked = np.lexsort((-np.abs(totals), ~broken, (totals < 0) & speech.raising_first), axis=1)
    _name_the_strongest(told, totals, ranked, topics, speech)
    return _first(np.take_along_axis(told, ranked, axis=1), features.index)


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
    told = fill(sentences.DATES, Customers.of(features), DATES_ALONE)
    return _first(told[:, None], features.index)


def _broken_rhythm(totals: Floats, topics: Sequence[str], customers: Customers) -> NDArray[np.bool_]:
    """Where the dates raise the risk of somebody who is silent for longer than the own average gap.

    That is what a caller can ask about, so it comes first, however little the booster adds to the lifetime model.
    """
    late = customers["days_since_last"] > customers["gap_mean"]
    return np.asarray((totals > 0) & (np.array(topics) == "timing") & late[:, None])


def _moving(totals: Floats, topics: Sequence[str], speech: Speech) -> NDArray[np.bool_]:
    """Which topics move enough to be named."""
    strength, raises = np.abs(totals), totals > 0
    moving = np.asarray(strength > LEAST_SHARE * strength.max(axis=1, keepdims=True))
    if speech.raising_first:
        # a silence that counts for little in the booster counts for more in the lifetime model
        nothing_raises = ~(moving & raises).any(axis=1, keepdims=True)
        moving |= nothing_raises & raises & (np.array(topics) == "timing")
    return moving


def _sentences(voice: Voice, topic: str, pushes: pd.DataFrame, customers: Customers) -> NDArray[np.object_]:
    """The sentence of the hardest pushing feature that has one in this direction.

    The pushes are positive in the direction of the topic.
    """
    if topic == "timing":
        return fill(voice.timing, customers, voice.opening)
    names = [str(name) for name in pushes if name in voice.facts]
    told = np.full(customers.count, None, dtype=object)
    if not names or not customers.count:
        return told
    push = pushes[names].to_numpy()
    tells = np.column_stack([first_that_applies(voice.facts[name], customers) for name in names]) >= 0
    push = np.where(tells & (push > 0), push, 0.0)
    hardest = push.argmax(axis=1)
    for k, name in enumerate(names):
        rows = np.flatnonzero((hardest == k) & (push[:, k] > 0))
        told[rows] = fill(voice.facts[name], customers.at(rows), voice.opening)
    return told


def _name_the_strongest(
    told: NDArray[np.object_], totals: Floats, ranked: NDArray[np.intp], topics: Sequence[str], speech: Speech
) -> None:
    """Name the strongest topic as a whole where nothing is told in its direction."""
    rows = np.arange(len(totals))
    strongest = ranked[rows, np.take_along_axis(np.abs(totals), ranked, axis=1).argmax(axis=1)]
    strength = totals[rows, strongest]
    same_way = np.sign(totals) == np.sign(strength)[:, None]
    silent = (strength != 0) & ~(same_way & pd.notna(told)).any(axis=1)
    for i in np.flatnonzero(silent):
        opening = (speech.raises if strength[i] > 0 else speech.lowers).opening
        told[i, strongest[i]] = opening + AS_A_WHOLE[topics[strongest[i]]]


def _first(told: NDArray[np.object_], index: pd.Index) -> pd.DataFrame:
    """The first sentences of each row that are told, each once."""
    first = np.full((len(told), REASONS), None, dtype=object)
    is_told = pd.notna(told)
    place = np.cumsum(is_told, axis=1) - 1  # among the sentences of the row
    rows, columns = np.nonzero(is_told & (place < REASONS))
    first[rows, place[rows, columns]] = told[rows, columns]
    # two topics may tell the same: who ordered on one day only has one amount too
    twice = np.zeros(len(told), dtype=np.bool_)
    for a, b in combinations(range(REASONS), 2):
        twice |= pd.notna(first[:, a]) & (first[:, a] == first[:, b])
    for row in np.flatnonzero(twice):
        once = [*dict.fromkeys(sentence for sentence in told[row] if sentence is not None)]
        first[row] = (once + [None] * REASONS)[:REASONS]
    return pd.DataFrame({name: pd.array(first[:, k], dtype=TEXT_DTYPE) for k, name in enumerate(NAMES)}, index=index)
