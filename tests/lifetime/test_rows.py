from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime.rows import compressed, rows_of


def columns(size=500, unit=1.0, seed=0):
    rng = np.random.default_rng(seed)
    T = rng.integers(1, 20, size).astype(float)
    x = rng.integers(0, 4, size).astype(float)
    tx = np.where(x > 0, np.floor(rng.random(size) * T), 0.0)
    return x, tx * unit, T * unit


@pytest.mark.parametrize("unit", [1.0, 1 / 7])
def test_expanding_gives_the_customers_back(unit):
    x, tx, T = columns(unit=unit)
    rows = compressed(x, tx, T, np.ones(len(x)))
    for column, unique in ((x, rows.x), (tx, rows.tx), (T, rows.T)):
        np.testing.assert_array_equal(unique[rows.inverse], column)
    assert len(rows.x) == len(set(zip(x, tx, T, strict=True))) < len(x)
    assert rows.customers == len(x)


def test_the_order_of_customers_does_not_matter():
    x, tx, T = columns()
    order = np.random.default_rng(1).permutation(len(x))
    rows, shuffled = compressed(x, tx, T, np.ones(len(x))), compressed(x[order], tx[order], T[order], np.ones(len(x)))
    for name in ("x", "tx", "T", "weight"):
        np.testing.assert_array_equal(getattr(rows, name), getattr(shuffled, name))


def test_weights_add_up():
    summary = pd.DataFrame({"frequency": [1, 1, 0], "recency": [2, 2, 0], "T": [9, 9, 9]})
    rows = rows_of(summary, [2, 3, 4])
    np.testing.assert_array_equal(rows.weight, [4, 5])


def test_many_levels_do_not_overflow_the_key():
    size = 3_000
    values = np.sort(np.random.default_rng(0).random(size)) + 2.0**40
    rows = compressed(values, values + 1, values + 2, np.ones(size))
    np.testing.assert_array_equal(rows.x[rows.inverse], values)
    wide = np.array([0.0, 2**20 - 1, 2**20 - 1, 5.0])
    rows = compressed(wide, wide, wide, np.ones(4))
    np.testing.assert_array_equal(rows.T[rows.inverse], wide)
    assert len(rows.x) == 3


def test_ages_forget_recency():
    x, tx, T = columns()
    rows = compressed(x, tx, T, np.ones(len(x)))
    ages = rows.ages
    assert len(ages.x) == len(set(zip(x, T, strict=True)))
    np.testing.assert_array_equal(ages.T[ages.inverse], rows.T)
    assert ages.customers == rows.customers
