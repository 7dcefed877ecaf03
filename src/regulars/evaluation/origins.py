"""Where in the past a scorer is tried: the latest cutoffs whose windows have closed, one over the year's peak."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.params import BacktestParams
from regulars.transactions import Transactions, returning_by_day
from regulars.transactions.days.peak import busiest_days
from regulars.windows import Windows


@dataclass(frozen=True)
class Origins:
    """Origins to try, earliest first, and those skipped, with the reason; `notes` say why one stands apart."""

    kept: tuple[Windows, ...]
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def choose_origins(tx: Transactions, windows: Windows, asked: BacktestParams) -> Origins:
    """Choose the origins at which the past of a log can be scored and checked.

    Parameters
    ----------
    tx : Transactions
        The validated log.
    windows : Windows
        The training cutoff and the horizon.
    asked : BacktestParams
        A list of days is taken as it is. Of a number of two or more, the oldest origin gives way to the one before it,
        on the same grid, whose window holds the most of the year's busiest days: where that is half of what it could
        hold or more, and more than any of the latest holds, and the log is long enough for it.

    Notes
    -----
    See `peak.busiest_days`. Which windows are looked at is chosen by what happened in them; no fit knows of it.
    """
    last_day = tx.last_day_before(windows)
    kept, skipped = windows.backtest_origins(asked.origins, tx.first_day, last_day, step_days=asked.step_days)
    regular = Origins(tuple(kept), tuple(skipped))
    if not isinstance(asked.origins, int) or asked.origins < 2 or skipped:
        return regular
    earlier = kept[0].earlier_origins(tx.first_day, step_days=asked.step_days)
    year = windows.within(last_day).year_before(tx.first_day)
    peak = busiest_days(returning_by_day(tx, year), year) if earlier else None
    return _over(peak, regular, earlier) if peak else regular


def _over(peak: Windows, regular: Origins, earlier: Sequence[Windows]) -> Origins:
    """Let the oldest origin give way to an earlier one, where that holds more of the peak than any."""
    best = max(earlier, key=peak.shared_days)  # of equals the latest
    held, expected = peak.shared_days(best), min(peak.horizon_days, best.horizon_days)
    if 2 * held < expected or held <= max(map(peak.shared_days, regular.kept)):
        return regular
    oldest, *others = regular.kept
    note = (
        f"origin {best.cutoff} is there for the year's busiest days, {peak.cutoff} to {peak.last_day}, "
        f"in place of {oldest.cutoff}"
    )
    return Origins((best, *others), notes=(note,))
