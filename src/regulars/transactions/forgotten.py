"""Customers who asked to be forgotten: a file of salted hashes, so that later runs leave their lines out.

Neither file holds an id. Whoever has both can test an id against them, so the salt is readable by its owner alone.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.errors import InputError, ParamsError
from regulars.files import whole_files
from regulars.tables import FORGOTTEN
from regulars.texts import TEXT_DTYPE
from regulars.transactions.sql import literal
from regulars.transactions.values.expressions import WHOLE

LIST, SALT = "forgotten.parquet", "forgotten.salt"
SALT_BYTES = 32
LOCK_SECONDS = 120.0
TABLE = "forgotten"


@dataclass(frozen=True)
class Forgotten:
    """Forgotten customers, each as the salted hash of the id.

    Parameters
    ----------
    salt : str
        Put before an id before it is hashed.
    recorded : dict of str to str
        Hash to the day on which it was recorded.
    """

    salt: str = field(repr=False)
    recorded: dict[str, str]

    @classmethod
    def read(cls, file: Path) -> Self | None:
        """Read the list, with the salt beside it; None where nobody was forgotten yet.

        Raises
        ------
        InputError
            If one of the two files is missing or damaged: without both, forgotten customers would come back.
        """
        salt_file = salt_of(file)
        if not (file.exists() or salt_file.exists()):
            return None
        try:
            salt = salt_file.read_text(encoding="ascii").strip()
            table = pd.read_parquet(file, engine="pyarrow")
            recorded = dict(
                zip(table[FORGOTTEN[0]].astype(TEXT_DTYPE), table[FORGOTTEN[1]].astype(TEXT_DTYPE), strict=True)
            )
        except (OSError, ValueError, KeyError) as error:
            raise _unreadable(file, error) from None
        if not re.fullmatch(r"[0-9a-f]{64}", salt):
            raise _unreadable(file, f"{salt_file.name} is not a salt")
        return cls(salt, recorded)

    @classmethod
    def given(cls, forgotten: Self | str | Path | None) -> Self | None:
        """The list that `read_transactions` was given, read where only its file was named.

        Raises
        ------
        ParamsError
            If it is neither, or there is no such file.
        """
        if isinstance(forgotten, str | Path):
            return cls.named(Path(forgotten))
        if forgotten is not None and not isinstance(forgotten, cls):
            raise ParamsError(
                f"forgotten is {forgotten!r}; expected the path of the {LIST} that `regulars forget` wrote. Give it, "
                "or leave `forgotten` out."
            )
        return forgotten

    @classmethod
    def named(cls, file: Path) -> Self:
        """Read the list that somebody named, so that it has to be there.

        Raises
        ------
        ParamsError
            If there is no such list: a name mistyped would bring forgotten customers back.
        """
        listed = cls.read(file)
        if listed is None:
            raise ParamsError(
                f"forgotten is {str(file)!r}, and there is no such list. Name the {LIST} that `regulars forget` wrote, "
                "or leave `forgotten` out."
            )
        return listed

    def mark(self, customer_id: object) -> str:
        """The salted hash of an id; the same for 7, 7.0 and "7".

        Examples
        --------
        >>> Forgotten("ab" * 32, {}).mark(7) == Forgotten("ab" * 32, {}).mark("7.0")
        True
        """
        return hashlib.sha256((self.salt + id_text(customer_id)).encode("utf-8", "surrogatepass")).hexdigest()

    def only(self, customer_id: object) -> Self:
        """The same salt, and this customer alone."""
        return type(self)(self.salt, {self.mark(customer_id): ""})

    def among(self, ids: Iterable[object]) -> NDArray[np.bool_]:
        """Tell which of these ids are of forgotten customers."""
        return np.array([self.mark(each) in self.recorded for each in ids], dtype=np.bool_)

    def keep(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Make the table of hashes that `is_forgotten_sql` looks into."""
        marks = pd.DataFrame({"customer": pd.Series(sorted(self.recorded), dtype=TEXT_DTYPE)})
        connection.register("marks", marks)
        connection.execute(f"CREATE TABLE {TABLE} AS FROM marks")
        connection.unregister("marks")

    def is_forgotten_sql(self, customer: str) -> str:
        """SQL condition: the customer in the expression is forgotten; never null."""
        text = f"CAST({customer} AS VARCHAR)"
        whole = f"CASE WHEN regexp_full_match({text}, '{WHOLE}') THEN split_part({text}, '.', 1) ELSE {text} END"
        return f"coalesce(sha256({literal(self.salt)} || {whole}) IN (SELECT customer FROM {TABLE}), false)"


def salt_of(file: Path) -> Path:
    """Where the salt of a list lies."""
    return file.with_name(SALT)


def id_text(customer_id: object) -> str:
    """The text that stands for an id: whole numbers without decimals, as the reader takes them.

    Examples
    --------
    >>> id_text(7.0), id_text("7.00"), id_text("007"), id_text("A-1")
    ('7', '7', '007', 'A-1')
    """
    if isinstance(customer_id, float | np.floating) and float(customer_id) % 1 == 0:
        customer_id = int(customer_id)
    text = str(customer_id)
    return text.split(".")[0] if re.fullmatch(WHOLE, text) else text


def remember_to_forget(file: Path, customer_id: object, day: dt.date) -> tuple[Forgotten, bool]:
    """Record a customer as forgotten; tell whether that is new.

    The salt is made where there is none, readable by its owner alone. Another process waits.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with closing(
        sqlite3.connect(file.with_name(".forgotten.lock"), timeout=LOCK_SECONDS, isolation_level=None)
    ) as lock:
        lock.execute("BEGIN EXCLUSIVE")
        known = Forgotten.read(file)
        before = known or Forgotten(secrets.token_hex(SALT_BYTES), {})
        mark = before.mark(customer_id)
        if mark in before.recorded:
            return before, False
        now = Forgotten(before.salt, {**before.recorded, mark: day.isoformat()})
        rows = pd.DataFrame(sorted(now.recorded.items()), columns=list(FORGOTTEN)).astype(TEXT_DTYPE)
        with whole_files() as files:
            files.write(file, lambda aside: rows.to_parquet(aside, index=False, engine="pyarrow"))
            if known is None:
                files.write(salt_of(file), lambda aside: _write_salt(aside, now.salt))
        return now, True


def _write_salt(aside: Path, salt: str) -> None:
    aside.touch(0o600)
    aside.write_text(salt, encoding="ascii")


def _unreadable(file: Path, why: object) -> InputError:
    return InputError(
        f"The list of forgotten customers, {str(file)!r}, cannot be used with the salt {SALT!r} beside it ({why}). "
        "Restore both files from a backup: without them forgotten customers would come back. If nobody was forgotten "
        "before, a first attempt was stopped: delete what is there of the two, and forget again."
    )
