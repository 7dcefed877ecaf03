from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import ModelError
from regulars.lifetime import BGNBD, MBGNBD, PooledRate, model_class, transaction_model
from regulars.lifetime.models import maximum_likelihood
from regulars.lifetime.models.by_name import MODELS, TRANSACTION_MODELS

TWICE = pd.DataFrame({"frequency": [0, 2], "recency": [0.0, 5.0], "T": [10.0, 20.0]})


def test_one_time_buyers_alone_cannot_be_fitted():
    once = pd.DataFrame({"frequency": [0, 0], "recency": [0, 0], "T": [10, 20]})
    with pytest.raises(ModelError, match="none of 2 customers bought a second time"):
        BGNBD().fit(once)


@pytest.mark.parametrize("model", [BGNBD, MBGNBD])
def test_nobody_leaving_is_a_fit_too(model):
    rng = np.random.default_rng(0)
    T = rng.integers(100, 300, 2000).astype(float)
    x = rng.poisson(rng.gamma(0.8, 1 / 20, 2000) * T).astype(float)
    last = np.where(x > 0, T * rng.random(2000) ** (1 / np.maximum(x, 1)), 0)
    summary = pd.DataFrame({"frequency": x, "recency": last, "T": T})
    fitted = model().fit(summary)
    assert fitted.params_["r"] == pytest.approx(0.8, rel=0.12)
    assert fitted.params_["alpha"] == pytest.approx(20, rel=0.12)
    assert fitted.probability_alive(summary).mean() > 0.99


@pytest.mark.slow
@pytest.mark.parametrize("name", TRANSACTION_MODELS)
def test_climbing_on_a_sample_leads_to_the_top_of_all(name, leavers, monkeypatch):
    settings = {"k": 2} if "k" in transaction_model(name).get_params() else {}
    x, tx = leavers["frequency"], leavers["recency"].clip(leavers["frequency"].clip(0, 1))
    data = leavers.assign(recency=tx, log_gaps=x * np.log(tx.clip(1) / x.clip(1)) - 0.4 * x)
    exact = transaction_model(name).set_params(**settings).fit(data)
    monkeypatch.setattr(maximum_likelihood, "SAMPLE", 300)
    fitted = transaction_model(name).set_params(**settings).fit(data)
    assert len(fitted.rows_.x) > 600
    np.testing.assert_allclose(fitted.optimum_.theta, exact.optimum_.theta, atol=1e-7)
    np.testing.assert_allclose(fitted.optimum_.hessian, exact.optimum_.hessian, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(fitted.optimum_.starts, exact.log_likelihood_, atol=1e-5)
    again = transaction_model(name).set_params(**settings).fit(data.sample(frac=1, random_state=1))
    assert again.params_ == fitted.params_


@pytest.mark.parametrize(
    "name", ["nbd", "bg_nbd", "mbg_nbd", "bg_cnbd_k", pytest.param("pareto_nbd", marks=pytest.mark.slow)]
)
def test_a_fit_that_begins_at_that_of_others_much_like_them_ends_at_the_same_parameters(name, leavers):
    before = transaction_model(name).fit(leavers.iloc[:-100])
    alone, begun = (transaction_model(name).fit(leavers, near=near) for near in (None, before))
    assert begun.params_ == pytest.approx(alone.params_, rel=1e-7)
    assert begun.params_ != before.params_
    assert len(begun.optimum_.starts) == 1


@pytest.mark.parametrize("name", TRANSACTION_MODELS)
def test_a_fit_begins_only_at_a_fit_of_its_own_kind(name):
    kind = type(transaction_model(name))
    other = f"near is a PooledRate; expected a fitted {kind.__name__}"
    for near, said in ((PooledRate(), other), (kind(), "not fitted")):
        with pytest.raises(ModelError, match=said):
            kind().fit(TWICE, near=near)


@pytest.mark.parametrize("name", MODELS)
def test_what_was_never_fitted_holds_no_customers(name):
    if name != PooledRate.name:  # which keeps tables alone
        with pytest.raises(ModelError, match="Call fit"):
            model_class(name)().training_data()
    with pytest.raises(ModelError, match="Call fit"):
        _ = model_class(name)().certificate_
