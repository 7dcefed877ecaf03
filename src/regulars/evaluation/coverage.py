"""Coverage and width of prediction intervals: of customers, and of totals."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from regulars.evaluation.compare import MEAN
from regulars.evaluation.interval_forecasts import OUTCOMES
from regulars.evaluation.metrics import equal_mass_bins
from regulars.value.intervals import GROUPS

ALL, ACTIVE = "all", "active"
COVERAGE = ["origin", "outcome", "group", "customers", "coverage", "width"]
TOTALS = ["origin", "outcome", "expected", "low", "high", "windows", "actual", "inside"]


def coverage(intervals: pd.DataFrame) -> pd.DataFrame:
    """How often the 90 % intervals for order days and money held, for all and by activity known at the origin.

    Parameters
    ----------
    intervals : DataFrame
        `IntervalForecasts.intervals`.

    Returns
    -------
    DataFrame
        Columns `origin` (a day, or "mean" over them), `outcome` ("purchases" or "spend"), `group`, `customers`,
        `coverage` (share whose outcome lay within the bounds, both included) and `width` (mean of high − low: order
        days, or money). Groups are "all", "active" (bought within one horizon before the origin) and six equal ones
        by expected purchases, "1" the least active.

    Notes
    -----
    Of customers who hardly ever come nearly all are covered by an interval of 0 to 0, so the figure for all says
    little: read that of the active ones.
    """
    rows = [
        row
        for origin, at in intervals.groupby("origin", sort=True)
        for outcome in OUTCOMES
        if at[f"{outcome}_low"].notna().all()
        for row in _by_group(str(origin), outcome, at)
    ]
    by_origin = pd.DataFrame(rows, columns=COVERAGE)
    means = by_origin.groupby(["outcome", "group"], as_index=False, sort=False)[COVERAGE[3:]].mean()
    return pd.concat([by_origin, means.assign(origin=MEAN)[COVERAGE]], ignore_index=True)


def _by_group(origin: str, outcome: str, at: pd.DataFrame) -> Iterator[tuple[str, str, str, int, float, float]]:
    low, high, actual = (at[name].to_numpy() for name in (f"{outcome}_low", f"{outcome}_high", outcome))
    inside, width = (low <= actual) & (actual <= high), high - low
    sixth = equal_mass_bins(at["expected_purchases"], bins=GROUPS)
    groups = {
        ALL: np.ones(len(at), dtype=bool),
        ACTIVE: at["active"].to_numpy(),
        **{str(k + 1): sixth == k for k in range(GROUPS)},
    }
    for group, inside_group in groups.items():
        if inside_group.any():
            yield (
                origin,
                outcome,
                group,
                int(inside_group.sum()),
                float(inside[inside_group].mean()),
                float(width[inside_group].mean()),
            )


def totals(forecast: pd.DataFrame) -> pd.DataFrame:
    """The sums over all customers at each origin, with their intervals, and whether the actual total lay inside.

    Parameters
    ----------
    forecast : DataFrame
        `IntervalForecasts.totals`.

    Returns
    -------
    DataFrame
        Columns `origin`, `outcome`, `expected`, `low`, `high`, `windows`, `actual`, `inside`. Windows of neighbouring
        origins overlap: four that hold are not four independent tests.
    """
    return forecast.assign(inside=forecast["actual"].between(forecast["low"], forecast["high"]))[TOTALS]
