"""Every feature and label worked out again, slowly and plainly, from the rows as a user has them.

Nothing is shared with the product but the names of the columns: a loop over customers, exact
fractions, the standard library's statistics. An unknown value is NaN.
"""

from __future__ import annotations

import datetime as dt
import math
import statistics
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pandas as pd

TRAILING = (7, 30, 90, 180, 365)
NAN = math.nan


@dataclass(frozen=True)
class Line:
    """One row of the log, as the door is documented to book it."""

    customer: Any
    day: dt.date
    bought: bool
    money: Fraction
    quantity: Fraction | None
    order: Any
    product: Any
    category: Any
    channel: Any
    discount: Fraction


def lines_of(log: pd.DataFrame) -> list[Line]:
    """Read rows; copies of a line of a numbered order count once, a positive return is booked negative."""
    seen, lines = set(), []
    for row in log.itertuples(index=False):
        values = tuple(None if pd.isna(value) else value for value in row)
        known = dict(zip(log.columns, values, strict=True))
        if "order_id" in known and values in seen:
            continue
        seen.add(values)
        lines.append(_line(known))
    return lines


def _line(known: dict[str, Any]) -> Line:
    money = _exact(known.get("amount")) or Fraction(0)
    quantity = _exact(known.get("quantity"))
    returned = bool(known.get("is_return")) or (quantity is not None and quantity < 0)
    bought = not returned and quantity != 0 and money >= 0
    return Line(
        customer=known["customer_id"],
        day=known["date"].date(),
        bought=bought,
        money=-abs(money) if returned else money,
        quantity=quantity,
        order=known.get("order_id"),
        product=known.get("product_id"),
        category=known.get("category"),
        channel=known.get("channel"),
        discount=_exact(known.get("discount")) or Fraction(0),
    )


def _exact(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def features_of(log: pd.DataFrame, cutoff: dt.date) -> pd.DataFrame:
    """All features of a log with every column, of everybody who bought before the cutoff."""
    known = [line for line in lines_of(log) if line.day < cutoff]
    return _table({customer: _features(own, cutoff) for customer, own in _by_customer(known)})


def labels_of(log: pd.DataFrame, cutoff: dt.date, horizon_days: int) -> pd.DataFrame:
    """Order days and net money in the window, of everybody who bought before the cutoff."""
    closes, lines = cutoff + dt.timedelta(days=horizon_days), lines_of(log)
    known = {line.customer for line in lines if line.bought and line.day < cutoff}
    return _table(
        {
            customer: {
                "purchases": len({line.day for line in own if line.bought and cutoff <= line.day < closes}),
                "spend": sum(line.money for line in own if cutoff <= line.day < closes),
            }
            for customer, own in _by_customer(lines)
            if customer in known
        }
    )


def _by_customer(lines: list[Line]) -> Iterator[tuple[Any, list[Line]]]:
    for customer in sorted({line.customer for line in lines if line.bought}):
        yield customer, [line for line in lines if line.customer == customer]


def _table(rows: dict[Any, dict[str, Any]]) -> pd.DataFrame:
    table = pd.DataFrame.from_dict(
        {customer: {name: float(value) for name, value in row.items()} for customer, row in rows.items()},
        orient="index",
    )
    return table.rename_axis("customer_id")


def _features(own: list[Line], cutoff: dt.date) -> dict[str, Any]:
    purchases = [line for line in own if line.bought]
    days = sorted({line.day for line in purchases})
    return {
        **_timing(days, cutoff),
        **_returns(own, purchases, cutoff),
        **_money(own, purchases, days, cutoff),
        **_breadth(purchases, days, cutoff),
        **_discounts(purchases, days),
    }


def _timing(days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    silent, tenure, mean = (cutoff - days[-1]).days, (cutoff - days[0]).days, _mean(gaps)
    within = {n: sum((cutoff - day).days <= n for day in days) for n in TRAILING}
    spread = statistics.stdev(gaps) if len(gaps) > 1 else NAN
    return {
        "days_since_last": silent,
        "recency": (days[-1] - days[0]).days,
        "tenure": tenure,
        "gap_mean": mean,
        "gap_median": statistics.median(gaps) if gaps else NAN,
        "gap_std": spread,
        "gap_cv": spread / mean,
        "gap_longest": max(gaps, default=NAN),
        "gap_last": gaps[-1] if gaps else NAN,
        "overdue_ratio": silent / mean,
        "overdue_longest": silent / max(gaps, default=NAN),
        "frequency": len(days) - 1,
        "order_rate": 30 * (len(days) - 1) / tenure,
        **{f"orders_{n}": count for n, count in within.items()},
        "weekend_share": sum(day.strftime("%a") in ("Sat", "Sun") for day in days) / len(days),
        "orders_trend": (within[90] + 1) / (within[180] - within[90] + 1),
        "gap_trend": gaps[-1] / mean if gaps else NAN,
    }


def _returns(own: list[Line], purchases: list[Line], cutoff: dt.date) -> dict[str, Any]:
    returned = {line.day for line in own if not line.bought}
    bought = sum(line.money for line in purchases)
    back = -sum(line.money for line in own if not line.bought)
    return {
        "return_days": len(returned),
        "days_since_return": (cutoff - max(returned)).days if returned else NAN,
        "return_share": back / bought if bought else NAN,
    }


def _money(own: list[Line], purchases: list[Line], days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    values = [sum(line.money for line in purchases if line.day == day) for day in days]
    net = {n: sum(line.money for line in own if (cutoff - line.day).days <= n) for n in TRAILING}
    return {
        "net_total": sum(line.money for line in own),
        "gross_total": sum(values),
        **{f"net_{n}": money for n, money in net.items()},
        "net_trend": net[90] - (net[180] - net[90]),
        "order_value_mean": _mean(values),
        "order_value_std": statistics.stdev(values) if len(values) > 1 else NAN,
        "repeat_value_mean": _mean(values[1:]),
        "order_value_first": values[0],
        "order_value_last": values[-1],
        "order_value_largest": max(values),
    }


def _breadth(purchases: list[Line], days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    units = [line.quantity for line in purchases if line.quantity is not None]
    products = {line.product for line in purchases} - {None}
    first_bought = {p: min(line.day for line in purchases if line.product == p) for p in products}
    visits = len({(line.product, line.day) for line in purchases if line.product is not None})
    return {
        "lines_per_order": len(purchases) / len(days),
        "quantity_per_order": sum(units) / len(days) if units else NAN,
        "baskets_per_order": len({(line.order, line.day) for line in purchases if line.order is not None}) / len(days),
        "products": len(products),
        "new_products_90": sum((cutoff - day).days <= 90 for day in first_bought.values()),
        "novelty": len(products) / visits if visits else NAN,
        "categories": len({line.category for line in purchases} - {None}),
        "channels": len({line.channel for line in purchases} - {None}),
    }


def _discounts(purchases: list[Line], days: list[dt.date]) -> dict[str, Any]:
    off = {day: sum(line.discount for line in purchases if line.day == day) for day in days}
    given, paid = sum(off.values()), sum(line.money for line in purchases)
    return {
        "discount_share": given / (paid + given) if paid + given > 0 else NAN,
        "discount_dependence": sum(money > 0 for money in off.values()) / len(days),
        "last_on_discount": off[days[-1]] > 0,
    }


def _mean(values: Iterable[Any]) -> Any:
    listed = list(values)
    return Fraction(sum(listed)) / len(listed) if listed else NAN
