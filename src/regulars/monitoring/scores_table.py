"""A scores table that is to be judged: one cutoff, one horizon, one model, every customer once, all in one log."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

import pandas as pd

from regulars.errors import Faults, InputError
from regulars.texts import TEXT_DTYPE
from regulars.transactions import Transactions
from regulars.windows import LATEST, Windows, as_day, cutoff_day

LEAST_SHARED = 0.1  # of the scored customers; with fewer in the log it is another one


class ScoresTable(NamedTuple):
    """A table that can be judged."""

    frame: pd.DataFrame
    windows: Windows
    model_version: str


def checked(table: pd.DataFrame, named: str) -> ScoresTable:
    """Check a scores table.

    Parameters
    ----------
    table : DataFrame
    named : str
        What messages call it.

    Raises
    ------
    InputError
        With every fault.
    """
    if table.empty:
        raise InputError(f"{_begun(named)} has no rows. Give a scores table with customers.")
    faults = Faults(f"{_begun(named)} cannot be judged")
    for name in ("cutoff", "horizon_days", "model_version"):
        found = table[name].dropna().astype(TEXT_DTYPE).unique()
        if len(found) != 1 or table[name].isna().any():
            shown = f"{len(found)} values, such as {', '.join(map(repr, found[:2].tolist()))}" if len(found) else "none"
            faults.add(f"column {name!r} should hold one value in every row; found {shown}")
    if repeated := int(table["customer_id"].duplicated().sum()):
        faults.add(f"{repeated:,} rows repeat a customer")
    for name in ("p_churn", "expected_purchases", "orders"):
        numbers = pd.to_numeric(table[name], errors="coerce")
        if wrong := int((~(numbers >= 0)).sum()) + int(name == "p_churn" and (numbers > 1).sum()):
            faults.add(
                f"column {name!r} has {wrong:,} values that are no {'probability' if name == 'p_churn' else 'count'}"
            )
    faults.raise_if_any(InputError)
    windows = Windows(_day(table["cutoff"].iloc[0], named), int(table["horizon_days"].iloc[0]))
    return ScoresTable(table, windows, str(table["model_version"].iloc[0]))


def of_log(scores: ScoresTable, tx: Transactions, named: str) -> pd.DataFrame:
    """Return the scores with ids of the log's type, if it is the log that they were made from.

    Raises
    ------
    InputError
        If the log ends before the cutoff, or hardly any of the customers is in it.
    """
    latest = scores.windows.moved_to(cutoff_day(LATEST, tx.last_day))
    if latest.before(scores.windows):
        raise InputError(
            f"The scores in {named} were made at {scores.windows.cutoff}, but the last order in the log is of "
            f"{tx.last_day}. Give the log that they were made from, or bring it up to date."
        )
    known = tx.connection.execute("SELECT DISTINCT customer_id FROM lines WHERE is_purchase").df()["customer_id"]
    frame = scores.frame
    if pd.api.types.is_numeric_dtype(frame["customer_id"]) and not pd.api.types.is_numeric_dtype(known):
        frame = frame.assign(customer_id=frame["customer_id"].astype(TEXT_DTYPE))  # a CSV file knows no types
    shared = int(frame["customer_id"].isin(known).sum())
    if shared < LEAST_SHARED * len(frame):
        raise InputError(
            f"Only {shared:,} of the {len(frame):,} customers in {named} are in the log {tx.source}: the scores "
            "were made from another log. Give that one (--transactions)."
        )
    return frame


def _begun(named: str) -> str:
    """What begins a sentence."""
    return f"The {named}" if named.startswith("table") else named


def _day(value: Any, named: str) -> dt.date:
    try:
        return as_day(pd.Timestamp(value))
    except ValueError:
        raise InputError(f"The cutoff {value!r} of {named} is not a day. Give a scores table.") from None
