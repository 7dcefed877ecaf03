"""A table of features, put together from parts of the customers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from regulars.features.feature import TEXT, Feature
from regulars.texts import TEXT_DTYPE


class FeatureTable:
    """A feature table that is filled customer by customer, in memory that is taken once.

    Parameters
    ----------
    features : sequence of Feature
        Its columns.
    most : int
        How many customers there may be.
    """

    def __init__(self, features: Sequence[Feature], most: int) -> None:
        self.names = [feature.name for feature in features]
        self.texts: dict[str, list[NDArray[np.generic]]] = {
            feature.name: [] for feature in features if feature.unit == TEXT
        }
        self.values = np.empty((len(features), most))  # rows of texts stay empty
        self.customers: list[pa.ChunkedArray] = []
        self.filled = 0

    def append(self, customers: pa.ChunkedArray, columns: Iterable[NDArray[np.generic]]) -> None:
        """Put customers below those that are there.

        Parameters
        ----------
        customers : ChunkedArray
            Their ids.
        columns : iterable of array
            What every feature is, in the order of the features.
        """
        end = self.filled + len(customers)
        for name, row, column in zip(self.names, self.values, columns, strict=True):
            if name in self.texts:
                self.texts[name].append(column)
            else:
                row[self.filled : end] = column
        self.customers.append(customers)
        self.filled = end

    @classmethod
    def of(cls, tables: Sequence[FeatureTable], features: Sequence[Feature]) -> FeatureTable:
        """All of them, one below the other.

        Parameters
        ----------
        tables : sequence of FeatureTable
        features : sequence of Feature
            Those of each.
        """
        made = cls(features, sum(table.filled for table in tables))
        for table in tables:
            for ids in table.customers:
                made.append(ids, table.columns)
        return made

    @property
    def columns(self) -> list[NDArray[np.generic]]:
        """What every feature is, of a table that is full."""
        rows = zip(self.names, self.values, strict=True)
        return [np.concatenate(self.texts[name]) if name in self.texts else row for name, row in rows]

    def frame(self, cutoff: dt.date | None = None) -> pd.DataFrame:
        """The customers as rows, without a copy of the numbers.

        Parameters
        ----------
        cutoff : date, optional
            What stands in the first column, `cutoff`; without it there is none.

        Returns
        -------
        DataFrame
            Index `customer_id`.
        """
        ids = pa.chunked_array([chunk for part in self.customers for chunk in part.chunks]).to_pandas()
        values = self.values[:, : self.filled].T
        table = pd.DataFrame(values, index=pd.Index(ids, name="customer_id"), columns=self.names, copy=False)
        for name, parts in self.texts.items():
            table[name] = pd.Series(np.concatenate(parts), index=table.index, dtype=TEXT_DTYPE)
        if cutoff:
            table.insert(0, "cutoff", pd.Timestamp(cutoff).as_unit("us"))
        return table
