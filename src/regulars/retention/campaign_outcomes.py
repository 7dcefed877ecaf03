"""What the customers of a work list did: their rows of the log's outcomes, and what the contacts cost."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.arrays import Floats
from regulars.columns import as_frame, days
from regulars.errors import Faults, InputError, nearest
from regulars.features import build_outcomes
from regulars.params import OfferParams
from regulars.retention.campaign_list import CampaignList
from regulars.retention.control import typed
from regulars.transactions import Transactions
from regulars.windows import Windows

ORDERED, ORDER_DAYS, PROFIT = "ordered", "order_days", "profit"

ASSUMED = (
    "The log has no column discount, so nobody knows who redeemed the offer: its cost is the expected_cost of the list "
    "(assumed), and amounts are taken as before the incentive."
)
ASSUMED_TERMS = (
    "The terms of the offers were not given, so the cost of a contact is the expected_cost of the list (assumed)."
)
FROM_LOG = "What the offer gave away is taken from the discounts of the log; a contact costs its contact_cost."


@dataclass(frozen=True)
class Terms:
    """What turns orders into profit.

    Parameters
    ----------
    margin : float
        Margin as a share of revenue, in (0, 1], of lines without a unit cost.
    offers : tuple of OfferParams
        The offers of the campaign, where they are known; their contact_cost is used.
    """

    margin: float
    offers: tuple[OfferParams, ...] = ()

    def cover(self, listed: CampaignList) -> bool:
        """Tell whether the terms of every offer of a list are known."""
        return set(listed.frame["offer"]) <= {offer.name for offer in self.offers}

    def contact_costs(self, listed: CampaignList) -> Floats:
        """What each contact of a list costs."""
        by_name = {offer.name: offer.contact_cost for offer in self.offers}
        return np.asarray(listed.frame["offer"].map(by_name).to_numpy(dtype=np.float64))


@dataclass(frozen=True, eq=False)
class CampaignOutcomes:
    """Outcomes of a window, a row for each row of the list; customers without any have zeros.

    Parameters
    ----------
    frame : DataFrame
        Doubles `ordered` (0 or 1), `order_days`, and where the log has money `revenue`, `margin`, `profit`.
    discounted : ndarray of bool, or None
        Who paid less than the list price; None where the log does not tell.
    missing : ndarray of bool
        Who is nowhere in the log.
    """

    frame: pd.DataFrame
    discounted: npt.NDArray[np.bool_] | None
    missing: npt.NDArray[np.bool_]


def outcomes_of(listed: CampaignList, tx: Transactions, windows: Windows, terms: Terms) -> CampaignOutcomes:
    """What the customers of a list did in a window; what the contacts cost is taken off the margin."""
    table = build_outcomes(tx, windows, margin=terms.margin)
    place = {typed(customer_id): row for row, customer_id in enumerate(table.index.tolist())}
    rows = np.array([place.get(key, -1) for key in listed.keys])
    missing = rows < 0
    found = table.iloc[np.maximum(rows, 0)].reset_index(drop=True)
    found.loc[missing, :] = found.loc[missing, :].where(found.loc[missing, :].isna(), 0.0)
    made = pd.DataFrame({ORDERED: (found["order_days"] > 0).astype(np.float64), ORDER_DAYS: found["order_days"]})
    discount = found["discount"].to_numpy() if "discount" in tx.columns else None
    if tx.has_money:
        costs = _costs(listed, tx, terms, discount)
        made = made.assign(revenue=found["revenue"], margin=found["margin"], profit=found["margin"] - costs)
    return CampaignOutcomes(made, None if discount is None else discount > 0, missing)


def cost_basis(listed: CampaignList, tx: Transactions, terms: Terms) -> str:
    """How it is known what the contacts cost, in words."""
    if "discount" not in tx.columns:
        return ASSUMED
    return FROM_LOG if terms.cover(listed) else ASSUMED_TERMS


def contacted(listed: CampaignList, contacts: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Who of a list was contacted within the window, by a feed of contacts with `customer_id` and `day`.

    Raises
    ------
    InputError
        If the feed lacks a column, or holds what is no day.
    """
    faults = Faults("The feed of contacts cannot be used")
    for name in ("customer_id", "day"):
        if name not in as_frame(contacts, "The feed of contacts"):
            faults.add(f"the column {name!r} is missing{nearest(name, contacts.columns)}")
    faults.raise_if_any(InputError)
    found = days(contacts["day"], "column 'day'", faults)
    faults.raise_if_any(InputError)
    assert found is not None
    rows = contacts[[listed.windows.counts(day.date()) for day in found]]
    who = {typed(customer_id) for customer_id in rows["customer_id"].tolist()}
    return np.array([key in who for key in listed.keys])


def _costs(listed: CampaignList, tx: Transactions, terms: Terms, discount: Floats | None) -> Floats:
    if discount is None or not terms.cover(listed):
        return np.where(listed.treated, np.nan_to_num(listed.figures("expected_cost")), 0.0)
    # The amounts are after the discount. A margin that is a share of revenue lost only that share of the discount.
    given = np.zeros(len(discount)) if "unit_cost" in tx.columns else (1.0 - terms.margin) * discount
    return np.asarray(np.where(listed.treated, terms.contact_costs(listed), 0.0) + given)
