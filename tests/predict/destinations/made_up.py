"""Scores that were never computed, to be written; also by processes that are killed meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from regulars.tables import SCORES

DAYS = ("cutoff", "first_order", "last_order", "next_purchase_date", "next_purchase_low", "next_purchase_high")
TEXTS = ("reason_1", "reason_2", "reason_3", "model_version")


def scores_of(customers: int, cutoff: str = "2024-01-01", *, seed: int = 0, texts: bool = True) -> pd.DataFrame:
    """A scores table; ids are texts with zeros before, or whole numbers."""
    random, rows = np.random.default_rng(seed), range(customers)
    day, columns = pd.Timestamp(cutoff).as_unit("us"), {}
    for name in SCORES:
        numbers = random.random(customers)
        if name in DAYS:
            columns[name] = pd.Series(day, index=rows).where(pd.Series(numbers > 0.3) | (name[:4] != "next"))
        elif name in TEXTS:
            columns[name] = pd.Series(['für 3 Tage, sagt "Ann"; it\'s', None] * customers, dtype="str")[:customers]
        else:
            columns[name] = np.where(numbers < 0.1, np.nan, numbers)
    ids = [f"{row:05}" for row in rows] if texts else list(rows)
    whole = {"customer_id": pd.Series(ids, dtype="str" if texts else "int64"), "horizon_days": 90, "orders": 2}
    return pd.DataFrame({**columns, **whole})[list(SCORES)]


@dataclass(frozen=True)
class MadeUp:
    """A scores table that comes in parts."""

    frame: pd.DataFrame
    rows_at_once: int = 400

    has_returns_in_texts = False

    @property
    def schema(self) -> pa.Schema:
        return self._table.schema

    def tables(self) -> Iterator[pa.Table]:
        for start in range(0, len(self.frame), self.rows_at_once):
            yield self._table[start : start + self.rows_at_once]

    @property
    def content(self) -> Mapping[str, Any]:
        """What the manifest says."""
        cutoff = str(self.frame["cutoff"].iloc[0].date())
        return {"cutoff": cutoff, "rows": len(self.frame), "model_version": "abc", "inputs": f"made for {cutoff}"}

    @property
    def _table(self) -> pa.Table:
        return pa.Table.from_pandas(self.frame, preserve_index=False)


class CutOffError(Exception):
    """What a place is told midway."""


class Interrupted(MadeUp):
    """A table that ends in an error after its first part."""

    def tables(self) -> Iterator[pa.Table]:
        yield next(super().tables())
        raise CutOffError
