"""The scorer: fitted, scoring, saved and loaded as one bundle.

What is in it is imported on first use: whoever only reads a forecast back loads no learner.
"""

from typing import TYPE_CHECKING

from regulars.doors import lazy

if TYPE_CHECKING:
    from regulars.scorer.ensemble import Predicted
    from regulars.scorer.example import example_features
    from regulars.scorer.explain import Explanation
    from regulars.scorer.fit import LIFETIME_CANDIDATES, fit_scorer
    from regulars.scorer.forecast import Forecast
    from regulars.scorer.history import History
    from regulars.scorer.log_totals import EarlierTotal, earlier_totals
    from regulars.scorer.scorer import Scorer
    from regulars.scorer.settings import ScorerSettings
    from regulars.scorer.slices import TrainingRows, training_slices

__all__ = [
    "LIFETIME_CANDIDATES",
    "EarlierTotal",
    "Explanation",
    "Forecast",
    "History",
    "Predicted",
    "Scorer",
    "ScorerSettings",
    "TrainingRows",
    "earlier_totals",
    "example_features",
    "fit_scorer",
    "training_slices",
]

__getattr__ = lazy(
    __name__,
    {
        "ensemble": ("Predicted",),
        "example": ("example_features",),
        "explain": ("Explanation",),
        "fit": ("LIFETIME_CANDIDATES", "fit_scorer"),
        "forecast": ("Forecast",),
        "history": ("History",),
        "log_totals": ("EarlierTotal", "earlier_totals"),
        "scorer": ("Scorer",),
        "settings": ("ScorerSettings",),
        "slices": ("TrainingRows", "training_slices"),
    },
)
