"""Pictures of a fitted lifetime model."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.ticker import MaxNLocator

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.models.base import TransactionModel
from regulars.plots.canvas import drawn_on
from regulars.report.customers import heat

MOST, FEWEST = 30, 5  # repeat order days that the picture reaches to
USUAL = 0.995  # of the repeat buyers are within it
STEPS = 100  # of recency
SHARE_AHEAD = 0.25  # of the longest T, where no window is given


def frequency_recency(
    model: TransactionModel, t: float | None = None, *, summary: pd.DataFrame | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the expected purchases in the next `t` units of time by frequency and recency.

    They are those of customers who first ordered longest ago. At the top are those who ordered to the end, at the
    bottom those who have long been silent: of frequent buyers, that says that they have left.

    Parameters
    ----------
    model : TransactionModel
        Fitted, without covariates.
    t : float, optional
        In the unit of T; a quarter of the longest T, in whole units, if not given.
    summary : DataFrame, optional
        `frequency` and `T` of the customers over whom the picture ranges; those of the fit if not given.
    ax : Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    Axes

    Raises
    ------
    ModelError
        If the model was not fitted here and no summary is given.

    Examples
    --------
    >>> import regulars as rg
    >>> from regulars.lifetime import MBGNBD
    >>> summary = rg.rfm_summary(rg.read_transactions("demo"), cutoff="1998-01-01")
    >>> axes = rg.plots.frequency_recency(MBGNBD().fit(summary))
    >>> axes.get_xlabel()
    'repeat order days (frequency)'
    """
    frequency, T, weight = _customers(model, summary)
    longest, most = float(T.max()), _reached(frequency, weight)
    ahead = float(np.ceil(SHARE_AHEAD * longest)) if t is None else t
    x, tx = np.arange(1.0, most + 1), np.linspace(0.0, longest, STEPS + 1)[1:]
    asked = pd.DataFrame({"frequency": np.tile(x, STEPS), "recency": np.repeat(tx, len(x)), "T": longest})
    if calendar := _rows(model, summary).calendar:
        asked["cutoff"] = calendar.clock.cutoff
    expected = model.expected_purchases(asked, ahead).to_numpy().reshape(STEPS, len(x))
    with drawn_on(ax) as axes:
        heat(axes, expected, (0.5, most + 0.5, 0.0, longest), "", Normalize(0.0, float(expected.max()) or 1.0))
        axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
        axes.set_xlabel("repeat order days (frequency)")
        axes.set_ylabel("time from first to last order (recency)")
        axes.set_title(f"expected order days in the next {ahead:,.4g}")
    return axes


def _customers(model: TransactionModel, summary: pd.DataFrame | None) -> tuple[Floats, Floats, Floats]:
    """Frequency, T, and how many customers each stands for."""
    rows = _rows(model, summary)
    return rows.x, rows.as_summary()[0]["T"].to_numpy(), rows.weight


def _rows(model: TransactionModel, summary: pd.DataFrame | None) -> Rows:
    if summary is None and not hasattr(model, "rows_"):
        raise ModelError(
            f"This {type(model).__name__} was not fitted here, so it is not known which customers to draw. Give them "
            "as summary=…"
        )
    return model.rows_ if summary is None else model.rows(summary)


def _reached(frequency: Floats, weight: Floats) -> int:
    """The frequency that nearly all repeat buyers stay within."""
    order = np.argsort(frequency)
    share = np.cumsum(np.where(frequency > 0, weight, 0.0)[order])
    if share[-1] == 0:
        return FEWEST
    usual = frequency[order][np.searchsorted(share, USUAL * share[-1])]
    return int(min(MOST, max(FEWEST, usual)))
