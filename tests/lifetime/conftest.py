"""Customers whose truth is known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest


def mbg_customers(size, r, alpha, a, b, seed=0, T=(60, 200)):
    """Customers of an MBG/NBD world, in whole days."""
    rng = np.random.default_rng(seed)
    T = rng.integers(*T, size).astype(float)
    rate, leave = rng.gamma(r, 1 / alpha, size), rng.beta(a, b, size)
    x, last, t = np.zeros(size), np.zeros(size), np.zeros(size)
    there = rng.random(size) > leave
    while there.any():
        t[there] += rng.exponential(1 / rate[there])
        there &= t < T
        x[there] += 1
        last[there] = t[there]
        there &= rng.random(size) > leave
    return pd.DataFrame({"frequency": x, "recency": np.floor(last), "T": T})


@pytest.fixture(scope="session")
def leavers():
    """1,500 customers who buy every few weeks, a third of whom leave after each purchase."""
    return mbg_customers(1500, 1.5, 25.0, 0.9, 1.8)


@pytest.fixture(scope="session")
def stayers():
    """1,500 customers who never leave."""
    return mbg_customers(1500, 1.5, 25.0, 1e-9, 1.0)
