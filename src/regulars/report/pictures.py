"""The pictures of a training run, to be logged beside it: no customer is in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from regulars.evaluation import Run
from regulars.report.accuracy import by_frequency, calibration, differences, lift
from regulars.report.canvas import Picture
from regulars.report.contenders import ranked
from regulars.report.content import AliveGrid
from regulars.report.customers import alive_map


def pictures(backtest: Mapping[str, Any], alive: AliveGrid | None = None) -> dict[str, str]:
    """Draw a backtest, and P(alive) where it is given.

    Parameters
    ----------
    backtest : mapping
        `Backtest.summary()`: aggregates alone.
    alive : AliveGrid, optional
        P(alive) over frequency and recency.

    Returns
    -------
    dict of str to str
        Name to SVG document; a picture for which the backtest has no rows is absent.
    """
    drawn = [*backtest_pictures(backtest).values(), alive_map(alive) if alive else None]
    return {picture.name: picture.svg for picture in drawn if picture}


def run_pictures(run: Run) -> dict[str, str]:
    """Draw a finished run: its backtest, and P(alive) of its customers."""
    alive = AliveGrid.of(run.scorer.lifetime.purchases, run.history.summary(run.windows))
    return pictures(run.backtest.summary(), alive)


def backtest_pictures(backtest: Mapping[str, Any]) -> dict[str, Picture | None]:
    """The four pictures of a backtest by name, None where it has no rows for one."""
    return {
        "calibration": calibration(backtest),
        "lift": lift(backtest),
        "by_frequency": by_frequency(backtest),
        "differences": differences(backtest, ranked(backtest)[1:]),
    }
