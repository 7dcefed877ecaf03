"""Value: how often and for how much a customer orders in the window, and how sure that is."""

from regulars.value.intervals import RatioIntervals
from regulars.value.money import MONEY, OrderDaysTimesValue, SpendSoFar, held_to_orders, with_order_days
from regulars.value.order_days import COUNT, at_least_once
from regulars.value.totals import TotalInterval

__all__ = [
    "COUNT",
    "MONEY",
    "OrderDaysTimesValue",
    "RatioIntervals",
    "SpendSoFar",
    "TotalInterval",
    "at_least_once",
    "held_to_orders",
    "with_order_days",
]
