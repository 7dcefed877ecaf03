"""Customers that look alike are one row with a weight: the fit and the forecasts work on those."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from regulars.lifetime._validate import Vector, checked_weights, transaction_columns

Index = NDArray[np.intp]


@dataclass(frozen=True)
class Rows:
    """Unique (x, tx, T), how many customers each stands for, and where each customer went."""

    x: Vector
    tx: Vector
    T: Vector
    weight: Vector
    inverse: Index

    @cached_property
    def ages(self) -> Rows:
        """Unique (x, T): where buying has no memory, the future of a customer who is alive depends on these alone."""
        return compressed(self.x, np.zeros_like(self.x), self.T, self.weight)

    @property
    def customers(self) -> float:
        """The sum of the weights."""
        return float(self.weight.sum())

    def total(self, values: Vector) -> float:
        """Weighted sum; by `sum`, not BLAS, so that it does not depend on the number of threads."""
        return float((self.weight * values).sum())

    def as_summary(self) -> tuple[pd.DataFrame, Vector]:
        """The rows as a summary, and their weights."""
        return pd.DataFrame({"frequency": self.x, "recency": self.tx, "T": self.T}), self.weight

    def in_unit(self, scale: float) -> Rows:
        """The same rows with every time multiplied by `scale`."""
        return Rows(self.x, self.tx * scale, self.T * scale, self.weight, self.inverse)


def rows_of(summary: pd.DataFrame, weights: ArrayLike | None = None) -> Rows:
    """Check a summary and compress it."""
    x, tx, T = transaction_columns(summary)
    return compressed(x, tx, T, checked_weights(weights, len(x)))


def compressed(x: Vector, tx: Vector, T: Vector, weight: Vector) -> Rows:
    """Return the unique rows in ascending order, whatever the order of the customers."""
    values, codes = zip(*map(_coded, (x, tx, T)), strict=True)
    key, size = codes[0], len(values[0])
    for code, levels in zip(codes[1:], values[1:], strict=True):
        if size * len(levels) >= 2**62:
            key = np.unique(key, return_inverse=True)[1]
            size = int(key.max()) + 1
        key, size = key * len(levels) + code, size * len(levels)
    unique, inverse = _unique(key)
    first = np.empty(len(unique), dtype=np.intp)
    first[inverse] = np.arange(len(key))
    customers = np.bincount(inverse, weights=weight).astype(float)
    return Rows(x[first], tx[first], T[first], customers, inverse)


def _coded(column: Vector) -> tuple[Vector | range, NDArray[np.int64]]:
    """Levels of a column and the level of each entry; whole numbers code themselves, which saves a sort."""
    top = column.max()
    if top < 2**20 and (column == np.floor(column)).all():
        return range(int(top) + 1), column.astype(np.int64)
    values, codes = _unique(column)
    return values, codes.astype(np.int64)


def _unique(values: NDArray) -> tuple[NDArray, Index]:  # type: ignore[type-arg]
    unique, inverse = np.unique(values, return_inverse=True)
    return unique, inverse
