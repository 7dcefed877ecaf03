"""Value: how often and for how much the customer buys in the label window, and how sure that is."""

from regulars.value.intervals import RatioIntervals
from regulars.value.model import (
    COUNTS,
    POWER,
    SPEND,
    MeanModel,
    average,
    corrected,
    deviance_weights,
    fit_correction,
    fit_factor,
    opinions_of_mean,
    scales_to,
)
from regulars.value.totals import TotalInterval, chance_in

__all__ = [
    "COUNTS",
    "POWER",
    "SPEND",
    "MeanModel",
    "RatioIntervals",
    "TotalInterval",
    "average",
    "chance_in",
    "corrected",
    "deviance_weights",
    "fit_correction",
    "fit_factor",
    "opinions_of_mean",
    "scales_to",
]
