"""Names of tables that are written: plain ones, so that every program can read them without quotes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from regulars.errors import InputError
from regulars.transactions.sql import identifier

PLAIN = re.compile(r"[^\W\d]\w*")
LONGEST = 50  # bytes: PostgreSQL cuts off what is longer than 63, with the ending of the manifest's table
DEFAULT = "scores"


@dataclass(frozen=True)
class TableName:
    """A table, with its schema where a database has them.

    Parameters
    ----------
    name : str
    schema : str, optional
    """

    name: str
    schema: str | None = None

    @classmethod
    def of(cls, text: str | None, *, with_schema: bool = False) -> Self:
        """Read a name.

        Examples
        --------
        >>> TableName.of("analytics.scores", with_schema=True).sql
        '"analytics"."scores"'
        """
        given = DEFAULT if text is None else text
        schema, dot, name = given.rpartition(".") if with_schema else ("", "", given)
        parts = [schema, name] if dot else [name]
        if any(not PLAIN.fullmatch(part) or len(part.encode()) > LONGEST for part in parts):
            before = ", after a schema and a dot where one is needed" if with_schema else ""
            raise InputError(
                f"--table is {given!r}; expected letters, digits and _, no digit first, up to {LONGEST} bytes{before}."
            )
        return cls(name, schema if dot else None)

    @property
    def sql(self) -> str:
        """Quoted for SQL."""
        return ".".join(identifier(part) for part in (self.schema, self.name) if part is not None)

    @property
    def in_words(self) -> str:
        """As it was given."""
        return f"{self.schema}.{self.name}" if self.schema else self.name

    @property
    def manifest(self) -> Self:
        """The table of manifests beside it, with a row a cutoff."""
        return type(self)(f"{self.name}_manifest", self.schema)
