"""Customers who are likely to stay away and whom no contact pays, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.arrays import Floats
from regulars.retention.worth import figures, kind_of, parts
from regulars.tables import LET_GO

KEPT = (*(name for name in LET_GO if name not in ("best_profit", "reason")), "order_value", "spend_if_back")


@dataclass(frozen=True, eq=False)
class LetGo:
    """The customers at risk whose best contact brings no profit, those who lose the most last.

    Their table is made when it is asked for: a shop lets many more customers go than it contacts.

    Parameters
    ----------
    scores : DataFrame
        Their rows, the columns `KEPT`.
    best_profit : ndarray of shape (n,)
        Of the best offer, in money.
    margin : ndarray of shape (n,)
        Share of revenue that is kept.
    """

    scores: pd.DataFrame
    best_profit: Floats
    margin: Floats

    @classmethod
    def of(cls, scores: pd.DataFrame, best_profit: Floats, margin: Floats, at_risk: npt.NDArray[np.bool_]) -> LetGo:
        """Who of all scored customers is let go; `at_risk` may be contacted, and more likely stays away than orders."""
        rows = np.flatnonzero(at_risk & (best_profit <= 0))
        rows = rows[np.argsort(-best_profit[rows], kind="stable")]
        columns = [name for name in KEPT if name in scores]
        return cls(scores[columns].iloc[rows].reset_index(drop=True), best_profit[rows], margin[rows])

    def __len__(self) -> int:
        return len(self.best_profit)

    def table(self) -> pd.DataFrame:
        """Columns `tables.LET_GO`."""
        reasons = [
            _reasons(self.scores.iloc[part], self.margin[part], -self.best_profit[part]) for part in parts(len(self))
        ]
        reason = pd.concat(reasons, ignore_index=True) if reasons else pd.Series([], dtype="str")
        return self.scores.assign(best_profit=self.best_profit, reason=reason).loc[:, list(LET_GO)]


def _reasons(chosen: pd.DataFrame, margin: Floats, loss: Floats) -> pd.Series:
    lost = kind_of(chosen)
    worth = margin * np.where(lost, figures(chosen, "spend_if_back"), figures(chosen, "order_value"))
    state = np.where(lost, "likely gone for good, and won back would bring a margin of", "quiet; an order would bring")
    told = [
        f"{what} {money:,.2f}; the best contact is expected to lose {less:,.2f}"
        for what, money, less in zip(state, worth, loss, strict=True)
    ]
    return pd.Series(told, dtype="str")
