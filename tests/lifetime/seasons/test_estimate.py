from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.seasonal_shops import Shop, simulate
from regulars.errors import InputError, InsufficientHistoryError
from regulars.lifetime.seasons.estimate import estimate_season


@pytest.fixture(scope="module")
def logs() -> dict[str, pd.DataFrame]:
    return {
        season: simulate(Shop(season, "steady", 24, truncated=True, half="develop", seed=7, customers_a_day=2.0))
        for season in ("none", "peak")
    }


@pytest.mark.medium
def test_a_peak_is_found_and_none_where_there_is_none(logs: dict[str, pd.DataFrame]) -> None:
    end = logs["peak"]["date"].max() + pd.Timedelta(days=1)
    peak, none = (np.array(estimate_season(logs[name], end).factors) for name in ("peak", "none"))
    weekly = np.bincount(logs["peak"]["date"].dt.day_of_year.to_numpy() // 7)[:52]
    assert abs(int(peak.argmax()) - int(weekly.argmax())) <= 1
    assert peak.max() > 2.0 > 1.05 > none.max() > none.min() > 0.95


@pytest.mark.medium
def test_the_order_of_rows_and_days_after_the_cutoff_change_nothing(logs: dict[str, pd.DataFrame]) -> None:
    log = logs["peak"]
    end = log["date"].max() - pd.Timedelta(days=90)
    seen = estimate_season(log[log["date"] < end], end)
    assert estimate_season(log.sample(frac=1.0, random_state=1), end) == seen
    assert estimate_season(pd.concat([log, log]), end) == seen


def test_what_cannot_be_estimated_is_named(logs: dict[str, pd.DataFrame]) -> None:
    log = logs["none"]
    begin = log["date"].min()
    with pytest.raises(InsufficientHistoryError, match="span 300 days; a season needs 393"):
        estimate_season(log, begin + pd.Timedelta(days=300))
    with pytest.raises(InsufficientHistoryError, match="No order day lies before"):
        estimate_season(log, begin)
    with pytest.raises(InputError, match="lacks date"):
        estimate_season(log[["customer_id"]], "2024-01-01")
    with pytest.raises(InputError, match=r"1 of 2 order days lack a customer or a date \(first: row 1"):
        estimate_season(pd.DataFrame({"customer_id": [1, None], "date": ["2023-01-01"] * 2}), "2024-01-01")
    with pytest.raises(InputError, match="cannot be read as days"):
        estimate_season(pd.DataFrame({"customer_id": [1], "date": ["soon"]}), "2024-01-01")


@pytest.mark.medium
def test_moments_with_a_zone_are_the_days_on_their_own_clock(logs: dict[str, pd.DataFrame]) -> None:
    log, end = logs["peak"], logs["peak"]["date"].max() + pd.Timedelta(days=1)
    late = (log["date"] + pd.Timedelta(hours=23)).dt.tz_localize("America/New_York")
    assert estimate_season(log.assign(date=late), end) == estimate_season(log, end)
