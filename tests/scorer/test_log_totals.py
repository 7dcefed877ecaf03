from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from experiments.seasonal_shops import Shop, simulate
from regulars.scorer import EarlierTotal, History, earlier_totals
from regulars.transactions import read_transactions
from regulars.windows import Windows

DAY = dt.timedelta(days=1)
COLUMNS = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "ingested_at": "came"}


def tried_on(log: pd.DataFrame, cutoff: dt.date) -> list[EarlierTotal]:
    return earlier_totals(History(read_transactions(log, COLUMNS)), Windows(cutoff, 30), "mbg_nbd")


def forecasts(tried: list[EarlierTotal]) -> list[tuple[object, ...]]:
    return [(each.windows, each.outcome, each.expected, each.low, each.high, each.closed) for each in tried]


@pytest.mark.slow
def test_lines_that_come_late_are_known_when_they_come() -> None:
    """Half of the lines of the middle come in on the last day: outcomes that no forecast knew."""
    log = simulate(Shop("none", "steady", 6, truncated=True, half="develop", seed=3))
    end, day = log["date"].max(), log["date"].max() - 50 * DAY
    late = (log["date"] >= day - 60 * DAY) & (log["date"] < day) & (log["customer_id"] % 2 == 0)
    here = log.assign(came=log["date"].where(~late, end))
    told, without = (tried_on(one, end.date() + DAY) for one in (here, here[~late]))
    assert 2 <= len({each.windows for each in told}) <= 4
    assert forecasts(told) == forecasts(without)
    assert any(ours.actual > other.actual for ours, other in zip(told, without, strict=True))
