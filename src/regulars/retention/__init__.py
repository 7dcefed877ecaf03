"""Whom it pays to win back: the work list, its prices and its control group."""

from regulars.retention.targets import make_targets
from regulars.retention.worklist import Targets

__all__ = ["Targets", "make_targets"]
