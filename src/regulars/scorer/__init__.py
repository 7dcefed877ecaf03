"""The scorer: fitted, scoring, saved and loaded as one bundle."""

from regulars.scorer.ensemble import Predicted
from regulars.scorer.example import example_features
from regulars.scorer.explain import Explanation
from regulars.scorer.fit import LIFETIME_CANDIDATES, fit_scorer
from regulars.scorer.forecast import Forecast
from regulars.scorer.history import History
from regulars.scorer.scorer import Scorer
from regulars.scorer.settings import ScorerSettings
from regulars.scorer.slices import TrainingRows, training_slices

__all__ = [
    "LIFETIME_CANDIDATES",
    "Explanation",
    "Forecast",
    "History",
    "Predicted",
    "Scorer",
    "ScorerSettings",
    "TrainingRows",
    "example_features",
    "fit_scorer",
    "training_slices",
]
