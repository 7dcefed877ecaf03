"""Pictures of a log."""

from __future__ import annotations

import datetime as dt

from matplotlib.axes import Axes

from regulars.errors import InsufficientHistoryError
from regulars.loyalty import dynamics
from regulars.plots.canvas import drawn_on
from regulars.report.moves import paint_cohorts
from regulars.transactions import Transactions


def cohorts(tx: Transactions, cutoff: str | dt.date = "latest", *, ax: Axes | None = None) -> Axes:
    """Draw the share of the customers of each month of first orders who ordered in each month after it.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    cutoff : str or date
        A calendar day, or "latest": the day after the last order day. Only months that ended before it are drawn, at
        most the latest twelve cohorts and their first twelve months.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    InsufficientHistoryError
        If the log has not a whole month after that of its first order.

    Examples
    --------
    >>> import regulars as rg
    >>> axes = rg.plots.cohorts(rg.read_transactions("demo"))
    >>> [label.get_text() for label in axes.get_yticklabels()]
    ['1997-01', '1997-02', '1997-03']
    """
    found = dynamics(tx, cutoff).cohorts
    if found.retention.shape[1] < 2:
        raise InsufficientHistoryError(
            "There are no cohorts to draw: no whole month follows that of the first order before the cutoff. Give a "
            "longer log, or a later cutoff."
        )
    with drawn_on(ax) as axes:
        paint_cohorts(axes, found)
    return axes
