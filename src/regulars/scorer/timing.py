"""What a forecast of the window cannot know: a peak just passed, days never seen, growth by new customers."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from regulars.notes import Note
from regulars.scorer.history import History
from regulars.transactions import returning_by_day
from regulars.transactions.days.peak import PEAK_DAYS, busiest_days
from regulars.windows import Windows

JUST_DAYS = 56  # before the cutoff, or a horizon where that is less
GREW = 1.1  # order days of a window over those of the window before
FEW = 0.5  # of a window's order days, from customers who had ordered before it


def timing_notes(history: History, windows: Windows) -> Iterator[Note]:
    """What the calendar keeps from the forecast at a cutoff, in one sentence each.

    Parameters
    ----------
    history : History
        Looks at the log; only what was known at the cutoff is used.
    windows : Windows
        The cutoff and the horizon.
    """
    first_day, known = history.first_day(windows), windows.within(history.last_day(windows))
    year = known.year_before(first_day)
    peak = busiest_days(returning_by_day(history.tx, year), year)
    just = known.with_horizon(min(JUST_DAYS, known.horizon_days)).before_cutoff()
    if peak and 2 * peak.shared_days(just) >= PEAK_DAYS:
        yield Note("peak_passed", _peak_passed(peak, windows))
    if windows.years_before(1)[0].history_days(first_day) < 0:
        yield Note("days_unseen", _days_unseen(windows, str(first_day)))
    if known.history_days(first_day) >= 2 * known.horizon_days:
        yield from _growth(history, known, history.features(windows)["tenure"] - windows.history_days(known.cutoff))


def _peak_passed(peak: Windows, windows: Windows) -> str:
    return (
        f"a peak has just passed: customers came back most often from {peak.cutoff} to {peak.last_day}, so the "
        f"{windows.horizon_days} days from {windows.cutoff} may be quieter than those before"
    )


def _days_unseen(windows: Windows, first_day: str) -> str:
    return (
        f"days never seen: the log begins on {first_day} and holds no year before the days from {windows.cutoff} to "
        f"{windows.last_day}, so a yearly peak or a quiet season in them is not in the forecast"
    )


def _growth(history: History, windows: Windows, tenure: pd.Series) -> Iterator[Note]:
    """Growth that comes from customers of whom little is known yet."""
    days = windows.horizon_days
    latest, before = (history.past(each)["purchases"] for each in (windows, windows.before_cutoff()))
    old = tenure.reindex(latest.index) > days
    learned_from = history.customer_count(windows.before_cutoff()) if history.sample else int(old.sum())
    total, earlier = float(latest.sum()), float(before.sum())
    if earlier and total >= GREW * earlier and float(latest[old].sum()) < FEW * total:
        yield Note(
            "growth_from_few",
            f"growth from few old customers: order days rose by {100 * (total / earlier - 1):.0f} % from one "
            f"{days}-day window "
            f"to the next, and {100 * (1 - float(latest[old].sum()) / total):.0f} % of them came from customers who "
            f"were new in it; how long these stay is learned from the {learned_from:,} who came before",
        )
