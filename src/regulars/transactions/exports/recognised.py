"""Which known export a log is, told by its header, and which of its columns is which."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from regulars.errors import Faults, InputError, RegularsError
from regulars.transactions.exports.aliases import plain
from regulars.transactions.exports.layouts import LAYOUTS, Layout
from regulars.transactions.sources.refusals import some

AUTO = "auto"


@dataclass(frozen=True)
class Recognised:
    """A known export and its columns.

    Parameters
    ----------
    layout : Layout
        What it is.
    found : mapping of str to str
        Field of the layout: the user's column.
    """

    layout: Layout
    found: Mapping[str, str]


def recognise_layout(source: str, header: Iterable[str], name: str = AUTO) -> Recognised | None:
    """Tell which known export a header belongs to; None where it is none and `name` is auto.

    Parameters
    ----------
    source : str
        How messages call the log.
    header : iterable of str
        The user's columns.
    name : str
        `auto`, or the platform that it comes from.

    Raises
    ------
    InputError
        If the export has no column that tells the customer, or the header is not that of `name`.

    Examples
    --------
    >>> found = recognise_layout("a log", ["Invoice", "StockCode", "Quantity", "InvoiceDate", "Price", "Customer ID"])
    >>> found.layout.title, found.found["unit_price"]
    ("UCI's Online Retail", 'Price')
    >>> recognise_layout("a log", ["customer", "date", "sales"])
    """
    header = list(header)
    candidates = [layout for layout in LAYOUTS if name in (AUTO, layout.name)]
    fitting = [layout for layout in candidates if not _missing(layout, header)]
    if not fitting:
        if name != AUTO:
            raise _other_header(source, header, min(candidates, key=lambda layout: len(_missing(layout, header))))
        return None
    layout = max(fitting, key=lambda layout: len(layout.needs))
    found = _found(layout, header)
    if not set(layout.customer) & set(found):
        raise InputError(
            f"{source} is {layout.title}, and no column of it tells the customer. {layout.without_customer}."
        )
    return Recognised(layout, found)


def _found(layout: Layout, header: Iterable[str]) -> dict[str, str]:
    """The user's column of every field that is there."""
    by_name: dict[str, str] = {}
    for name in header:
        by_name.setdefault(plain(name), name)
    columns = {
        field: next((by_name[plain(name)] for name in names if plain(name) in by_name), None)
        for field, names in layout.names.items()
    }
    return {field: column for field, column in columns.items() if column is not None}


def _missing(layout: Layout, header: Iterable[str]) -> list[str]:
    """The needed columns that are not there, by their usual names."""
    found = _found(layout, header)
    return [layout.names[field][0] for field in layout.needs if field not in found]


def _other_header(source: str, header: Iterable[str], nearest: Layout) -> RegularsError:
    faults = Faults(f"transactions.layout is {nearest.name!r}, but {source} has not the header of {nearest.title}")
    for column in _missing(nearest, header):
        faults.add(f"column {column!r} is missing")
    faults.add(
        f"columns found: {some(header)}; give the file as it was exported, leave transactions.layout at auto, or map "
        "the columns under transactions.columns"
    )
    return faults.as_error(InputError)
