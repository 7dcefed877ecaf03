"""What every place that scores can go to does: it is tried before the work, looked into, and written whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from regulars.errors import InputError
from regulars.predict.destinations.read_back import Read
from regulars.predict.places import Inputs
from regulars.predict.sinks import Tables

CHECK_FILE = "Check the rights and the disk, and that no other program holds it."


def refused(what: str, doing: str, why: str, check: str, *, stands: str = "Nothing was changed.") -> InputError:
    """The error of a place that refuses.

    Parameters
    ----------
    what : str
        The place.
    doing : str
        What cannot be done with it: "written", or "read".
    why : str
        In the words of the place.
    check : str
        What to do, a sentence.
    stands : str
        What is in the place now, told where something was to be changed.

    Examples
    --------
    >>> refused("'shop.db'", "read", "disk I/O error", "Check the disk.")
    InputError("'shop.db' cannot be read: disk I/O error. Check the disk.")
    """
    kept = f" {stands}" if doing == "written" else ""
    return InputError(f"{what} cannot be {doing}: {why.rstrip('. ')}.{kept} {check}")


@dataclass(frozen=True)
class Placed:
    """Scores where they stand.

    Parameters
    ----------
    path : str
        File, or address of a database.
    manifest : str
        Where the manifest is: a file, or a table of the same database.
    content : mapping
        What the manifest says.
    table : str, optional
        The table, in a database.
    """

    path: str
    manifest: str
    content: Mapping[str, Any]
    table: str | None = None

    @property
    def is_file(self) -> bool:
        """Whether all other verbs can read them."""
        return self.table is None and "://" not in self.path

    @property
    def in_words(self) -> str:
        """What messages call it."""
        return f"table {self.table!r} in {self.path!r}" if self.table else repr(self.path)


class Destination(Protocol):
    """A place for scores."""

    @property
    def local_path(self) -> Path:
        """A path on this machine, next to which finished parts lie until all is written."""

    def check(self, inputs: Inputs) -> None:
        """Refuse what cannot be written, or is read; change nothing."""

    def find(self, inputs: str) -> Placed | None:
        """The scores that were made from these inputs, if they are there and whole."""

    def read(self, cutoff: dt.date | None = None) -> Read:
        """The scores of a cutoff, the latest without one, if they are what was written.

        Parameters
        ----------
        cutoff : date, optional
            A place that holds the scores of one cutoff gives these, whatever is asked for.

        Returns
        -------
        Read
            With the columns of a file of scores.
        """

    def write(self, scores: Tables, content: Mapping[str, Any]) -> Placed:
        """Write the scores of one cutoff with their manifest, both or neither.

        Parameters
        ----------
        scores : Tables
            Scores of one cutoff, in parts.
        content : mapping
            What the manifest says beside the name and the checksum of the table.

        Returns
        -------
        Placed
            Where they are now.
        """
