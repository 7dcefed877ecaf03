"""Low now, high later: customers who are not among the best yet, and are expected to be."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from regulars.columns import as_frame, note_several, numbers
from regulars.errors import Faults, InputError

BEST = 0.2  # of the customers
COLUMNS = ("first_order", "last_order", "orders", "spend_so_far", "p_churn", "clv")


def potential(scores: pd.DataFrame) -> pd.DataFrame:
    """Customers outside the best fifth by spend so far who are in the best fifth by the value to come.

    Parameters
    ----------
    scores : DataFrame
        A scores table (`tables.SCORES`), one row a customer.

    Returns
    -------
    DataFrame
        Index `customer_id`, the highest `clv` first: `first_order`, `last_order`, `orders`, `spend_so_far`, `p_churn`,
        `clv`, and `place_now` and `place_later`, the place of the customer by spend so far and by value, 1 the first.
        Without rows where the log has no money.

    Raises
    ------
    InputError
        If a column is missing.

    Examples
    --------
    >>> scores = pd.DataFrame({"customer_id": list("abcde"), "first_order": "2024-01-01", "last_order": "2024-05-01",
    ...                        "orders": 2, "p_churn": 0.4, "spend_so_far": [90.0, 80, 70, 60, 50],
    ...                        "clv": [20.0, 30, 90, 40, 10]})
    >>> potential(scores)[["spend_so_far", "clv", "place_now", "place_later"]].reset_index()
      customer_id  spend_so_far   clv  place_now  place_later
    0           c          70.0  90.0          3            1
    """
    frame = as_frame(scores, "The scores table")
    if missing := [name for name in ("customer_id", *COLUMNS) if name not in frame]:
        raise InputError(f"The scores table lacks {', '.join(missing)}: give the table that `regulars score` writes.")
    faults = Faults("The scores cannot be ranked")
    note_several(frame, ("customer_id", *COLUMNS), faults)
    faults.raise_if_any(InputError)
    figures = {name: numbers(frame[name], f"column {name!r}", faults) for name in ("spend_so_far", "clv")}
    faults.raise_if_any(InputError)
    best = math.floor(BEST * len(frame))
    places = {
        name: pd.Series(figures[column], index=frame.index).rank(ascending=False, method="first")
        for name, column in (("place_now", "spend_so_far"), ("place_later", "clv"))
    }
    known = frame.assign(**places)
    chosen = known[(known["place_later"] <= best) & (known["place_now"] > best)]
    told = chosen.astype({"place_now": np.int64, "place_later": np.int64}).sort_values("place_later")
    return told.set_index("customer_id")[[*COLUMNS, *places]]
