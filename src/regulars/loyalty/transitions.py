"""Moves of customers between two cutoffs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

NOT_YET = "not a customer"


def transitions(before: pd.Series[str], after: pd.Series[str], names: Sequence[str]) -> pd.DataFrame:
    """Count the customers by what they were at an earlier cutoff, and are now.

    Parameters
    ----------
    before, after : Series of str
        Stage, segment, health or tier by customer at both cutoffs. Whoever is not in `before` was no customer yet;
        nobody ceases to be in the log.
    names : sequence of str
        What rows and columns there are, in order.

    Returns
    -------
    DataFrame, shape (len(names) + 1, len(names))
        Customers; the first row is of those who were not customers yet.

    Examples
    --------
    >>> moves = transitions(pd.Series({"a": "new"}), pd.Series({"a": "loyal", "b": "new"}), ["new", "loyal"])
    >>> moves.to_numpy().tolist()
    [[1, 0], [0, 1], [0, 0]]
    """
    was = before.reindex(after.index).astype(object).fillna(NOT_YET)
    counts = pd.crosstab(was.to_numpy(), after.to_numpy())
    return counts.reindex(index=[NOT_YET, *names], columns=list(names), fill_value=0)
