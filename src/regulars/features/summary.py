"""The RFM summary that lifetime-value models are fitted on."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from regulars.features.snapshot import build_features
from regulars.transactions import Transactions


def rfm_summary(tx: Transactions, cutoff: str | dt.date) -> pd.DataFrame:
    """Frequency, recency, T and monetary value of every customer at the cutoff.

    Returns
    -------
    DataFrame
        Index `customer_id`; `frequency` (order days after the first), `recency` (days from first
        to last order day), `T` (days from first order day to cutoff), `monetary_value` (mean
        money of the order days after the first; 0 without any, NaN without money).

    Notes
    -----
    Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Section 2, in days.
    """
    return summary_of(build_features(tx, cutoff))


def summary_of(features: pd.DataFrame) -> pd.DataFrame:
    """The RFM summary contained in a feature table."""
    summary = features[["frequency", "recency", "tenure"]].rename(columns={"tenure": "T"})
    if "repeat_value_mean" not in features:
        return summary.assign(monetary_value=float("nan"))
    return summary.assign(monetary_value=features["repeat_value_mean"].fillna(0.0))
