"""Churn: will the customer buy in the label window, and why not."""

from regulars.churn.booster import Booster
from regulars.churn.model import ChurnModel, log_loss_weight
from regulars.churn.reasons import IN_FAVOUR, reasons_for

__all__ = ["IN_FAVOUR", "Booster", "ChurnModel", "log_loss_weight", "reasons_for"]
