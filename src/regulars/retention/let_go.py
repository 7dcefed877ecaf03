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
    lost, p_lost = kind_of(chosen), figures(chosen, "p_lost")
    back, order = (margin * figures(chosen, name) for name in ("spend_if_back", "order_value"))
    told = [
        f"{_worth(gone, chance, won, one)}; the best contact is expected to lose {_amount(less)}"
        for gone, chance, won, one, less in zip(lost, p_lost, back, order, loss, strict=True)
    ]
    return pd.Series(told, dtype="str")


def _worth(lost: bool, p_lost: float, back: float, order: float) -> str:
    if lost:
        gone = f"gone for good with a probability of {100 * p_lost:.0f} %"
        return f"{gone}; winning back would bring a margin of {back:,.2f}"
    return f"quiet; an order would bring a margin of {order:,.2f}"


def _amount(loss: float) -> str:
    """A loss in money; one that rounds to nothing is no loss of 0.00."""
    return "less than 0.01" if loss < 0.005 else f"{loss:,.2f}"
