"""Learners that know nothing of customers: boosted trees, regressions, and the blend of several base models."""

from regulars.learners.base_models import Column
from regulars.learners.blend import Blend, Predictions
from regulars.learners.booster import Booster
from regulars.learners.calibration import LogOddsShift, Scales, log_odds, scale_to, shift_to_mean
from regulars.learners.losses import FLOOR, tweedie_deviance
from regulars.learners.regression import Regression
from regulars.learners.weights import deviance_weights, log_loss_weights

__all__ = [
    "FLOOR",
    "Blend",
    "Booster",
    "Column",
    "LogOddsShift",
    "Predictions",
    "Regression",
    "Scales",
    "deviance_weights",
    "log_loss_weights",
    "log_odds",
    "scale_to",
    "shift_to_mean",
    "tweedie_deviance",
]
