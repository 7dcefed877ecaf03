from __future__ import annotations

import json

import numpy as np

from regulars.monitoring.distribution import Distribution


def test_values_between_edges_are_counted_and_missing_ones_beside_them() -> None:
    shape = Distribution.of([1.0, 2.0, 2.0, np.nan, 9.0], edges=[1.0, 5.0])
    assert (shape.below, shape.count, shape.missing, shape.size) == ((1, 3), 4, 1, 5)


def test_extremes_which_are_one_customers_values_are_not_kept() -> None:
    values = np.r_[np.arange(1000.0), 123_456.0, -98_765.0]
    assert not {123_456.0, -98_765.0} & set(Distribution.of(values).edges)


def test_it_reads_back_what_it_wrote_in_any_order_of_rows() -> None:
    values = np.random.default_rng(0).lognormal(size=500)
    shape = Distribution.of(values)
    assert Distribution.from_dict(json.loads(json.dumps(shape.to_dict()))) == shape
    assert Distribution.of(values[::-1]) == shape


def test_nothing_but_missing_values_has_no_edges() -> None:
    shape = Distribution.of([np.nan, np.nan])
    assert (shape.edges, shape.count, shape.missing) == ((), 0, 2)
    assert np.isnan(shape.median)


def test_the_median() -> None:
    assert Distribution.of(np.arange(1.0, 102.0)).median == 51.0


def test_a_lone_value_has_an_edge_below_it() -> None:
    shape = Distribution.of([5.0, 5.0, 5.0])
    assert (shape.below, shape.median, shape.spread) == ((0, 3), 5.0, 0.0)
    assert Distribution.of([4.0, 5.0, 6.0], shape.edges).below == (1, 2)
