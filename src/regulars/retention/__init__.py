"""Whom it pays to win back: the work list, its prices and its control group; and what a past campaign brought."""

from regulars.retention.learning import learned_rates
from regulars.retention.measurement import Measurement
from regulars.retention.measuring import measure
from regulars.retention.permission import Lists
from regulars.retention.power import Power
from regulars.retention.rates import LearnedRates
from regulars.retention.targets import make_targets
from regulars.retention.worklist import Targets

__all__ = [
    "LearnedRates",
    "Lists",
    "Measurement",
    "Power",
    "Targets",
    "learned_rates",
    "make_targets",
    "measure",
]
