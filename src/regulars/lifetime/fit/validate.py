"""Checks of a summary at the door: every fault is gathered before one error is raised."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from numbers import Real
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import xlogy

from regulars.arrays import Floats
from regulars.columns import as_frame, note_several, number, numbers
from regulars.errors import Faults, InputError, ModelError, nearest

TRANSACTION_COLUMNS = ("frequency", "recency", "T")
SPEND_COLUMNS = ("frequency", "monetary_value")
LOG_GAPS = "log_gaps"
ROUNDING = 1e-6  # relative; a summary in float32 is rounded to 6e-8, another unit of time changes far more

Summary = pd.DataFrame | NDArray[Any]  # one row a customer; an array has no names, so only the columns that all need


def as_summary(given: Summary, names: Sequence[str]) -> pd.DataFrame:
    """Return a summary as a frame; the columns of an array are those named, in this order.

    Raises
    ------
    InputError
        If it is neither a frame nor an array with as many columns as names.

    Examples
    --------
    >>> as_summary(np.array([[2, 30.43, 38.86]]), TRANSACTION_COLUMNS)
       frequency  recency      T
    0        2.0    30.43  38.86
    """
    if not isinstance(given, np.ndarray):
        return as_frame(given, "The summary")
    if given.ndim != 2 or given.shape[1] != len(names):
        raise InputError(
            f"The summary is an array of shape {given.shape}; expected one of shape (rows, {len(names)}) with the "
            f"columns {', '.join(names)}. Give a DataFrame where other columns are needed too."
        )
    return pd.DataFrame(given, columns=list(names))


def transaction_columns(summary: pd.DataFrame) -> tuple[Floats, Floats, Floats]:
    """Return frequency, recency and T as float64, or raise naming all that is wrong."""
    faults = Faults("The summary cannot be used")
    columns = _numbers(summary, TRANSACTION_COLUMNS, faults)
    if len(columns) == len(TRANSACTION_COLUMNS):
        x, tx, T = columns["frequency"], columns["recency"], columns["T"]
        _note(faults, summary, x < 0, "negative frequency", "frequency counts order days after the first")
        _note(faults, summary, np.isfinite(x) & (x != np.floor(x)), "a fractional frequency", "it is a count")
        _note(faults, summary, tx < 0, "negative recency", "recency is last order day − first order day")
        _note(faults, summary, T <= 0, "T <= 0", "T is the time from the first order day to the cutoff")
        _note(faults, summary, tx > T, "recency > T", "no purchase can lie beyond the cutoff: use one time unit")
        _note(faults, summary, (x == 0) & (tx > 0), "frequency 0 with recency > 0", "one of the two is wrong")
    faults.raise_if_any(InputError)
    return columns["frequency"], columns["recency"], columns["T"]


def spend_columns(given: Summary) -> tuple[Floats, Floats]:
    """Return frequency and monetary value as float64; the value of a one-time buyer is not read and becomes 0."""
    faults, summary = Faults("The summary cannot be used"), as_summary(given, SPEND_COLUMNS)
    columns = _numbers(summary, SPEND_COLUMNS, faults, unread="monetary_value")
    if len(columns) == len(SPEND_COLUMNS):
        x = columns["frequency"]
        _note(faults, summary, x < 0, "negative frequency", "frequency counts order days after the first")
        _note(faults, summary, np.isfinite(x) & (x != np.floor(x)), "a fractional frequency", "it is a count")
    faults.raise_if_any(InputError)
    return columns["frequency"], columns["monetary_value"]


def log_gaps_column(summary: pd.DataFrame) -> Floats:
    """Return the sums of the logarithms of the gaps as float64; 0 for one-time buyers, for whom it is not read."""
    faults = Faults("The summary cannot tell how regular customers are")
    columns = _numbers(summary, ("frequency", "recency", LOG_GAPS), faults, unread=LOG_GAPS)
    if LOG_GAPS in columns:
        x, tx = columns["frequency"], columns["recency"]
        with np.errstate(divide="ignore"):
            most = xlogy(x, tx / np.maximum(x, 1))
        too_large = columns[LOG_GAPS] - most > ROUNDING * (1 + np.abs(columns[LOG_GAPS]) + x)
        why = "gaps that sum to recency have at most frequency · ln(recency / frequency): use one time unit"
        _note(faults, summary, too_large, "log_gaps that are too large", why)
    faults.raise_if_any(InputError)
    return columns[LOG_GAPS]


def covariate_columns(summary: pd.DataFrame, names: Sequence[str]) -> dict[str, Floats]:
    """Return the named columns as float64, or raise naming all that is wrong."""
    faults = Faults("The covariates cannot be used")
    columns = _numbers(summary, names, faults)
    faults.raise_if_any(InputError)
    return columns


def checked_weights(weights: ArrayLike | None, summary: Summary) -> Floats:
    """Return one positive weight a row; ones where none are given.

    A Series for a frame has the same index in the same order: else it is not known which customers it means.

    Examples
    --------
    >>> checked_weights(pd.Series([3, 2], index=["bob", "ann"]), pd.DataFrame({"T": [9, 8]}, index=["ann", "bob"]))
    Traceback (most recent call last):
        ...
    regulars.errors.InputError: The weights have another index than the summary: row 0 is 'bob', and 'ann' in the \
summary. Give weights.reindex(summary.index), or weights.to_numpy() where they are in the order of its rows.
    """
    size = len(summary)
    if weights is None:
        return np.ones(size)
    faults = Faults("The weights cannot be used")
    values = numbers(weights, "the list of weights", faults)
    faults.raise_if_any(InputError)
    if values is None or values.shape != (size,):
        raise InputError(f"The weights have shape {np.shape(weights)}; expected one a row of the summary: ({size},).")
    if isinstance(weights, pd.Series) and isinstance(summary, pd.DataFrame):
        _check_index(weights.index, summary.index)
    bad = ~(np.isfinite(values) & (values > 0))
    if bad.any():
        raise InputError(
            f"{bad.sum()} of {size} weights are not positive numbers (first: {values[bad][0]} at row {bad.argmax()}). "
            "A weight is the number of customers that a row stands for; leave out rows that stand for none."
        )
    return values


def _check_index(found: pd.Index, expected: pd.Index) -> None:
    if found.equals(expected):
        return
    for row, (theirs, ours) in enumerate(zip(found.tolist(), expected.tolist(), strict=True)):
        if theirs != ours:
            raise InputError(
                f"The weights have another index than the summary: row {row} is {theirs!r}, and {ours!r} in the "
                "summary. Give weights.reindex(summary.index), or weights.to_numpy() where they are in the order of "
                "its rows."
            )


def checked_span(name: str, value: float) -> float:
    """Return a length of time that is finite and not negative."""
    expected = "a finite number of time units, 0 or more"
    span = number(value, name, expected)
    if span < 0:
        raise InputError(f"{name} is {value}; expected {expected}.")
    return span


def checked_spans(values: ArrayLike) -> Floats:
    """Return lengths of time, shaped as they are given, that are finite and not negative."""
    try:
        given = np.asarray(values)
    except ValueError:
        raise InputError("t is a list of lists of several lengths; expected numbers, or an array of them.") from None
    if given.ndim == 0:
        return np.asarray(checked_span("t", cast("float", values)))
    faults = Faults("t cannot be used")
    spans = numbers(np.ravel(given), "t", faults)
    faults.raise_if_any(InputError)
    if spans is None or not (np.isfinite(spans) & (spans >= 0)).all():
        raise InputError("t should be finite numbers of time units, 0 or more.")
    return spans.reshape(given.shape)


def checked_count(name: str, value: float) -> int:
    """Return a whole number that is not negative."""
    expected = "a whole number, 0 or more"
    count = number(value, name, expected)
    if count < 0 or count != int(count):
        raise InputError(f"{name} is {value}; expected {expected}.")
    return int(count)


def _numbers(
    summary: pd.DataFrame, expected: Sequence[str], faults: Faults, unread: str | None = None
) -> dict[str, Floats]:
    """The expected columns, which must be finite; for customers with frequency 0 `unread` becomes 0, whatever it holds.

    `unread` comes after frequency.
    """
    if len(summary) == 0:
        faults.add("it has no rows; expected at least one customer")
    columns: dict[str, Floats] = {}
    twice = note_several(summary, expected, faults)
    for name in expected:
        if name not in summary:
            known = [str(column) for column in summary.columns]
            faults.add(f"column {name!r} is missing{nearest(name, known)}; found: {', '.join(known) or 'no columns'}")
            continue
        if name in twice:
            continue
        values = numbers(summary[name], f"column {name!r}", faults)
        if values is None:
            continue
        if name == unread and "frequency" in columns:
            values = np.where(columns["frequency"] == 0, 0.0, values)
        columns[name] = values
        _note(faults, summary, ~np.isfinite(values), f"{name} missing or infinite", "expected a finite number")
    return columns


def _note(faults: Faults, summary: pd.DataFrame, bad: NDArray[np.bool_], what: str, why: str) -> None:
    if bad.any():
        first = int(bad.argmax())
        shown = ", ".join(f"{name} {summary[name].iloc[first]}" for name in _known(summary))
        faults.add(f"{bad.sum()} of {len(bad)} rows have {what}; {why} (first: row {first}: {shown})")


def _known(summary: pd.DataFrame) -> list[str]:
    return [name for name in (*TRANSACTION_COLUMNS, "monetary_value") if (summary.columns == name).sum() == 1]


def checked_params(model: str, params: Any) -> dict[str, Any]:
    """Return the parameters that a model is made from, by name: from a mapping, or a Series such as of `lifetimes`."""
    if not isinstance(params, Mapping | pd.Series) or not all(isinstance(name, str) for name, _ in params.items()):
        raise ModelError(
            f"{model} cannot be made from a {type(params).__name__}; expected a mapping of the parameters' names to "
            "numbers, as params_ holds."
        )
    return dict(params.items())


def is_positive(value: object) -> bool:
    """Tell whether a value is a finite number above 0."""
    return isinstance(value, Real) and not isinstance(value, bool) and 0 < float(value) < np.inf
