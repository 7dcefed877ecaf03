"""Customers who came back and spent money, and the sums over them that a fit needs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import BLOCK, at_equal_steps, distinct_of, tallied


@dataclass(frozen=True)
class Spenders:
    """Repeat order days and their mean spend, and how many customers each row stands for."""

    x: Floats
    m: Floats
    weight: Floats

    @cached_property
    def customers(self) -> float:
        """The sum of the weights."""
        return float(self.weight.sum())

    @cached_property
    def counts(self) -> tuple[Floats, Floats]:
        """Numbers of order days, and how many customers have each."""
        distinct = distinct_of(self.x)
        customers = tallied(distinct, self.weight)
        present = customers > 0
        return distinct.values[present], customers[present]

    @cached_property
    def log_means(self) -> float:
        """Σ w ln m."""
        return float((self.weight * np.log(self.m)).sum())

    @cached_property
    def log_sums(self) -> float:
        """Σ w x ln(x m)."""
        return float((self.weight * self.x * np.log(self.x * self.m)).sum())

    def pooled(self, gamma: float) -> tuple[Floats, Floats]:
        """Σ w (1, x) ln(γ + x m) and Σ w (1, x) γ / (γ + x m), a block at a time that stays in the cache."""
        logs, shares = np.zeros(2), np.zeros(2)
        for start in range(0, len(self.x), BLOCK):
            x, m, weight = (column[start : start + BLOCK] for column in (self.x, self.m, self.weight))
            total, weight_x = gamma + x * m, weight * x
            log_total, share = np.log(total), gamma / total
            logs += [(weight * log_total).sum(), (weight_x * log_total).sum()]
            shares += [(weight * share).sum(), (weight_x * share).sum()]
        return logs, shares

    def sampled(self, size: int) -> Spenders:
        """At most `size` of the rows, standing for all."""
        if len(self.x) <= size:
            return self
        kept, weight = at_equal_steps(self.weight, size)
        return Spenders(self.x[kept], self.m[kept], weight)
