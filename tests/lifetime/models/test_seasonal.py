from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from regulars.errors import InputError
from regulars.lifetime import (
    NBD,
    Season,
    model_from_dict,
    parameter_intervals,
    purchase_intervals,
    simulate,
    simulate_future,
    total_interval,
)
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.by_name import MODELS, TRANSACTION_MODELS

SEASON = Season.of(np.exp(0.7 * np.sin(2 * np.pi * np.arange(52) / 52)))
FLAT = Season.of(np.ones(52))
CUTOFF = "2024-11-01"
RATE = np.log(1.1) / 365
PARAMS = {"k": 2, "r": 0.9, "alpha": 45.0, "a": 0.8, "b": 2.5, "s": 0.9, "beta": 250.0}
EVERY_KIND = pytest.mark.parametrize("name", TRANSACTION_MODELS)
WITH_POOLED = pytest.mark.parametrize("name", [*TRANSACTION_MODELS, "pooled_rate"])


def made(name: str, season: Season | None = SEASON) -> TransactionModel:
    kind = MODELS[name]
    names = [*kind.parameter_names, *(["k"] if "k" in kind().get_params() else [])]
    model = kind.from_params({key: PARAMS[key] for key in names})
    return model.set_params(seasonality=season)


def cohort(name: str, size: int, t: float = 0.0) -> pd.DataFrame:
    T = np.random.default_rng(5).integers(30, 700, size).astype(float)
    return simulate(made(name), pd.DataFrame({"T": T, "cutoff": CUTOFF}), t, seed=1)


CUSTOMERS = pd.DataFrame(
    {"frequency": [0, 2, 8], "recency": [0, 200, 310], "T": [40, 300, 350], "cutoff": CUTOFF}, index=["a", "b", "c"]
)


def answers(model: TransactionModel, customers: pd.DataFrame) -> list[np.ndarray]:
    asked = [
        model.expected_purchases(customers, 40.5),
        model.purchase_variance(customers, 40),
        model.probability_alive(customers),
        model.probability_alive(customers, 60),
        model.probability_of_purchase(customers, 40),
        model.purchase_pmf(customers, 40, 5),
        model.next_purchase_quantile(customers, 0.5),
        model.discounted_purchases(customers, 365, RATE),
        model.residual_purchases(customers, RATE),
        model.time_profile(customers, 90, 365, RATE),
    ]
    return [np.asarray(answer) for answer in asked]


@pytest.mark.slow
@WITH_POOLED
def test_a_season_of_ones_is_the_plain_model_to_the_last_bit(name: str) -> None:
    customers = cohort("nbd", 200)
    plain = MODELS[name]().fit(customers)
    flat = MODELS[name](seasonality=FLAT).fit(customers)
    assert flat.params_ == plain.params_
    for one, other in zip(answers(flat, CUSTOMERS), answers(plain, CUSTOMERS), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@WITH_POOLED
def test_the_model_with_a_season_is_the_plain_one_in_operational_time(name: str) -> None:
    customers, clock = cohort("nbd", 300), SEASON.clock(CUTOFF)
    T = clock.ago(customers["T"])
    warped = customers.assign(recency=T - clock.ago(customers["T"] - customers["recency"]), T=T)
    fitted, plain = MODELS[name](seasonality=SEASON).fit(customers), MODELS[name]().fit(warped)
    expected = plain.expected_purchases(warped, float(clock.ahead(90.0)))
    np.testing.assert_allclose(fitted.expected_purchases(customers, 90), expected, rtol=1e-5)


def test_the_unit_of_operational_time_does_not_matter() -> None:
    customers, clock = cohort("mbg_nbd", 500), SEASON.clock(CUTOFF)
    T = clock.ago(customers["T"])
    weeks = customers.assign(recency=(T - clock.ago(customers["T"] - customers["recency"])) / 7, T=T / 7)
    days, in_weeks = MODELS["mbg_nbd"](seasonality=SEASON).fit(customers), MODELS["mbg_nbd"]().fit(weeks)
    assert days.params_["alpha"] == pytest.approx(7 * in_weeks.params_["alpha"], rel=1e-5)
    assert days.params_["r"] == pytest.approx(in_weeks.params_["r"], rel=1e-5)


@pytest.mark.slow
@EVERY_KIND
def test_purchases_of_a_span_are_those_of_its_parts(name: str) -> None:
    """Discounted at hardly any rate, the sum over weeks is what is expected of all of them."""
    model = made(name)
    parts = model.discounted_purchases(CUSTOMERS, 200.0, 1e-15)
    np.testing.assert_allclose(parts, model.expected_purchases(CUSTOMERS, 200.0), rtol=1e-9)
    np.testing.assert_array_equal(
        model.discounted_purchases(CUSTOMERS, 200.0, 0.0), model.expected_purchases(CUSTOMERS, 200.0)
    )
    np.testing.assert_allclose(model.time_profile(CUSTOMERS, 90.0, 90.0, 0.0), 1.0, rtol=1e-12)


@EVERY_KIND
def test_expected_purchases_are_the_mean_of_drawn_ones(name: str) -> None:
    model, many = made(name), CUSTOMERS.loc[["b"] * 20_000]
    drawn = simulate_future(model, many, 90, seed=1)
    expected = model.expected_purchases(CUSTOMERS, 90)["b"]
    assert drawn.mean() == pytest.approx(expected, abs=4 * drawn.std() / np.sqrt(len(drawn)))
    assert expected != pytest.approx(made(name, None).expected_purchases(CUSTOMERS, 90)["b"], rel=0.02)


@EVERY_KIND
def test_the_wait_is_the_quantile_of_the_chance_to_buy(name: str) -> None:
    model = made(name)
    comes = model.probability_of_return(CUSTOMERS)
    for q in (0.1, 0.5, 0.9):
        wait = model.next_purchase_quantile(CUSTOMERS, q)
        bought = [model.probability_of_purchase(CUSTOMERS.loc[[who]], days).item() for who, days in wait.items()]
        np.testing.assert_allclose(bought / comes, q, rtol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["nbd", "pareto_nbd"])
def test_money_is_discounted_by_the_calendar(name: str) -> None:
    """The sum day by day, at ten times the usual rate."""
    model, rate = made(name), 10 * RATE
    by_day = [model.expected_purchases(CUSTOMERS, day) for day in range(366)]
    sums = sum((by_day[day + 1] - by_day[day]) * np.exp(-rate * (day + 0.5)) for day in range(365))
    np.testing.assert_allclose(model.discounted_purchases(CUSTOMERS, 365, rate), sums, rtol=1e-4)


def test_all_the_future_is_the_sum_of_many_years() -> None:
    model = made("nbd")
    forever = model.discounted_purchases(CUSTOMERS, 200 * 365.0, RATE)
    np.testing.assert_allclose(model.residual_purchases(CUSTOMERS, RATE), forever, rtol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["mbg_nbd", "pareto_nbd"])
def test_parameters_of_a_cohort_with_a_season_are_found_and_its_total_is_forecast(name: str) -> None:
    customers = cohort(name, 4000, 90.0)
    model = MODELS[name](seasonality=SEASON).fit(customers)
    intervals = parameter_intervals(model, 0.99)
    for key, (low, high) in intervals.iterrows():
        assert low < PARAMS[key] < high
    low, high = total_interval(model, customers, 90.0, 0.99, draws=30)
    assert low < customers["purchases"].sum() < high
    plain = MODELS[name]().fit(customers)
    assert not low < plain.expected_purchases(customers, 90.0).sum() < high, "the season is not seen"


def test_intervals_of_customers_know_the_season() -> None:
    customers = cohort("nbd", 500, 90.0)
    model = NBD(seasonality=SEASON).fit(customers)
    told = purchase_intervals(model, customers, 90.0, 0.9, draws=10)
    assert customers["purchases"].between(told["low"], told["high"]).mean() >= 0.9
    np.testing.assert_allclose(told.iloc[:5], purchase_intervals(model, customers, 90.0, draws=10).iloc[:5])


@pytest.mark.slow
@WITH_POOLED
def test_a_stored_model_keeps_its_season(name: str) -> None:
    model = MODELS[name](seasonality=SEASON).fit(cohort("nbd", 200))
    back = model_from_dict(json.loads(json.dumps(model.to_dict())))
    assert back.seasonality == SEASON == clone(model).seasonality
    np.testing.assert_array_equal(back.expected_purchases(CUSTOMERS, 40), model.expected_purchases(CUSTOMERS, 40))


def test_what_a_season_needs_is_asked_for() -> None:
    model = made("mbg_nbd")
    with pytest.raises(InputError, match="has to know at which calendar day"):
        model.expected_purchases(CUSTOMERS.drop(columns="cutoff"), 40)
    with pytest.raises(InputError, match="has to know at which calendar day"):
        model.expected_purchases(CUSTOMERS[["frequency", "recency", "T"]].to_numpy(), 40)
    with pytest.raises(InputError, match="expected a Season, or None"):
        NBD(seasonality=[1.0] * 52).fit(CUSTOMERS)


def test_a_certificate_is_made_with_a_season_too() -> None:
    model = MODELS["mbg_nbd"](seasonality=SEASON).fit(cohort("mbg_nbd", 1500))
    assert model.certificate_.verdict != "failure"
