"""What a feature says for and against a coming order, in words that are true of the customer.

A sentence stands under the direction in which its feature pushes, and is used only where that
reads as a reason: nobody's usual rhythm is quoted for the opposite of what it shows.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features import TRAILING_DAYS
from regulars.reasons.sentence import Holds, Sentence

NEW_DAYS, SELDOM_DAYS, LONG_DAYS = 30, 60, 90
FEW_ORDERS, FEW_PRODUCTS = 3, 10
CENT = 0.01  # less would be written as 0.00
LONGER = 1.2  # a last gap this many times the mean one is worth a word


def once(c: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """Whether the customer has ordered on one day only."""
    return np.equal(c["frequency"], 0)


def _positive(name: str) -> Holds:
    return lambda c: c[name] > 0


def _money(name: str) -> Holds:
    return lambda c: c[name] >= CENT


def _below_average(name: str) -> Holds:
    """Little in a few orders: each brought less than an order day of the shop does on average (`shop_order_value`)."""
    return lambda c: (
        (c["frequency"] <= FEW_ORDERS) & (c[name] >= CENT) & (c[name] < c["shop_order_value"] * (c["frequency"] + 1))
    )


def known_for(c: Mapping[str, Floats], days: int) -> NDArray[np.bool_]:
    """Whether the customer is known for longer than the period that a sentence is about."""
    return c["tenure"] > days


# Timing is one story, whichever of its features the trees went by.
TIMING_RAISES = (
    Sentence(
        "has not ordered for {days_since_last:day}; the average gap is {gap_mean:day}",
        lambda c: c["days_since_last"] > c["gap_mean"],
    ),
    Sentence("orders rarely, the average gap is {gap_mean:day}", lambda c: c["gap_mean"] >= SELDOM_DAYS),
    Sentence("is new, first ordered {days_since_last:day} ago", lambda c: once(c) & (c["days_since_last"] < NEW_DAYS)),
    Sentence("has not ordered for {days_since_last:day}", lambda c: c["days_since_last"] >= NEW_DAYS),
    Sentence("is new, first ordered {tenure:day} ago", lambda c: c["tenure"] < LONG_DAYS),
)
KEEPS_ORDERING = (
    Sentence(
        "last ordered {days_since_last:day} ago; the average gap is {gap_mean:day}",
        lambda c: c["days_since_last"] <= c["gap_mean"],
    ),
    Sentence(
        "last ordered {days_since_last:day} ago, and has come back after {gap_longest:day} before",
        lambda c: c["days_since_last"] <= c["gap_longest"],
    ),
    Sentence(
        "kept ordering for {recency:day}, longer than the {days_since_last:day} since",
        lambda c: c["recency"] > c["days_since_last"],
    ),
)
TIMING_LOWERS = (
    *KEEPS_ORDERING,
    Sentence("first ordered only {days_since_last:day} ago", lambda c: once(c) & (c["days_since_last"] <= LONG_DAYS)),
    Sentence("last ordered only {days_since_last:day} ago", lambda c: c["days_since_last"] < NEW_DAYS),
)
# The same where nobody says in which direction: a lifetime model knows order dates alone.
DATES = (
    Sentence(
        "came back {frequency:times} in {tenure:day}, last {days_since_last:day} ago; the average gap is {gap_mean:day}"
    ),
    Sentence("has ordered on one day only, {days_since_last:day} ago"),
)

ONCE = Sentence("has ordered on one day only", once)
_PACE_RAISES = (
    ONCE,
    Sentence(
        "came back only {frequency:times} in {tenure:day}",
        lambda c: (c["frequency"] <= FEW_ORDERS) & (c["tenure"] >= SELDOM_DAYS * c["frequency"]),
    ),
)
CAME_BACK = "came back {frequency:times} in {tenure:day}"
HAS_SPENT = "has spent {net_total:money} so far"
_PACE_LOWERS = (Sentence(CAME_BACK, _positive("frequency")),)
_DISCOUNTED = "of the list price was discounted (the seller's own policy)"
_ON_DISCOUNT = "of the order days came with a discount (the seller's own policy)"
_NO_DISCOUNT = "has never bought at a discount (the seller's own policy)"


def _by_day(only: str, text: str, holds: Holds) -> tuple[Sentence, ...]:
    """Of one order day, and of several."""
    return Sentence(only, lambda c: once(c) & holds(c)), Sentence(text, holds)


def _value(name: str, text: str) -> tuple[Sentence, ...]:
    """What order days bring; free ones say nothing."""
    return _by_day(f"the only order day brought {{{name}:money}}", text, _money(name))


def _few_orders(days: int) -> Sentence:
    name = f"orders_{days}"
    text = f"ordered on only {{{name}:day}} in the last {days} days"
    return Sentence(text, lambda c: known_for(c, days) & (c["frequency"] > 0) & (c[name] == 1))


def _ordered(days: int) -> tuple[Sentence, ...]:
    name = f"orders_{days}"
    return (
        Sentence(
            f"ordered on {{{name}:day}} in the last {days} days",
            lambda c: known_for(c, days) & (c["frequency"] > 0) & (c[name] >= 1),
        ),
        Sentence(CAME_BACK, lambda c: ~known_for(c, days) & (c["frequency"] > 0)),
    )


def _spent(days: int) -> tuple[Sentence, ...]:
    name = f"net_{days}"
    return (
        Sentence(f"spent {{{name}:money}} in the last {days} days", lambda c: known_for(c, days) & (c[name] >= CENT)),
        Sentence(HAS_SPENT, lambda c: ~known_for(c, days) & (c["net_total"] >= CENT)),
    )


def _little_spent(days: int) -> Sentence:
    name = f"net_{days}"
    text = f"spent only {{{name}:money}} in the last {days} days, of {{net_total:money}} so far"
    return Sentence(
        text, lambda c: known_for(c, days) & (c[name] >= CENT) & (c[name] < c["net_total"] * days / c["tenure"])
    )


def _few(name: str, noun: str) -> tuple[Sentence, ...]:
    many = f"{{{name}:{noun}}}"
    return _by_day(f"bought {many} on the only order day", f"buys only {many} per order day", lambda c: c[name] == 1)


def _many(name: str, noun: str) -> tuple[Sentence, ...]:
    many = f"{{{name}:{noun}}}"
    return _by_day(
        f"bought {many} on the only order day", f"buys {many} per order day on average", lambda c: c[name] >= 2
    )


_ORDER_VALUE = _value("order_value_mean", "spends {order_value_mean:money} per order day on average")
_RETURNED_NOTHING = Sentence("has returned nothing", lambda c: (c["frequency"] > 0) & (c["return_days"] == 0))
_WORTH: dict[str, tuple[Sentence, ...]] = {
    "order_value_mean": _ORDER_VALUE,
    "order_value_std": _ORDER_VALUE,
    "repeat_value_mean": _value("repeat_value_mean", "spends {repeat_value_mean:money} per order day when coming back"),
    **{
        f"order_value_{which}": _value(
            f"order_value_{which}", f"the {which} order day brought {{order_value_{which}:money}}"
        )
        for which in ("first", "last", "largest")
    },
}
_EITHER: dict[str, tuple[Sentence, ...]] = {
    "discount_share": (
        Sentence(f"{{discount_share:share}} {_DISCOUNTED}", _positive("discount_share")),
        Sentence(_NO_DISCOUNT, lambda c: c["discount_share"] == 0),
    ),
    "discount_dependence": (
        Sentence(f"{{discount_dependence:share}} {_ON_DISCOUNT}", _positive("discount_dependence")),
        Sentence(_NO_DISCOUNT, lambda c: c["discount_dependence"] == 0),
    ),
    "discount_share_90": (
        Sentence(
            "{discount_share_90:share} of the list price was discounted in the last 90 days (the seller's own policy)",
            lambda c: known_for(c, 90) & (c["discount_share_90"] > 0),
        ),
    ),
    **{
        f"{which}_on_discount": (
            Sentence(
                f"the {which} order day had a discount (the seller's own policy)", _positive(f"{which}_on_discount")
            ),
            Sentence(
                f"the {which} order day had no discount (the seller's own policy)",
                lambda c, which=which: c[f"{which}_on_discount"] == 0,  # type: ignore[misc]
            ),
        )
        for which in ("first", "last")
    },
}

_BASKET = {"lines_per_order": "item", "quantity_per_order": "unit"}

RAISES: dict[str, tuple[Sentence, ...]] = {
    **_EITHER,
    **{name: _few(name, noun) for name, noun in _BASKET.items()},
    **dict.fromkeys(_WORTH, (ONCE,)),  # an amount does not say by itself that it is a small one
    "frequency": _PACE_RAISES,
    "order_rate": _PACE_RAISES,
    **{f"orders_{days}": (_few_orders(days),) for days in TRAILING_DAYS if days >= LONG_DAYS},
    "orders_trend": (
        Sentence("orders less than before: "
                 "{orders_90:order day} in the last 90 days, {orders_180:order day} in the last 180",
                 lambda c: known_for(c, 180) & (c["orders_90"] > 0)
                 & (c["orders_90"] < c["orders_180"] - c["orders_90"])),
    ),
    "orders_year_trend": (
        Sentence("orders less than a year ago: "
                 "{orders_90:order day} in the last 90 days, {orders_year_ago:order day} then",
                 lambda c: c["orders_90"] < c["orders_year_ago"]),
    ),
    "net_year_trend": (
        Sentence("spends less than a year ago: {net_90:money} in the last 90 days, {net_year_ago:money} then",
                 lambda c: (c["net_90"] >= CENT) & (c["net_90"] < c["net_year_ago"])),
    ),
    "orders_to_habit": _PACE_RAISES,
    "return_rate": (Sentence("returned something on {return_days:day}", _positive("return_days")),),
    "gap_trend": (
        Sentence("the last gap was longer than usual: {gap_last:day} against {gap_mean:day}",
                 lambda c: c["gap_trend"] >= LONGER),
    ),
    "net_trend": (
        Sentence("spends less than before: {net_90:money} in the last 90 days, {net_180:money} in the last 180",
                 lambda c: known_for(c, 180) & (c["net_90"] >= CENT) & (c["net_90"] < c["net_180"] - c["net_90"])),
    ),
    "net_total": (
        Sentence("has spent no more than {net_total:money} so far", _below_average("net_total")),
    ),
    "gross_total": (
        Sentence("has bought goods worth no more than {gross_total:money} so far", _below_average("gross_total")),
    ),
    **{f"net_{days}": (_little_spent(days),) for days in TRAILING_DAYS},
    "return_days": (Sentence("returned something on {return_days:day}", _positive("return_days")),),
    "days_since_return": (
        Sentence("returned something {days_since_return:day} ago and has not ordered since",
                 lambda c: c["days_since_return"] <= c["days_since_last"]),
    ),
    "return_share": (Sentence("returned {return_share:share} of what was bought", _positive("return_share")),),
    "products": (
        Sentence("has bought only {products:different product}",
                 lambda c: (c["products"] > 0) & (c["products"] <= FEW_PRODUCTS)),
    ),
    "new_products_90": (
        Sentence("tried no new product in the last 90 days",
                 lambda c: (c["new_products_90"] == 0) & (c["days_since_last"] <= 90)),
    ),
    "categories": (Sentence("has bought in one category only", lambda c: c["categories"] == 1),),
    "channels": (Sentence("has used one channel only", lambda c: c["channels"] == 1),),
}  # fmt: skip

LOWERS: dict[str, tuple[Sentence, ...]] = {
    **_EITHER,
    **{name: _many(name, noun) for name, noun in _BASKET.items()},
    **_WORTH,
    "frequency": _PACE_LOWERS,
    "order_rate": _PACE_LOWERS,
    **{f"orders_{days}": _ordered(days) for days in TRAILING_DAYS},
    "orders_trend": (
        Sentence("orders more than before: "
                 "{orders_90:order day} in the last 90 days, {orders_180:order day} in the last 180",
                 lambda c: known_for(c, 180) & (c["orders_90"] > c["orders_180"] - c["orders_90"])
                 & (c["orders_180"] > c["orders_90"])),
    ),
    "orders_year_trend": (
        Sentence("orders more than a year ago: "
                 "{orders_90:order day} in the last 90 days, {orders_year_ago:order day} then",
                 lambda c: c["orders_90"] > c["orders_year_ago"]),
    ),
    "net_year_trend": (
        Sentence("spends more than a year ago: {net_90:money} in the last 90 days, {net_year_ago:money} then",
                 lambda c: (c["net_90"] > c["net_year_ago"]) & (c["net_year_ago"] >= CENT)),
    ),
    "orders_ahead_year_ago": (
        Sentence("ordered on {orders_ahead_year_ago:day} a year ago in the 90 days that lie ahead",
                 _positive("orders_ahead_year_ago")),
    ),
    "return_rate": (_RETURNED_NOTHING,),
    "gap_trend": (
        Sentence("the last gap was shorter than usual: {gap_last:day} against {gap_mean:day}",
                 lambda c: c["gap_trend"] <= 1 / LONGER),
    ),
    "net_trend": (
        Sentence("spends more than before: {net_90:money} in the last 90 days, {net_180:money} in the last 180",
                 lambda c: known_for(c, 180) & (c["net_90"] > c["net_180"] - c["net_90"])
                 & (c["net_180"] - c["net_90"] >= CENT)),
    ),
    "net_total": (Sentence(HAS_SPENT, _money("net_total")),),
    "gross_total": (Sentence("has bought goods worth {gross_total:money} so far", _money("gross_total")),),
    **{f"net_{days}": _spent(days) for days in TRAILING_DAYS},
    "return_days": (_RETURNED_NOTHING,),
    "return_share": (_RETURNED_NOTHING,),
    "days_since_return": (_RETURNED_NOTHING,),
    "products": (Sentence("has bought {products:different product}", lambda c: c["products"] > 1),),
    "new_products_90": (
        Sentence("bought {new_products_90:product} for the first time in the last 90 days",
                 lambda c: known_for(c, 90) & (c["new_products_90"] > 0)),
    ),
    "baskets_per_order": _by_day(
        "placed {baskets_per_order:order} on the only order day",
        "places {baskets_per_order:order} per order day on average",
        lambda c: c["baskets_per_order"] >= 1.05,
    ),
    "categories": (Sentence("has bought in {categories:category}", lambda c: c["categories"] > 1),),
    "channels": (Sentence("uses {channels:channel}", lambda c: c["channels"] > 1),),
}  # fmt: skip
