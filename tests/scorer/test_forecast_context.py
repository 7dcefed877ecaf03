from __future__ import annotations

import datetime as dt

from regulars.scorer.forecast import Forecast, Total
from regulars.scorer.forecast_context import ForecastContext, NewCustomers, PastTotal

FORECAST = Forecast(Total(110.0, 90.0, 130.0), Total(2200.0, 1800.0, 2600.0), 3.0)
LAST = PastTotal(dt.date(2024, 1, 1), dt.date(2024, 1, 30), 50, 100, 2000.0)
NEW = NewCustomers(Total(40.0, 30.0, 55.0), Total(800.0, 600.0, 1000.0), 2.0)


def test_a_forecast_is_told_beside_the_last_window_and_the_year_before() -> None:
    year = PastTotal(dt.date(2023, 2, 1), dt.date(2023, 3, 2), 40, 220, 2201.0)
    like, new = ForecastContext(LAST, year, NEW).sentences(FORECAST)
    assert like == (
        "Past windows, counted in the same way (only customers who had ordered before each began): the window before "
        "(2024-01-01 to 2024-01-30) brought 100 order days (forecast: 10 % more), worth 2,000.00 (forecast: 10 % "
        "more); the same days a year before (2023-02-01 to 2023-03-02) "
        "brought 220 order days (forecast: 50 % less), worth 2,201.00 (forecast: the same)."
    )
    assert new == (
        "Customers who order for the first time in the window come on top and have no scores: about 40 order days "
        "(90 %: 30 to 55), "
        "worth 800.00 (90 %: 600 to 1,000)."
    )


def test_without_money_none_is_told() -> None:
    counts = ForecastContext(
        PastTotal(LAST.first_day, LAST.last_day, 50, 100, None), None, NewCustomers(NEW.purchases, None, 2.0)
    )
    told = " ".join(counts.sentences(Forecast(FORECAST.purchases, None, 3.0)))
    assert "worth" not in told
    assert "a year before" not in told


def test_a_short_log_has_nothing_beside() -> None:
    assert list(ForecastContext(None, None, None).sentences(FORECAST)) == []
    assert ForecastContext.from_dict(ForecastContext(None, None, None).to_dict()) == ForecastContext(None, None, None)


def test_it_reads_back_what_it_wrote() -> None:
    made = ForecastContext(LAST, None, NEW)
    assert ForecastContext.from_dict(made.to_dict()) == made


def test_a_range_that_tells_nothing_is_not_told() -> None:
    wild = NewCustomers(Total(3.0, 0.0, 218.0), Total(15.7, 0.2, 1099.0), 1.0)
    (told,) = ForecastContext(None, None, wild).sentences(FORECAST)
    assert told.endswith("have no scores: how much they bring is not known.")
