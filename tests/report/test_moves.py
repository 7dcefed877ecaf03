"""Pictures of movements and cohorts: drawn where there is something to draw, and saying what the figures say."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from regulars.loyalty import Dynamics, dynamics
from regulars.report.moves import pictures_of
from regulars.report.words import Money
from regulars.transactions import read_transactions
from tests.report.conftest import moving


@pytest.fixture(scope="module")
def found() -> Dynamics:
    return moving()


@pytest.mark.slow
def test_both_pictures_say_what_the_figures_are(found: Dynamics) -> None:
    drawn = pictures_of(found, Money(None))
    bridge, cohorts = drawn["money_bridge"], drawn["cohort_map"]
    assert bridge
    assert cohorts
    latest = found.latest
    assert latest
    assert f"brought {100 * latest.net_retention:.0f}" in bridge.finding
    assert f"{latest.money['new'] + latest.money['back']:,.0f}" in bridge.finding
    later = found.cohorts.retention.iloc[1:, 1]  # without the first month of the log
    sizes = found.cohorts.sizes.loc[later.dropna().index]
    share = (later.dropna() * sizes).sum() / sizes.sum()
    assert f"after the first month of the log, {100 * share:.0f}" in cohorts.finding
    assert bridge.svg == pictures_of(found, Money(None))["money_bridge"].svg  # type: ignore[union-attr]


@pytest.mark.slow
def test_nothing_is_drawn_of_what_is_not_known(found: Dynamics) -> None:
    assert pictures_of(None, Money(None)) == {"money_bridge": None, "cohort_map": None}
    assert pictures_of(dataclasses.replace(found, movements=[]), Money(None))["money_bridge"] is None
    days = pd.DataFrame({"customer_id": list("aab"), "date": ["2024-01-01", "2024-01-05", "2024-01-09"]})
    counts = dynamics(
        read_transactions(days, {"customer_id": "customer_id", "ordered_at": "date"}), "2024-02-05", horizon_days=15
    )
    assert pictures_of(counts, Money(None)) == {"money_bridge": None, "cohort_map": None}
