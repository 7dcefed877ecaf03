"""What a list can show, and whether its groups are alike."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from regulars.retention.power import Power, balance, group_size, smallest_visible


def test_four_campaigns_of_five_show_the_smallest_visible_difference() -> None:
    rng, base, treated, control = np.random.default_rng(0), 0.3, 480, 120
    effect = smallest_visible(base, treated, control)
    ones, zeros = rng.binomial(treated, base + effect, 4000) / treated, rng.binomial(control, base, 4000) / control
    error = np.sqrt(ones * (1 - ones) / treated + zeros * (1 - zeros) / control)
    assert np.mean(np.abs(ones - zeros) > 1.645 * error) == pytest.approx(0.8, abs=0.03)


def test_the_size_that_is_needed_shows_the_difference() -> None:
    n = group_size(0.2, 0.05)
    assert smallest_visible(0.2, n, n) <= 0.05 < smallest_visible(0.2, n - 1, n - 1)


def test_a_list_says_what_it_can_show() -> None:
    frame = pd.DataFrame({"group": ["treat"] * 480 + ["control"] * 120, "p_churn": 0.81})
    said = Power.of(frame).in_words
    assert said.startswith("This list can show an effect of 10 points or more; to show 2 points, each group needs ")
    assert Power(10**6, 10**6, 0.2).in_words == "This list can show an effect of 1 point or more."


def test_a_list_without_controls_shows_nothing() -> None:
    assert math.isinf(Power.of(pd.DataFrame({"group": ["treat"], "p_churn": [0.5]})).visible)
    assert "no effect can be shown" in Power.of(pd.DataFrame({"group": [], "p_churn": []})).in_words


def test_groups_that_differ_are_found() -> None:
    rng = np.random.default_rng(1)
    group = np.where(rng.random(2000) < 0.2, "control", "treat")
    frame = pd.DataFrame({"group": group, "orders": rng.poisson(3, 2000)})
    assert abs(balance(frame, ("orders",))["orders"]) < 2 * math.sqrt(1 / 400 + 1 / 1600)
    apart = frame.assign(orders=frame["orders"] + 2 * (frame["group"] == "control"))
    assert balance(apart, ("orders",))["orders"] < -0.8
    assert balance(frame.assign(orders=1), ("orders",)) == {"orders": 0.0}
    assert balance(frame.assign(orders=np.nan), ("orders",)) == {}
