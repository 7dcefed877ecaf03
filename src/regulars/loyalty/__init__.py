"""Who the customers are: segments, stages, health, tiers and watches at a cutoff, from the features alone."""

from regulars.loyalty.rfm import SEGMENTS
from regulars.loyalty.states import Segmented, segment, segment_log

__all__ = ["SEGMENTS", "Segmented", "segment", "segment_log"]
