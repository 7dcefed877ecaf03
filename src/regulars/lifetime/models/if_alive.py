"""What a model of purchases states of customers who are alive; every answer is made of it."""

from __future__ import annotations

from abc import abstractmethod

import numpy as np

from regulars.arrays import Floats
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.models.fitted import LifetimeModel

FOREVER = 30.0  # rate × time after which a purchase is worth a 10¹³th


class IfAlive(LifetimeModel):
    """P(alive), and the future of customers who are alive, on the clock of `rows`; one row of numbers each."""

    @abstractmethod
    def _alive(self, rows: Rows) -> Floats:
        """P(alive) at T."""

    @abstractmethod
    def _mean_if_alive(self, rows: Rows, t: float) -> Floats:
        """E[X(T, T + t) | alive]."""

    @abstractmethod
    def _square_if_alive(self, rows: Rows, t: float) -> Floats:
        """E[X(T, T + t)² | alive]."""

    @abstractmethod
    def _stay_if_alive(self, rows: Rows, t: float) -> Floats:
        """P(alive at T + t | alive at T)."""

    @abstractmethod
    def _any_if_alive(self, rows: Rows, t: float) -> Floats:
        """P(X(T, T + t) ≥ 1 | alive)."""

    def _return_if_alive(self, rows: Rows) -> Floats:
        """P(X(T, ∞) ≥ 1 | alive)."""
        return np.ones_like(rows.x)

    @abstractmethod
    def _pmf_if_alive(self, rows: Rows, t: float, n: int) -> Floats:
        """P(X(T, T + t) = 0..n | alive), (rows, n + 1)."""

    @abstractmethod
    def _wait_if_alive(self, rows: Rows, q: float) -> Floats:
        """Quantile of the wait for the next purchase of those who are alive and buy again."""

    @abstractmethod
    def _discounted_if_alive(self, rows: Rows, t: float, rate: float) -> Floats:
        """∫₀ᵗ e^(−δs) dE[X(T, T + s) | alive]."""

    def _residual_if_alive(self, rows: Rows, rate: float) -> Floats:
        """The same for all the future."""
        return self._discounted_if_alive(rows, FOREVER / rate, rate)
