"""Customers that look alike are one row with a weight: the fit and the forecasts work on those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from regulars.lifetime._validate import Vector, checked_weights, covariate_columns, transaction_columns

Index = NDArray[np.intp]


@dataclass(frozen=True)
class Rows:
    """Unique (x, tx, T, covariates), how many customers each stands for, and where each customer went."""

    x: Vector
    tx: Vector
    T: Vector
    weight: Vector
    inverse: Index
    covariates: Mapping[str, Vector] = field(default_factory=dict)

    @cached_property
    def ages(self) -> Rows:
        """Unique (x, T): where buying has no memory, the future of a customer who is alive depends on these alone."""
        return compressed(self.x, np.zeros_like(self.x), self.T, self.weight, self.covariates)

    @cached_property
    def moments(self) -> Rows:
        """Unique (x, t), t being the T of every row and then the tx of every row."""
        x, weight, times = np.tile(self.x, 2), np.tile(self.weight, 2), np.concatenate([self.T, self.tx])
        covariates = {name: np.tile(column, 2) for name, column in self.covariates.items()}
        return compressed(x, np.zeros_like(x), times, weight, covariates)

    @property
    def customers(self) -> float:
        """The sum of the weights."""
        return float(self.weight.sum())

    def total(self, values: Vector) -> float:
        """Weighted sum; by `sum`, not BLAS, so that it does not depend on the number of threads."""
        return float((self.weight * values).sum())

    def as_summary(self) -> tuple[pd.DataFrame, Vector]:
        """The rows as a summary, and their weights."""
        columns = {"frequency": self.x, "recency": self.tx, "T": self.T, **self.covariates}
        return pd.DataFrame(columns), self.weight

    def in_unit(self, scale: float) -> Rows:
        """The same rows with every time multiplied by `scale`."""
        return replace(self, tx=self.tx * scale, T=self.T * scale)


def rows_of(summary: pd.DataFrame, weights: ArrayLike | None = None, covariates: Sequence[str] = ()) -> Rows:
    """Check a summary and compress it."""
    x, tx, T = transaction_columns(summary)
    return compressed(x, tx, T, checked_weights(weights, len(x)), covariate_columns(summary, covariates))


def compressed(
    x: Vector, tx: Vector, T: Vector, weight: Vector, covariates: Mapping[str, Vector] = MappingProxyType({})
) -> Rows:
    """Return the unique rows in ascending order, whatever the order of the customers."""
    values, codes = zip(*map(_coded, (x, tx, T, *covariates.values())), strict=True)
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
    kept = {name: column[first] for name, column in covariates.items()}
    return Rows(x[first], tx[first], T[first], customers, inverse, kept)


def _coded(column: Vector) -> tuple[Vector | range, NDArray[np.int64]]:
    """Levels of a column and the level of each entry; whole numbers code themselves, which saves a sort."""
    top = column.max()
    if top < 2**20 and column.min() >= 0 and (column == np.floor(column)).all():
        return range(int(top) + 1), column.astype(np.int64)
    values, codes = _unique(column)
    return values, codes.astype(np.int64)


def _unique(values: NDArray) -> tuple[NDArray, Index]:  # type: ignore[type-arg]
    unique, inverse = np.unique(values, return_inverse=True)
    return unique, inverse
