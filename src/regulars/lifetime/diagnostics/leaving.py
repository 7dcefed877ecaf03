"""Whether a fitted model tells customers who have left from customers who are quiet."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.lifetime.models.base import TransactionModel

LEAVERS = 0.01  # share of repeat buyers believed to have left, below which leaving cannot be told from staying


def share_left(model: TransactionModel, summary: pd.DataFrame) -> float:
    """Share of the repeat buyers that the model believes to have left; 0 without any.

    Examples
    --------
    >>> from regulars.lifetime import MBGNBD, NBD
    >>> customers = pd.DataFrame({"frequency": [0, 4, 9], "recency": [0, 50, 298], "T": [300, 300, 300]})
    >>> model = MBGNBD.from_params({"r": 0.52, "alpha": 56.0, "a": 0.89, "b": 1.59})
    >>> round(share_left(model, customers), 2), share_left(NBD.from_params({"r": 0.4, "alpha": 90.0}), customers)
    (0.53, 0.0)
    """
    repeat = summary["frequency"].to_numpy() > 0
    return float(np.mean(1.0 - model.probability_alive(model.rows(summary[repeat])))) if repeat.any() else 0.0


def identifies_leaving(model: TransactionModel, summary: pd.DataFrame) -> bool:
    """Whether the model believes that enough customers have left to tell them from the quiet.

    Parameters
    ----------
    model : TransactionModel
        A fitted model.
    summary : DataFrame
        One row a customer: `frequency`, `recency`, `T`, in the model's unit of time.

    Returns
    -------
    bool
    """
    return share_left(model, summary) >= LEAVERS


def lets_one_time_buyers_leave(model: TransactionModel, summary: pd.DataFrame) -> bool:
    """Whether a customer can leave before the second order: in BG/NBD and BG/CNBD-k nobody can.

    Parameters
    ----------
    model : TransactionModel
        A fitted model.
    summary : DataFrame
        One row a customer: `frequency`, `recency`, `T`, in the model's unit of time.

    Returns
    -------
    bool
    """
    once = summary[summary["frequency"] == 0]
    return bool(once.empty or (model.probability_alive(once) < 1.0).any())
