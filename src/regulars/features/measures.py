"""Measures: what features are made of, by name. Each is one look at the past of customers, in doubles."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.features.feature import SEASON_DAYS, TRAILING_DAYS
from regulars.features.past import Past

YEAR = 365
HABIT_ORDERS = 4  # the order day from which buying counts as a habit: a convention
RECENT_GAPS = 3

Measure = partial[Floats] | partial[NDArray[np.object_]]  # numbers, or texts of the log's own categories


def total(column: str, within: int | None = None, until: int = 0) -> Measure:
    """Sum of a column over all days, or over those between so many days ago."""
    return partial(Past.total, column=column, within=within, until=until)


def at(column: str, order: int) -> Measure:
    """A fact of the n-th order day, from the first or, where it is negative, from the last."""
    return partial(Past.at, column=column, order=order)


MEASURES: dict[str, Measure] = {
    "orders": total("ordered"),
    "first_age": partial(Past.age, order=1),
    "second_age": partial(Past.age, order=2),
    "habit_age": partial(Past.age, order=HABIT_ORDERS),
    "last_age": partial(Past.age, order=-1),
    "before_last_age": partial(Past.age, order=-2),
    "recent_age": partial(Past.age, order=-1 - RECENT_GAPS),
    "gap_squares": total("gap_squares"),
    "gap_logs": total("log_gap"),
    "gap_middle": partial(Past.gap_quantile, share=0.5),
    "gap_long": partial(Past.gap_quantile, share=0.8),
    "gap_longest": partial(Past.largest, column="gap"),
    "gaps_shorter": partial(Past.gaps_shorter),
    "weekend_orders": total("weekend"),
    **{f"weekday_{k}_orders": total(f"weekday_{k}") for k in range(7)},
    "last_on_weekend": at("weekend", -1),
    "first_year_share": partial(Past.year_share, order=1),
    "orders_early": partial(Past.early, column="ordered", days=SEASON_DAYS),
    "orders_season_ago": total("ordered", 3 * SEASON_DAYS, 2 * SEASON_DAYS),
    "orders_year_ago": total("ordered", YEAR + SEASON_DAYS, YEAR),
    "orders_ahead_year_ago": total("ordered", YEAR, YEAR - SEASON_DAYS),
    **{f"orders_{days}": total("ordered", days) for days in TRAILING_DAYS},
    "gross": total("gross"),
    "net": total("net"),
    "gross_lately": total("gross", SEASON_DAYS),
    "value": total("value"),
    "value_spread": partial(Past.spread, column="value"),
    "value_largest": partial(Past.largest, column="value"),
    "value_first": at("value", 1),
    "value_last": at("value", -1),
    "value_lately": total("value", SEASON_DAYS),
    "paid": total("paid"),
    "net_early": partial(Past.early, column="net", days=SEASON_DAYS),
    "net_year_ago": total("net", YEAR + SEASON_DAYS, YEAR),
    "net_ahead_year_ago": total("net", YEAR, YEAR - SEASON_DAYS),
    **{f"net_{days}": total("net", days) for days in TRAILING_DAYS},
    "return_days": total("returned"),
    "return_days_lately": total("returned", SEASON_DAYS),
    "last_return_age": partial(Past.age_of_last, column="returned"),
    "lines": total("lines"),
    "lines_lately": total("lines", SEASON_DAYS),
    "lines_first": at("lines", 1),
    "lines_last": at("lines", -1),
    "quantity": total("quantity"),
    "quantities": total("quantities"),
    "baskets": total("baskets"),
    **{
        f"{thing}_{what}": total(f"{thing}_{what}")
        for thing in ("product", "category", "channel")
        for what in ("visits", "news", "squares")
    },
    "product_news_lately": total("product_news", SEASON_DAYS),
    "category_news_lately": total("category_news", SEASON_DAYS),
    "products_first": at("product_visits", 1),
    "discount": total("discount"),
    "discount_lately": total("discount", SEASON_DAYS),
    "discount_days": total("discounted"),
    "discount_first": at("discount", 1),
    "discount_last": at("discount", -1),
    "full_price": total("full_price"),
}


def described(name: str, look: Measure) -> str:
    """A measure in words that change when it does.

    Examples
    --------
    >>> described("orders_90", MEASURES["orders_90"])
    'orders_90: total column=ordered, within=90, until=0'
    """
    told = ", ".join(f"{key}={value}" for key, value in look.keywords.items())
    return f"{name}: {look.func.__name__} {told}".rstrip()
