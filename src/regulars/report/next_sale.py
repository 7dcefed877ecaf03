"""What to offer next, as the page says it: products that sell together, with how many customers go on to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.report.words import number, percent

KINDS = {"related": "goes with it", "upgrade": "upgrade", "add_on": "small add-on", "bundle": "as a set"}


@dataclass(frozen=True)
class NextSaleShown:
    """Pairs of products.

    Parameters
    ----------
    title : str
        The first pair, in words.
    rows : list of dict
        `because`, `product`, `kind` in words, `share` who went on, `days` they took (median), `lift`, and `open`,
        customers who have the one and not the other now.
    """

    title: str
    rows: list[dict[str, Any]]


def next_sale_shown(pairs: pd.DataFrame | None) -> NextSaleShown | None:
    """The pairs of `loyalty.top_pairs` for the page; None where there are none."""
    if pairs is None or pairs.empty:
        return None
    rows = [
        {
            "because": str(pair["because"]),
            "product": str(pair["product_id"]),
            "kind": KINDS[pair["kind"]],
            "share": pair["conversion"],
            "days": pair["lead_days"],
            "lift": pair["lift"],
            "open": pair["open"],
        }
        for pair in pairs.to_dict("records")
    ]
    first = rows[0]
    title = (
        f"Offer {first['product']} to the {number(first['open'])} who have {first['because']} and not "
        f"{first['product']}: "
        f"{percent(first['share'])} of earlier buyers went on to it"
    )
    return NextSaleShown(title, rows)
