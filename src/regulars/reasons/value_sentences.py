"""What a feature says for and against the value, in words that are true of the customer.

Customers are held against one who has just ordered for the first time. What their orders are worth is held against
`shop_order_value`, the mean of all order days of the shop, and how often they come back against `newcomer_order_rate`,
the repeat orders in 30 days that are expected of a newcomer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features import CATALOGUE, TRAILING_DAYS
from regulars.reasons import risk_sentences as sentences
from regulars.reasons.risk_sentences import (
    CAME_BACK,
    CENT,
    HAS_SPENT,
    LONG_DAYS,
    NEW_DAYS,
    known_for,
    once,
)
from regulars.reasons.sentence import Holds, Sentence, always

_ONCE_LONG_AGO = Sentence(
    "has ordered on one day only, {days_since_last:day} ago", lambda c: once(c) & (c["days_since_last"] >= NEW_DAYS)
)
TIMING_RAISES = sentences.KEEPS_ORDERING
# Silence alone: what long gaps cost is in how often the customer comes back.
TIMING_LOWERS = (
    Sentence(
        "has not ordered for {days_since_last:day}; the average gap is {gap_mean:day}",
        lambda c: c["days_since_last"] > c["gap_mean"],
    ),
    _ONCE_LONG_AGO,
    Sentence("has not ordered for {days_since_last:day}", lambda c: ~once(c) & (c["days_since_last"] >= LONG_DAYS)),
)

_PACE = ("offset_purchases", "frequency", "order_rate", "orders_to_habit")
_OFTEN = (Sentence(CAME_BACK, lambda c: c["order_rate"] > c["newcomer_order_rate"]),)
_SELDOM = (
    _ONCE_LONG_AGO,
    Sentence(
        "came back only {frequency:times} in {tenure:day}",
        lambda c: ~once(c) & (c["order_rate"] < c["newcomer_order_rate"]),
    ),
)

_AVERAGE = "the shop's average is {shop_order_value:money}"
_MONEY = ("offset_order_value", *(feature.name for feature in CATALOGUE if feature.family == "money"))


def _above(c: Mapping[str, Floats], name: str) -> NDArray[np.bool_]:
    return c[name] > c["shop_order_value"]


def _below(c: Mapping[str, Floats], name: str) -> NDArray[np.bool_]:
    return (c[name] >= CENT) & (c[name] < c["shop_order_value"])


def _worth(holds: Callable[[Mapping[str, Floats], str], NDArray[np.bool_]]) -> dict[str, tuple[Sentence, ...]]:
    """What orders are worth beside those of the shop: on average, unless the feature is about one of them."""

    def beside(name: str, text: str) -> tuple[Sentence, Sentence]:
        only = f"the only order day brought {{{name}:money}}"
        return (
            Sentence(f"{only}; {_AVERAGE}", lambda c: once(c) & holds(c, name)),
            Sentence(f"{text}; {_AVERAGE}", lambda c: ~once(c) & holds(c, name)),
        )

    single = {f"order_value_{which}": f"the {which} order day brought" for which in ("first", "last", "largest")}
    return {
        **dict.fromkeys(_MONEY, beside("order_value_mean", "spends {order_value_mean:money} per order day on average")),
        **{name: beside(name, f"{text} {{{name}:money}}") for name, text in single.items()},
    }


_MUCH, _LITTLE = _worth(_above), _worth(_below)
_LITTLE_LATELY = {name: (*sentences.RAISES[name], *_LITTLE[name]) for name in map("net_{}".format, TRAILING_DAYS)}


def _sum(text: str, name: str, holds: Holds = always) -> Sentence:
    """More than a newcomer's one order day has brought."""
    return Sentence(text, lambda c: ~once(c) & _above(c, name) & holds(c))


def _lately(days: int) -> tuple[Sentence, Sentence]:
    name = f"net_{days}"
    return (
        _sum(f"spent {{{name}:money}} in the last {days} days", name, lambda c: known_for(c, days)),
        _sum(HAS_SPENT, name, lambda c: ~known_for(c, days)),
    )


_SUMS = {
    "net_total": (_sum(HAS_SPENT, "net_total"),),
    "gross_total": (_sum("has bought goods worth {gross_total:money} so far", "gross_total"),),
    **{f"net_{days}": _lately(days) for days in TRAILING_DAYS},
}

RAISES: dict[str, tuple[Sentence, ...]] = {
    **sentences.LOWERS,
    **dict.fromkeys(_PACE, _OFTEN),
    **_MUCH,
    **{name: (*sums, *_MUCH[name]) for name, sums in _SUMS.items()},
}
LOWERS: dict[str, tuple[Sentence, ...]] = {
    **sentences.RAISES,
    **dict.fromkeys(_PACE, _SELDOM),
    **_LITTLE,
    **_LITTLE_LATELY,
}
