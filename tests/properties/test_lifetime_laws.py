"""Laws that hold for every lifetime model and every customer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.lifetime import transaction_model
from regulars.lifetime.fit.rows import rows_of
from regulars.lifetime.models.by_name import TRANSACTION_MODELS, model_class

pytestmark = pytest.mark.slow

SHAPES = st.floats(0.05, 20)
TIMES = st.floats(0.5, 300)


@st.composite
def customers(draw):
    T = draw(st.integers(1, 200))
    tx = draw(st.integers(0, T))
    x = draw(st.integers(1, 60)) if tx else 0
    return x, tx, T


@st.composite
def models(draw):
    kind = model_class(draw(st.sampled_from(TRANSACTION_MODELS)))
    params = {name: draw(TIMES if name in kind.time_parameters else SHAPES) for name in kind.parameter_names}
    regularity = {"k": draw(st.integers(1, 4))} if "k" in kind().get_params() else {}
    return kind.from_params(regularity | params)


def summary(rows, unit=1.0):
    frame = pd.DataFrame(rows, columns=["frequency", "recency", "T"])
    return frame.assign(recency=frame["recency"] * unit, T=frame["T"] * unit)


summaries = st.lists(customers(), min_size=1, max_size=6).map(summary)


@settings(max_examples=60, deadline=None)
@given(models(), summaries, st.floats(0.1, 400))
def test_probabilities_are_probabilities_and_bound_the_mean(model, frame, t):
    alive, buys = model.probability_alive(frame), model.probability_of_purchase(frame, t)
    assert ((alive >= 0) & (alive <= 1)).all()
    assert ((buys >= 0) & (buys <= alive)).all()
    assert (buys <= model.expected_purchases(frame, t) * (1 + 1e-9)).all()


@settings(max_examples=60, deadline=None)
@given(models(), summaries, st.floats(0.1, 200))
def test_counts_sum_to_one_and_agree_with_mean_and_chance(model, frame, t):
    pmf = model.purchase_pmf(frame, t, 30)
    assert (pmf >= 0).all(axis=None)
    assert (pmf.sum(axis=1) <= 1 + 1e-9).all()
    np.testing.assert_allclose(1 - pmf[0], model.probability_of_purchase(frame, t), atol=1e-9)
    beyond = 1 - pmf.sum(axis=1)
    complete = beyond < 1e-13
    mean = pmf @ np.arange(31)
    np.testing.assert_allclose(mean[complete], model.expected_purchases(frame, t)[complete], rtol=1e-7, atol=1e-11)
    assert (mean <= model.expected_purchases(frame, t) * (1 + 1e-7) + 1e-12).all()


@settings(max_examples=60, deadline=None)
@given(models(), summaries, st.floats(0.1, 100), st.floats(1.01, 4))
def test_more_time_means_more_purchases(model, frame, t, longer):
    np.testing.assert_array_equal(model.expected_purchases(frame, 0), 0)
    shorter, more = model.expected_purchases(frame, t), model.expected_purchases(frame, t * longer)
    assert (more >= shorter * (1 - 1e-9)).all()
    assert (model.discounted_purchases(frame, t, 0.01) <= shorter * (1 + 1e-9)).all()


@settings(max_examples=60, deadline=None)
@given(models(), st.lists(customers(), min_size=1, max_size=6), st.sampled_from([1 / 7, 1 / 30.4, 24.0]))
def test_the_unit_of_time_does_not_matter(model, rows, unit):
    params = {k: v * unit if k in model.time_parameters else v for k, v in model.params_.items()}
    other, here, there = type(model).from_params(params), summary(rows), summary(rows, unit)
    tight = {"rtol": 1e-9, "atol": 1e-300}
    np.testing.assert_allclose(other.expected_purchases(there, 40 * unit), model.expected_purchases(here, 40), **tight)
    np.testing.assert_allclose(other.probability_alive(there), model.probability_alive(here), **tight)
    waits = other.next_purchase_quantile(there, 0.5), model.next_purchase_quantile(here, 0.5)
    np.testing.assert_allclose(waits[0], waits[1] * unit, **tight)


def buyers(seed, size=400):
    """Customers who buy at a rate of their own, and half of whom leave some time."""
    rng = np.random.default_rng(seed)
    T = rng.integers(20, 60, size)
    seen = np.where(rng.random(size) < 0.5, T, np.ceil(T * rng.random(size)))
    x = rng.poisson(rng.gamma(0.8, 1 / 8, size) * seen)
    tx = np.where(x > 0, np.ceil(seen * rng.random(size) ** (1 / (x + 1))), 0)
    gaps = [last * rng.dirichlet(np.full(count, 2.0)) for count, last in zip(x, tx, strict=True)]
    return pd.DataFrame({"frequency": x, "recency": tx, "T": T, "log_gaps": [np.log(gap).sum() for gap in gaps]})


@pytest.mark.parametrize("name", TRANSACTION_MODELS)
@settings(max_examples=4, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_weight_stands_for_that_many_customers(name, seed):
    frame = buyers(seed)
    weights = np.random.default_rng(seed).integers(1, 4, len(frame))
    expanded = frame.loc[frame.index.repeat(weights)]
    one, other = transaction_model(name).fit(frame, weights), transaction_model(name).fit(expanded)
    assert one.params_ == other.params_
    assert one.log_likelihood_ == pytest.approx(other.log_likelihood_, rel=1e-14)


@pytest.mark.parametrize("name", TRANSACTION_MODELS)
@settings(max_examples=3, deadline=None)
@given(seed=st.integers(0, 10_000), unit=st.sampled_from([1 / 7, 24.0]))
def test_the_fit_does_not_depend_on_the_unit_of_time(name, seed, unit):
    frame = buyers(seed)
    log_gaps = frame["log_gaps"] + frame["frequency"] * np.log(unit)
    there = frame.assign(recency=frame["recency"] * unit, T=frame["T"] * unit, log_gaps=log_gaps)
    days, other = transaction_model(name).fit(frame), transaction_model(name).fit(there)
    shift = frame["frequency"].sum() * np.log(unit)
    assert other.log_likelihood_ == pytest.approx(days.log_likelihood_ - shift, abs=1e-5)
    np.testing.assert_allclose(
        other.probability_of_purchase(there, 30 * unit), days.probability_of_purchase(frame, 30), atol=1e-4
    )


@pytest.mark.parametrize("name", TRANSACTION_MODELS)
def test_no_better_parameters_lie_nearby(name):
    frame = buyers(1)
    fitted = transaction_model(name).fit(frame)
    rows, rng, best = rows_of(frame), np.random.default_rng(0), fitted.optimum_.theta
    for _ in range(20):
        away = best + rng.normal(0, 0.1, len(best))
        assert fitted._total(away, rows)[0] <= fitted._total(best, rows)[0]
