"""Churn: will the customer buy in the label window, and why not."""

from regulars.churn.booster import Booster
from regulars.churn.linear import Linear, log_odds
from regulars.churn.model import ChurnModel, blend, fit_booster, fit_logistic, log_loss_weights, shift_to_mean
from regulars.churn.reasons import reasons_for, reasons_of_dates
from regulars.churn.simplex import Weights, best_weights

__all__ = [
    "Booster",
    "ChurnModel",
    "Linear",
    "Weights",
    "best_weights",
    "blend",
    "fit_booster",
    "fit_logistic",
    "log_loss_weights",
    "log_odds",
    "reasons_for",
    "reasons_of_dates",
    "shift_to_mean",
]
