"""Attributes of customers: what a shop knows of them beside their orders, as it was known at any cutoff."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.texts import plain_email
from regulars.transactions.ledger import Entry
from regulars.transactions.lines import Lines
from regulars.transactions.row_outcome import EXCLUDED, USED
from regulars.windows import Windows

NO_ORDERS = "customer without transactions"


@dataclass(frozen=True)
class AttributeLedger:
    """What became of every row of attributes beside a log.

    Parameters
    ----------
    source : str
        Where the attributes came from.
    entries : tuple of Entry
        By outcome (used, excluded) and reason; a row has no money.
    without_row : int
        Customers of the log of whom nothing is known: their attributes are missing.
    in_log : int
        Customers of the log.
    """

    source: str
    entries: tuple[Entry, ...]
    without_row: int
    in_log: int

    @property
    def in_words(self) -> list[str]:
        """A line for each outcome and reason."""
        told = [
            f"{entry.outcome}: {entry.rows:,} rows of {entry.customers:,} customers ({entry.reason})"
            for entry in self.entries
        ]
        lacking = f"{self.without_row:,} of the {self.in_log:,} customers of the log have no row: nothing is known"
        return [f"Attributes of customers, {self.source}:", *(f"  {line}" for line in [*told, lacking])]

    def to_dict(self) -> dict[str, Any]:
        """Return the ledger as plain values, without any id."""
        entries = [{name: value for name, value in vars(entry).items() if name != "money"} for entry in self.entries]
        return {"entries": entries, "without_row": self.without_row, "in_log": self.in_log}


@dataclass(frozen=True, eq=False, repr=False)
class Attributes:
    """Attributes of customers, one row a customer, or one for each day from which they hold.

    Parameters
    ----------
    source : str
        Where they came from, for messages.
    frame : DataFrame
        Index: the ids as texts, a whole number without decimals; sorted by id and day. A column an attribute: doubles
        for numbers, texts for categories; null where it is not known.
    days : ndarray of int32, or None
        The day from which each row holds, counted from 1970-01-01; None where no column tells: one row a customer,
        taken as the same at all times.
    excluded : tuple of Entry
        Rows that could not be used, by reason.
    data_hash : str
        Hash (64 hex digits) of all that was read, whatever the order of the rows.
    """

    source: str
    frame: pd.DataFrame
    days: NDArray[np.int32] | None
    excluded: tuple[Entry, ...]
    data_hash: str

    def __repr__(self) -> str:
        dated = "dated" if self.days is not None else "undated"
        return f"{type(self).__name__}({self.frame.index.nunique():,} customers, {', '.join(self.names)}; {dated})"

    @property
    def names(self) -> tuple[str, ...]:
        """The attributes, in order."""
        return tuple(map(str, self.frame.columns))

    def without(self, *names: str) -> Attributes:
        """The same without some attributes."""
        return replace(self, frame=self.frame.drop(columns=list(names)))

    def at(self, windows: Windows, customers: pd.Index) -> pd.DataFrame:
        """What was known of these customers at the cutoff: of dated rows the last one whose day lies before it.

        Parameters
        ----------
        windows : Windows
            Whose cutoff ends what is known.
        customers : Index
            Ids of the customers, in the order of the result.

        Returns
        -------
        DataFrame
            Index `customers`; a column an attribute, null for who has no row.
        """
        ids = self._as_written(ids_as_text(customers))
        return self.everybody_at(windows).reindex(ids).set_axis(customers, axis="index")

    def everybody_at(self, windows: Windows) -> pd.DataFrame:
        """What was known at the cutoff of every customer here; index as in `frame`, one row a customer."""
        return self.frame if self.days is None else self.frame.iloc[self._last_before(windows)]

    def ledger(self, tx: Lines) -> AttributeLedger:
        """What became of every row beside this log."""
        found = tx.connection.execute("SELECT DISTINCT customer_id FROM lines WHERE is_purchase").df()["customer_id"]
        known = pd.Index(self._as_written(ids_as_text(pd.Index(found))))
        used = np.asarray(self.frame.index.isin(known))
        parts = [(USED, "attributes of a customer", used), (EXCLUDED, NO_ORDERS, ~used)]
        entries = [
            Entry(outcome, reason, int(rows.sum()), int(self.frame.index[rows].nunique()), None)
            for outcome, reason, rows in parts
            if rows.any()
        ]
        lacking = int((~known.isin(self.frame.index)).sum())
        return AttributeLedger(self.source, (*entries, *self.excluded), lacking, len(known))

    def corrupted(self, windows: Windows) -> Attributes:
        """The same up to the cutoff; from it on every customer has other values, as the leak proof needs them.

        Every row that holds from the cutoff on, and a new one of each customer from the cutoff itself, carries the
        values of another customer, numbers larger by one. Where no column tells a day there is nothing to corrupt.
        """
        if self.days is None:
            return self
        before = windows.ages(self.days) > 0
        ids = self.frame.index[before].append(self.frame.index).unique()
        values = self.frame.iloc[::-1].iloc[np.arange(len(ids)) % len(self.frame)]
        values = values.assign(**{name: values[name] + 1.0 for name in self.names if is_number(values[name])})
        new = values.set_axis(ids, axis="index")
        frame = pd.concat([self.frame[before], new])
        cutoff = windows.ages(np.zeros(1, np.int32)).astype(np.int32)
        days = np.concatenate([self.days[before], np.repeat(cutoff, len(ids))])
        order = pd.DataFrame({"id": frame.index, "day": days}).sort_values(["id", "day"], kind="stable").index
        return replace(self, frame=frame.iloc[order], days=days[order])

    def _as_written(self, ids: list[str]) -> list[str]:
        """Ids of a log as they are written here."""
        return [self._emails.get(each, each) for each in ids] if self._emails else ids

    @cached_property
    def _emails(self) -> dict[str, str]:
        """E-mail addresses by how exports are read, in lower case; those that stand here so too need no entry."""
        written = {plain_email(each): each for each in self.frame.index[::-1] if "@" in each}
        return {plain: each for plain, each in written.items() if plain not in self.frame.index}

    def _last_before(self, windows: Windows) -> NDArray[np.intp]:
        """The last row of every customer whose day lies before the cutoff."""
        assert self.days is not None
        rows = np.flatnonzero(windows.ages(self.days) > 0)
        customer = self._customer[rows]
        return rows[np.append(customer[1:] != customer[:-1], True)] if len(rows) else rows

    @property
    def _customer(self) -> NDArray[np.intp]:
        return np.asarray(pd.factorize(self.frame.index)[0])


def is_number(values: pd.Series) -> bool:
    """Tell an attribute that is a number from a category."""
    return bool(pd.api.types.is_numeric_dtype(values.dtype))


def ids_as_text(ids: pd.Index) -> list[str]:
    """Ids as the texts by which two tables are matched: 7, 7.0 and "7" are one customer, "007" is another.

    Examples
    --------
    >>> ids_as_text(pd.Index([7, 8])), ids_as_text(pd.Index([7.0, 8.5])), ids_as_text(pd.Index(["7", "007"]))
    (['7', '8'], ['7', '8.5'], ['7', '007'])
    """
    if pd.api.types.is_float_dtype(ids.dtype):
        return [str(int(number)) if number % 1 == 0 else repr(number) for number in ids.to_numpy().tolist()]
    return [str(value) for value in ids.to_numpy().tolist()]
