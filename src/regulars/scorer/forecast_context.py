"""What a forecast of totals is read by: the last window, the same days a year before, and new customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from regulars.scorer.forecast import Forecast, Total, WindowTotals
from regulars.windows import as_day

USELESS = 10  # times what is expected: an interval that ends beyond says nothing
SAME = 0.005  # smaller changes are called the same


@dataclass(frozen=True)
class PastTotal:
    """What a past window brought, by the customers who were known when it began.

    Parameters
    ----------
    first_day, last_day : date
    customers, order_days : int
    money : float or None
        None without money.
    """

    first_day: dt.date
    last_day: dt.date
    customers: int
    order_days: int
    money: float | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**vars(self), "first_day": str(self.first_day), "last_day": str(self.last_day)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(**{**values, "first_day": as_day(values["first_day"]), "last_day": as_day(values["last_day"])})


class NewCustomers(WindowTotals):
    """What customers bring whose first order lies in the window; it counts as one of their order days."""

    @property
    def is_known(self) -> bool:
        """Whether the intervals tell anything: their upper ends are no multiple of what is expected."""
        totals = [total for total in (self.purchases, self.spend) if total]
        return all(total.high is None or total.high <= USELESS * total.expected for total in totals)


@dataclass(frozen=True)
class ForecastContext:
    """Past windows, like for like, and what new customers will bring.

    Parameters
    ----------
    last, year_before : PastTotal or None
        The window that ends at the cutoff, and the same days 52 weeks earlier; None where the log is too short.
    new : NewCustomers or None
    """

    last: PastTotal | None
    year_before: PastTotal | None
    new: NewCustomers | None

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        parts = {"last": self.last, "year_before": self.year_before, "new_customers": self.new}
        return {name: part and part.to_dict() for name, part in parts.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        last, year, new = (values[name] for name in ("last", "year_before", "new_customers"))
        return cls(
            last and PastTotal.from_dict(last),
            year and PastTotal.from_dict(year),
            new and NewCustomers.from_dict(new),
        )

    def sentences(self, forecast: Forecast) -> Iterator[str]:
        """The forecast beside past windows, and new customers, in words."""
        known = [("the window before", self.last), ("the same days a year before", self.year_before)]
        parts = [_compared(name, past, forecast) for name, past in known if past]
        if parts:
            counted = "counted in the same way (only customers who had ordered before each began)"
            yield f"Past windows, {counted}: {'; '.join(parts)}."
        if self.new:
            order_days = f"{self.new.purchases.expected:,.0f} order days{bounds_in_words(self.new.purchases)}"
            spend = self.new.spend
            money = f", worth {spend.expected:,.2f}{bounds_in_words(spend)}" if spend else ""
            who = "Customers who order for the first time in the window come on top and have no scores"
            told = f"about {order_days}{money}" if self.new.is_known else "how much they bring is not known"
            yield f"{who}: {told}."


def _compared(name: str, past: PastTotal, forecast: Forecast) -> str:
    """What a past window brought, and how the forecast differs from it."""
    told = f"{past.order_days:,} order days{_change(forecast.purchases.expected, past.order_days)}"
    if forecast.spend and past.money is not None:
        told += f", worth {past.money:,.2f}{_change(forecast.spend.expected, past.money)}"
    return f"{name} ({past.first_day} to {past.last_day}) brought {told}"


def _change(now: float, then: float) -> str:
    if not then > 0:
        return ""
    change = now / then - 1.0
    words = "the same" if abs(change) < SAME else f"{100 * abs(change):.0f} % {'more' if change > 0 else 'less'}"
    return f" (forecast: {words})"


def bounds_in_words(total: Total) -> str:
    """Where nine in ten such sums end; nothing without a range."""
    if total.low is None or total.high is None:
        return ""
    return f" (90 %: {total.low:,.0f} to {total.high:,.0f})"
