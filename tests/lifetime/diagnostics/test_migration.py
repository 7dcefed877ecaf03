from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.errors import ModelError
from regulars.lifetime import BGNBD, MBGNBD, NBD, GammaGamma, ParetoNBD, discounted_value, from_lifetimes, to_lifetimes

MODELS = [
    (BGNBD, "BetaGeoFitter", [0.24, 4.4, 0.8, 2.4]),
    (MBGNBD, "ModifiedBetaGeoFitter", [0.52, 6.2, 0.9, 1.6]),
    (ParetoNBD, "ParetoNBDFitter", [0.55, 10.6, 0.61, 11.7]),
]
CUSTOMERS = pd.DataFrame(
    {"frequency": [0, 2, 8, 30], "recency": [0.0, 20.0, 30.0, 33.0], "T": [40.0, 30.0, 35.0, 38.0]}
).assign(monetary_value=[0.0, 20.0, 50.0, 31.5])


@pytest.fixture
def theirs():
    """The fitters of lifetimes, warnings left aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes
        import lifetimes.plotting

        yield lifetimes


def model_at(kind, parameters):
    return kind.from_params(dict(zip(kind.parameter_names, parameters, strict=True)))


@pytest.mark.parametrize(("kind", "fitter", "parameters"), MODELS)
def test_there_and_back(theirs, kind, fitter, parameters):
    model = model_at(kind, parameters)
    given = to_lifetimes(model)
    assert isinstance(given, getattr(theirs, fitter))
    back = from_lifetimes(given)
    assert (type(back), back.params_) == (kind, model.params_)
    columns = [CUSTOMERS[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T")]
    np.testing.assert_allclose(given.predict(26, *columns), back.expected_purchases(CUSTOMERS, 26), rtol=1e-6)
    alive = given.conditional_probability_alive(*columns)
    np.testing.assert_allclose(alive, back.probability_alive(CUSTOMERS), rtol=1e-6)
    new = given.expected_number_of_purchases_up_to_time(26)
    assert float(np.ravel(new)[0]) == pytest.approx(float(back.expected_purchases_new(26)), rel=1e-6)


def test_spend_there_and_back(theirs):
    model = model_at(GammaGamma, [6.2, 3.7, 15.4])
    given = to_lifetimes(model)
    assert list(given.params_.index) == ["p", "q", "v"]
    assert from_lifetimes(given).params_ == model.params_
    spend = given.conditional_expected_average_profit(CUSTOMERS["frequency"], CUSTOMERS["monetary_value"])
    np.testing.assert_allclose(spend, model.expected_spend(CUSTOMERS), rtol=1e-12)


def test_value_there_is_what_the_page_says_it_is(theirs):
    """Their months of 30 days, discounted at their ends, are our purchases of each month, half a percent less."""
    model, spend = model_at(BGNBD, [0.24, 30.0, 0.8, 2.4]), model_at(GammaGamma, [6.2, 3.7, 15.4])
    columns = [CUSTOMERS[name] for name in ("frequency", "recency", "T", "monetary_value")]
    value = to_lifetimes(spend).customer_lifetime_value(to_lifetimes(model), *columns, time=12, discount_rate=0.01)
    so_far = [model.expected_purchases(CUSTOMERS, 30 * month) for month in range(13)]
    ours = sum((so_far[m] - so_far[m - 1]) / 1.01**m for m in range(1, 13)) * spend.expected_spend(CUSTOMERS)
    np.testing.assert_allclose(value, ours, rtol=1e-6)
    annual = 1.01 ** (365 / 30) - 1
    exact = discounted_value(model, spend, CUSTOMERS, horizon_days=360, annual_rate=annual)
    np.testing.assert_allclose(value / exact, 0.995, atol=3e-4)


def test_the_page_maps_every_call(theirs):
    page = (Path(__file__).parents[3] / "docs" / "migration.md").read_text(encoding="utf-8")
    fitters = [theirs.BetaGeoFitter, theirs.ModifiedBetaGeoFitter, theirs.ParetoNBDFitter, theirs.GammaGammaFitter]
    calls = {name for fitter in fitters for name in dir(fitter) if not name.startswith("_")}
    calls |= {fitter.__name__ for fitter in fitters} | {"BetaGeoBetaBinomFitter"}
    calls |= {name for name in dir(theirs.plotting) if name.startswith("plot_")}
    calls |= {"summary_data_from_transaction_data", "calibration_and_holdout_data", "calculate_alive_path"}
    assert {name for name in calls if name not in page} == set()


def test_a_fit_of_theirs_is_taken_over(theirs, leavers):
    fitter = theirs.BetaGeoFitter().fit(leavers["frequency"], leavers["recency"], leavers["T"])
    model = from_lifetimes(fitter)
    columns = [leavers[name] for name in ("frequency", "recency", "T")]
    np.testing.assert_allclose(
        model.expected_purchases(leavers, 30), fitter.predict(30, *columns), rtol=1e-6, atol=1e-9
    )
    assert model.log_likelihood_of(leavers).sum() == pytest.approx(BGNBD().fit(leavers).log_likelihood_, abs=1e-3)


def test_what_cannot_be_taken_over(theirs):
    with pytest.raises(ModelError, match="no model for a BetaGeoBetaBinomFitter"):
        from_lifetimes(theirs.BetaGeoBetaBinomFitter())
    with pytest.raises(ModelError, match=r"not fitted\. Call its fit or load_model first, or fit bg_nbd here"):
        from_lifetimes(theirs.BetaGeoFitter())
    stuck = theirs.BetaGeoFitter()
    stuck.params_ = pd.Series({"r": 1.105171, "alpha": 9.3, "a": 1.105171, "b": 1.105171})
    with pytest.raises(ModelError, match="never left the values that its search begins with"):
        from_lifetimes(stuck)
    stuck.params_["r"] = np.nan
    with pytest.raises(ModelError, match=r"not a positive number: r = nan"):
        from_lifetimes(stuck)


def test_what_lifetimes_does_not_have():
    with pytest.raises(ModelError, match="lifetimes has no nbd with r, alpha; it has BetaGeoFitter"):
        to_lifetimes(model_at(NBD, [0.4, 12.0]))
    with_covariate = ParetoNBD.from_params({"r": 1, "alpha": 1, "s": 1, "beta": 1, "purchase:web": 0.1})
    with pytest.raises(ModelError, match="lifetimes has no pareto_nbd with r, alpha, s, beta, purchase:web"):
        to_lifetimes(with_covariate)
    with pytest.raises(ModelError, match="no parameters yet"):
        to_lifetimes(BGNBD())
