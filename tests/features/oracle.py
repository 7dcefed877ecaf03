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
        discount=abs(_exact(known.get("discount")) or Fraction(0)),
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
        **_counts(days, cutoff),
        **_calendar(days),
        **_returns(own, purchases, days, cutoff),
        **_money(own, purchases, days, cutoff),
        **_breadth(purchases, days, cutoff),
        **_discounts(purchases, days, cutoff),
    }


def _timing(days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    silent, tenure, mean = (cutoff - days[-1]).days, (cutoff - days[0]).days, _mean(gaps)
    spread = statistics.stdev(gaps) if len(gaps) > 1 else NAN
    long = _quantile(gaps, Fraction(4, 5))
    return {
        "days_since_last": silent,
        "recency": (days[-1] - days[0]).days,
        "tenure": tenure,
        "gap_mean": mean,
        "gap_median": statistics.median(gaps) if gaps else NAN,
        "gap_p80": long,
        "gap_std": spread,
        "gap_cv": spread / mean,
        "regularity": math.log(mean) - sum(map(math.log, gaps)) / len(gaps) if gaps else NAN,
        "gap_longest": max(gaps, default=NAN),
        "gap_first": gaps[0] if gaps else NAN,
        "gap_last": gaps[-1] if gaps else NAN,
        "gap_recent": _mean(gaps[-3:]) if len(gaps) >= 3 else NAN,
        "overdue_ratio": silent / mean,
        "overdue_p80": silent / long,
        "overdue_longest": silent / max(gaps, default=NAN),
        "overdue_rank": sum(gap < silent for gap in gaps) / len(gaps) if gaps else NAN,
        "gap_trend": gaps[-1] / mean if gaps else NAN,
        "days_to_habit": (days[3] - days[0]).days if len(days) > 3 else NAN,
    }


def _counts(days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    def counted(at_most: int, more_than: int = 0) -> int:
        return sum(more_than < (cutoff - day).days <= at_most for day in days)

    tenure = (cutoff - days[0]).days
    a_year = tenure > 365
    now, before, earlier, year_ago = counted(90), counted(180, 90), counted(270, 180), counted(455, 365)
    return {
        "frequency": len(days) - 1,
        "order_rate": 30 * (len(days) - 1) / tenure,
        **{f"orders_{n}": counted(n) for n in TRAILING},
        "orders_early": sum((day - days[0]).days < 90 for day in days),
        "orders_year_ago": year_ago if a_year else NAN,
        "orders_ahead_year_ago": counted(365, 275) if a_year else NAN,
        "orders_to_habit": max(4 - len(days), 0),
        "orders_trend": (now + 1) / (before + 1),
        "orders_acceleration": (now - before) - (before - earlier),
        "orders_year_trend": (now + 1) / (year_ago + 1) if a_year else NAN,
    }


def _calendar(days: list[dt.date]) -> dict[str, Any]:
    names = [day.strftime("%a") for day in days]
    new_year = dt.date(days[0].year, 1, 1)
    angle = 2 * math.pi * (days[0] - new_year).days / (dt.date(days[0].year + 1, 1, 1) - new_year).days
    return {
        "weekend_share": sum(name in ("Sat", "Sun") for name in names) / len(days),
        "last_on_weekend": names[-1] in ("Sat", "Sun"),
        "weekday_concentration": _concentration(names),
        "first_season_sin": math.sin(angle),
        "first_season_cos": math.cos(angle),
    }


def _returns(own: list[Line], purchases: list[Line], days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    returned = {line.day for line in own if not line.bought}
    bought = sum(line.money for line in purchases)
    back = -sum(line.money for line in own if not line.bought)
    return {
        "return_days": len(returned),
        "return_days_90": sum((cutoff - day).days <= 90 for day in returned),
        "return_rate": Fraction(len(returned), len(days)),
        "days_since_return": (cutoff - max(returned)).days if returned else NAN,
        "return_share": back / bought if bought else NAN,
    }


def _money(own: list[Line], purchases: list[Line], days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    def net(at_most: int, more_than: int = 0) -> Fraction:
        return sum((line.money for line in own if more_than < (cutoff - line.day).days <= at_most), Fraction(0))

    bought = [sum(line.money for line in purchases if line.day == day) for day in days]
    values = _net_values(own, days)
    tenure, total, mean = (cutoff - days[0]).days, sum(line.money for line in own), _mean(values)
    lately = [value for value, day in zip(values, days, strict=True) if (cutoff - day).days <= 90]
    spread = statistics.stdev(values) if len(values) > 1 else NAN
    a_year = tenure > 365
    return {
        "net_total": total,
        "gross_total": sum(bought),
        "spend_rate": 30 * total / tenure,
        **{f"net_{n}": net(n) for n in TRAILING},
        "net_early": sum(line.money for line in own if (line.day - days[0]).days < 90),
        "net_year_ago": net(455, 365) if a_year else NAN,
        "net_ahead_year_ago": net(365, 275) if a_year else NAN,
        "net_trend": net(90) - net(180, 90),
        "net_year_trend": net(90) - net(455, 365) if a_year else NAN,
        "order_value_mean": mean,
        "order_value_std": spread,
        "order_value_cv": spread / float(mean) if mean else NAN,
        "order_value_trend": _mean(lately) / mean if lately and mean else NAN,
        "repeat_value_mean": _mean(values[1:]),
        "order_value_first": values[0],
        "order_value_last": values[-1],
        "order_value_largest": max(values),
        "paid_days": sum(value > 0 for value in values),
    }


def _net_values(own: list[Line], days: list[dt.date]) -> list[Fraction]:
    """What is left of each order day: returns come off the same product first, then off what is latest."""
    left = {day: Fraction(0) for day in days}
    of_product: dict[tuple[Any, dt.date], Fraction] = {}
    for line in (line for line in own if line.bought):
        left[line.day] += line.money
        of_product[line.product, line.day] = of_product.get((line.product, line.day), Fraction(0)) + line.money
    back: dict[dt.date, dict[Any, Fraction]] = {}
    for line in (line for line in own if not line.bought and line.money < 0):
        today = back.setdefault(line.day, {})
        today[line.product] = today.get(line.product, Fraction(0)) - line.money
    for on in sorted(back):
        earlier = [day for day in reversed(days) if day <= on]
        unmatched = back[on].pop(None, Fraction(0))
        for product in sorted(back[on]):
            expected = back[on][product]
            for day in earlier:
                taken = min(expected, left[day], of_product.get((product, day), Fraction(0)))
                if taken:
                    of_product[product, day] -= taken
                    left[day] -= taken
                    expected -= taken
            unmatched += expected
        for day in earlier:
            taken = min(unmatched, left[day])
            left[day] -= taken
            unmatched -= taken
    return [left[day] for day in days]


def _breadth(purchases: list[Line], days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    units = [line.quantity for line in purchases if line.quantity is not None]
    lines = [sum(line.day == day for line in purchases) for day in days]
    lately = [count for count, day in zip(lines, days, strict=True) if (cutoff - day).days <= 90]
    products = sorted({(line.day, line.product) for line in purchases if line.product is not None})
    categories = sorted({(line.day, line.category) for line in purchases if line.category is not None})
    channels = sorted({(line.day, line.channel) for line in purchases if line.channel is not None})
    return {
        "lines_per_order": len(purchases) / len(days),
        "lines_first": lines[0],
        "lines_last": lines[-1],
        "lines_trend": _mean(lately) / _mean(lines) if lately else NAN,
        "quantity_per_order": sum(units) / len(days) if units else NAN,
        "baskets_per_order": len({(line.order, line.day) for line in purchases if line.order is not None}) / len(days),
        "products": len({thing for _, thing in products}),
        "products_first": sum(day == days[0] for day, _ in products),
        "products_per_order": len(products) / len(days),
        "new_products_90": _news(products, cutoff),
        "novelty": len({thing for _, thing in products}) / len(products) if products else NAN,
        "product_concentration": _concentration([thing for _, thing in products]),
        "categories": len({thing for _, thing in categories}),
        "categories_per_order": len(categories) / len(days),
        "new_categories_90": _news(categories, cutoff),
        "category_concentration": _concentration([thing for _, thing in categories]),
        "channels": len({thing for _, thing in channels}),
        "channel_concentration": _concentration([thing for _, thing in channels]),
    }


def _discounts(purchases: list[Line], days: list[dt.date], cutoff: dt.date) -> dict[str, Any]:
    off = {day: sum(line.discount for line in purchases if line.day == day) for day in days}
    paid = sum(line.money for line in purchases)
    full = sum(line.money for line in purchases if not line.discount)
    return {
        "discount_share": _off(purchases),
        "discount_share_90": _off([line for line in purchases if (cutoff - line.day).days <= 90]),
        "full_price_share": full / paid if paid else NAN,
        "discount_dependence": sum(money > 0 for money in off.values()) / len(days),
        "first_on_discount": off[days[0]] > 0,
        "last_on_discount": off[days[-1]] > 0,
    }


def _off(purchases: list[Line]) -> Any:
    paid, given = sum(line.money for line in purchases), sum(line.discount for line in purchases)
    return given / (paid + given) if paid + given > 0 else NAN


def _news(visits: list[tuple[dt.date, Any]], cutoff: dt.date) -> int:
    first = {thing: min(day for day, other in visits if other == thing) for _, thing in visits}
    return sum((cutoff - day).days <= 90 for day in first.values())


def _concentration(visits: list[Any]) -> Any:
    shares = [Fraction(visits.count(thing), len(visits)) for thing in set(visits)]
    return sum(share * share for share in shares) if shares else NAN


def _quantile(values: list[int], share: Fraction) -> Any:
    if not values:
        return NAN
    ordered, place = sorted(values), share * (len(values) - 1)
    low = ordered[math.floor(place)]
    return low + (place - math.floor(place)) * (ordered[math.ceil(place)] - low)


def _mean(values: Iterable[Any]) -> Any:
    listed = list(values)
    return Fraction(sum(listed)) / len(listed) if listed else NAN
