"""The balance test: randomised files pass, others are refused with the columns that differ."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.retention.uplift.balance import balance

N = 800


def columns(rng: np.random.Generator, n: int = N) -> dict[str, pd.DataFrame]:
    return {
        "spend": pd.DataFrame({"spend": rng.lognormal(3, 2, n)}),
        "age": pd.DataFrame({"age": np.where(rng.random(n) < 0.2, np.nan, rng.normal(40, 10, n))}),
        "shop": pd.DataFrame({f"shop {k}": (rng.integers(3, size=n) == k) * 1.0 for k in range(3)}),
    }


def compared(known: dict[str, pd.DataFrame], treated: np.ndarray, chance: np.ndarray | None = None, strata=None):
    even = np.full(len(treated), treated.mean()) if chance is None else chance
    return balance(known, treated, even, np.zeros(len(treated), int) if strata is None else strata, "mail")


@pytest.mark.slow
def test_p_values_of_randomised_files_are_even() -> None:
    rng = np.random.default_rng(0)
    found = [compared(columns(rng, 300), rng.random(300) < 0.4).p_value for _ in range(100)]
    assert np.mean(np.array(found) < 0.1) == pytest.approx(0.1, abs=0.07)
    assert np.mean(found) == pytest.approx(0.5, abs=0.09)


def test_a_column_that_decides_is_named() -> None:
    rng = np.random.default_rng(1)
    known = columns(rng)
    treated = rng.random(N) < np.where(known["spend"]["spend"] > 20, 0.65, 0.35)
    found = compared(known, treated)
    assert not found.is_random
    assert found.differing == ["spend"]
    assert found.apart["spend"] > 0.3


def test_choosing_those_in_the_middle_is_noticed() -> None:
    rng = np.random.default_rng(2)
    known = columns(rng)
    middle = known["spend"]["spend"].rank(pct=True).between(0.25, 0.75)
    assert compared(known, rng.random(N) < np.where(middle, 0.7, 0.3)).differing == ["spend"]


def test_a_value_that_is_known_of_one_group_alone_is_noticed() -> None:
    rng = np.random.default_rng(3)
    known, treated = columns(rng), rng.random(N) < 0.5
    known["age"] = known["age"].where(treated[:, None] | (rng.random((N, 1)) < 0.5))
    assert compared(known, treated).differing == ["age"]


def test_given_chances_account_for_a_choice() -> None:
    rng = np.random.default_rng(4)
    known = columns(rng)
    chance = np.where(known["spend"]["spend"] > 20, 0.65, 0.35)
    treated = rng.random(N) < chance
    assert not compared(known, treated).is_random
    assert compared(known, treated, chance).is_random


def test_campaigns_may_have_other_customers_and_other_shares() -> None:
    rng = np.random.default_rng(5)
    campaign = rng.integers(2, size=N)
    known = {"spend": pd.DataFrame({"spend": rng.normal(size=N) + 3 * campaign})}
    chance = np.where(campaign == 1, 0.8, 0.3)
    treated = rng.random(N) < chance
    assert not compared(known, treated).is_random
    assert compared(known, treated, chance, campaign).is_random


def test_nothing_to_compare_is_alike() -> None:
    assert compared({}, np.arange(N) % 2 == 0).p_value == 1.0
