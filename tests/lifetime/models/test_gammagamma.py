from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import ModelError
from regulars.lifetime import GammaGamma
from regulars.lifetime.fit.rows import BLOCK
from regulars.lifetime.fit.spenders import Spenders
from regulars.lifetime.models import gammagamma


@pytest.fixture(scope="module")
def spenders():
    rng = np.random.default_rng(0)
    x = rng.integers(1, 12, 4000)
    rate = rng.gamma(4.0, 1 / 15.0, 4000)
    return pd.DataFrame({"frequency": x, "monetary_value": rng.gamma(6.0 * x, 1 / (rate * x))})


def test_simulated_parameters_are_recovered(spenders):
    fitted = GammaGamma().fit(spenders)
    np.testing.assert_allclose(list(fitted.params_.values()), [6.0, 4.0, 15.0], rtol=0.12)


def test_money_may_be_counted_in_any_unit(spenders):
    pounds, pence = (
        GammaGamma().fit(spenders),
        GammaGamma().fit(spenders.assign(monetary_value=lambda s: s.monetary_value * 100)),
    )
    assert pence.params_["gamma"] == pytest.approx(100 * pounds.params_["gamma"], rel=1e-6)
    assert pence.log_likelihood_ == pytest.approx(pounds.log_likelihood_ - 4000 * np.log(100), abs=1e-6)


def test_weights_stand_for_customers(spenders):
    half = spenders.iloc[:300]
    doubled = GammaGamma().fit(pd.concat([half, half]))
    weighted = GammaGamma().fit(half, weights=np.full(300, 2))
    np.testing.assert_allclose(list(weighted.params_.values()), list(doubled.params_.values()), rtol=1e-6)
    assert weighted.log_likelihood_ == pytest.approx(doubled.log_likelihood_)


def test_customers_without_repeat_or_money_are_left_out_of_the_fit(spenders):
    others = pd.DataFrame({"frequency": [0, 3, 2], "monetary_value": [np.nan, 0.0, -5.0]})
    with_others = GammaGamma().fit(pd.concat([spenders, others]))
    assert with_others.params_ == GammaGamma().fit(spenders).params_


def test_the_more_is_seen_the_more_it_counts():
    model = GammaGamma.from_params({"p": 6, "q": 4, "gamma": 15})
    seen = pd.DataFrame({"frequency": [0, 1, 10, 1000], "monetary_value": [0, 90.0, 90.0, 90.0]})
    spend = model.expected_spend(seen)
    assert spend[0] == pytest.approx(6 * 15 / 3)
    assert (np.diff(spend) > 0).all()
    assert spend[3] == pytest.approx(90, rel=0.01)


def test_negative_money_counts_as_none():
    model = GammaGamma.from_params({"p": 6, "q": 4, "gamma": 15})
    spend = model.expected_spend(pd.DataFrame({"frequency": [2, 2], "monetary_value": [-40.0, 0.0]}))
    assert spend[0] == spend[1] > 0


def test_nobody_to_fit_on():
    with pytest.raises(ModelError, match="none of 1 rows has frequency > 0 and monetary_value > 0"):
        GammaGamma().fit(pd.DataFrame({"frequency": [0], "monetary_value": [0.0]}))


def test_a_population_without_a_mean_is_refused():
    rng = np.random.default_rng(1)
    wild = pd.DataFrame(
        {"frequency": rng.integers(5, 9, 500), "monetary_value": np.exp(rng.standard_cauchy(500).clip(-30, 30))}
    )
    with pytest.raises(ModelError, match="gamma_gamma has no mean: q = "):
        GammaGamma().fit(wild)


def test_the_total_is_the_sum_over_customers_and_the_gradient_its_slope(spenders):
    x, m = (spenders[name].to_numpy(dtype=float) for name in ("frequency", "monetary_value"))
    x, m, weight = np.tile(x, 5), np.tile(m, 5), np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 4000)
    theta, some = np.log([6.0, 4.0, 15.0]), Spenders(x, m, weight)
    assert len(x) > BLOCK
    value, gradient = gammagamma._total(theta, some)
    assert value == pytest.approx((weight * gammagamma._log_likelihood(theta, x, m)).sum(), rel=1e-13)
    for i, step in enumerate(np.eye(3) * 1e-5):
        up, down = (gammagamma._total(theta + sign * step, some)[0] for sign in (1, -1))
        assert gradient[i] == pytest.approx((up - down) / 2e-5, rel=1e-5)


def test_climbing_on_a_sample_leads_to_the_top_of_all(spenders, monkeypatch):
    exact = GammaGamma().fit(spenders)
    monkeypatch.setattr(gammagamma, "SAMPLE", 300)
    fitted = GammaGamma().fit(spenders)
    np.testing.assert_allclose(fitted.optimum_.theta, exact.optimum_.theta, atol=1e-8)
    np.testing.assert_allclose(fitted.optimum_.starts, exact.log_likelihood_, atol=1e-6)
