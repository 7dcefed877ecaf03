"""What goes with loyalty in this log: each driver before a window, what followed in it, and an interval."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from regulars.errors import InsufficientHistoryError
from regulars.loyalty.associations.at_start import at_start, reaches
from regulars.loyalty.associations.discounts import discounts
from regulars.loyalty.associations.driver import LEAST, Driver, drivers_frame
from regulars.loyalty.associations.habits import habits
from regulars.loyalty.associations.last_bought import last_bought
from regulars.loyalty.associations.prices import price_response
from regulars.loyalty.associations.returned import after_return
from regulars.loyalty.associations.signs import signs
from regulars.loyalty.associations.won import won_by_discount
from regulars.transactions import Transactions, needed_log
from regulars.windows import Windows, cutoff_day

HORIZON_DAYS = 180  # the default of `windows.horizon_days`


def drivers(tx: Transactions, cutoff: str | dt.date = "latest", *, horizon_days: int = HORIZON_DAYS) -> pd.DataFrame:
    """What goes with loyalty here: discounts, channels, breadth, returns, products, prices, and signs of leaving.

    What customers had done is taken from before a window, and what followed from the window, which ends at the cutoff.
    Nearly all of it are associations: customers who differ in one thing differ in others that no log holds.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day.
    horizon_days : int
        Length of the window `[cutoff - horizon_days, cutoff)`.

    Returns
    -------
    DataFrame
        One row a finding; columns as in the data dictionary under “Drivers”. Findings on fewer than 100 customers in a
        group are left out, and so is all that the columns of the log do not tell.

    Raises
    ------
    InsufficientHistoryError
        If the log has less than half a horizon before the window.

    Examples
    --------
    >>> import regulars as rg
    >>> found = rg.drivers(rg.read_transactions("demo"), cutoff="1998-01-01")
    >>> found[["driver", "measure", "is_clear"]].to_numpy().tolist()
    [['ordering_later', 'difference of shares', False], ['spending_less', 'difference of shares', False]]
    """
    windows = Windows(cutoff_day(cutoff, needed_log(tx, "drivers").last_day), horizon_days)
    if not reaches(tx, windows.before_cutoff()):
        raise InsufficientHistoryError(
            f"Drivers need a window of {horizon_days} days before the cutoff {windows.cutoff}, and half as many days "
            f"before that: order days begin on {tx.first_day}. Choose a later cutoff or a smaller horizon_days."
        )
    return drivers_of(tx, windows)


def drivers_of(tx: Transactions, windows: Windows) -> pd.DataFrame:
    """What goes with loyalty, by the windows of a run.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff, and the horizon as the length of the window that ends at it.

    Returns
    -------
    DataFrame
        As of `drivers`; without a row where the log has less than half a horizon before the window.
    """
    window = windows.before_cutoff()
    return drivers_frame(_found(tx, window) if reaches(tx, window) else ())


def _found(tx: Transactions, windows: Windows) -> Iterator[Driver]:
    """All findings; the window is that of what followed."""
    yield from discounts(tx, windows)
    yield from won_by_discount(tx, windows)
    customers = at_start(tx, windows)
    if len(customers.frame) >= 2 * LEAST:
        yield from habits(customers)
        yield from signs(customers)
        yield from last_bought(tx, customers)
    yield from after_return(tx, windows)
    yield from price_response(tx, windows)
