"""Bounds around what is predicted of each customer: of order days and money in the window, and of CLV."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.scorer.ensemble import Ensemble, Predicted

INTERVALS = ("purchases_low", "purchases_high", "spend_low", "spend_high")


def intervals_around(ensemble: Ensemble | None, predicted: Predicted) -> pd.DataFrame:
    """90 % intervals for order days and money, a row a customer; NaN where none were fitted."""
    activity = predicted.expected_purchases
    bounds = {name: np.full(len(activity), np.nan) for name in INTERVALS}
    if ensemble and ensemble.purchase_intervals:
        bounds["purchases_low"], bounds["purchases_high"] = ensemble.purchase_intervals.counts_around(
            activity, activity
        )
    if ensemble and ensemble.spend_intervals:
        bounds["spend_low"], bounds["spend_high"] = ensemble.spend_intervals.around(activity, predicted.expected_spend)
    return pd.DataFrame(bounds, index=predicted.quantities.index)


def clv_bounds(ensemble: Ensemble | None, activity: Floats, clv: Floats) -> tuple[Floats, Floats]:
    """Bounds of each CLV, by the same ratios as the money in the window.

    NaN where none were fitted, but for who is worth nothing: the bounds of nothing are nothing.
    """
    if ensemble is None or ensemble.spend_intervals is None:
        unknown = np.where(clv == 0, 0.0, np.nan)
        return unknown, unknown.copy()
    return ensemble.spend_intervals.quantiles_around(activity, clv)
