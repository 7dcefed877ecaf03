"""What the log holds of one customer: what was bought and given back, day by day. Read when asked for, never kept."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any

import duckdb

from regulars.errors import InputError
from regulars.texts import plain_email
from regulars.transactions.lines import Lines
from regulars.windows import Windows

NEAREST = 3  # known ids that an error shows
LONGEST = 60  # characters of an unknown id that it shows, and that ids are compared by
THINGS = ("product_id", "category")  # what is bought, the finest first
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Bought:
    """What one customer bought, or gave back, on one day.

    Parameters
    ----------
    day : datetime.date
    money : Decimal or None
        Of the purchases, or what was given back (above 0); None where the log has no money.
    discount : Decimal or None
        Money off; None where the log has no discounts, and of what was given back.
    things : tuple of str
        Products, or categories where there are no products, those of the most money first.
    """

    day: dt.date
    money: Decimal | None
    discount: Decimal | None
    things: tuple[str, ...]


@dataclass(frozen=True)
class History:
    """All that the log holds of one customer before a cutoff.

    Parameters
    ----------
    customer_id : int, float or str
        In the type that it has in the log.
    order_days : tuple of Bought
        In order of time; at least one.
    returns : tuple of Bought
        Days on which money went back, in order of time.
    channels : tuple of (str, int)
        On how many order days each channel was used, the most frequent first; empty where the log has none.
    """

    customer_id: Any
    order_days: tuple[Bought, ...]
    returns: tuple[Bought, ...]
    channels: tuple[tuple[str, int], ...]

    @property
    def things(self) -> tuple[tuple[str, int], ...]:
        """On how many order days each product (or category) was bought, the most frequent first."""
        return _ranked(Counter(thing for bought in self.order_days for thing in bought.things))


def find_customer(tx: Lines, asked: object, windows: Windows) -> Any:
    """The id of a customer with a purchase before the cutoff, in the type that it has in the log.

    Parameters
    ----------
    tx : Lines
        The log.
    asked : int, float or str
        The id or its text: 17850 and "17850" are one, "017850" is another. An id that the log holds as a float may be
        written with or without decimals (5, 5.0), an e-mail address that it holds in lower case in any case.
    windows : Windows
        The cutoff.

    Raises
    ------
    InputError
        If there is none; with the nearest known ids.
    """
    text = str(asked)
    with tx.connection as connection:
        same = "CAST(customer_id AS VARCHAR) = $asked"
        if _kind(connection) in ("FLOAT", "DOUBLE"):
            same = "customer_id = TRY_CAST($asked AS DOUBLE)"
        sql = f"""SELECT customer_id, min(day) FILTER ({tx.history_sql(windows)}) IS NOT NULL, min(day)
                  FROM lines WHERE is_purchase AND {same} GROUP BY customer_id"""
        asked_as = (text, plain_email(text))  # as exports have e-mail addresses
        found = next(filter(None, (connection.execute(sql, {"asked": each}).fetchall() for each in asked_as)), None)
        if not found:
            raise _unknown(tx, connection, text, windows)
    customer_id, is_known, first = found[0]
    if not is_known:
        raise InputError(
            f"Customer {_shown(text)} has no purchase that is known at the cutoff {windows.cutoff}: the first in the "
            f"log is of {first}. Choose a later cutoff."
        )
    return customer_id


def read_history(tx: Lines, customer_id: Any, windows: Windows) -> History:
    """Read all that the log holds of one customer before the cutoff.

    Parameters
    ----------
    tx : Lines
        The log.
    customer_id : int, float or str
        As `find_customer` returns it.
    windows : Windows
        The cutoff. Rows at or after it, and rows recorded then, are not read.
    """
    thing = next((name for name in THINGS if name in tx.columns), "NULL")
    money = "sum(money)" if tx.has_money else "NULL"
    discount = "sum(abs(coalesce(discount, 0)))" if "discount" in tx.columns else "NULL"
    own = f"FROM lines WHERE customer_id = $customer AND {tx.history_sql(windows)}"
    per_day = "GROUP BY day, thing ORDER BY day, abs(paid) DESC, thing"
    with tx.connection as connection:

        def ask(sql: str) -> Sequence[Row]:
            return connection.execute(sql, {"customer": customer_id}).fetchall()

        bought = ask(f"SELECT day, {money} AS paid, {discount}, {thing} AS thing {own} AND is_purchase {per_day}")
        given_back = f"SELECT day, -sum(money) AS paid, NULL, {thing} AS thing {own} AND NOT is_purchase AND money < 0"
        returned = ask(f"{given_back} {per_day}") if tx.has_money else []
        used = ask(f"SELECT DISTINCT day, channel {own} AND is_purchase") if "channel" in tx.columns else []
    return History(
        customer_id,
        tuple(_by_day(bought)),
        tuple(_by_day(returned)),
        _ranked(Counter(channel for _, channel in used if channel is not None)),
    )


def _by_day(rows: Sequence[Row]) -> Iterable[Bought]:
    for day, parts in groupby(rows, key=lambda row: row[0]):
        _, money, discounts, things = zip(*parts, strict=True)
        yield Bought(day, _sum(money), _sum(discounts), tuple(thing for thing in things if thing is not None))


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known else None


def _ranked(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda counted: (-counted[1], counted[0])))


def _kind(connection: duckdb.DuckDBPyConnection) -> str:
    described = connection.execute("SELECT typeof(customer_id) FROM lines LIMIT 1").fetchall()
    return str(described[0][0])


def _unknown(tx: Lines, connection: duckdb.DuckDBPyConnection, asked: str, windows: Windows) -> InputError:
    ranked = connection.execute(
        f"""SELECT id, damerau_levenshtein(lower(ltrim(left(id, {LONGEST}), '0')), lower(ltrim($asked, '0'))) AS edits
            FROM (SELECT DISTINCT CAST(customer_id AS VARCHAR) AS id FROM lines
                  WHERE is_purchase AND {tx.history_sql(windows)})
            ORDER BY edits, id LIMIT {NEAREST}""",
        {"asked": asked[:LONGEST]},
    ).fetchall()
    near = [known for known, edits in ranked if 2 * edits <= len(asked)]
    shown = ", ".join(_shown(known) for known in near or [known for known, _ in ranked])
    kind = "texts" if _kind(connection) == "VARCHAR" else "numbers"
    known = f"; the nearest known at the cutoff {windows.cutoff}:" if near else " such as"
    found = f"There is no customer {_shown(asked)} in the log. Its ids are {kind}{known} {shown}."
    return InputError(f"{found} Give an id as it is there.")


def _shown(text: str) -> str:
    return repr(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
