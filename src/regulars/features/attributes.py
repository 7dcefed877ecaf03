"""Attributes of customers as features: read under names that no feature has, and put beside features at a cutoff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from regulars.errors import InputError, ParamsError
from regulars.features.catalogue import CATALOGUE
from regulars.features.feature import NO_ATTRIBUTES, OURS
from regulars.transactions import Attributes, read_attributes
from regulars.windows import Windows


def read_customers(
    source: Any,
    columns: Mapping[str, str],
    *,
    valid_from: str | None = None,
    table: str | None = None,
    memory_limit: str | None = None,
    timezone: str | None = None,
) -> Attributes:
    """Read what a shop knows of its customers beside their orders.

    Parameters
    ----------
    source : path, str or frame
        Whatever `read_transactions` reads.
    columns : mapping
        Our name: the user's column. `customer_id` is needed; each other one is an attribute: a number, or a category.
    valid_from : str, optional
        The user's column of days: a row holds from this day on. At a cutoff the last row counts whose day lies before
        it. Without it there is one row a customer, taken as the same at all times.
    table : str, optional
        Table or query, for a database; a sheet, for a workbook.
    memory_limit, timezone : str, optional
        As `read_transactions` takes them.

    Raises
    ------
    InputError
        Naming every fault: missing columns, values that cannot be read, several rows that hold at the same time,
        columns that name people.
    ParamsError
        If the mapping cannot be used: an attribute cannot have the name of a feature.

    Examples
    --------
    >>> known = pd.DataFrame({"id": [1, 2], "Age": [34, 51], "Region": ["north", None]})
    >>> customers = read_customers(known, {"customer_id": "id", "age": "Age", "region": "Region"})
    >>> customers
    Attributes(2 customers, age, region; undated)
    """
    taken = {*(feature.name for feature in CATALOGUE), *NO_ATTRIBUTES}
    taken |= {name for name in columns or () if str(name).startswith(OURS)}
    return read_attributes(
        source,
        columns,
        valid_from=valid_from,
        table=table,
        memory_limit=memory_limit,
        timezone=timezone,
        taken=taken,
    )


def with_attributes(features: pd.DataFrame, customers: Attributes | None, windows: Windows) -> pd.DataFrame:
    """The feature table with the attributes that were known at the cutoff as its last columns.

    Parameters
    ----------
    features : DataFrame
        The feature table at the cutoff, index `customer_id`.
    customers : Attributes or None
        From `read_customers`; None leaves the table as it is.
    windows : Windows
        Whose cutoff ends what is known.

    Returns
    -------
    DataFrame
        Index as in `features`.

    Raises
    ------
    InputError
        If the attributes were not read by `read_customers`.
    """
    if customers is None:
        return features
    if not isinstance(customers, Attributes):
        raise InputError(
            f"customers is a {type(customers).__name__}; expected what read_customers returns. Read it first: "
            "customers = regulars.read_customers(source, columns={our name: its column})."
        )
    refuse_both(map(str, features), customers)
    return pd.concat([features, customers.at(windows, features.index)], axis="columns")


def refuse_both(features: Iterable[str], customers: Attributes) -> None:
    """Refuse attributes that are called as features of the log's own columns are.

    Parameters
    ----------
    features : iterable of str
        Names of the features of the log.
    customers : Attributes
        From `read_customers`.

    Raises
    ------
    ParamsError
        Naming them.
    """
    if both := sorted(set(features) & set(customers.names)):
        raise ParamsError(
            f"{', '.join(both)} would be a feature twice: of transactions.own_columns or own_features, and of "
            "customers.columns. Give one of them another name."
        )
