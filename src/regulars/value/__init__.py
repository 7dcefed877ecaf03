"""Value: how often and for how much the customer buys in the label window, and how sure that is."""

from regulars.value.intervals import RatioIntervals
from regulars.value.model import COUNTS, SPEND, MeanModel, deviance_weight

__all__ = ["COUNTS", "SPEND", "MeanModel", "RatioIntervals", "deviance_weight"]
