"""A feature table that comes in from outside: its columns read as what they have to be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from regulars.columns import as_frame, days, numbers, several
from regulars.errors import Faults, InputError, nearest
from regulars.features import CATALOGUE, given_name, own_features
from regulars.scorer.attributes import AttributeColumns
from regulars.texts import TEXT_DTYPE
from regulars.transactions.mapping.own_columns import OWN_NUMBER

# Scores are computed from these themselves, not only by trees and regressions, which know what to do with a null.
NEVER_NULL = ("frequency", "recency", "tenure", "net_total", "gross_total", "order_value_first", "paid_days")
SINCE = ("days_since_last", "recency", "tenure")  # dates are counted back by these
MOST_DAYS = 73_414  # from 1900 to 2100, between which all days lie
REPEAT_VALUE = "repeat_value_mean"
FEW = 3  # columns that a message names one by one


def read_features(
    features: pd.DataFrame, names: Sequence[str], attributes: AttributeColumns
) -> tuple[pd.Series, pd.DataFrame]:
    """Return the cutoff of every row, and the named features: doubles, and texts where an attribute is a category.

    Raises
    ------
    InputError
        Naming every column that holds something else, infinite numbers, or nulls where none can be.
    """
    faults = Faults("The feature table cannot be used")
    table = features.reset_index(drop=True)
    cutoffs = days(table["cutoff"], "column 'cutoff'", faults)
    doubles = [name for name in names if name not in attributes.categories]
    columns = {name: numbers(table[name], f"column {name!r}", faults) for name in doubles}
    read = {name: values for name, values in columns.items() if values is not None}
    for fault in _unusable(read):
        faults.add(fault)
    faults.raise_if_any(InputError)
    texts = {name: _texts(table[name]) for name in names if name in attributes.categories}
    return pd.Series(cutoffs, name="cutoff"), pd.DataFrame({**read, **texts}, index=table.index)


def _texts(values: pd.Series) -> pd.Series:
    """Values of a category as texts; a whole number without decimals, as a file of other customers may hold it."""
    if not pd.api.types.is_numeric_dtype(values.dtype):
        return values.astype(TEXT_DTYPE)
    written = [None if value != value else f"{value:.0f}" if value % 1 == 0 else repr(value) for value in values]
    return pd.Series(written, index=values.index, dtype=TEXT_DTYPE)


def _unusable(columns: dict[str, np.ndarray]) -> Iterator[str]:
    for name, values in columns.items():
        if infinite := int(np.isinf(values).sum()):
            yield f"column {name!r} is infinite in {infinite:,} of {len(values):,} rows; expected finite numbers"
        if name in SINCE and (beyond := int((np.abs(values) > MOST_DAYS).sum()) - infinite):
            yield f"column {name!r} is over {MOST_DAYS:,} days in {beyond:,} of {len(values):,} rows; expected days"
        nulls = np.isnan(values)
        if name == REPEAT_VALUE and "frequency" in columns:
            nulls &= columns["frequency"] > 0
        if (name in NEVER_NULL or name == REPEAT_VALUE) and nulls.any():
            yield (
                f"column {name!r} is null in {int(nulls.sum()):,} of {len(values):,} rows"
                f"{' of customers who came back' if name == REPEAT_VALUE else ''}; expected a number in every row"
            )


def read_given(
    given: object, names: Sequence[str], attributes: AttributeColumns
) -> tuple[pd.Series, pd.Series, pd.DataFrame]:
    """Take a feature table apart into ids, cutoffs, and the named features, as `read_features` does.

    Raises
    ------
    InputError
        If a column is missing, or cannot be used.
    """
    features = as_frame(given, "The feature table")
    if twice := several(features, ("customer_id", "cutoff", *names)):
        told = ", ".join(f"{columns} columns named {name!r}" for name, columns in twice.items())
        raise InputError(f"The feature table has {told}; expected one of each. Rename or drop the others.")
    if features.index.name == "customer_id":
        ids = features.index.to_series(index=pd.RangeIndex(len(features)))
    elif "customer_id" in features:
        ids = features["customer_id"].reset_index(drop=True)
    elif features.index.nlevels > 1:
        raise InputError(
            f"The rows of the feature table have {features.index.nlevels} labels each; expected customer_id as "
            "the index or a column. Call reset_index(), and name the column of the customers customer_id."
        )
    else:
        ids = pd.Series(features.index, name="customer_id")
    _refuse_lacking(features, names, attributes)
    cutoffs, table = read_features(features, names, attributes)
    return ids, cutoffs, table


def _refuse_lacking(features: pd.DataFrame, names: Sequence[str], attributes: AttributeColumns) -> None:
    """Refuse a table without a column, by what brings it: own columns, own features, attributes, or any log."""
    _refuse_without_own(features, attributes)
    if lacking := sorted(set(attributes.declared) - set(features)):
        raise InputError(
            f"The model was trained with own features of the log, and {', '.join(lacking)} "
            f"{'is' if len(lacking) == 1 else 'are'} not given. Declare them under transactions.own_features; in "
            "Python give read_transactions(…, own_features=[regulars.Feature(…)])."
        )
    if unknown := [name for name in names if name in attributes.names and name not in features]:
        raise InputError(
            f"The model was trained with attributes of customers, and {', '.join(unknown)} "
            f"{'is' if len(unknown) == 1 else 'are'} not given. Name their file under customers in the parameters; in "
            "Python give customers=regulars.read_customers(…)."
        )
    missing = [name for name in ("cutoff", *names) if name not in features]
    if missing:
        raise InputError(
            f"The feature table lacks {_named(missing, features)}. Build it with regulars.build_features from a "
            "log that carries the columns that the model was trained on."
        )


def _refuse_without_own(features: pd.DataFrame, attributes: AttributeColumns) -> None:
    """Refuse a table without features of the log's own columns, which come from a log that was read without them.

    Where one is read as a number that was a category, or the other way round, its features are others too.
    """
    lacking = {
        column
        for feature in own_features(attributes.own)
        for column in feature.needs
        if feature.name in attributes.names and feature.name not in features
    }
    if lacking:
        told = [f"{given_name(name)} (a {'number' if name.startswith(OWN_NUMBER) else 'category'})" for name in lacking]
        raise InputError(
            f"The model was trained with own columns of the log, and {', '.join(sorted(told))} "
            f"{'is' if len(told) == 1 else 'are'} not given. Map them under transactions.own_columns in the "
            "parameters; in Python give read_transactions(…, own_columns={our name: its column})."
        )


def _named(missing: list[str], features: pd.DataFrame) -> str:
    """A few missing columns with what they may have been written as; of many, the log's columns that they come from."""
    named = [f"{name!r}{nearest(name, features.columns) if len(missing) <= FEW else ''}" for name in missing[:FEW]]
    if len(missing) <= FEW:
        return ", ".join(named)
    needs = sorted(set().union(*(feature.needs for feature in CATALOGUE if feature.name in missing)))
    return f"{', '.join(named)} and {len(missing) - FEW} more" + (
        f", which come from {', '.join(needs)}" if needs else ""
    )
