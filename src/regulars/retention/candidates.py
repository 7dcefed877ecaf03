"""What the choice needs to know of every customer, read some customers at a time, and no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.arrays import Floats
from regulars.params import CampaignParams, OfferParams
from regulars.retention.checks import NEEDED, REASONS, ScoresCheck, check_start
from regulars.retention.control import held_out
from regulars.retention.ids import in_order
from regulars.retention.in_parts import InParts, parts
from regulars.retention.margins import Margins
from regulars.retention.permission import Limits, Lists, Permission, counted
from regulars.retention.rates import LearnedRates
from regulars.retention.worth import Worth, figures
from regulars.windows import as_day

BoolArray = npt.NDArray[np.bool_]
AT_RISK = 0.5  # of staying away; below it nobody is let go, as they are likely to order
READ = tuple(name for name in NEEDED if name not in (*REASONS, "model_version"))


@dataclass(frozen=True, eq=False)
class Candidates:
    """All customers of a scores table, as far as the choice needs them.

    Parameters
    ----------
    ids : Series of shape (n,)
    best : ndarray of float64, shape (n,)
        Profit of the best offer, in money; −inf for those who may not be contacted.
    at_risk, suppressed : ndarray of bool, shape (n,)
        Who may be contacted and more likely stays away than orders; to whom no tool may write.
    rows : ndarray of int, shape (m,)
        Those whom some offer pays, in the order of their ids.
    worth : Worth
        Of these, in the same order.
    start : date
        First day of the campaign.
    kept_out : tuple of (str, int)
        Why customers may not be contacted, and how many.

    Notes
    -----
    A customer takes 18 bytes and its id (8 for a number, 8 and its letters for a text); one whom some offer pays takes
    8 more, and 16 for each offer.
    """

    ids: pd.Series
    best: Floats
    at_risk: BoolArray
    suppressed: BoolArray
    rows: npt.NDArray[np.intp]
    worth: Worth
    start: dt.date
    kept_out: tuple[tuple[str, int], ...] = ()

    @classmethod
    def read(
        cls,
        scores: InParts,
        offers: Sequence[OfferParams],
        campaign: CampaignParams,
        margins: Margins,
        lists: Lists,
        rates: LearnedRates | None,
    ) -> Candidates:
        """Check all scores, and value all offers to those who may be contacted.

        Raises
        ------
        InputError
            Naming every fault of the scores.
        """
        check, start, limits = ScoresCheck(scores.columns), campaign.start or dt.date.min, None
        ids, permissions, found = [], [], _Valued.room(len(scores), len(offers))
        for raw in scores.parts(READ):
            ids.append(raw["customer_id"])
            if (part := check.typed(raw)) is None or part.empty:
                continue
            if limits is None:
                start = _start(part, campaign)
                limits = Limits.of(offers, campaign, start, lists)
            permissions.append(limits.permission(part))
            found.add(part, permissions[-1], Worth.of(part, offers, margins.of(part["customer_id"]), rates))
        known = pd.concat(ids, ignore_index=True)
        order, repeated = in_order(known.dropna())
        check.raise_if_any(repeated)
        rows, worth = found.by(order)
        suppressed = np.concatenate([np.zeros(0, bool), *(one.suppressed for one in permissions)])
        return cls(known, found.best, found.at_risk, suppressed, rows, worth, start, counted(permissions))

    def held_out(self, campaign: CampaignParams) -> BoolArray:
        """Who of those whom some offer pays is held out."""
        drawn = np.zeros(len(self.rows), dtype=bool)
        for part in parts(len(self.rows)):
            drawn[part] = held_out(self.ids.iloc[self.rows[part]].tolist(), campaign)
        return drawn


@dataclass(eq=False)
class _Valued:
    """Room for the worth of all customers, of which only what is filled takes memory."""

    best: Floats
    at_risk: BoolArray
    worth: Worth
    customers: int = 0
    paid: int = 0

    @classmethod
    def room(cls, customers: int, offers: int) -> _Valued:
        worth = Worth(*(np.empty((customers, offers)) for _ in range(2)))
        return cls(np.empty(customers), np.empty(customers, dtype=bool), worth)

    def add(self, part: pd.DataFrame, permission: Permission, worth: Worth) -> None:
        """The next customers."""
        worth.profit[~permission.allowed] = -np.inf
        here, best = slice(self.customers, self.customers + len(part)), worth.profit.max(axis=1)
        self.best[here] = best
        self.at_risk[here] = permission.allowed.any(axis=1) & (figures(part, "p_churn") > AT_RISK)
        paid = best > 0
        there = slice(self.paid, self.paid + int(np.count_nonzero(paid)))
        self.worth.profit[there] = np.maximum(worth.profit[paid], -1e300)
        self.worth.cost[there] = worth.cost[paid]
        self.customers, self.paid = here.stop, there.stop

    def by(self, order: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], Worth]:
        """The rows of those whom some offer pays, and their worth, in this order of all customers."""
        rows = order[self.best[order] > 0]
        places = np.searchsorted(np.flatnonzero(self.best > 0), rows)
        made = Worth(self.worth.profit[: self.paid], self.worth.cost[: self.paid])
        for figure in (made.profit, made.cost):
            for offer in range(figure.shape[1]):
                figure[:, offer] = figure[places, offer]
        return rows, made


def _start(scores: pd.DataFrame, campaign: CampaignParams) -> dt.date:
    """The first day of the campaign: as stated, or the cutoff."""
    cutoff = as_day(pd.Timestamp(scores["cutoff"].iloc[0]).date())
    if campaign.start is not None:
        check_start(campaign.start, cutoff)
    return campaign.start or cutoff
