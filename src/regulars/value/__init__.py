"""Value: how often and for how much the customer buys in the label window, and how sure that is."""

from regulars.value.intervals import RatioIntervals
from regulars.value.model import (
    COUNTS,
    POWER,
    SPEND,
    CountModel,
    at_least_once,
    average,
    corrected,
    deviance_weights,
    fit_correction,
    opinions_of_counts,
    scales_to,
)
from regulars.value.money import MoneyModel, fit_factor, held_to_orders, in_two_parts, opinions_of_money
from regulars.value.totals import TotalInterval, chance_in

__all__ = [
    "COUNTS",
    "POWER",
    "SPEND",
    "CountModel",
    "MoneyModel",
    "RatioIntervals",
    "TotalInterval",
    "at_least_once",
    "average",
    "chance_in",
    "corrected",
    "deviance_weights",
    "fit_correction",
    "fit_factor",
    "held_to_orders",
    "in_two_parts",
    "opinions_of_counts",
    "opinions_of_money",
    "scales_to",
]
