"""Realised against expected profit, campaign by campaign."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.retention.effects import can_compare, reach
from regulars.retention.rare_orders import cautious_difference
from regulars.retention.records import checked
from regulars.tables import TREAT

CONFIDENCE = 0.90


@dataclass(frozen=True, eq=False)
class TrackRecord:
    """What lists expected, and what their campaigns brought.

    Parameters
    ----------
    frame : DataFrame
        A row a campaign, oldest first: campaign, start, treated, control, expected, realised, error (all money).
    """

    frame: pd.DataFrame

    @classmethod
    def of(cls, history: pd.DataFrame) -> TrackRecord:
        """Add up a campaign history; campaigns without money, or with too small groups, are left out.

        Notes
        -----
        Realised: `rare_orders.cautious_difference` of the profit, times the customers who were to be contacted.
        """
        rows = []
        for (start, campaign), of in checked(history).groupby(["start", "campaign"], sort=True):
            treated, profit = (of["group"] == TREAT).to_numpy(), of["profit"].to_numpy()
            if np.isnan(profit).any() or not can_compare(treated):
                continue
            n, effect = int(treated.sum()), cautious_difference(profit, of["ordered"].to_numpy() > 0, treated)
            rows.append(
                {
                    "campaign": campaign,
                    "start": start,
                    "treated": n,
                    "control": len(of) - n,
                    "expected": float(of.loc[treated, "expected_profit"].sum()),
                    "realised": n * effect.value,
                    "error": n * effect.error,
                }
            )
        columns = ["campaign", "start", "treated", "control", "expected", "realised", "error"]
        return cls(pd.DataFrame(rows, columns=columns))

    @property
    def in_words(self) -> str | None:
        """All campaigns together; None where there is nothing to add up."""
        if self.frame.empty:
            return None
        realised = float(self.frame["realised"].sum())
        width = reach(CONFIDENCE) * float(np.sqrt((self.frame["error"] ** 2).sum()))
        count, expected = len(self.frame), float(self.frame["expected"].sum())
        return (
            f"So far, {count} measured campaign{'s' * (count > 1)}: expected profit {expected:,.0f}, realised "
            f"{realised:,.0f} (90 %: {realised - width:,.0f} to {realised + width:,.0f})."
        )
