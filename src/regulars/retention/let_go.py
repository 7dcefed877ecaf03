"""Customers who are likely to stay away and whom no contact pays, each with the reason."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.arrays import Floats
from regulars.retention.worth import figures, kind_of, parts
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
    made = pd.DataFrame({name: scores[name].iloc[rows] for name in LET_GO if name in scores}).reset_index(drop=True)
    reasons = [
        _reasons(scores.iloc[rows[part]], margin[rows[part]], -best_profit[rows[part]]) for part in parts(len(rows))
    ]
    reason = pd.concat(reasons, ignore_index=True) if reasons else pd.Series([], dtype="str")
    return made.assign(best_profit=best_profit[rows], reason=reason).loc[:, list(LET_GO)]


def _reasons(chosen: pd.DataFrame, margin: Floats, loss: Floats) -> pd.Series:
    lost = kind_of(chosen)
    worth = margin * np.where(lost, figures(chosen, "spend_if_back"), figures(chosen, "order_value"))
    state = np.where(lost, "likely gone for good, and won back would bring a margin of", "quiet; an order would bring")
    told = [
        f"{what} {money:,.2f}; the best contact is expected to lose {less:,.2f}"
        for what, money, less in zip(state, worth, loss, strict=True)
    ]
    return pd.Series(told, dtype="str")
