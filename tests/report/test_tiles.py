"""Figures of the window to come, with their ranges, beside past windows; and the line that they end."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from regulars.report import ReportContent
from regulars.report.course import forecast_course, past_forecasts
from regulars.report.tiles import Pace, tiles
from regulars.report.words import Money
from regulars.scorer.forecast import Forecast, Total


def test_there_are_five_and_three_without_money(content: ReportContent) -> None:
    lately = content.scores.assign(last_order=pd.Timestamp("2024-02-01"))
    terms = [tile.term for tile in tiles(dataclasses.replace(content, scores=lately), Money("$"))]
    assert terms == ["expected_spend", "value", "returning", "kept", "order_days"]
    scores = lately.assign(expected_spend=np.nan, clv=np.nan)
    bare = dataclasses.replace(content, scores=scores, forecast=None, past=None)
    assert [(tile.term, tile.between, tile.comparisons) for tile in tiles(bare, Money(None))] == [
        (term, "", ()) for term in ("returning", "kept", "order_days")
    ]


def test_a_slower_pace_means_fewer_customers_who_order() -> None:
    pace = Pace.of(Total(100.0, 50.0, 200.0))
    assert pace is not None
    p_churn = np.array([0.25, 0.64])
    low, high = pace.of_orders(p_churn)
    assert low == pytest.approx(np.mean([0.5, 0.2]))  # half the pace: the root of the chance of no order
    assert high == pytest.approx(np.mean([1 - 0.25**2, 1 - 0.64**2]))
    assert Pace.of(Total(100.0, None, None)) is None


def test_a_window_before_the_log_is_named_as_such(content: ReportContent) -> None:
    assert content.past is not None
    young = dataclasses.replace(content, past=dataclasses.replace(content.past, year_before=None))
    compared = tiles(young, Money(None))[0].comparisons
    assert [past.is_known for past in compared] == [True, False]
    assert compared[1].change == ""


@pytest.mark.medium
def test_the_line_ends_with_the_forecast_and_counts_past_ones_that_held(content: ReportContent) -> None:
    assert content.past is not None
    drawn = forecast_course(content.past, content.forecast, content.backtest, Money("£"))
    assert drawn is not None
    assert drawn.finding.startswith("About £5,680 in the next 90 days")
    made = past_forecasts(content.backtest, "purchases", content.past.windows)
    assert [each.is_inside for each in made] == [True, False]
    assert str(made[0].ends) == "2023-11-29"
    short = dataclasses.replace(content.past, course=content.past.course[:2])
    assert forecast_course(short, content.forecast, content.backtest, Money(None)) is None
    counts = Forecast(Total(40.0, 30.0, 50.0), None, 2.0)
    without = forecast_course(content.past, counts, None, Money(None))
    assert without is not None
    assert "order days" in without.shows
