"""How much the first order says about the later ones: found where it is known."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regulars.lifetime import GammaGamma
from regulars.lifetime.models.first_order import ALIKE, FirstOrder

SPEND = GammaGamma.from_params({"p": 6.0, "q": 4.0, "gamma": 15.0})


def customers(seed: int, many: int = 4_000) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Repeat customers of a Gamma-Gamma world, the first order of each, and first orders of others."""
    rng = np.random.default_rng(seed)
    p, q, gamma = SPEND.params_.values()
    x = rng.integers(1, 6, many).astype(float)
    rate = rng.gamma(q, 1 / gamma, many)
    repeats = pd.DataFrame({"frequency": x, "monetary_value": rng.gamma(p * x, 1 / rate) / x})
    return repeats, rng.gamma(p, 1 / rate), rng.gamma(p, 1 / rng.permutation(rate))


def test_a_first_order_like_the_later_ones_counts_as_one_of_them() -> None:
    repeats, own, _ = customers(1)
    found = FirstOrder.fit(SPEND, repeats, own)
    assert found.weight > 0.9
    assert_allclose(found.ratio, 1.0, atol=0.05)


def test_first_orders_that_have_nothing_to_do_with_the_later_ones_count_for_nothing() -> None:
    repeats, _, strange = customers(2)
    assert FirstOrder.fit(SPEND, repeats, strange).weight < 0.05


def test_first_orders_at_half_the_price_are_doubled() -> None:
    repeats, own, _ = customers(3)
    found = FirstOrder.fit(SPEND, repeats, own / 2)
    assert_allclose(found.ratio, 2.0, rtol=0.05)
    assert found.weight > 0.9


def test_with_the_first_order_the_next_is_told_better() -> None:
    repeats, own, _ = customers(4)
    found = FirstOrder.fit(SPEND, repeats, own)
    once = pd.DataFrame({"frequency": 0.0, "monetary_value": 0.0}, index=repeats.index)
    told = found.posterior(SPEND, once, own).mean()
    without = SPEND.expected_spend(once)
    actual = repeats["monetary_value"]
    assert np.abs(told - actual).mean() < 0.9 * np.abs(without - actual).mean()
    assert_allclose(told.sum(), actual.sum(), rtol=0.03)


@pytest.mark.parametrize("first", [0.0, -3.0, np.nan])
def test_a_first_order_that_brought_nothing_tells_nothing(first: float) -> None:
    repeats = pd.DataFrame({"frequency": [0.0, 2.0], "monetary_value": [0.0, 40.0]})
    told = FirstOrder(weight=0.7, ratio=1.1, most=90.0).posterior(SPEND, repeats, np.full(2, first)).mean()
    assert_allclose(told, SPEND.expected_spend(repeats), rtol=1e-14)


def test_without_repeat_customers_nothing_is_known() -> None:
    nobody = pd.DataFrame({"frequency": [0.0, 0.0], "monetary_value": [0.0, 0.0]})
    assert FirstOrder.fit(SPEND, nobody, np.array([10.0, 20.0])) == FirstOrder()


def test_one_repeat_customer_with_an_odd_first_order_changes_little() -> None:
    one = pd.DataFrame({"frequency": [1.0], "monetary_value": [30.0]})
    found = FirstOrder.fit(SPEND, one, np.array([3_000.0]))
    assert found.ratio > 30 * ALIKE / (3_000 + 30 * ALIKE)
    assert 0.0 < found.weight < 0.6


def test_a_first_order_beyond_all_others_counts_as_the_largest_usual_one() -> None:
    repeats, own, _ = customers(6)
    found = FirstOrder.fit(SPEND, repeats, own)
    once = pd.DataFrame({"frequency": np.zeros(3), "monetary_value": np.zeros(3)})
    usual, odd, absurd = found.posterior(SPEND, once, np.array([np.quantile(own, 0.99), 1e4, 1e9])).mean()
    assert_allclose([odd, absurd], usual, rtol=1e-12)


def test_a_sample_stands_for_all_and_the_result_is_kept() -> None:
    repeats, own, _ = customers(5, 50_000)
    whole = FirstOrder.fit(SPEND, repeats, own)
    assert whole.weight > 0.97
    assert FirstOrder.from_dict(whole.to_dict()) == whole
