from __future__ import annotations

import json

import numpy as np
import pytest

from regulars.value import TotalInterval


@pytest.mark.slow
@pytest.mark.parametrize("windows", [1, 2, 3, 8])
@pytest.mark.parametrize(("usual", "least", "most"), [(0.05, 0.93, 1.0), (0.1, 0.87, 0.93), (0.15, 0.77, 0.9)])
def test_nine_in_ten_totals_end_within_where_shops_are_as_usual(
    windows: int, usual: float, least: float, most: float
) -> None:
    """Each shop has an unrest of its own, drawn from the prior, or from one of half its size, or half again."""
    rng, inside = np.random.default_rng(windows), []
    for _ in range(1500):
        unrest = usual * np.sqrt(2 / rng.chisquare(2))
        interval = TotalInterval.fit(rng.normal(0, unrest, windows), np.ones(windows), chance=0.0, usual=0.1)
        low, high = interval.around(100.0)
        inside.append(low <= 100 * np.exp(rng.normal(0, unrest)) <= high)
    assert least < np.mean(inside) < most


def test_with_many_windows_only_these_count() -> None:
    low, high = TotalInterval.fit([0.3, -0.3] * 500, np.ones(1000), chance=0.0, usual=0.1).around(1000.0)
    assert np.log(high / 1000) == pytest.approx(1.645 * 0.3, rel=0.01)
    assert np.log(low / 1000) == pytest.approx(-1.645 * 0.3, rel=0.01)


def test_a_single_window_leaves_more_open_than_several_alike() -> None:
    one, many = (TotalInterval.fit([0.1] * n, np.ones(n), chance=0.0, usual=0.1) for n in (1, 8))
    assert one.scale == many.scale
    assert one.around(10.0)[1] > many.around(10.0)[1]


def test_few_customers_have_chance_of_their_own() -> None:
    with_chance, without = (TotalInterval.fit([0.0], [1.0], chance, usual=0.1) for chance in (0.2, 0.0))
    assert with_chance.scale > without.scale


def test_overlapping_windows_count_as_what_they_cover() -> None:
    five, two = (TotalInterval.fit([0.2] * n, np.full(n, 2 / n), chance=0.0, usual=0.1) for n in (5, 2))
    assert five.scale == pytest.approx(two.scale)
    assert five.windows == two.windows == 2.0


def test_it_survives_json() -> None:
    interval = TotalInterval.fit([0.123], [1.25], 0.01, usual=0.1)
    assert TotalInterval.from_dict(json.loads(json.dumps(interval.to_dict()))) == interval
    assert interval.around(0.0) == (0.0, 0.0)
