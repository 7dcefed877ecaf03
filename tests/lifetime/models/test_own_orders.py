"""How far a customer's own orders can be relied on: found where the next one is known."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from regulars.arrays import Floats
from regulars.features import rfm_summary
from regulars.lifetime import GammaGamma
from regulars.lifetime.clv.lifetime_value import LifetimeValue
from regulars.lifetime.models.own_orders import FEWEST, SAMPLE, OwnOrders
from regulars.transactions import Transactions

SPEND = GammaGamma.from_params({"p": 6.0, "q": 4.0, "gamma": 15.0})
SPREAD = {"small and large buyers": 1.2, "much the same": 0.4}


def orders(mean: Floats, p: float, rng: np.random.Generator, most: int = 30) -> tuple[pd.DataFrame, Floats, Floats]:
    """Later orders of customers, the last of them, and the mean that they were drawn with."""
    many = rng.integers(1, most, len(mean))
    drawn = [rng.gamma(p, each / p, n) for each, n in zip(mean, many, strict=True)]
    repeats = pd.DataFrame({"frequency": many.astype(float), "monetary_value": [one.mean() for one in drawn]})
    return repeats, np.array([one[-1] for one in drawn]), mean


def spenders(spread: str, p: float = 4.0, seed: int = 1, many: int = 600) -> tuple[pd.DataFrame, Floats, Floats]:
    """Customers whose means are log-normal."""
    rng = np.random.default_rng(seed)
    return orders(np.exp(rng.normal(7.0, SPREAD[spread], many)), p, rng)


@pytest.mark.parametrize("seed", range(3))
def test_in_the_world_of_the_model_its_orders_count_as_they_were_fitted(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, q, gamma = SPEND.params_.values()
    repeats, last, _ = orders(p * gamma / rng.gamma(q, 1.0, 2_000), p, rng, most=6)
    assert 0.5 <= OwnOrders.fit(GammaGamma().fit(repeats), repeats, last).weight <= 2.0


def test_at_a_wholesaler_own_orders_say_what_the_next_will_be() -> None:
    repeats, last, mean = spenders("small and large buyers")
    spend = GammaGamma().fit(repeats)
    found = OwnOrders.fit(spend, repeats, last)
    assert found.weight >= 8
    before, after = (model.expected_spend(repeats) for model in (spend, found.applied(spend)))
    often = repeats["frequency"] >= 10
    times = [(model / repeats["monetary_value"])[often].max() for model in (before, after)]
    assert times[0] > 2.5, "what Gamma-Gamma says on its own"
    assert times[1] < 1.5
    errors = [float(np.log(model / mean).pow(2).mean()) for model in (before, after)]
    assert errors[1] < 0.3 * errors[0]


def test_orders_that_say_little_of_the_next_count_for_less() -> None:
    rng = np.random.default_rng(3)
    repeats, last, _ = spenders("much the same", seed=3)
    assert OwnOrders.fit(GammaGamma().fit(repeats), repeats, rng.permutation(last)).weight < 1


def test_the_mean_and_the_spread_of_customers_stay_the_same() -> None:
    nobody = pd.DataFrame({"frequency": [0.0], "monetary_value": [0.0]})
    adjusted = OwnOrders(8.0).applied(SPEND)
    assert_allclose(adjusted.expected_spend(nobody), SPEND.expected_spend(nobody), rtol=1e-12)
    assert_allclose(adjusted.spend_quantile(nobody, 0.9), SPEND.spend_quantile(nobody, 0.9), rtol=1e-12)


def test_a_weight_counts_orders_so_many_times() -> None:
    adjusted = OwnOrders(3.0).applied(SPEND).posterior(np.array([2.0]), np.array([50.0]))
    assert_allclose(adjusted.mean(), SPEND.posterior(np.array([6.0]), np.array([50.0])).mean(), rtol=1e-12)


@pytest.mark.parametrize("many", [0, 1, FEWEST - 1])
def test_with_few_customers_the_model_stays_as_it_was_fitted(many: int) -> None:
    repeats, last, _ = spenders("small and large buyers")
    repeats["frequency"] = np.where(np.arange(len(repeats)) < many, 2.0, 1.0)
    last = np.minimum(last, repeats["monetary_value"].to_numpy())
    assert OwnOrders.fit(SPEND, repeats, last) == OwnOrders()


@pytest.mark.parametrize("last", [0.0, -5.0, np.nan])
def test_last_orders_that_brought_nothing_are_not_compared(last: float) -> None:
    repeats, _, _ = spenders("small and large buyers")
    assert OwnOrders.fit(SPEND, repeats, np.full(len(repeats), last)) == OwnOrders()


def test_a_sample_stands_for_all_and_the_result_is_kept() -> None:
    repeats, last, _ = spenders("small and large buyers", many=3_000)
    spend, times = GammaGamma().fit(repeats), 2 * SAMPLE // len(repeats)
    of_all = OwnOrders.fit(spend, pd.concat([repeats] * times), np.tile(last, times))
    assert of_all.weight > 8
    assert OwnOrders.from_dict(of_all.to_dict()) == of_all


def test_a_fit_takes_it_and_says_so(cdnow: Transactions) -> None:
    summary = rfm_summary(cdnow, "1998-01-01")
    money = float((summary["frequency"] * summary["monetary_value"] + summary["first_value"]).sum())
    fitted = LifetimeValue.fit("mbg_nbd", summary, money=money)
    assert fitted.own_orders.weight == 0.5
    assert LifetimeValue.from_dict(fitted.to_dict()).own_orders == fitted.own_orders
    untold = LifetimeValue.fit("mbg_nbd", summary.drop(columns="last_value"), money=money)
    assert untold.own_orders == OwnOrders()
