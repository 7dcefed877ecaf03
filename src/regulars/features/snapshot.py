"""The feature tables at cutoffs: facts stream by once, and every cutoff looks them up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from types import CodeType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from regulars.features.attributes import with_attributes
from regulars.features.catalogue import features_of, measures_used
from regulars.features.days import BATCH, Days, whole_customers
from regulars.features.facts import nobody_before, reading_facts, reading_facts_of
from regulars.features.feature import Feature
from regulars.features.past import Past
from regulars.features.table import FeatureTable
from regulars.transactions import Attributes, Part, Sample, Transactions, in_sample, needed_log
from regulars.windows import Windows, cutoff_day

# Expressions are the catalogue's own, or written anew by `own_expressions`, never as a user or a model gives them. They
# know these words and the measures, nothing else.
_WORDS = {name: getattr(np, name) for name in ("where", "maximum", "sqrt", "log", "sin", "cos", "pi", "nan")}
_OWN_WORDS = {
    "minimum": np.minimum,
    "divide": np.divide,
    "finite": lambda values: np.where(np.isfinite(values), values, np.nan),
}


def build_features(tx: Transactions, cutoff: str | dt.date, customers: Attributes | None = None) -> pd.DataFrame:
    """Build the feature table of every customer with a purchase before the cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing, nor do rows recorded then.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day; history is `[.., cutoff)`.
    customers : Attributes, optional
        From `read_customers`.

    Returns
    -------
    DataFrame
        Index `customer_id` (sorted, type as in the log); column `cutoff`, then one float64
        column a feature of the catalogue whose columns the log carries; then those of the log's own columns and the
        attributes, float64 or text.

    Raises
    ------
    InsufficientHistoryError
        If no customer bought before the cutoff.
    InputError
        If the log does not fit into the memory that was allowed, nor on the disk.
    """
    day = cutoff_day(cutoff, needed_log(tx, "build_features").last_day)
    return with_attributes(build_features_at(tx, [day])[day], customers, Windows.up_to(day))


def build_features_of(
    tx: Transactions, customer_id: Any, cutoff: dt.date, customers: Attributes | None = None
) -> pd.DataFrame:
    """Build one row of `build_features`: that of one customer, whose id has the type that it has in the log.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    customer_id : int or str
        The customer, with the type that ids have in the log.
    cutoff : date
        History is what lies before it.
    customers : Attributes, optional
        From `read_customers`; those known at the cutoff become the last columns.

    Returns
    -------
    DataFrame
        One row.

    Raises
    ------
    InsufficientHistoryError
        If the customer has no purchase before the cutoff.
    """
    chosen = features_of(tx)
    table = FeatureTable(chosen, 1)
    for _, ids, columns in _parts(tx, [cutoff], chosen, only=customer_id):
        table.append(ids, columns)
    if not table.customers:
        raise nobody_before(tx, Windows.up_to(cutoff))
    return with_attributes(table.frame(cutoff), customers, Windows.up_to(cutoff))


def build_features_in(
    tx: Transactions, cutoff: dt.date, part: Part, customers: Attributes | None = None
) -> pd.DataFrame:
    """Build the rows of `build_features` of some customers, from their lines alone.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    cutoff : date
        History is what lies before it.
    part : Part
        Which customers.
    customers : Attributes, optional
        From `read_customers`; those known at the cutoff become the last columns.

    Returns
    -------
    DataFrame
        Sorted by customer.

    Raises
    ------
    InsufficientHistoryError
        If none of them has a purchase before the cutoff.
    """
    chosen, windows = features_of(tx), Windows.up_to(cutoff)
    made = []
    with reading_facts_of(tx, windows, part) as batches:
        for days in map(Days, whole_customers(batches)):
            past = Past(days, windows)
            if len(past):
                made.append(FeatureTable(chosen, len(past)))
                made[-1].append(past.customers, _evaluate(past, chosen))
    if not made:
        raise nobody_before(tx, windows)
    return with_attributes(FeatureTable.of(made, chosen).frame(cutoff), customers, windows)


def build_features_at(
    tx: Transactions,
    cutoffs: Sequence[dt.date],
    features: Sequence[Feature] | None = None,
    *,
    sample: Sample | None = None,
) -> dict[dt.date, pd.DataFrame]:
    """Build the feature tables at several cutoffs from one set of facts (of one each, where lines can come late).

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    cutoffs : sequence of date
        Several cutoffs; history is what lies before each.
    features : sequence of Feature, optional
        Those to compute; all that the log has columns for where absent.
    sample : Sample, optional
        Only these customers.

    Returns
    -------
    dict of date to DataFrame
        By cutoff; index `customer_id`, sorted.

    Raises
    ------
    InsufficientHistoryError
        If nobody has a purchase before one of the cutoffs.
    """
    chosen = features_of(tx) if features is None else features
    return {cutoff: table.frame(cutoff) for cutoff, table in _tables(tx, cutoffs, chosen, sample=sample).items()}


def build_columns_at(
    tx: Transactions,
    cutoffs: Sequence[dt.date],
    features: Sequence[Feature],
    *,
    sample: Sample | None = None,
    numbered: bool = False,
) -> dict[dt.date, pd.DataFrame]:
    """Build the tables of `build_features_at` without the column `cutoff`, and with numbers of customers for their ids.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    cutoffs : sequence of date
        Several cutoffs; history is what lies before each.
    features : sequence of Feature
        Those to compute.
    sample : Sample, optional
        Only these customers.
    numbered : bool
        Whether the index is the place of each customer among all that the facts know, as in `DayOutcomes`: millions of
        ids take more memory than the columns.

    Returns
    -------
    dict of date to DataFrame
        By cutoff; sorted by id.
    """
    tables = _tables(tx, cutoffs, features, sample=sample, numbered=numbered)
    return {cutoff: table.frame() for cutoff, table in tables.items()}


def _tables(
    tx: Transactions,
    cutoffs: Sequence[dt.date],
    features: Sequence[Feature],
    *,
    sample: Sample | None,
    numbered: bool = False,
) -> dict[dt.date, FeatureTable]:
    most = tx.n_customers if sample is None else sample.size_in(tx)
    tables = {cutoff: FeatureTable(features, most) for cutoff in cutoffs}
    for cutoff, customers, columns in _parts(tx, cutoffs, features, sample=sample, numbered=numbered):
        tables[cutoff].append(customers, columns)
    for cutoff, table in tables.items():
        if not table.customers:
            raise nobody_before(tx, Windows.up_to(cutoff))
    return tables


def stream_features(
    tx: Transactions, cutoffs: Sequence[dt.date], features: Sequence[Feature] | None = None
) -> Iterator[pd.DataFrame]:
    """Yield the feature tables at several cutoffs in parts of whole customers, so that no table need fit the memory.

    The parts of one cutoff, one below the other, are what `build_features` returns; parts of other cutoffs lie between.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    cutoffs : sequence of date
        Several cutoffs; history is what lies before each.
    features : sequence of Feature, optional
        Those to compute; all that the log has columns for where absent.

    Yields
    ------
    DataFrame
        One part of one cutoff; the column `cutoff` says which.
    """
    chosen = features_of(tx) if features is None else features
    for cutoff, customers, columns in _parts(tx, cutoffs, chosen):
        part = FeatureTable(chosen, len(customers))
        part.append(customers, columns)
        yield part.frame(cutoff)


def _parts(
    tx: Transactions,
    cutoffs: Sequence[dt.date],
    features: Sequence[Feature],
    *,
    only: Any = None,
    sample: Sample | None = None,
    numbered: bool = False,
) -> Iterator[tuple[dt.date, pa.ChunkedArray, Iterable[NDArray[np.generic]]]]:
    """Some customers (or one) at one cutoff, and their features one by one."""
    asked = [Windows.up_to(cutoff) for cutoff in cutoffs]
    for sharing in _sharing_facts(tx, asked):
        before = 0
        for days in _days(tx, sharing[0], only, sample):
            for windows in sharing:
                past = Past(days, windows)
                if len(past):
                    who = pa.chunked_array([past.places.astype(np.int32) + before]) if numbered else past.customers
                    yield windows.cutoff, who, _evaluate(past, features)
            before += len(days.customers)


def _sharing_facts(tx: Transactions, asked: Sequence[Windows]) -> list[Sequence[Windows]]:
    """Cutoffs that look at the same facts: all of them; each alone where lines can come late."""
    if tx.tells_when_known:
        return [[windows] for windows in asked]
    return [asked] if asked else []


def _days(tx: Transactions, windows: Windows, only: Any, sample: Sample | None) -> Iterator[Days]:
    """The facts, in parts of whole customers; DuckDB keeps the order of a table, also of one that it filters."""
    with reading_facts(tx, windows) as (connection, facts):
        if only is None:
            found = connection.execute(f"FROM {facts} WHERE {in_sample('customer_id', sample)}")
        else:
            found = connection.execute(f"FROM {facts} WHERE customer_id = $customer", {"customer": only})
        yield from map(Days, whole_customers(found.to_arrow_reader(BATCH)))


def _evaluate(past: Past, features: Sequence[Feature]) -> Iterator[NDArray[np.generic]]:
    """Every feature of these customers, in order."""
    known = {**_WORDS, **_OWN_WORDS, **{name: look(past) for name, look in measures_used(features).items()}}
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        for feature in features:
            yield eval(_compiled(feature.expression), {"__builtins__": {}}, known)


@cache
def _compiled(expression: str) -> CodeType:
    return compile(expression, "<catalogue>", "eval")
