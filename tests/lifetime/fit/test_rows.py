from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime.fit.rows import compressed, distinct_of, rows_of


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


def test_keys_too_long_to_sort_with_their_place_sort_all_the_same():
    wide = 2.0**19 * np.random.default_rng(0).random((3, 300_000)) // 1
    rows = compressed(*wide, np.ones(300_000))
    for column, unique in zip(wide, (rows.x, rows.tx, rows.T), strict=True):
        np.testing.assert_array_equal(unique[rows.inverse], column)
    assert (np.diff(rows.x) >= 0).all()


@pytest.mark.parametrize("unit", [1.0, 1 / 7])
def test_levels_and_tallies_are_those_of_the_rows(unit):
    rows = compressed(*columns(unit=unit), np.arange(500) + 0.5)
    for distinct, column in zip(rows.distinct, (rows.x, rows.tx, rows.T), strict=True):
        np.testing.assert_array_equal(distinct.values[distinct.codes], column)
    by_x, by_T, purchases = rows.tallies
    for x in range(4):
        assert by_x[rows.distinct[0].values == x].sum() == pytest.approx(rows.weight[rows.x == x].sum())
    for T in np.unique(rows.T):
        there, value = rows.T == T, rows.distinct[2].values == T
        assert by_T[value].sum() == pytest.approx(rows.weight[there].sum())
        assert purchases[value].sum() == pytest.approx((rows.weight * rows.x)[there].sum())


def test_levels_that_are_spread_out_are_counted_not_coded():
    distinct = distinct_of(np.array([1e9, 0.0, 1e9, 7.0]))
    np.testing.assert_array_equal(distinct.values, [0, 7, 1e9])


def test_a_sample_stands_for_all_and_knows_no_luck():
    rows = compressed(*columns(20_000), np.ones(20_000))
    few = rows.sampled(200)
    assert len(few.x) <= 200 < len(rows.x)
    assert few.customers == pytest.approx(rows.customers)
    for column in ("x", "T"):
        mean, exact = ((one.weight * getattr(one, column)).sum() / one.customers for one in (few, rows))
        assert mean == pytest.approx(exact, rel=0.03)
    np.testing.assert_array_equal(few.weight, rows.sampled(200).weight)
    assert rows.sampled(len(rows.x)) is rows
