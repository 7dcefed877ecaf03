from __future__ import annotations

import datetime as dt
from copy import copy

import numpy as np
import pandas as pd
import pytest

from regulars.scorer import History
from regulars.scorer.day_effects import DayEffects
from regulars.scorer.log_totals import total_forecast
from regulars.transactions import read_transactions
from regulars.transactions.days.known_days import KnownDays
from regulars.windows import Windows

BEGIN = pd.Timestamp("2023-01-02")
DAYS = 250
CUTOFF = (BEGIN + pd.Timedelta(days=210)).date()
WINDOWS = Windows(CUTOFF, 30)
SALES = [60, 61, 62, 120, 121, 150, 151, 190, *range(215, 223)]
CLOSED = [80, 140, 180, 225]


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    """Customers who order three times as often in a sale, never on days when the shop is closed, and leave one day."""
    rng, pace = np.random.default_rng(4), np.full(DAYS, 0.03)
    pace[SALES], pace[CLOSED] = 0.09, 0.0
    there = np.arange(DAYS) < rng.exponential(400.0, (900, 1))
    who, day = np.nonzero(there & (rng.random((900, DAYS)) < pace))
    return pd.DataFrame({"customer_id": who, "date": BEGIN + pd.to_timedelta(day, unit="D"), "amount": 10.0})


def calendar(**places: list[int]) -> KnownDays:
    rows = [(BEGIN + pd.Timedelta(days=place), name) for name, days in places.items() for place in days]
    return KnownDays.of(pd.DataFrame(rows, columns=["day", "name"]))


EVERYTHING = calendar(sale=SALES, closed=CLOSED, move=[50, 230])


def effects_of(log: pd.DataFrame, known: KnownDays = EVERYTHING) -> DayEffects:
    return DayEffects.fit(History(read_transactions(log)), WINDOWS, known)


def test_what_days_did_before_the_cutoff_is_learned(log: pd.DataFrame) -> None:
    found = effects_of(log)
    assert found.effects["sale"] == pytest.approx(np.log(3.0), abs=0.15)
    assert found.effects["closed"] < np.log(0.2)
    sale_days, closed_days = 8, 1
    expected = (
        30 + sale_days * (np.exp(found.effects["sale"]) - 1) + closed_days * np.expm1(found.effects["closed"])
    ) / 30
    assert found.multiplier(WINDOWS) * found.usual == pytest.approx(expected)
    assert 1.0 < found.usual < 1.1


def test_a_day_with_one_occurrence_changes_nothing_and_is_named(log: pd.DataFrame) -> None:
    found = effects_of(log)
    assert "move" not in found.effects
    assert found.unsupported == ("move",)
    effect, without = (note.text for note in found.notes(WINDOWS))
    assert effect.startswith("days known ahead change the forecast totals of order days and money by +4")
    assert (
        without
        == f"days known ahead that change nothing, as fewer than 2 occurrences before {CUTOFF} show an effect: move"
    )


@pytest.mark.medium
def test_days_on_end_are_one_occurrence(log: pd.DataFrame) -> None:
    assert effects_of(log, calendar(sale=[60, 61, 62, 220])).effects == {}
    assert list(effects_of(log, calendar(sale=[60, 61, 150, 220])).effects) == ["sale"]


@pytest.mark.medium
def test_a_value_scales_the_effect(log: pd.DataFrame) -> None:
    doubled = KnownDays.of(EVERYTHING.table.assign(value=2.0))
    assert effects_of(log, doubled).multiplier(WINDOWS) == pytest.approx(effects_of(log).multiplier(WINDOWS), rel=0.02)


@pytest.mark.medium
def test_nothing_is_learned_from_the_cutoff_on(log: pd.DataFrame) -> None:
    day = (log["date"] - BEGIN).dt.days
    twisted = pd.concat([log[day < 210], log[day >= 210].assign(date=BEGIN + pd.Timedelta(days=215))])
    assert effects_of(twisted).effects == effects_of(log).effects == effects_of(log[day < 210]).effects


@pytest.mark.slow
def test_the_total_of_a_window_with_a_sale_is_forecast(log: pd.DataFrame) -> None:
    history = History(read_transactions(log))
    aware = copy(history)  # shares what is remembered
    aware.known_days = EVERYTHING
    without, made = (total_forecast(each, WINDOWS, "mbg_nbd") for each in (history, aware))
    totals = history.totals([WINDOWS], "mbg_nbd")[WINDOWS]
    off = np.log(totals.actual[1].sum() / totals.expected[1].sum())
    assert off - without.order_days.log_error > 0.25
    assert abs(off - made.order_days.log_error) < 0.1
    assert made.returning.log_error == pytest.approx(without.returning.log_error, abs=0.01)


def test_the_effects_of_weeks_are_those_of_windows_of_a_week(log: pd.DataFrame) -> None:
    effects = effects_of(log)
    weeks = effects.weeks_before(WINDOWS, 5)
    assert weeks.tolist() == [effects.multiplier(Windows(WINDOWS.cutoff, 7).shifted(7 * k)) for k in range(-5, 0)]
    assert len(set(weeks)) > 1


def test_a_calendar_without_days_in_reach_changes_nothing(log: pd.DataFrame) -> None:
    far = KnownDays.of(pd.DataFrame({"day": [dt.date(2031, 1, 1)], "name": ["far"]}))
    found = effects_of(log, far)
    assert (found.effects, found.unsupported, found.multiplier(WINDOWS)) == ({}, (), 1.0)
    assert list(found.notes(WINDOWS)) == []
