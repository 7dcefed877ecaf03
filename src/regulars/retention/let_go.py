"""Customers who are likely to stay away and whom no contact pays, each with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.arrays import Floats
from regulars.retention.checks import with_days
from regulars.retention.in_parts import InParts, parts, rows_of
from regulars.retention.margins import Margins
from regulars.retention.worth import figures, kind_of
from regulars.tables import LET_GO
from regulars.texts import TEXT_DTYPE

KEPT = (*(name for name in LET_GO if name not in ("best_profit", "reason")), "order_value", "spend_if_back", "cutoff")


@dataclass(frozen=True, eq=False)
class LetGo:
    """The customers at risk whose best contact brings no profit, those who lose the most last.

    Their table is read when it is asked for: a shop lets many more customers go than it contacts.

    Parameters
    ----------
    scores : InParts
        The scores table.
    best_profit : ndarray of shape (n,)
        Of the best offer to every scored customer, in money.
    at_risk : ndarray of bool, shape (n,)
        Who may be contacted, and more likely stays away than orders.
    margins : Margins
        Share of revenue that is kept of each customer.
    """

    scores: InParts
    best_profit: Floats
    at_risk: npt.NDArray[np.bool_]
    margins: Margins

    @property
    def _gone(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.at_risk & (self.best_profit <= 0))

    def __len__(self) -> int:
        return int(np.count_nonzero(self._gone))

    def table(self) -> pd.DataFrame:
        """Columns `tables.LET_GO`."""
        rows = np.flatnonzero(self._gone)
        rows = rows[np.argsort(-self.best_profit[rows], kind="stable")]
        chosen = with_days(rows_of(self.scores, rows, KEPT)).assign(best_profit=self.best_profit[rows])
        reasons = [_reasons(chosen.iloc[part], self.margins) for part in parts(len(chosen))]
        reason = pd.concat(reasons, ignore_index=True) if reasons else pd.Series([], dtype=TEXT_DTYPE)
        return chosen.assign(reason=reason).loc[:, list(LET_GO)]


def _reasons(chosen: pd.DataFrame, margins: Margins) -> pd.Series:
    lost, p_lost, loss = kind_of(chosen), figures(chosen, "p_lost"), -figures(chosen, "best_profit")
    margin = margins.of(chosen["customer_id"])
    back, order = (margin * figures(chosen, name) for name in ("spend_if_back", "order_value"))
    told = [
        f"{_worth(gone, chance, won, one)}; the best contact is expected to lose {_amount(less)}"
        for gone, chance, won, one, less in zip(lost, p_lost, back, order, loss, strict=True)
    ]
    return pd.Series(told, dtype=TEXT_DTYPE)


def _worth(lost: bool, p_lost: float, back: float, order: float) -> str:
    if lost:
        gone = f"gone for good with a probability of {100 * p_lost:.0f} %"
        return f"{gone}; winning back would bring a margin of {back:,.2f}"
    return f"quiet; an order would bring a margin of {order:,.2f}"


def _amount(loss: float) -> str:
    """A loss in money; one that rounds to nothing is no loss of 0.00."""
    return "less than 0.01" if loss < 0.005 else f"{loss:,.2f}"
