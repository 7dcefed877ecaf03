"""Validate: read the log through the door, say what became of every row and what training would refuse."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.evaluation import Origins, choose_origins
from regulars.features import features_of, refuse_both
from regulars.params import Params
from regulars.pipelines.inputs import customers_of, freshness_of, read_feeds, read_log, windows_for
from regulars.predict import PARQUET, Inputs, check_file
from regulars.transactions import (
    AttributeLedger,
    Attributes,
    FeedLedger,
    Freshness,
    QualityReport,
    Transactions,
    assess,
)
from regulars.transactions.days.known_days import KnownDays, read_known_days
from regulars.transactions.days.public_holidays import Place
from regulars.windows import Windows


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


def validate(params: Params, *, quarantine: Path | None = None) -> Validated:
    """Read the log and judge whether it suffices."""
    if quarantine:
        check_file(quarantine, PARQUET, inputs=Inputs.of(params), instead="give another --quarantine")
    known = read_known_days(params.calendar.path) if params.calendar.path else None
    place = Place.read(params.calendar.country) if params.calendar.country else None
    tx = read_log(params, quarantine=quarantine)
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
