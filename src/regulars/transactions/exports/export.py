"""The rows of a known export, and the columns that are derived from them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace

import duckdb

from regulars.transactions.exports.layouts import Layout, Rule
from regulars.transactions.exports.recognised import Recognised
from regulars.transactions.row_outcome import RowOutcome
from regulars.transactions.sources.read import EXPORTED, Source
from regulars.transactions.sql import identifier, literal
from regulars.transactions.values.clock import Clock
from regulars.transactions.values.dates import ZONE
from regulars.transactions.values.expressions import TEXT, present

EMAILS = ("email", "to_email")
BELOW = "[-−(]"  # of a number below zero
SHOWN = "[a-z][a-z _-]{0,30}"  # statuses that messages show: an id that slipped into the column is none


class Export:
    """A known export as the table or view `exported`, and expressions on it.

    Parameters
    ----------
    connection : duckdb.DuckDBPyConnection
        Where it is open as the view `source`.
    source : Source
        The log as it was opened.
    recognised : Recognised
        What it is.
    clock : Clock
        The shop's.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, source: Source, recognised: Recognised, clock: Clock
    ) -> None:
        self.connection, self.source, self.clock = connection, source, clock
        self.layout: Layout = recognised.layout
        self.theirs = dict(recognised.found)
        self._columns = dict(recognised.found)  # of `exported`: another one where a field was spread over its order
        self._types = dict(source.types)
        self._derived: dict[str, str] = {}
        self._further: str | None = None
        self._given_back: str | None = None

    def open(self) -> None:
        """Make the rows readable as `exported`, with what is known of their order on each of them."""
        spread = self._spread()
        if not spread:
            self.connection.execute(f"ALTER VIEW source RENAME TO {EXPORTED}")
            return
        row = identifier(self._unused("row"))
        added = ", ".join(f"{sql} AS {identifier(name)}" for name, sql in spread.items())
        # A window changes the order of the rows, and messages name them by their numbers.
        self.connection.execute(f"""
            CREATE TABLE {EXPORTED} AS SELECT * EXCLUDE ({row}) FROM (
              SELECT {EXPORTED}.*, {added} FROM (SELECT *, row_number() OVER () AS {row} FROM source) AS {EXPORTED})
            ORDER BY {row}""")
        self.connection.execute("DROP VIEW source")

    def _spread(self) -> dict[str, str]:
        """Columns that are known from the other rows of an order."""
        whole, numbered = f"OVER (PARTITION BY {self._text('order_id')})", self._here("order_id")
        columns = {}
        if self.layout.refunded:
            self._given_back = self._unused("given back in a row of its own")
            columns[self._given_back] = f"({numbered} AND coalesce(bool_or({self._below}) {whole}, false))"
        if self.layout.of_order:
            self._further = self._unused("further line")
            total = self._here("amount")
            columns[self._further] = f"({numbered} AND NOT {total} AND bool_or({total}) {whole})"
        replaced = {}
        for field in self.layout.of_order:
            if field in self.theirs:
                replaced[field] = name = self._unused(f"regulars {field}")
                own = f"CASE WHEN {self._here(field)} THEN {self._place(field)} END"
                columns[name] = f"coalesce({own}, CASE WHEN {numbered} THEN max({own}) {whole} END)"
                self._types[name] = self._types[self.theirs[field]]
        self._columns |= replaced
        return columns

    def close(self) -> Source:
        """Make the view `source` anew: the user's columns, and behind them those that are derived."""
        columns = [identifier(name) for name in self.source.types]
        columns += [f"{sql} AS {identifier(name)}" for name, sql in self._derived.items()]
        self.connection.execute(f"CREATE VIEW source AS SELECT {', '.join(columns)} FROM {EXPORTED}")
        described = self.connection.execute("DESCRIBE source").fetchall()
        types = {column: kind for column, kind, *_ in described}
        texts = {name for name in self._derived if types[name] == TEXT}  # as text they have no type of their own
        return replace(self.source, types=types, untyped=self.source.untyped | texts)

    def column(self, field: str) -> str | None:
        """The user's column of a field, or the one that holds it on every line of its order; None without any."""
        if field not in self.theirs or self._columns[field] == self.theirs[field]:
            return self.theirs.get(field)
        return self._derive(f"{self.theirs[field]} of the order", self._place(field))

    def first_of(self, fields: Iterable[str]) -> str | None:
        """The first of some columns that holds something, as text; the column itself where there is only one."""
        there = [field for field in fields if field in self.theirs]
        if len(there) < 2:
            return self.column(there[0]) if there else None
        texts = ", ".join(f"CASE WHEN {self._here(field)} THEN {self._text(field)} END" for field in there)
        return self._derive(", else ".join(self.theirs[field] for field in there), f"coalesce({texts})")

    def customer(self) -> str | None:
        """The first of the columns that tell the customer which holds something; e-mails in lower case."""
        fields = [field for field in self.layout.customer if field in self.theirs]
        if self.layout.outgoing and set(EMAILS) <= set(fields):
            return self._derive("e-mail of the other party", self._other_party())
        if not self.knows_emails and not self.layout.nobody:
            return self.first_of(fields)
        name = ", else ".join(self.theirs[field] for field in fields)
        what = "e-mails in lower case" if self.knows_emails else "guests left out"
        return self._derive(f"{name} ({what})", f"coalesce({', '.join(self._id(field) for field in fields)})")

    @property
    def knows_emails(self) -> bool:
        """Whether e-mail addresses tell the customer, or those who have no other id."""
        return bool({*self.layout.customer} & {*self.theirs} & {*EMAILS})

    def _id(self, field: str) -> str:
        text = self._text(field)
        known = f"{self._here(field)} AND NOT {self._among(field, self.layout.nobody)}"
        if self._types[self._columns[field]] in ("FLOAT", "DOUBLE"):
            text = f"regexp_replace({text}, '[.]0+$', '')"
        return f"CASE WHEN {known} THEN {f'lower({text})' if field in EMAILS else text} END"

    def _other_party(self) -> str:
        """Who paid or was paid back: not the shop itself, to whose address most payments are sent."""
        to, sender = self._id("to_email"), self._id("email")
        found = self.connection.execute(f"""
            SELECT shop FROM (SELECT {to} AS shop FROM {EXPORTED} WHERE NOT {self._below}) WHERE shop IS NOT NULL
            GROUP BY shop ORDER BY count(*) DESC, shop LIMIT 1""").fetchone()
        return f"CASE WHEN {sender} = {literal(found[0])} THEN {to} ELSE {sender} END" if found else sender

    def ordered_at(self) -> str | None:
        """When it was ordered: by the shop's clock, or a moment where the export is in UTC or a time zone is named."""
        kind, text = self._types[self._columns["ordered_at"]], self._text("ordered_at")
        zoned = f"regexp_matches({text}, {literal(ZONE)})"
        if self.layout.utc and (kind == TEXT or kind.startswith("TIMESTAMP")) and not kind.endswith("TIME ZONE"):
            in_utc = f"CASE WHEN contains({text}, ':') AND NOT {zoned} THEN {text} || 'Z' ELSE {text} END"
            return self._derive(f"{self.theirs['ordered_at']}, in UTC", in_utc)
        if kind == TEXT and not self.clock.timezone and self._any(zoned):
            written = rf"regexp_replace({text}, {literal(ZONE)}, '\1')"
            return self._derive(f"{self.theirs['ordered_at']}, as written", written)
        return self.column("ordered_at")

    def amount(self) -> str | None:
        """The amount: 0 on further lines of an order, and what refunds left of it where the export says so."""
        if self._further:
            zero = f"CAST('0' AS {self._types[self.theirs['amount']]})"
            amount = f"CASE WHEN {identifier(self._further)} THEN {zero} ELSE {self._place('amount')} END"
            return self._derive(f"{self.theirs['amount']}, 0 on further lines", amount)
        if "adjusted" in self.theirs:
            some = f"regexp_matches({self._text('adjusted')}, '[1-9]')"
            amount = f"CASE WHEN {some} THEN {self._text('adjusted')} ELSE {self._text('amount')} END"
            return self._derive(f"{self.theirs['adjusted']}, else {self.theirs['amount']}", amount)
        return self.column("amount")

    def refunded(self) -> str | None:
        """What was given back of an order, where it stands beside it, or the status says that all was."""
        if not (self._given_back and "status" in self.theirs):
            return self.column("refunded")
        in_full = f"{self._among('status', self.layout.refunded)} AND NOT coalesce({self._below}, false)"
        whens = f"WHEN {in_full} AND NOT {identifier(self._given_back)} THEN {self._text('amount')}"
        name = f"{self.theirs['amount']} of what was refunded in full"
        if "refunded" in self.theirs:
            whens = f"WHEN {self._here('refunded')} THEN {self._text('refunded')} {whens}"
            name = f"{self.theirs['refunded']}, else {name}"
        return self._derive(name, f"CASE {whens} END")

    def is_return(self) -> str | None:
        """Whether a row is a return, whatever its sign."""
        rule = self.layout.returned
        if rule is None:
            return None
        return self._derive(f"{self.theirs[rule.name]} tells a return", f"coalesce({self._fits(rule)}, false)")

    def ending(self) -> str | None:
        """How a row ends in any case: by the first rule that fits, or as a further line of an order."""
        rules = [rule for rule in self.layout.rules if rule.name in self.theirs]
        whens = [f"WHEN {self._fits(rule)} THEN {int(rule.outcome)}" for rule in rules]
        if self.layout.outgoing and self.layout.returned:
            whens.append(
                f"WHEN {self._below} AND NOT {self._fits(self.layout.returned)} THEN {int(RowOutcome.NO_SALE)}"
            )
        if self._further:
            whens.append(f"WHEN {identifier(self._further)} THEN {int(RowOutcome.FURTHER_LINE)}")
        return self._derive("how the row ends", f"CAST(CASE {' '.join(whens)} END AS TINYINT)") if whens else None

    def unknown(self) -> tuple[tuple[str, int], ...]:
        """Statuses that the layout does not know, and how many rows have them."""
        if "status" not in self.theirs or not self.layout.sales:
            return ()
        known = [value for rule in self.layout.rules if rule.name == "status" for value in rule.values]
        status = self._folded("status")
        shown = f"CASE WHEN regexp_full_match({status}, '{SHOWN}') THEN {status} ELSE 'another' END"
        strange = f"{self._here('status')} AND NOT {self._among('status', (*known, *self.layout.sales))}"
        found = self.connection.execute(f"""
            SELECT shown, count(*) FROM (SELECT {shown} AS shown FROM {EXPORTED} WHERE {strange})
            GROUP BY shown ORDER BY shown LIMIT 10""").fetchall()
        return tuple((str(status), int(rows)) for status, rows in found)

    def _any(self, condition: str) -> bool:
        asked = f"SELECT coalesce(bool_or({condition}), false) FROM {EXPORTED}"
        return bool(self.connection.execute(asked).fetchall()[0][0])

    def _fits(self, rule: Rule) -> str:
        """SQL condition: a row is what a rule means; never null."""
        if not rule.values:
            return self._here(rule.name)
        among = f"({self._here(rule.name)} AND {self._among(rule.name, rule.values)})"
        return f"NOT {among}" if rule.others else among

    def _among(self, field: str, values: Iterable[str]) -> str:
        """SQL condition: a field holds one of these values, in any case, with or without accents; never null."""
        folded, values = self._folded(field), [_folded(value) for value in values]
        begins = [f"starts_with({folded}, {literal(value[:-1])})" for value in values if value.endswith("*")]
        whole = [literal(value) for value in values if not value.endswith("*")]
        conditions = [f"{folded} IN ({', '.join(whole)})"] if whole else []
        return f"coalesce({' OR '.join([*conditions, *begins]) or 'false'}, false)"

    @property
    def _below(self) -> str:
        """SQL condition: the amount is below zero, as it is written."""
        return f"coalesce(regexp_matches({self._text('amount')}, '{BELOW}'), false)"

    def _derive(self, name: str, sql: str) -> str:
        name = self._unused(name)
        self._derived[name] = sql
        return name

    def _unused(self, name: str) -> str:
        """A name that no column has, in any case: DuckDB tells none apart by it."""
        taken = {used.casefold() for used in (*self._types, *self._derived, *self._columns.values())}
        while name.casefold() in taken:
            name += "_"
        return name

    def _place(self, field: str) -> str:
        return f"{EXPORTED}.{identifier(self._columns[field])}"

    def _text(self, field: str) -> str:
        return f"trim(CAST({self._place(field)} AS VARCHAR))"

    def _folded(self, field: str) -> str:
        return f"strip_accents(lower({self._text(field)}))"

    def _here(self, field: str) -> str:
        return present(self._place(field), self._types[self._columns[field]])


def _folded(value: str) -> str:
    plain = unicodedata.normalize("NFD", value.casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
