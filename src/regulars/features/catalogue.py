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
    reason : tuple of str
        Sentences for people; the first whose values are all known is used. `{name}` is
        replaced by that feature's value for the customer.
    if_zero : str
        What to say instead where the value is 0.
    """

    name: str
    sql: str
    unit: str
    meaning: str
    family: str
    needs: frozenset[str] = frozenset()
    reason: tuple[str, ...] = ()
    if_zero: str = ""


def _feature(
    name: str, sql: str, unit: str, family: str, meaning: str, *reason: str, needs: str = "", if_zero: str = ""
) -> Feature:
    return Feature(name, sql, unit, meaning, family, frozenset(needs.split()), reason, if_zero)


def _recency() -> Iterator[Feature]:
    yield _feature(
        "days_since_last",
        "last_age",
        "days",
        "recency",
        "Days from the last order day to the cutoff",
        "has not ordered for {days_since_last:.0f} days; usually every {gap_median:.0f}",
        "has not ordered for {days_since_last:.0f} days",
    )
    yield _feature(
        "recency",
        "first_age - last_age",
        "days",
        "recency",
        "Days from the first to the last order day (BTYD t_x)",
        "last ordered {recency:.0f} days after the first order",
    )
    yield _feature(
        "tenure",
        "first_age",
        "days",
        "recency",
        "Days from the first order day to the cutoff (BTYD T)",
        "has been a customer for {tenure:.0f} days",
    )


def _rhythm() -> Iterator[Feature]:
    usual = "usually orders every {gap_mean:.0f} days"
    mean = "(gap_sum / gaps)"
    yield _feature("gap_mean", mean, "days", "rhythm", "Mean days between order days; null before the second", usual)
    yield _feature("gap_median", "gap_middle", "days", "rhythm", "Median days between order days", usual)
    spread = "sqrt((gaps * gap_squares - gap_sum * gap_sum) / (gaps * (gaps - 1)))"
    yield _feature(
        "gap_std",
        f"CASE WHEN gaps > 1 THEN {spread} END",
        "days",
        "rhythm",
        "Standard deviation of the days between order days; null before the third",
        "orders every {gap_mean:.0f} days, give or take {gap_std:.0f}",
    )
    yield _feature(
        "gap_cv",
        f"CASE WHEN gaps > 1 THEN {spread} / {mean} END",
        "ratio",
        "rhythm",
        "Spread of the gaps over their mean: 0 is a clock, 1 is chance",
        "orders at regular times (spread {gap_cv:.1f} of the usual gap)",
    )
    yield _feature(
        "gap_longest",
        "gap_longest",
        "days",
        "rhythm",
        "Longest gap between order days",
        "the longest pause so far was {gap_longest:.0f} days",
    )
    yield _feature(
        "gap_last",
        "gap_last",
        "days",
        "rhythm",
        "Days between the last two order days",
        "the last two orders were {gap_last:.0f} days apart",
    )
    yield _feature(
        "overdue_ratio",
        f"last_age / {mean}",
        "ratio",
        "rhythm",
        "Days since last over the customer's own mean gap",
        "silent for {overdue_ratio:.1f} times the usual gap of {gap_mean:.0f} days",
    )
    yield _feature(
        "overdue_longest",
        "last_age / gap_longest",
        "ratio",
        "rhythm",
        "Days since last over the longest gap so far",
        "silent for {overdue_longest:.1f} times the longest pause so far",
    )


def _frequency() -> Iterator[Feature]:
    yield _feature(
        "frequency",
        "orders - 1",
        "orders",
        "frequency",
        "Order days after the first one (BTYD x)",
        "came back {frequency:.0f} times since the first order",
        if_zero="has never come back",
    )
    yield _feature(
        "order_rate",
        "30.0 * (orders - 1) / first_age",
        "orders",
        "frequency",
        "Repeat orders per 30 days of tenure",
        "comes back {order_rate:.1f} times in 30 days on average",
        if_zero="has never come back",
    )
    for days in TRAILING_DAYS:
        yield _feature(
            f"orders_{days}",
            f"orders_{days}",
            "orders",
            "frequency",
            f"Order days in the {days} days before the cutoff",
            f"ordered {{orders_{days}:.0f}} times in the last {days} days",
            if_zero=f"no order in the last {days} days",
        )
    yield _feature(
        "weekend_share",
        "weekend_orders / orders",
        "share",
        "frequency",
        "Share of order days on Saturday or Sunday",
        "{weekend_share:.0%} of orders fall on a weekend",
        if_zero="never orders on a weekend",
    )
    yield _feature(
        "lines_per_order",
        "lines / orders",
        "count",
        "breadth",
        "Purchase lines per order day",
        "buys {lines_per_order:.1f} items an order",
    )


def _trend() -> Iterator[Feature]:
    yield _feature(
        "orders_trend",
        "(orders_90 + 1) / (orders_180 - orders_90 + 1)",
        "ratio",
        "trend",
        "Orders of the last 90 days over those of the 90 before, each plus one",
        "ordered {orders_90:.0f} times in the last 90 days, {orders_180:.0f} times in 180",
    )
    yield _feature(
        "gap_trend",
        "gap_last * gaps / gap_sum",
        "ratio",
        "trend",
        "Last gap over the mean gap",
        "the last gap was {gap_trend:.1f} times the usual one",
    )
    yield _feature(
        "net_trend",
        "coalesce(net_90, 0) - (coalesce(net_180, 0) - coalesce(net_90, 0))",
        "money",
        "trend",
        "Net spend of the last 90 days less that of the 90 before",
        "spent {net_90:,.0f} in the last 90 days, {net_180:,.0f} in 180",
        needs="money",
    )


def _money() -> Iterator[Feature]:
    yield _feature(
        "net_total",
        "net",
        "money",
        "money",
        "Net spend so far (returns booked on their own date)",
        "has spent {net_total:,.0f} so far",
        needs="money",
    )
    yield _feature(
        "gross_total",
        "gross",
        "money",
        "money",
        "Purchases so far, before returns",
        "has bought for {gross_total:,.0f} so far",
        needs="money",
    )
    for days in TRAILING_DAYS:
        yield _feature(
            f"net_{days}",
            f"coalesce(net_{days}, 0)",
            "money",
            "money",
            f"Net spend in the {days} days before the cutoff",
            f"spent {{net_{days}:,.0f}} in the last {days} days",
            needs="money",
            if_zero=f"spent nothing in the last {days} days",
        )
    yield _feature(
        "order_value_mean",
        "gross / orders",
        "money",
        "money",
        "Purchases per order day",
        "spends {order_value_mean:,.0f} an order",
        needs="money",
    )
    squares = "(orders * gross_squares - gross_units * gross_units)::DOUBLE"
    yield _feature(
        "order_value_std",
        f"CASE WHEN orders > 1 THEN sqrt({squares} / (orders * (orders - 1))) / 10000 END",
        "money",
        "money",
        "Standard deviation of the money of an order day; null before the second",
        "spends {order_value_mean:,.0f} an order, give or take {order_value_std:,.0f}",
        needs="money",
    )
    yield _feature(
        "repeat_value_mean",
        "CASE WHEN orders > 1 THEN (gross - gross_first) / (orders - 1) END",
        "money",
        "money",
        "Purchases per order day after the first one (Gamma-Gamma's m); null before the second",
        "spends {repeat_value_mean:,.0f} an order when coming back",
        needs="money",
    )
    for which, words in (("first", "first"), ("last", "last"), ("largest", "largest")):
        yield _feature(
            f"order_value_{which}",
            f"gross_{which}",
            "money",
            "money",
            f"Money of the {words} order day",
            f"the {words} order was worth {{order_value_{which}:,.0f}}",
            needs="money",
        )


def _returns() -> Iterator[Feature]:
    yield _feature(
        "return_days",
        "return_days",
        "count",
        "returns",
        "Days with a return",
        "returned something on {return_days:.0f} days",
        if_zero="has returned nothing",
    )
    yield _feature(
        "days_since_return",
        "last_return_age",
        "days",
        "returns",
        "Days from the last return to the cutoff; null without",
        "returned something {days_since_return:.0f} days ago",
    )
    yield _feature(
        "return_share",
        "CASE WHEN gross > 0 THEN returned / gross END",
        "share",
        "returns",
        "Money returned over money bought",
        "returned {return_share:.0%} of what was bought",
        needs="money",
        if_zero="has returned nothing",
    )


def _breadth() -> Iterator[Feature]:
    yield _feature(
        "quantity_per_order",
        "quantity / orders",
        "count",
        "breadth",
        "Units per order day",
        "buys {quantity_per_order:.1f} units an order",
        needs="quantity",
    )
    yield _feature(
        "baskets_per_order",
        "baskets / orders",
        "count",
        "breadth",
        "Orders placed per order day",
        "places {baskets_per_order:.1f} orders on a day",
        needs="order_id",
    )
    yield _feature(
        "products",
        "products",
        "count",
        "breadth",
        "Different products bought so far",
        "has bought {products:.0f} different products",
        needs="product_id",
    )
    yield _feature(
        "new_products_90",
        "coalesce(new_products_90, 0)",
        "count",
        "breadth",
        "Products bought for the first time in the last 90 days",
        "tried {new_products_90:.0f} new products in the last 90 days",
        needs="product_id",
        if_zero="tried no new product in the last 90 days",
    )
    yield _feature(
        "novelty",
        "products / product_visits",
        "share",
        "breadth",
        "Different products over products bought day by day",
        "{novelty:.0%} of the products bought were new to the customer",
        needs="product_id",
    )
    yield _feature(
        "categories",
        "categories",
        "count",
        "breadth",
        "Different categories bought so far",
        "has bought in {categories:.0f} categories",
        needs="category",
    )
    yield _feature(
        "channels",
        "channels",
        "count",
        "breadth",
        "Different channels used so far",
        "uses {channels:.0f} channels",
        needs="channel",
    )


def _discounts() -> Iterator[Feature]:
    policy = "(the seller's own policy)"
    yield _feature(
        "discount_share",
        "CASE WHEN gross + discount > 0 THEN discount / (gross + discount) END",
        "share",
        "discounts",
        "Discount over list price of what was bought",
        f"{{discount_share:.0%}} of the list price was discounted {policy}",
        needs="money discount",
        if_zero=f"never bought at a discount {policy}",
    )
    yield _feature(
        "discount_dependence",
        "discount_days / orders",
        "share",
        "discounts",
        "Share of order days with a discount",
        f"{{discount_dependence:.0%}} of orders came with a discount {policy}",
        needs="discount",
        if_zero=f"never bought at a discount {policy}",
    )
    yield _feature(
        "last_on_discount",
        "(last_discount > 0)::INTEGER",
        "share",
        "discounts",
        "1 if the last order had a discount",
        f"the last order had a discount {policy}",
        needs="discount",
        if_zero=f"the last order had no discount {policy}",
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
