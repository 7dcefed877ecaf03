"""A feed that was read, and the part of it that was known at a cutoff."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.params.feeds import DAY, FeedContract
from regulars.texts import plain_email
from regulars.transactions.customers.attributes import ids_as_text
from regulars.transactions.ledger import Entry
from regulars.transactions.lines import Lines
from regulars.transactions.row_outcome import EXCLUDED, USED
from regulars.windows import Windows

LATER = "on or after the cutoff"
UNKNOWN = "customer without orders before the cutoff"


@dataclass(frozen=True)
class FeedLedger:
    """What became of every row of a feed at a cutoff.

    Parameters
    ----------
    feed, source : str
        Which feed, and where it came from.
    entries : tuple of Entry
        By outcome (used, excluded) and reason; a row has no money.
    values_later : int
        Values of used rows that became known on or after the cutoff, and are empty before.
    """

    feed: str
    source: str
    entries: tuple[Entry, ...]
    values_later: int

    @property
    def rows(self) -> int:
        """Rows that were read."""
        return sum(entry.rows for entry in self.entries)

    @property
    def in_words(self) -> str:
        """Which feed it is, and what became of its rows."""
        return f"Feed {self.feed}, {self.source}: {self.rows_in_words}"

    @property
    def rows_in_words(self) -> str:
        """What became of the rows, without the name of the file."""
        told = [f"{entry.rows:,} {entry.outcome} ({entry.reason})" for entry in self.entries]
        later = f"; {self.values_later:,} values became known later" if self.values_later else ""
        return f"{self.rows:,} rows: {', '.join(told)}{later}." if told else "no rows."

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain values, without any id."""
        entries = [{name: value for name, value in vars(entry).items() if name != "money"} for entry in self.entries]
        return {"rows": self.rows, "entries": entries, "values_later": self.values_later}


@dataclass(frozen=True, eq=False, repr=False)
class KnownFeed:
    """What of a feed was known at a cutoff.

    Parameters
    ----------
    contract : FeedContract
    frame : DataFrame
        The rows that count; columns as in `Feed.frame`, and `customer`: the id as the log has it, null for people
        without orders.
    first_day : Timestamp or None
        The first day of all rows before the cutoff; None where there is none.
    ledger : FeedLedger
    """

    contract: FeedContract
    frame: pd.DataFrame
    first_day: pd.Timestamp | None
    ledger: FeedLedger


@dataclass(frozen=True, eq=False, repr=False)
class Feed:
    """A feed, every row of it readable.

    Parameters
    ----------
    contract : FeedContract
        Its columns.
    source : str
        Where it came from, for messages.
    frame : DataFrame
        The mapped columns under our names, sorted: ids as texts (whole numbers without decimals), days as midnights,
        scores and money as doubles, all else as texts; null where nothing stands.
    excluded : tuple of Entry
        Rows that could not be used at any cutoff, by reason.
    whole_ids : bool
        Whether the ids of customers were whole numbers.
    data_hash : str
        Hash (64 hex digits) of all that was read, whatever the order of the rows.
    """

    contract: FeedContract
    source: str
    frame: pd.DataFrame
    excluded: tuple[Entry, ...]
    whole_ids: bool
    data_hash: str

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name}: {len(self.frame):,} rows of {', '.join(self.frame.columns)})"

    @property
    def name(self) -> str:
        """Which feed it is."""
        return self.contract.name

    def at(self, windows: Windows, tx: Lines) -> KnownFeed:
        """What was known at the cutoff.

        Parameters
        ----------
        windows : Windows
            Whose cutoff ends what is known: rows of earlier days count, without values that became known later.
        tx : Lines
            The log: rows of people who had not ordered by then are left out, but for leads.
        """
        frame = self.frame
        customer = _ids_of_log(frame.get("customer_id"), tx, windows, len(frame))
        before = _before(frame[DAY], windows)
        named = frame["customer_id"].notna().to_numpy() if "customer_id" in frame else np.zeros(len(frame), bool)
        stranger = before & named & customer.isna().to_numpy() & self.contract.of_customers  # costs may be nobody's
        used = before & ~stranger
        causes = ((USED, "known at the cutoff", used), (EXCLUDED, LATER, ~before), (EXCLUDED, UNKNOWN, stranger))
        entries = tuple(_entries(causes, frame.get("customer_id")))
        known, later = self._without_later(frame[used], windows)
        first = frame.loc[before, DAY].min() if before.any() else None
        ledger = FeedLedger(self.name, self.source, (*entries, *self.excluded), later)
        return KnownFeed(self.contract, known.assign(customer=customer[used]).reset_index(drop=True), first, ledger)

    def _without_later(self, frame: pd.DataFrame, windows: Windows) -> tuple[pd.DataFrame, int]:
        """Empty the values that became known on or after the cutoff, and count them."""
        values, later = {}, 0
        for column in self.contract.columns:
            if column.name in frame and column.known_from != DAY:
                unknown = frame[column.name].notna().to_numpy() & ~_before(frame[column.known_from], windows)
                values[column.name], later = frame[column.name].mask(unknown), later + int(unknown.sum())
        return frame.assign(**values), later


def days_before(days: pd.Series, windows: Windows) -> Floats:
    """Days from each day to the cutoff; NaN where there is none."""
    here = days.notna().to_numpy()
    counted = days.where(here, pd.Timestamp(0)).to_numpy("datetime64[D]").astype(np.int32)
    return np.where(here, windows.ages(counted), np.nan).astype(np.float64)


def _before(days: pd.Series, windows: Windows) -> NDArray[np.bool_]:
    """Which days are there and lie before the cutoff."""
    return np.asarray(days_before(days, windows) > 0)


def _ids_of_log(keys: pd.Series | None, tx: Lines, windows: Windows, rows: int) -> pd.Series:
    """The id that the log has for each row; null for who has no purchase that was known at the cutoff."""
    if keys is None:
        return pd.Series([None] * rows, dtype=object)
    known = pd.Index(tx.connection.execute(tx.customers_sql(windows)).df()["customer_id"])
    return ids_in_log(keys, known)


def ids_in_log(keys: pd.Series, known: pd.Index) -> pd.Series:
    """The ids of a log that these texts stand for; an e-mail address may be in any case.

    Parameters
    ----------
    keys : Series of str
        As a file has them; may be null.
    known : Index
        Ids as the log has them.

    Returns
    -------
    Series
        Index as in `keys`; null for who is not known.

    Examples
    --------
    >>> ids_in_log(pd.Series(["7", "Ann@Shop.com", "C-1"]), pd.Index(["7", "ann@shop.com", "c-1"])).tolist()
    ['7', 'ann@shop.com', None]
    """
    of_key = dict(zip(ids_as_text(known), known.tolist(), strict=True))
    found = [of_key.get(key, None if pd.isna(key) else of_key.get(plain_email(key))) for key in keys.tolist()]
    return pd.Series(found, keys.index, dtype=object)


def _entries(causes: tuple[tuple[str, str, NDArray[np.bool_]], ...], ids: pd.Series | None) -> Iterator[Entry]:
    for outcome, reason, rows in causes:
        if rows.any():
            yield Entry(outcome, reason, int(rows.sum()), 0 if ids is None else int(ids[rows].nunique()), None)
