"""Features, declared once.

From this catalogue come the query, the data dictionary, the model's signature and the leak
proof. A feature is an expression over **sums**: named aggregates of the customer-day facts
that lie before the cutoff. `age` is the number of days from a fact's day to the cutoff (1 is
the day before the cutoff), so no expression can reach past it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

TRAILING_DAYS = (7, 30, 90, 180, 365)

# Sums that exist for every log, by name: aggregates over facts, restricted to one customer
# and to the days before one cutoff.
SUMS: dict[str, str] = {
    "orders": "count(*) FILTER (ordered)",
    "last_age": "min(age) FILTER (ordered)",
    "first_age": "max(age) FILTER (ordered)",
    "gaps": "count(gap)",
    "gap_sum": "sum(gap)",
    "gap_squares": "sum(gap * gap)",
    "gap_middle": "median(gap)",
    "gap_longest": "max(gap)",
    "gap_last": "arg_max(gap, day) FILTER (ordered)",
    "weekend_orders": "count(*) FILTER (ordered AND isodow(day) > 5)",
    "lines": "sum(lines)",
    "return_days": "count(*) FILTER (return_lines > 0)",
    "last_return_age": "min(age) FILTER (return_lines > 0)",
    "gross": "sum(gross)",
    "net": "sum(net)",
    "returned": "sum(returned)",
    "gross_units": "sum(gross_units)",
    "gross_squares": "sum(gross_units * gross_units)",
    "gross_largest": "max(gross) FILTER (ordered)",
    "gross_first": "arg_min(gross, day) FILTER (ordered)",
    "gross_last": "arg_max(gross, day) FILTER (ordered)",
    "quantity": "sum(quantity)",
    "baskets": "sum(baskets)",
    "products": "sum(new_products)",
    "product_visits": "sum(products)",
    "new_products_90": "sum(new_products) FILTER (age <= 90)",
    "categories": "sum(new_categories)",
    "channels": "sum(new_channels)",
    "discount": "sum(discount)",
    "discount_days": "count(*) FILTER (ordered AND discount > 0)",
    "last_discount": "arg_max(discount, day) FILTER (ordered)",
    **{f"orders_{days}": f"count(*) FILTER (ordered AND age <= {days})" for days in TRAILING_DAYS},
    **{f"net_{days}": f"sum(net) FILTER (age <= {days})" for days in TRAILING_DAYS},
}


@dataclass(frozen=True)
class Feature:
    """One column of the feature table.

    Parameters
    ----------
    name : str
        Column name.
    sql : str
        Expression over the names in `SUMS`; the result is cast to DOUBLE.
    unit : str
        days, orders, money, ratio, share or count.
    meaning : str
        What it says of the customer, in one line; nulls explained.
    family : str
        The question that it helps to answer.
    needs : frozenset of str
        Columns of the validated log without which the feature is absent.
    """

    name: str
    sql: str
    unit: str
    meaning: str
    family: str
    needs: frozenset[str] = frozenset()


def _feature(name: str, sql: str, unit: str, family: str, meaning: str, *, needs: str = "") -> Feature:
    return Feature(name, sql, unit, meaning, family, frozenset(needs.split()))


def _recency() -> Iterator[Feature]:
    yield _feature(
        "days_since_last",
        "last_age",
        "days",
        "recency",
        "Days from the last order day to the cutoff",
    )
    yield _feature(
        "recency",
        "first_age - last_age",
        "days",
        "recency",
        "Days from the first to the last order day (BTYD t_x)",
    )
    yield _feature(
        "tenure",
        "first_age",
        "days",
        "recency",
        "Days from the first order day to the cutoff (BTYD T)",
    )


def _rhythm() -> Iterator[Feature]:
    mean = "(gap_sum / gaps)"
    yield _feature("gap_mean", mean, "days", "rhythm", "Mean days between order days; null before the second")
    yield _feature("gap_median", "gap_middle", "days", "rhythm", "Median days between order days")
    spread = "sqrt((gaps * gap_squares - gap_sum * gap_sum) / (gaps * (gaps - 1)))"
    yield _feature(
        "gap_std",
        f"CASE WHEN gaps > 1 THEN {spread} END",
        "days",
        "rhythm",
        "Standard deviation of the days between order days; null before the third",
    )
    yield _feature(
        "gap_cv",
        f"CASE WHEN gaps > 1 THEN {spread} / {mean} END",
        "ratio",
        "rhythm",
        "Spread of the gaps over their mean: 0 is a clock, 1 is chance",
    )
    yield _feature(
        "gap_longest",
        "gap_longest",
        "days",
        "rhythm",
        "Longest gap between order days",
    )
    yield _feature(
        "gap_last",
        "gap_last",
        "days",
        "rhythm",
        "Days between the last two order days",
    )
    yield _feature(
        "overdue_ratio",
        f"last_age / {mean}",
        "ratio",
        "rhythm",
        "Days since last over the customer's own mean gap",
    )
    yield _feature(
        "overdue_longest",
        "last_age / gap_longest",
        "ratio",
        "rhythm",
        "Days since last over the longest gap so far",
    )


def _frequency() -> Iterator[Feature]:
    yield _feature(
        "frequency",
        "orders - 1",
        "orders",
        "frequency",
        "Order days after the first one (BTYD x)",
    )
    yield _feature(
        "order_rate",
        "30.0 * (orders - 1) / first_age",
        "orders",
        "frequency",
        "Repeat orders per 30 days of tenure",
    )
    for days in TRAILING_DAYS:
        yield _feature(
            f"orders_{days}",
            f"orders_{days}",
            "orders",
            "frequency",
            f"Order days in the {days} days before the cutoff",
        )
    yield _feature(
        "weekend_share",
        "weekend_orders / orders",
        "share",
        "frequency",
        "Share of order days on Saturday or Sunday",
    )
    yield _feature(
        "lines_per_order",
        "lines / orders",
        "count",
        "breadth",
        "Purchase lines per order day",
    )


def _trend() -> Iterator[Feature]:
    yield _feature(
        "orders_trend",
        "(orders_90 + 1) / (orders_180 - orders_90 + 1)",
        "ratio",
        "trend",
        "Orders of the last 90 days over those of the 90 before, each plus one",
    )
    yield _feature(
        "gap_trend",
        "gap_last * gaps / gap_sum",
        "ratio",
        "trend",
        "Last gap over the mean gap",
    )
    yield _feature(
        "net_trend",
        "coalesce(net_90, 0) - (coalesce(net_180, 0) - coalesce(net_90, 0))",
        "money",
        "trend",
        "Net spend of the last 90 days less that of the 90 before",
        needs="money",
    )


def _money() -> Iterator[Feature]:
    yield _feature(
        "net_total",
        "net",
        "money",
        "money",
        "Net spend so far (returns booked on their own date)",
        needs="money",
    )
    yield _feature(
        "gross_total",
        "gross",
        "money",
        "money",
        "Purchases so far, before returns",
        needs="money",
    )
    for days in TRAILING_DAYS:
        yield _feature(
            f"net_{days}",
            f"coalesce(net_{days}, 0)",
            "money",
            "money",
            f"Net spend in the {days} days before the cutoff",
            needs="money",
        )
    yield _feature(
        "order_value_mean",
        "gross / orders",
        "money",
        "money",
        "Purchases per order day",
        needs="money",
    )
    squares = "(orders * gross_squares - gross_units * gross_units)::DOUBLE"
    yield _feature(
        "order_value_std",
        f"CASE WHEN orders > 1 THEN sqrt({squares} / (orders * (orders - 1))) / 10000 END",
        "money",
        "money",
        "Standard deviation of the money of an order day; null before the second",
        needs="money",
    )
    yield _feature(
        "repeat_value_mean",
        "CASE WHEN orders > 1 THEN (gross - gross_first) / (orders - 1) END",
        "money",
        "money",
        "Purchases per order day after the first one (Gamma-Gamma's m); null before the second",
        needs="money",
    )
    for which in ("first", "last", "largest"):
        yield _feature(
            f"order_value_{which}",
            f"gross_{which}",
            "money",
            "money",
            f"Money of the {which} order day",
            needs="money",
        )


def _returns() -> Iterator[Feature]:
    yield _feature(
        "return_days",
        "return_days",
        "count",
        "returns",
        "Days with a return",
    )
    yield _feature(
        "days_since_return",
        "last_return_age",
        "days",
        "returns",
        "Days from the last return to the cutoff; null without",
    )
    yield _feature(
        "return_share",
        "CASE WHEN gross > 0 THEN returned / gross END",
        "share",
        "returns",
        "Money returned over money bought",
        needs="money",
    )


def _breadth() -> Iterator[Feature]:
    yield _feature(
        "quantity_per_order",
        "quantity / orders",
        "count",
        "breadth",
        "Units per order day",
        needs="quantity",
    )
    yield _feature(
        "baskets_per_order",
        "baskets / orders",
        "count",
        "breadth",
        "Orders placed per order day",
        needs="order_id",
    )
    yield _feature(
        "products",
        "products",
        "count",
        "breadth",
        "Different products bought so far",
        needs="product_id",
    )
    yield _feature(
        "new_products_90",
        "coalesce(new_products_90, 0)",
        "count",
        "breadth",
        "Products bought for the first time in the last 90 days",
        needs="product_id",
    )
    yield _feature(
        "novelty",
        "products / product_visits",
        "share",
        "breadth",
        "Different products over products bought day by day",
        needs="product_id",
    )
    yield _feature(
        "categories",
        "categories",
        "count",
        "breadth",
        "Different categories bought so far",
        needs="category",
    )
    yield _feature(
        "channels",
        "channels",
        "count",
        "breadth",
        "Different channels used so far",
        needs="channel",
    )


def _discounts() -> Iterator[Feature]:
    yield _feature(
        "discount_share",
        "CASE WHEN gross + discount > 0 THEN discount / (gross + discount) END",
        "share",
        "discounts",
        "Discount over list price of what was bought",
        needs="money discount",
    )
    yield _feature(
        "discount_dependence",
        "discount_days / orders",
        "share",
        "discounts",
        "Share of order days with a discount",
        needs="discount",
    )
    yield _feature(
        "last_on_discount",
        "(last_discount > 0)::INTEGER",
        "share",
        "discounts",
        "1 if the last order had a discount",
        needs="discount",
    )


CATALOGUE: tuple[Feature, ...] = (
    *_recency(),
    *_rhythm(),
    *_frequency(),
    *_trend(),
    *_money(),
    *_returns(),
    *_breadth(),
    *_discounts(),
)


def available(columns: Iterable[str]) -> tuple[Feature, ...]:
    """Features of a log that carries `columns`; the others are absent by name."""
    carried = frozenset(columns)
    return tuple(feature for feature in CATALOGUE if feature.needs <= carried)


def sums_used(features: Iterable[Feature]) -> dict[str, str]:
    """The sums that the expressions of features name, and the number of orders."""
    named = set(re.findall(r"\w+", " ".join(feature.sql for feature in features))) | {"orders"}
    return {name: sql for name, sql in SUMS.items() if name in named}


def catalogue_hash(names: Iterable[str]) -> str:
    """First 12 hex digits of a checksum over the declarations of the named features."""
    by_name = {feature.name: feature for feature in CATALOGUE}
    declared = [(name, by_name[name].sql) for name in names if name in by_name]
    used = sums_used(by_name[name] for name, _ in declared)
    text = json.dumps([declared, sorted(used.items())])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
