from __future__ import annotations

import json

import numpy as np
import pytest

from regulars.value import TotalInterval, chance_in


@pytest.mark.slow
@pytest.mark.parametrize("windows", [1, 2, 3, 8])
@pytest.mark.parametrize(("usual", "least", "most"), [(0.05, 0.93, 1.0), (0.1, 0.87, 0.93), (0.15, 0.77, 0.9)])
def test_nine_in_ten_totals_end_within_where_shops_are_as_usual(
    windows: int, usual: float, least: float, most: float
) -> None:
    """Each shop has levels of its own unrest, drawn from the prior, or one of half its size, or half again."""
    rng, inside = np.random.default_rng(windows), []
    for _ in range(1500):
        unrest = usual * np.sqrt(4 / rng.chisquare(4))
        told = TotalInterval.fit(rng.normal(0, unrest, windows).tolist(), windows, chance=0.0)
        low, high = told.around(100.0)
        inside.append(low <= 100 * np.exp(rng.normal(0, unrest)) <= high)
    assert least < np.mean(inside) < most


def test_with_many_windows_only_these_count() -> None:
    told = TotalInterval.fit([0.3, -0.3] * 500, windows=1000, chance=0.0)
    low, high = told.around(1000.0)
    assert np.log(high / 1000) == pytest.approx(1.645 * 0.3, rel=0.01)
    assert np.log(low / 1000) == pytest.approx(-1.645 * 0.3, rel=0.01)


def test_a_single_window_leaves_more_open_than_several_alike() -> None:
    one, many = (TotalInterval.fit([0.1] * n, windows=n, chance=0.0) for n in (1, 8))
    assert one.scale == many.scale
    assert one.around(10.0)[1] > many.around(10.0)[1]


def test_few_customers_have_chance_of_their_own() -> None:
    rng = np.random.default_rng(0)
    expected = np.full(50, 0.4)
    chance = chance_in(expected, rng.poisson(expected).astype(float))
    assert chance == pytest.approx(np.sqrt(50 * 0.4) / (50 * 0.4), rel=0.3)
    assert TotalInterval.fit([0.0], 1, chance).scale > TotalInterval.fit([0.0], 1, 0.0).scale


def test_overlapping_windows_count_as_what_they_cover() -> None:
    assert TotalInterval.fit([0.2] * 5, windows=2, chance=0.0) == TotalInterval.fit([0.2] * 2, windows=2, chance=0.0)


def test_nothing_is_learned_from_nothing() -> None:
    assert TotalInterval.fit([], 0.0, 0.1) is None


def test_it_survives_json() -> None:
    told = TotalInterval.fit([0.123], 1.25, 0.01)
    assert TotalInterval.from_dict(json.loads(json.dumps(told.to_dict()))) == told
    assert told.around(0.0) == (0.0, 0.0)
