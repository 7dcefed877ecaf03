"""Value: how often and for how much the customer buys in the label window, and how sure that is."""

from regulars.value.intervals import RatioIntervals
from regulars.value.model import COUNTS, POWER, SPEND, MeanModel, corrected, deviance_weight, fit_correction

__all__ = ["COUNTS", "POWER", "SPEND", "MeanModel", "RatioIntervals", "corrected", "deviance_weight", "fit_correction"]
