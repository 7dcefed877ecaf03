"""What the parameters name, read: the log, the customers' file and the feeds, without customers who were forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.features import read_customers
from regulars.params import DEMO, FEEDS, Params, StoreAddress
from regulars.predict import TableParts
from regulars.progress import note
from regulars.transactions import (
    Attributes,
    Feed,
    Forgotten,
    Freshness,
    Transactions,
    read_feed,
    read_transactions,
)
from regulars.transactions.forgotten import LIST
from regulars.windows import LATEST, Windows


def read_log(
    params: Params,
    *,
    quarantine: Path | None = None,
    today: dt.date | None = None,
    forgotten: Forgotten | None = None,
) -> Transactions:
    """Read the log of `params`, as on the day `today`; write the excluded rows as Parquet where a file is named.

    Lines of forgotten customers are excluded: of those on the list beside the store, or of others where they are given.
    """
    source = params.transactions
    if not source.is_named:
        note("No log is named (transactions.path): using CDNOW, the demo's.")
    return read_transactions(
        source.path,
        source.columns,
        returns=source.returns,
        table=source.table,
        quarantine=quarantine,
        memory_limit=source.memory_limit,
        timezone=source.timezone,
        layout=source.layout,
        today=today,
        forgotten=forgotten or Forgotten.read(forgotten_file(params)),
        own_columns=source.own_columns,
        own_features=source.own_features,
    )


def forgotten_file(params: Params) -> Path:
    """Where the list of forgotten customers lies: beside an embedded store; with any other under `models` here."""
    store = StoreAddress(params.mlflow.tracking_uri).file
    return (store.parent if store else Path("models").resolve()) / LIST


def without_forgotten(params: Params, table: pd.DataFrame) -> pd.DataFrame:
    """A table that was made earlier, without the rows of customers who were forgotten since."""
    gone = _forgotten_rows(params, [table])
    return table if gone is None else table[~gone].reset_index(drop=True)


def parts_without_forgotten(params: Params, table: TableParts) -> TableParts:
    """A table that is read in parts, without the rows of customers who were forgotten since it was made."""
    gone = _forgotten_rows(params, table.parts(["customer_id"]))
    return table if gone is None else table.without(gone)


def _forgotten_rows(params: Params, parts: Iterable[pd.DataFrame]) -> NDArray[np.bool_] | None:
    """Which rows are of forgotten customers; None where there are none."""
    forgotten = Forgotten.read(forgotten_file(params))
    if forgotten is None:
        return None
    gone = np.concatenate([forgotten.among(part["customer_id"]) for part in parts])
    if not gone.any():
        return None
    note(f"Left out of the table: {gone.sum():,} rows of customers who were forgotten.")
    return gone


def customers_file(params: Params) -> Attributes | None:
    """Read all that the parameters map of the customers' file; None where they name none."""
    asked, log = params.customers, params.transactions
    if asked.path is None:
        return None
    return read_customers(
        asked.path,
        asked.columns,
        valid_from=asked.valid_from,
        table=asked.table,
        memory_limit=log.memory_limit,
        timezone=log.timezone,
    )


def customers_of(params: Params) -> Attributes | None:
    """Read the attributes of customers that are features: all but who consents to be contacted."""
    known = customers_file(params)
    if known and params.consent_column:
        note(f"The attribute {params.consent_column} says whom a campaign may contact (campaign.consent): no feature.")
        known = known.without(params.consent_column)
    return known if known and known.names else None


def read_feeds(params: Params, names: Collection[str] = tuple(FEEDS)) -> dict[str, Feed]:
    """Read those of these feeds that the parameters name, without the rows of forgotten customers."""
    log, forgotten = params.transactions, Forgotten.read(forgotten_file(params))
    return {
        name: read_feed(
            name,
            params.feeds[name].path,
            params.feeds[name].columns,
            memory_limit=log.memory_limit,
            timezone=log.timezone,
            forgotten=forgotten,
        )
        for name in names
        if name in params.feeds
    }


def windows_for(params: Params, tx: Transactions) -> Windows:
    """Make the windows of `params` on a log."""
    asked = params.windows
    return Windows.resolve(asked.cutoff, asked.horizon_days, first_day=tx.first_day, last_day=tx.last_day)


def freshness_of(params: Params, tx: Transactions, windows: Windows) -> Freshness:
    """How old the log is at its cutoff; up to the day of the run where the cutoff follows the log."""
    asked = params.windows.cutoff == LATEST and params.transactions.path != DEMO  # which is of 1998 and stays so
    return Freshness.of(tx, windows, follows_run=asked)


def check_freshness(params: Params, tx: Transactions, windows: Windows) -> Freshness:
    """How old the log is, with a warning where that is unusual; refused where it is older than the limit."""
    freshness = freshness_of(params, tx, windows)
    freshness.check(params.transactions.max_age_days)
    return freshness
