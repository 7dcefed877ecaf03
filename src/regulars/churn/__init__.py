"""Churn: will the customer buy in the label window, and why not."""

from regulars.churn.booster import Booster
from regulars.churn.model import ChurnModel, log_loss_weight
from regulars.churn.reasons import reasons_for, reasons_of_dates

__all__ = ["Booster", "ChurnModel", "log_loss_weight", "reasons_for", "reasons_of_dates"]
