"""Pictures on axes of matplotlib, one line each: of a fitted model, and of a log."""

from regulars.plots.of_logs import cohorts
from regulars.plots.of_models import frequency_recency

__all__ = ["cohorts", "frequency_recency"]
