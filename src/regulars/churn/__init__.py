"""Churn: what is learned of whether a customer orders in the window, and from which columns."""

from regulars.churn.model import PROBABILITY, base_models, fit_trees

__all__ = ["PROBABILITY", "base_models", "fit_trees"]
