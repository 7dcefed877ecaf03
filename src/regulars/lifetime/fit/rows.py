"""Customers that look alike are one row with a weight: the fit and the forecasts work on those."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from regulars.arrays import Floats
from regulars.lifetime.fit.season import CUTOFF, Clock
from regulars.lifetime.fit.validate import (
    TRANSACTION_COLUMNS,
    Summary,
    as_summary,
    checked_weights,
    covariate_columns,
    transaction_columns,
)

Index = NDArray[np.intp]

BLOCK = 16_384  # rows that stay in the cache together


class Distinct(NamedTuple):
    """The values that a column can take, and which of them each entry takes."""

    values: Floats
    codes: Index


class Calendar(NamedTuple):
    """Where operational time comes from: the clock, and recency and T in days."""

    clock: Clock
    recency: Floats
    T: Floats


@dataclass(frozen=True)
class Rows:
    """Unique (x, tx, T, covariates), how many customers each stands for, and where each customer went.

    With a season, tx and T are in operational time.
    """

    x: Floats
    tx: Floats
    T: Floats
    weight: Floats
    inverse: Index
    covariates: Mapping[str, Floats] = field(default_factory=dict)
    calendar: Calendar | None = None

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

    @cached_property
    def distinct(self) -> tuple[Distinct, Distinct, Distinct]:
        """Distinct values of x, tx and T: what depends on one of them alone need not be computed for every row."""
        return distinct_of(self.x), distinct_of(self.tx), distinct_of(self.T)

    @cached_property
    def tallies(self) -> tuple[Floats, Floats, Floats]:
        """Customers by value of x and by value of T, and purchases by value of T."""
        x, _, T = self.distinct
        weights = ((x, self.weight), (T, self.weight), (T, self.weight * self.x))
        by_x, by_T, purchases = (tallied(value, weight) for value, weight in weights)
        return by_x, by_T, purchases

    @property
    def customers(self) -> float:
        """The sum of the weights."""
        return float(self.weight.sum())

    def total(self, values: Floats) -> float:
        """Weighted sum; by `sum`, not BLAS, so that it does not depend on the number of threads."""
        return float((self.weight * values).sum())

    def as_summary(self) -> tuple[pd.DataFrame, Floats]:
        """The rows as a summary, and their weights."""
        tx, T = (self.calendar.recency, self.calendar.T) if self.calendar else (self.tx, self.T)
        summary = pd.DataFrame({"frequency": self.x, "recency": tx, "T": T, **self.covariates})
        return (summary.assign(**{CUTOFF: self.calendar.clock.cutoff}) if self.calendar else summary), self.weight

    def by(self, clock: Clock) -> Rows:
        """The same customers in operational time."""
        T = clock.ago(self.T)
        return replace(self, tx=T - clock.ago(self.T - self.tx), T=T, calendar=Calendar(clock, self.tx, self.T))

    def span(self, t: float) -> float:
        """Operational time of the next `t` days; `t` itself without a season."""
        return float(self.calendar.clock.ahead(t)) if self.calendar else t

    def at(self, places: Index) -> Rows:
        """Some of the rows, each standing for itself."""
        calendar = self.calendar and Calendar(
            self.calendar.clock, self.calendar.recency[places], self.calendar.T[places]
        )
        covariates = {name: values[places] for name, values in self.covariates.items()}
        x, tx, T, weight = (column[places] for column in (self.x, self.tx, self.T, self.weight))
        return Rows(x, tx, T, weight, np.arange(len(places)), covariates, calendar)

    def sampled(self, size: int) -> Rows:
        """At most `size` of the rows, standing for all: those at equal steps through the customers in ascending order.

        So large a share of each part of the population is kept as there is in it, and no luck is involved.
        """
        if len(self.x) <= size:
            return self
        kept, weight = at_equal_steps(self.weight, size)
        covariates = {name: values[kept] for name, values in self.covariates.items()}
        return Rows(self.x[kept], self.tx[kept], self.T[kept], weight, np.arange(len(kept)), covariates)

    def in_unit(self, scale: float) -> Rows:
        """The same rows with every time multiplied by `scale`."""
        return replace(self, tx=self.tx * scale, T=self.T * scale)


Given = Summary | Rows  # customers, as a model is asked of them


def rows_of(given: Summary, weights: ArrayLike | None = None, covariates: Sequence[str] = ()) -> Rows:
    """Check a summary and compress it; an array has the columns frequency, recency and T."""
    summary = as_summary(given, TRANSACTION_COLUMNS)
    x, tx, T = transaction_columns(summary)
    return compressed(x, tx, T, checked_weights(weights, given), covariate_columns(summary, covariates))


def compressed(
    x: Floats, tx: Floats, T: Floats, weight: Floats, covariates: Mapping[str, Floats] = MappingProxyType({})
) -> Rows:
    """Return the unique rows in ascending order, whatever the order of the customers."""
    key, size = np.zeros(len(x), dtype=np.int64), 1
    for distinct in map(distinct_of, (x, tx, T, *covariates.values())):
        if size * len(distinct.values) >= 2**62:
            key = distinct_of(key).codes
            size = int(key.max()) + 1
        key, size = key * len(distinct.values) + distinct.codes, size * len(distinct.values)
    key, order = _sorted(key, size)
    begins = np.concatenate([[True], key[1:] != key[:-1]])
    inverse = np.empty(len(key), dtype=np.intp)
    inverse[order] = np.cumsum(begins) - 1
    first = order[begins]
    kept = {name: column[first] for name, column in covariates.items()}
    customers = np.bincount(inverse, weights=weight).astype(float)
    return Rows(x[first], tx[first], T[first], customers, inverse, kept)


def at_equal_steps(weight: Floats, size: int) -> tuple[Index, Floats]:
    """The rows that `size` equal steps through all customers land on, and the weights with which they stand for all."""
    ends = np.cumsum(weight)
    step = ends[-1] / size
    kept, hits = np.unique(np.searchsorted(ends, (np.arange(size) + 0.5) * step), return_counts=True)
    return kept, hits * step


def tallied(distinct: Distinct, weight: Floats) -> Floats:
    """Sum of the weights for each value."""
    return np.bincount(distinct.codes, weight, len(distinct.values)).astype(float, copy=False)


def distinct_of(column: NDArray[Any]) -> Distinct:
    """Distinct values of a column; whole numbers that are not spread out code themselves, which saves a sort."""
    top = column.max()
    if top < 1024 + 4 * len(column) and column.min() >= 0 and (column == np.floor(column)).all():
        return Distinct(np.arange(float(top) + 1), column.astype(np.intp))
    return Distinct(*np.unique(column, return_inverse=True))


def _sorted(key: NDArray[np.int64], size: int) -> tuple[NDArray[np.int64], Index]:
    """Keys below `size` in ascending order, and where each stood; as one number with the place they sort faster."""
    bits = len(key).bit_length()
    if size >= 2 ** (62 - bits):
        order = np.argsort(key, kind="stable")
        return key[order], order
    packed = (key << bits) | np.arange(len(key))
    packed.sort()
    return packed >> bits, packed & ((1 << bits) - 1)
