"""Customers who are likely to stay away and whom no contact pays, each with the reason."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.arrays import Floats
from regulars.retention.worth import figures, kind_of
from regulars.tables import LET_GO


def let_go(scores: pd.DataFrame, best_profit: Floats, margin: Floats, at_risk: npt.NDArray[np.bool_]) -> pd.DataFrame:
    """The customers at risk whose best contact brings no profit, those who lose the most last.

    Parameters
    ----------
    scores : DataFrame, n rows
    best_profit : ndarray of shape (n,)
        Of the best offer, in money.
    margin : ndarray of shape (n,)
        Share of revenue that is kept.
    at_risk : ndarray of bool, shape (n,)
        Who may be contacted, and is more likely to stay away than to order.

    Returns
    -------
    DataFrame
        Columns `tables.LET_GO`.
    """
    rows = np.flatnonzero(at_risk & (best_profit <= 0))
    rows = rows[np.argsort(-best_profit[rows], kind="stable")]
    chosen = scores.iloc[rows].reset_index(drop=True)
    lost = kind_of(chosen)
    worth = margin[rows] * np.where(lost, figures(chosen, "spend_if_back"), figures(chosen, "order_value"))
    state = np.where(lost, "likely gone for good, and won back would bring a margin of", "quiet; an order would bring")
    reasons = [
        f"{what} {money:,.2f}; the best contact is expected to lose {loss:,.2f}"
        for what, money, loss in zip(state, worth, -best_profit[rows], strict=True)
    ]
    made = chosen.assign(best_profit=best_profit[rows], reason=pd.array(reasons, dtype="str"))
    return made.loc[:, list(LET_GO)]
