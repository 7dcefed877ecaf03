"""Estimate the season of a shop from the order days of its customers."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.columns import as_frame
from regulars.errors import InputError, InsufficientHistoryError
from regulars.lifetime.fit.season import DAYS, DAYS_A_WEEK, WEEKS, Season
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.by_name import transaction_model
from regulars.lifetime.seasons.smooth import Weeks, yearly_curve
from regulars.windows import as_day

ROUNDS = 2  # a season changes the fit, and the fit the season
START_DAYS = 28  # of a log, in which regular customers come for the first time in it
LEAST_DAYS = START_DAYS + DAYS  # each week of the year once
STEPS = 400  # points between which the mean of a new customer's purchases is interpolated
HALF = 0.5  # an order, added to those of a week


def estimate_season(order_days: pd.DataFrame, cutoff: str | dt.date, *, model: str = "mbg_nbd") -> Season:
    r"""Estimate how much customers buy in each week of the year.

    Parameters
    ----------
    order_days : DataFrame
        Columns `customer_id` and `date`; a row an order day, in any order. Days from the cutoff on are not read.
        The log is taken to reach its last order day before the cutoff.
    cutoff : str or date
        A calendar day.
    model : str
        The purchase model, as in `transaction_model`.

    Returns
    -------
    Season
        Weekly factors. Two years tell a season from a trend; with one, most of it may be either, and the factors are
        nearer to 1.

    Raises
    ------
    InputError
        If a column is missing or holds no days.
    InsufficientHistoryError
        If the order days span less than 13 months.
    ModelError
        If the model cannot be fitted.

    Notes
    -----
    One fit on the whole history gives the repeat order days that each day's newcomers were to bring on every later
    day. Actual over expected order days of a week, as a logarithm, is a season plus trend, drift and chance, which
    `yearly_curve` separates. The model is then fitted in operational time, and everything is done once more.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> days = pd.DataFrame({"customer_id": rng.integers(0, 300, 9000), "date": rng.integers(0, 730, 9000)})
    >>> days["date"] = pd.Timestamp("2023-01-01") + pd.to_timedelta(days["date"], unit="D")
    >>> season = estimate_season(days, "2024-12-31")
    >>> bool(0.95 < min(season.factors) < max(season.factors) < 1.05)
    True
    """
    first, day = _repeats(order_days, np.datetime64(as_day(cutoff), "D"))
    end = day.max() + 1  # nothing is known of the days after the last order day
    log_days = int((end - first.min()).astype(int))
    if log_days < LEAST_DAYS:
        raise InsufficientHistoryError(
            f"The order days before {end} span {log_days} days; a season needs {LEAST_DAYS} (a year, after the first "
            "four weeks)."
        )
    summary = _summary(first, day, end)
    season = Season.of(np.ones(WEEKS))
    for _ in range(ROUNDS):
        fitted = transaction_model(model).set_params(seasonality=season).fit(summary)
        season = _season(first, day, end, fitted, season)
    return season


def _repeats(order_days: pd.DataFrame, end: np.datetime64) -> tuple[np.ndarray, np.ndarray]:
    """First day and day of every order day before the cutoff, sorted by customer and day."""
    frame = as_frame(order_days, "The table of order days")
    if missing := [name for name in ("customer_id", "date") if name not in frame]:
        raise InputError(f"The table of order days lacks {', '.join(missing)}. Give customer_id and date.")
    try:
        moments = pd.to_datetime(frame["date"])
        if isinstance(moments.dtype, pd.DatetimeTZDtype):  # the day is the one on the clock that they were written by
            moments = moments.dt.tz_localize(None)
        days = moments.to_numpy().astype("datetime64[D]")
    except (TypeError, ValueError) as error:
        raise InputError(f"The column `date` cannot be read as days: {error}") from None
    customer = pd.factorize(frame["customer_id"])[0]
    if (lost := np.isnat(days) | (customer < 0)).any():
        raise InputError(
            f"{lost.sum()} of {len(frame)} order days lack a customer or a date (first: row {lost.argmax()})."
        )
    known = (end - days).astype(int) > 0
    if not known.any():
        raise InsufficientHistoryError(f"No order day lies before the cutoff {end}.")
    pairs = np.unique(np.stack([customer[known], days[known].astype(np.int64)]), axis=1)
    _, begins, which = np.unique(pairs[0], return_index=True, return_inverse=True)
    each = pairs[1].astype("datetime64[D]")
    return each[begins][which], each


def _summary(first: np.ndarray, day: np.ndarray, end: np.datetime64) -> pd.DataFrame:
    """Frequency, recency and T of the customers; a new one begins where a day is the first."""
    begins = np.flatnonzero(first == day)
    ends = np.append(begins[1:], len(day)) - 1
    return pd.DataFrame(
        {
            "frequency": ends - begins,
            "recency": (day[ends] - day[begins]).astype(int),
            "T": (end - day[begins]).astype(int),
            "cutoff": end.astype(dt.date),
        }
    )


def _season(first: np.ndarray, day: np.ndarray, end: np.datetime64, fitted: TransactionModel, before: Season) -> Season:
    """The season by one fit, which knows the season `before`."""
    began = first.min()
    newcomers = np.bincount((first[first == day] - began).astype(int), minlength=int((end - began).astype(int)))
    actual = np.bincount((day[first != day] - began).astype(int), minlength=len(newcomers)).astype(np.float64)
    expected = _expected(newcomers, before.on(began + np.arange(len(newcomers))), fitted)
    dates = began + np.arange(START_DAYS, len(newcomers))
    week, place = _weeks_of(dates)
    orders, due = (np.bincount(week, values[START_DAYS:]) for values in (actual, expected))
    held = np.bincount(week)
    chance = 1.0 / (orders.astype(np.float64) + HALF)
    ratio = np.log((orders + HALF) / (due + HALF)) + np.log(before.daily)[_day_of_year(place)]
    weeks = Weeks(np.bincount(week, np.arange(len(dates))) / held / 365.25, place, ratio, chance)
    centres = (np.arange(WEEKS) + 0.5) * DAYS_A_WEEK / DAYS
    return Season.of(np.exp(yearly_curve(weeks, centres)))


def _expected(newcomers: np.ndarray, factors: Floats, fitted: TransactionModel) -> Floats:
    """Repeat order days expected on every day, of all who had come before it."""
    clock = np.concatenate([[0.0], np.cumsum(factors)])
    grid = clock[-1] * np.linspace(0.0, 1.0, STEPS) ** 2
    mean = fitted.expected_purchases_new(grid)
    came = np.flatnonzero(newcomers)
    total = np.zeros(len(clock))
    for k in came:
        total[k:] += newcomers[k] * np.interp(clock[k:] - clock[k], grid, mean)
    return np.diff(total)


def _weeks_of(dates: np.ndarray) -> tuple[np.ndarray, Floats]:
    """Which week of the log each day is in, weeks being those of the year; and the place of each week in its year."""
    years = dates.astype("datetime64[Y]")
    of_year = np.minimum((dates - years.astype("datetime64[D]")).astype(int) // DAYS_A_WEEK, WEEKS - 1)
    kinds, week = np.unique(years.astype(int) * WEEKS + of_year, return_inverse=True)
    return week, (kinds % WEEKS + 0.5) * DAYS_A_WEEK / DAYS


def _day_of_year(place: Floats) -> np.ndarray:
    return np.asarray(np.minimum((place * DAYS).astype(int), DAYS - 1))
