"""Forecast totals of a log: at a cutoff, and as they would have been at earlier cutoffs, beside what followed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from regulars.progress import step
from regulars.scorer.day_effects import DayEffects
from regulars.scorer.history import History
from regulars.scorer.past_totals import MONEY, ORDER_DAYS, Totals
from regulars.scorer.total_forecast import TotalForecast, forecast_totals
from regulars.scorer.total_forecasters import STEPS, PastTotals, Read
from regulars.windows import Windows

MANY_CUSTOMERS = 100_000  # from so many on, test windows lie as far apart as they may
MOST_OF_LATE_LINES = 4  # earlier cutoffs, where outcomes as known at each of them have to be read anew


@dataclass(frozen=True)
class EarlierTotal:
    """One total as it would have been forecast at an earlier cutoff, and what followed.

    Parameters
    ----------
    windows : Windows
        The cutoff, and the window that it is about.
    outcome : str
        "purchases" (order days) or "spend" (money).
    expected, low, high : float
        The forecast and its 90 % interval.
    closed : float
        Test windows that had closed by then; overlapping ones count as what they cover.
    actual : float
    """

    windows: Windows
    outcome: str
    expected: float
    low: float
    high: float
    closed: float
    actual: float


def total_forecast(history: History, windows: Windows, model: str) -> TotalForecast:
    """Forecast the totals at a cutoff from the test windows that had closed by then."""
    history = history.as_of(windows)
    past, effects = _past(history, windows, _reader(history, model), least_step(history, windows))
    with step("forecast the totals"):
        return _forecast(past, effects)


def earlier_totals(history: History, windows: Windows, model: str) -> list[EarlierTotal]:
    """Forecast the totals at earlier cutoffs, by what was known at each, and set beside them what followed.

    Parameters
    ----------
    history : History
        Looks at the log.
    windows : Windows
        Outcomes count that had closed by this cutoff. The earlier ones are those of the test windows of the last two
        years at which a test window had closed before, so that there is something to correct the lifetime model by.
    model : str
        The purchase model. It must not be chosen by windows that closed later.

    Returns
    -------
    list of EarlierTotal
        Earliest first, order days before money.

    Notes
    -----
    Every forecast is made by the same steps as that of today: with the share of the money that is kept, and the effects
    of days in the calendar, as known at its own cutoff. The fits are those of the test windows, so it costs little;
    where the log tells when its lines came in, outcomes as known at each cutoff are read again, so fewer are tried.
    """
    known = history.as_of(windows)
    read, days = _reader(known, model), least_step(known, windows)
    outer, _ = _past(known, windows, read, days)
    raw = dict(read(outer.asked))
    tried = [test for test in outer.recent(windows.horizon_days) if outer.has_test_before(test)]
    if history.tx.tells_when_known:
        tried = tried[:: -(-len(tried) // MOST_OF_LATE_LINES)]
    made: list[EarlierTotal] = []
    with step(f"forecast the totals at {len(tried)} earlier cutoffs"):
        for then in reversed(tried):
            seen = history.as_of(then)
            reader = _reader(seen, model) if history.tx.tells_when_known else _subset(raw)
            made += _beside_actual(then, *_past(seen, then, reader, outer.step_days), raw[then])
    return made


def least_step(history: History, windows: Windows) -> int:
    """Least days between test windows."""
    return STEPS[-1] if history.customer_count(windows) > MANY_CUSTOMERS else STEPS[0]


def day_effects(history: History, windows: Windows) -> DayEffects | None:
    """Effects of the days in the calendar, by what was known at the cutoff; None without a calendar."""
    return DayEffects.fit(history, windows, history.known_days) if history.known_days else None


def _reader(history: History, model: str) -> Read:
    return lambda asked: history.totals(asked, model)


def _subset(raw: dict[Windows, Totals]) -> Read:
    """Those that were read already; a window from before the oldest of them is left out."""
    return lambda asked: {window: raw[window] for window in asked if window in raw}


def _past(history: History, windows: Windows, raw: Read, least_days: int) -> tuple[PastTotals, DayEffects | None]:
    """The past as known at a cutoff: without the effects of its days in the calendar, and net of later returns."""
    kept, effects = history.share_kept(windows), day_effects(history, windows)

    def read(asked: Sequence[Windows]) -> dict[Windows, Totals]:
        found = raw(list(asked))
        if effects:
            found = {
                window: totals.without_known_days(
                    effects.multiplier(window), effects.weeks_before(window, len(totals.ratios))
                )
                for window, totals in found.items()
            }
        return {window: totals.with_money_kept(kept) for window, totals in found.items()}

    span = history.first_day(windows), history.last_day(windows)
    return PastTotals(windows, *span, read, least_step=least_days), effects


def _forecast(past: PastTotals, effects: DayEffects | None) -> TotalForecast:
    totals = forecast_totals(past)
    return totals.with_known_days(effects.multiplier(past.windows)) if effects else totals


def _beside_actual(then: Windows, past: PastTotals, effects: DayEffects | None, followed: Totals) -> list[EarlierTotal]:
    """Order days, and money where there is any; nothing where no test window had closed."""
    forecast, expected, actual = _forecast(past, effects), past.expected(), followed.actual.sum(axis=1)
    made = []
    for outcome, row, correction in (
        ("purchases", ORDER_DAYS, forecast.order_days),
        ("spend", MONEY, forecast.money),
    ):
        if interval := forecast.intervals.get(outcome):
            total = float(expected[row] * np.exp(correction.log_error))
            bounds = interval.around(total)
            made.append(EarlierTotal(then, outcome, total, *bounds, interval.windows, float(actual[row])))
    return made
