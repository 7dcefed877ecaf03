"""What to do first: the parts of the work list, ranked by the profit that each is expected to bring after its cost."""

from __future__ import annotations

import math

import pandas as pd

from regulars.counted import counted
from regulars.report.calls import KINDS
from regulars.report.words import Money
from regulars.tables import TREAT

PARTS = ["kind", "offer", "channel"]
MOST = 4


def first_actions(targets: pd.DataFrame | None, money: Money) -> list[str]:
    """Whom to contact with what, for how much: what brings most first; what brings nothing is left out.

    Parameters
    ----------
    targets : DataFrame, optional
        `tables.TARGETS`. Its profits can be ranked: each is after cost, and over the same days.
    money : Money
        How amounts are written.
    """
    if targets is None:
        return []
    amounts = {name: (f"expected_{name}", math.fsum) for name in ("profit", "cost")}
    treated = targets[targets["group"] == TREAT].groupby(PARTS, as_index=False, observed=True)
    parts = treated.agg(customers=("customer_id", "size"), **amounts)
    paying = parts[parts["profit"] > 0].sort_values(["profit", *PARTS], ascending=[False, True, True, True])
    return [
        f"{KINDS[row['kind']]} {counted(row['customers'], 'customer')}: expected profit {money(row['profit'])}, after "
        f"a cost of {money(row['cost'])}. Offer: {row['offer']} by {row['channel']}."
        for row in paying.head(MOST).to_dict("records")
    ]
