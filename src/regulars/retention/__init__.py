"""Whom it pays to win back: the work list, its prices and its control group; and what a past campaign brought."""

from regulars.retention.measurement import Measurement
from regulars.retention.measuring import measure
from regulars.retention.targets import make_targets
from regulars.retention.worklist import Targets

__all__ = ["Measurement", "Targets", "make_targets", "measure"]
