"""A known export made ready to be read: every column has one meaning, and each row tells how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb

from regulars.params import ColumnParams
from regulars.progress import note
from regulars.transactions.exports.export import Export
from regulars.transactions.exports.recognised import Recognised
from regulars.transactions.sources.read import Source
from regulars.transactions.values.clock import Clock

MAPPED = ("order_id", "quantity", "unit_price", "discount", "channel")  # taken as they stand


@dataclass(frozen=True)
class LaidOut:
    """What a known export is read as.

    Parameters
    ----------
    name, title : str
        The platform, and what the export is.
    by_header : bool
        Whether it was recognised by its header; otherwise `transactions.layout` named it.
    columns : ColumnParams
        The mapping to the columns of the view `source`.
    extra : dict of str to str
        Columns that no mapping names: `refunded`, `consent`, `currency`, `ending` (how a row ends in any case).
    lines : bool
        Whether every line of an order has an amount; otherwise an order has one.
    unknown : tuple of (str, int)
        Statuses that the layout does not know, and how many rows have them; these count as sales.
    warning : tuple of (str, str), optional
        What to beware of, and what to do about it.
    emails : bool
        Whether customers are known by e-mail addresses, which are read in lower case and without blanks.
    """

    name: str
    title: str
    by_header: bool
    columns: ColumnParams
    extra: dict[str, str]
    lines: bool = False
    unknown: tuple[tuple[str, int], ...] = ()
    warning: tuple[str, str] | None = None
    emails: bool = False

    @property
    def in_words(self) -> str:
        """What the log is read as, and from which columns."""
        how = "recognised by its header" if self.by_header else "as transactions.layout says"
        told = self.columns.mapped() | {
            ours: self.extra[ours] for ours in ("refunded", "consent") if ours in self.extra
        }
        pairs = "; ".join(f"{ours}: {theirs}" for ours, theirs in told.items())
        return f"The log is read as {self.title}, {how} ({pairs})."

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "name": self.name,
            "title": self.title,
            "by_header": self.by_header,
            "columns": self.columns.mapped(),
            "unknown_statuses": dict(self.unknown),
        }


def lay_out(
    connection: duckdb.DuckDBPyConnection, source: Source, recognised: Recognised, clock: Clock, *, by_header: bool
) -> tuple[Source, LaidOut]:
    """Give the view `source` the columns that a known export lacks; its rows and their order stay."""
    export = Export(connection, source, recognised, clock)
    export.open()
    mapped = {field: export.column(field) for field in MAPPED} | {
        "customer_id": export.customer(),
        "ordered_at": export.ordered_at(),
        "amount": export.amount(),
        "product_id": export.first_of(recognised.layout.product),
        "is_return": export.is_return(),
    }
    extra = {
        "refunded": export.refunded(),
        "consent": export.column("consent"),
        "currency": export.column("currency"),
        "ending": export.ending(),
    }
    layout = recognised.layout
    laid_out = LaidOut(
        layout.name,
        layout.title,
        by_header,
        ColumnParams.model_validate({ours: theirs for ours, theirs in mapped.items() if theirs}),
        {ours: theirs for ours, theirs in extra.items() if theirs},
        layout.lines,
        export.unknown(),
        layout.warning,
        export.knows_emails,
    )
    note(laid_out.in_words)
    return export.close(), laid_out
