from __future__ import annotations

import numpy as np

from regulars.lifetime.seasons.smooth import Weeks, yearly_curve

PLACES = (np.arange(52) + 0.5) / 52
WAVE = 0.4 * np.sin(2 * np.pi * PLACES)


def weeks(years: int, curve: np.ndarray, drift: float = 0.0) -> Weeks:
    year = np.arange(52 * years) / 52
    noise = np.random.default_rng(3).normal(0.0, 0.05, len(year))
    ratio = np.tile(curve, years) + drift * year + noise
    return Weeks(year, np.tile(PLACES, years), ratio, np.full(len(year), 1 / 400))


def test_a_wave_is_found_beside_a_trend() -> None:
    found = yearly_curve(weeks(2, WAVE, drift=-0.5), PLACES)
    assert np.abs(found - found.mean() - WAVE).max() < 0.06


def test_chance_is_no_season() -> None:
    assert np.abs(yearly_curve(weeks(2, 0 * WAVE), PLACES)).max() < 0.03
    assert np.abs(yearly_curve(weeks(1, 0 * WAVE, drift=-0.5), PLACES)).max() < 0.05


def test_a_narrow_peak_is_found_where_it_is() -> None:
    peak = np.exp(-0.5 * ((np.arange(52) - 47) / 1.5) ** 2)
    found = yearly_curve(weeks(2, peak), PLACES)
    assert found.argmax() == 47
    assert found.max() - np.median(found) > 0.8
