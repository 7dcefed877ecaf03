from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from regulars.errors import InputError, ModelError
from regulars.lifetime import BGNBD, MBGNBD, ParetoNBD, model_from_dict
from regulars.lifetime.diagnostics.oracle import compare_with_lifetimes
from regulars.lifetime.diagnostics.simulate import simulate

PARAMS = {
    BGNBD: {"r": 1.2, "alpha": 20.0, "a": 0.8, "b": 2.0},
    MBGNBD: {"r": 1.2, "alpha": 20.0, "a": 0.8, "b": 2.0},
    ParetoNBD: {"r": 1.2, "alpha": 20.0, "s": 0.8, "beta": 60.0},
}
SHIFTS = {"purchase:club": 0.7, "purchase:age": -0.02, "dropout:club": -0.5}
KINDS = pytest.mark.parametrize("kind", list(PARAMS))


def people(size, seed=0):
    rng = np.random.default_rng(seed)
    T = rng.integers(100, 300, size).astype(float)
    return pd.DataFrame({"T": T, "club": rng.integers(0, 2, size), "age": rng.integers(20, 80, size)})


def drawn(kind, size=1500, seed=0, shifts=SHIFTS):
    return simulate(kind.from_params({**PARAMS[kind], **shifts}), people(size, seed), seed=seed)


def plain(kind, customer, shifts=SHIFTS):
    """The model without covariates that holds for one customer."""
    pace = np.exp(-sum(shifts[f"purchase:{name}"] * customer[name] for name in ("club", "age")))
    leave = np.exp(shifts["dropout:club"] * customer["club"])
    params = dict(PARAMS[kind])
    params["alpha"] *= pace
    for name, factor in {"beta": 1 / leave, "a": leave, "b": leave}.items():
        if name in params:
            params[name] *= factor
    return kind.from_params(params)


@pytest.mark.slow
@KINDS
def test_a_customer_is_predicted_by_the_model_of_all_who_are_alike(kind):
    customers = drawn(kind, 12)
    model = kind.from_params({**PARAMS[kind], **SHIFTS})
    answers = (
        lambda m, s: m.log_likelihood_of(s),
        lambda m, s: m.probability_alive(s),
        lambda m, s: m.probability_alive(s, 10),
        lambda m, s: m.expected_purchases(s, 30),
        lambda m, s: m.purchase_variance(s, 30),
        lambda m, s: m.probability_of_purchase(s, 30),
        lambda m, s: m.purchase_pmf(s, 30, 4),
        lambda m, s: m.next_purchase_quantile(s, 0.5),
        lambda m, s: m.discounted_purchases(s, 30, 0.01),
        lambda m, s: m.residual_purchases(s, 0.01),
        lambda m, s: m.time_profile(s, 30, 60, 0.01),
    )
    for answer in answers:
        alone = [answer(plain(kind, customers.iloc[i]), customers.iloc[[i]]).iloc[0] for i in range(len(customers))]
        np.testing.assert_allclose(answer(model, customers), alone, rtol=1e-10)


@KINDS
def test_the_gradient_is_the_slope(kind):
    customers = drawn(kind, 40)
    model = kind.from_params({**PARAMS[kind], **SHIFTS})
    rows, theta = model.rows(customers), model._theta()
    _, gradient = model._log_likelihood(theta, rows)
    assert len(gradient) == len(theta) == 7
    for i, step in enumerate(np.eye(7) * 1e-6):
        up, down = (model._log_likelihood(theta + sign * step, rows)[0] for sign in (1, -1))
        np.testing.assert_allclose(gradient[i], (up - down) / 2e-6, rtol=2e-5, atol=1e-6)


@KINDS
def test_coefficients_of_zero_change_nothing(kind):
    customers = drawn(kind, 300)
    without = kind.from_params(PARAMS[kind])
    none = kind.from_params({**PARAMS[kind], **dict.fromkeys(SHIFTS, 0.0)})
    np.testing.assert_allclose(none.log_likelihood_of(customers), without.log_likelihood_of(customers), rtol=1e-12)
    np.testing.assert_allclose(none.expected_purchases(customers, 30), without.expected_purchases(customers, 30))
    assert none.expected_purchases_new(30) == without.expected_purchases_new(30)


@pytest.mark.slow
@KINDS
def test_the_truth_comes_back(kind):
    fitted = kind(("club", "age"), ("club",)).fit(drawn(kind, 3000))
    assert list(fitted.params_) == [*PARAMS[kind], *SHIFTS]
    errors = fitted.certificate_.standard_errors
    for name, value in SHIFTS.items():
        assert abs(fitted.params_[name] - value) < 3 * errors[name]
    assert fitted.certificate_.verdict == "pass", fitted.certificate_.frame
    assert errors["purchase:age"] < 0.005


@pytest.mark.slow
@KINDS
def test_more_covariates_fit_better(kind):
    customers = drawn(kind, 600)
    models = kind(), kind(("club",)), kind(("club", "age"), ("club",))
    likelihoods = [model.fit(customers).log_likelihood_ for model in models]
    assert (np.diff(likelihoods) > 0).all()


def test_the_unit_of_a_covariate_does_not_matter():
    customers = drawn(MBGNBD)
    years = MBGNBD(("age",), ("age",)).fit(customers)
    days = MBGNBD(("age",), ("age",)).fit(customers.assign(age=customers["age"] * 365.25))
    assert days.log_likelihood_ == pytest.approx(years.log_likelihood_, abs=1e-6)
    assert days.params_["purchase:age"] * 365.25 == pytest.approx(years.params_["purchase:age"], rel=1e-6)
    assert days.certificate_.verdict == years.certificate_.verdict
    errors = [model.certificate_.standard_errors["purchase:age"] for model in (days, years)]
    assert errors[0] * 365.25 == pytest.approx(errors[1], rel=1e-4)


@pytest.mark.slow
@KINDS
def test_the_unit_of_time_and_weights_are_as_ever(kind):
    customers = drawn(kind, 400)
    covariates = ("club", "age")
    weeks = customers.assign(recency=customers["recency"] / 7, T=customers["T"] / 7)
    one, other = kind(covariates, ("club",)).fit(customers), kind(covariates, ("club",)).fit(weeks)
    np.testing.assert_allclose(
        other.expected_purchases(weeks, 4), one.expected_purchases(customers, 28), rtol=1e-4, atol=1e-8
    )
    twice = kind(covariates, ("club",)).fit(pd.concat([customers, customers]))
    assert twice.params_ == kind(covariates, ("club",)).fit(customers, np.full(len(customers), 2)).params_


@KINDS
def test_a_stored_model_comes_back_as_it_was(kind):
    made = kind.from_params({**PARAMS[kind], **SHIFTS})
    assert made.get_params() == {
        "purchase_covariates": ("club", "age"),
        "dropout_covariates": ("club",),
        "seasonality": None,
    }
    back = model_from_dict(json.loads(json.dumps(made.to_dict())))
    customers = drawn(kind, 20)
    np.testing.assert_array_equal(back.expected_purchases(customers, 9), made.expected_purchases(customers, 9))
    assert clone(back).purchase_covariates == ("club", "age")


def test_what_cannot_be_used_is_named():
    customers = drawn(MBGNBD, 50)
    with pytest.raises(InputError, match=r"column 'clubs' is missing \(did you mean 'club'\?\)"):
        MBGNBD(("clubs",)).fit(customers)
    with pytest.raises(InputError, match=r"column 'club' holds 'yes' \(a text\); expected numbers"):
        MBGNBD(("club",)).fit(customers.assign(club="yes"))
    with pytest.raises(InputError, match="1 of 50 rows have club missing or infinite"):
        MBGNBD(("club",)).fit(customers.assign(club=[np.nan, *customers["club"][1:]]))
    with pytest.raises(InputError, match=r"The covariates club are the same for all customers\. Leave them out"):
        MBGNBD(("club",)).fit(customers.assign(club=1))
    with pytest.raises(InputError, match=r"The covariates are 'club'; expected a tuple of different column names"):
        MBGNBD("club").fit(customers)
    with pytest.raises(InputError, match="expected a tuple of different"):
        MBGNBD(("club", "club")).fit(customers)
    with pytest.raises(ModelError, match="not a finite number: purchase:club = nan"):
        MBGNBD.from_params({**PARAMS[MBGNBD], "purchase:club": float("nan")})
    with pytest.raises(ModelError, match="unknown: bought:club"):
        MBGNBD.from_params({**PARAMS[MBGNBD], "bought:club": 1.0})


def test_covariates_that_say_the_same_are_flagged():
    customers = drawn(MBGNBD).assign(guest=lambda c: 1 - c["club"])
    certificate = MBGNBD(("club", "guest")).fit(customers).certificate_
    assert certificate.verdict == "warning"
    assert certificate.frame.loc["hessian", "verdict"] == "warning"


def test_lifetimes_has_no_such_model():
    customers = drawn(MBGNBD, 200)
    assert compare_with_lifetimes(MBGNBD(("club",)).fit(customers), customers) is None
