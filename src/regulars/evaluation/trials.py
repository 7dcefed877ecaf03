"""The predictions table as arrays: one trial an origin, every contender on the same customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.errors import Faults, InputError
from regulars.evaluation.ranking import IntArray
from regulars.tables import PREDICTIONS

OURS = "regulars"
CHAMPION = "champion"
DAYS_SINCE_LAST = "days_since_last"
HIATUS = "hiatus"
UNTUNED = "untuned"
NAIVE_RULES = (DAYS_SINCE_LAST, HIATUS, "frequency", "past_spend_window", "past_spend_ever")

P_CHURN, PURCHASES, SPEND = "p_churn", "expected_purchases", "expected_spend"
PREDICTED = (P_CHURN, PURCHASES, SPEND)
ACTUAL = ("actual_purchases", "actual_spend")


@dataclass(frozen=True)
class Trial:
    """One origin: what was predicted from its history, and the actual outcomes.

    Parameters
    ----------
    origin : datetime.date
    customers : int array of shape (rows,)
        Number of each customer, the same at every origin.
    actual : mapping
        What each predicted column should have been: `p_churn` 1.0 for no purchase in the window,
        else 0.0; `expected_purchases` order days; `expected_spend` max(net money, 0), absent
        where the log has no money.
    predicted : mapping
        `(contender, column)` to the predictions; a column that a contender left null is absent.
    """

    origin: dt.date
    customers: IntArray
    actual: Mapping[str, Floats]
    predicted: Mapping[tuple[str, str], Floats]


@dataclass(frozen=True)
class Trials:
    """All trials, earliest first, and the customers that they are about.

    Parameters
    ----------
    trials : tuple of Trial
    customer_ids : pandas.Index
        Id of customer number `i`, sorted.
    """

    trials: tuple[Trial, ...]
    customer_ids: pd.Index

    @property
    def contenders(self) -> tuple[str, ...]:
        """All contenders: ours first, the others by name."""
        names = {contender for trial in self.trials for contender, _ in trial.predicted}
        return tuple(sorted(names, key=lambda name: (name != OURS, name)))


def read_trials(predictions: pd.DataFrame) -> Trials:
    """Check a predictions table and take it apart by origin.

    Parameters
    ----------
    predictions : DataFrame
        The columns of `tables.PREDICTIONS`, rows in any order. A contender predicts a column for
        all customers of an origin or leaves it null for all.

    Raises
    ------
    InputError
        Naming every fault: columns or customers missing, rows twice, predictions that are no
        probabilities or expectations, actuals that differ between contenders.
    """
    faults = Faults("The backtest predictions cannot be judged")
    for column in PREDICTIONS:
        if column not in predictions:
            faults.add(f"column {column!r} is missing")
    faults.raise_if_any(InputError)
    if predictions.empty:
        return Trials((), pd.Index([]))
    if not (predictions["contender"] == OURS).any():
        faults.add(f"contender {OURS!r} is missing: it is the one that is judged")
    faults.raise_if_any(InputError)
    customer, customer_ids = pd.factorize(predictions["customer_id"], sort=True)
    trials = tuple(_trial(day, rows, faults) for day, rows in _at_origins(predictions, customer))
    faults.raise_if_any(InputError)
    return Trials(trials, pd.Index(customer_ids))


def _at_origins(predictions: pd.DataFrame, customer: IntArray) -> Iterator[tuple[dt.date, pd.DataFrame]]:
    """The rows of each origin in the order of contenders and customers; one origin is held at a time."""
    origin, days = pd.factorize(pd.to_datetime(predictions["origin"]).dt.normalize(), sort=True)
    codes, names = pd.factorize(predictions["contender"], sort=True)
    for number, day in enumerate(days):
        at = np.flatnonzero(origin == number)
        at = at[np.lexsort((customer[at], codes[at]))]
        rows = {name: predictions[name].to_numpy(np.float64)[at] for name in (*PREDICTED, *ACTUAL)}
        contender = pd.Categorical.from_codes(codes[at], names)
        yield day.date(), pd.DataFrame({"contender": contender, "customer": customer[at].astype(np.int64), **rows})


def _trial(origin: dt.date, rows: pd.DataFrame, faults: Faults) -> Trial:
    if rows.duplicated(["contender", "customer"]).any():
        faults.add(f"{origin}: a contender has more than one row for a customer; one is expected")
    ours = rows[rows["contender"] == OURS]
    customers, came = ours["customer"].to_numpy(), ours[list(ACTUAL)].to_numpy()
    predicted: dict[tuple[str, str], Floats] = {}
    for contender, its_rows in rows.groupby("contender", sort=True, observed=True):
        where = f"{contender} at {origin}"
        if not np.array_equal(its_rows["customer"], customers):
            faults.add(f"{where}: {len(its_rows)} customers, not the same as the {len(customers)} of {OURS!r}")
        elif not np.array_equal(its_rows[list(ACTUAL)], came, equal_nan=True):
            faults.add(f"{where}: its actuals differ from those of {OURS!r}")
        for column in PREDICTED:
            values = its_rows[column].to_numpy()
            if not np.isnan(values).all():
                _check_predictions(values, f"{where}: {column}", faults, highest=1 if column == P_CHURN else np.inf)
                predicted[str(contender), column] = values
    if (OURS, P_CHURN) not in predicted:
        faults.add(f"{OURS} at {origin}: p_churn is null")
    return Trial(origin, customers, _actuals(came[:, 0], came[:, 1], origin, faults), predicted)


def _check_predictions(values: Floats, where: str, faults: Faults, *, highest: float) -> None:
    if missing := int(np.isnan(values).sum()):
        faults.add(f"{where} is null in {missing} of {len(values)} rows; all or none is expected")
    elif wrong := int((~np.isfinite(values) | (values < 0) | (values > highest)).sum()):
        expected = "a probability from 0 to 1" if highest == 1 else "a finite number, 0 or more"
        faults.add(f"{where} is not {expected} in {wrong} of {len(values)} rows")


def _actuals(purchases: Floats, spend: Floats, origin: dt.date, faults: Faults) -> dict[str, Floats]:
    actual = {P_CHURN: (purchases == 0).astype(np.float64), PURCHASES: purchases}
    _check_predictions(purchases, f"{origin}: actual_purchases", faults, highest=np.inf)
    if not np.isnan(spend).all():
        actual[SPEND] = np.maximum(spend, 0)
        _check_predictions(actual[SPEND], f"{origin}: actual_spend", faults, highest=np.inf)
    return actual
