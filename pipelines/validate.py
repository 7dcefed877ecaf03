"""Validate: read the log through the door, say what became of every row and what training would refuse."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.evaluation import Origins, choose_origins
from regulars.features import features_of, read_customers, refuse_both
from regulars.params import DEMO, FEEDS, Params, StoreAddress
from regulars.predict import PARQUET, Inputs, TableParts, check_file
from regulars.progress import note
from regulars.transactions import (
    AttributeLedger,
    Attributes,
    Feed,
    FeedLedger,
    Forgotten,
    Freshness,
    QualityReport,
    Transactions,
    assess,
    read_feed,
    read_transactions,
)
from regulars.transactions.days.known_days import KnownDays, read_known_days
from regulars.transactions.days.public_holidays import Place
from regulars.transactions.forgotten import LIST
from regulars.windows import LATEST, Windows


@dataclass(frozen=True)
class Validated:
    """A log that can be used, the windows that fit it, and where in the past a scorer is tested."""

    params: Params
    tx: Transactions
    windows: Windows
    report: QualityReport
    origins: Origins
    known_days: KnownDays | None = None
    customers: Attributes | None = None

    @property
    def attribute_ledger(self) -> AttributeLedger | None:
        """What became of the rows of attributes; None where none are given."""
        return self.customers.ledger(self.tx) if self.customers else None

    @property
    def feed_ledgers(self) -> list[FeedLedger]:
        """What became of the rows of each feed; they are read when this is asked for, since no model needs them."""
        return [feed.at(self.windows, self.tx).ledger for feed in read_feeds(self.params).values()]

    @property
    def shorter_horizon(self) -> int | None:
        """The horizon that would leave an origin, where none is left and some were asked for; None if none would."""
        if self.origins.kept or not self.is_backtested:
            return None
        return self.windows.horizon_that_fits(self.tx.first_day)

    @property
    def is_backtested(self) -> bool:
        """Whether a backtest is asked for."""
        return self.params.backtest.origins not in (0, ())

    @property
    def freshness(self) -> Freshness:
        """How old the log is."""
        return freshness_of(self.params, self.tx, self.windows)


def read(
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


def fresh_enough(params: Params, tx: Transactions, windows: Windows) -> Freshness:
    """How old the log is, with a warning where that is unusual; refused where it is older than the limit."""
    freshness = freshness_of(params, tx, windows)
    freshness.check(params.transactions.max_age_days)
    return freshness


def validate(params: Params, *, quarantine: Path | None = None) -> Validated:
    """Read the log and judge whether it suffices."""
    if quarantine:
        check_file(quarantine, PARQUET, inputs=Inputs.of(params), instead="give another --quarantine")
    known = read_known_days(params.calendar.path) if params.calendar.path else None
    place = Place.read(params.calendar.country) if params.calendar.country else None
    tx = read(params, quarantine=quarantine)
    windows = windows_for(params, tx)
    if place:
        public = place.holidays(tx.first_day.year, windows.closes.year)
        known = known.with_more(public) if known else public
    customers = customers_of(params)
    features = features_of(tx)
    if customers:
        refuse_both((feature.name for feature in features), customers)
    origins = choose_origins(tx, windows, params.backtest)
    return Validated(params, tx, windows, assess(tx, windows), origins, known, customers)
