"""The published figures of groceryElog, dated as BTYDplus dates it: 52 weeks to 2006-12-31, then 52 weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime import BGCNBD, BGNBD, MBGCNBD, MBGNBD
from regulars.lifetime.formulas.betageometric import expected_purchases

END = pd.Timestamp("2006-12-31")


@pytest.fixture(scope="module")
def days(real_data):
    log = pd.read_parquet(real_data / "btydplus_groceryelog.parquet").drop_duplicates(["cust", "date"])
    return log.sort_values(["cust", "date"])


@pytest.fixture(scope="module")
def summary(days):
    known = days[days["date"] <= END]
    dates = known.groupby("cust")["date"].agg(["min", "max", "size"])
    gaps = known.groupby("cust")["date"].diff().dt.days / 7
    return pd.DataFrame(
        {
            "frequency": dates["size"] - 1,
            "recency": (dates["max"] - dates["min"]).dt.days / 7,
            "T": (END - dates["min"]).dt.days / 7,
            "log_gaps": np.log(gaps).groupby(known["cust"]).sum(),
        }
    )


@pytest.fixture(scope="module")
def actual(days, summary):
    return days[days["date"] > END].groupby("cust").size().reindex(summary.index, fill_value=0)


def test_the_customers_are_the_published_ones(summary, actual):
    assert len(summary) == 1525
    assert actual.sum() == 3389


@pytest.mark.parametrize(
    ("model", "k", "parameters", "log_likelihood"),
    [
        (BGCNBD, 2, [0.35906, 1.12939, 0.52281, 2.78534], -15054.17),
        (MBGCNBD, 2, [1.32920, 2.81260, 0.42472, 0.79004], -14978.21),
    ],
)
def test_maximum_likelihood(summary, model, k, parameters, log_likelihood):
    fitted = model().fit(summary)
    assert fitted.params_["k"] == k
    found = [fitted.params_[name] for name in ("r", "alpha", "a", "b")]
    np.testing.assert_allclose(found, parameters, rtol=4e-4)  # theirs stopped a little short of the top
    assert fitted.log_likelihood_ == pytest.approx(log_likelihood, abs=0.006)
    theirs = model.from_params({"k": k, **dict(zip(("r", "alpha", "a", "b"), parameters, strict=True))})
    assert theirs.log_likelihood_of(summary).sum() == pytest.approx(log_likelihood, abs=0.006)
    assert theirs.log_likelihood_of(summary).sum() < fitted.log_likelihood_


@pytest.mark.parametrize(
    ("model", "regular", "parameters", "log_likelihood", "total", "mae"),
    [
        (BGNBD, BGCNBD, [0.34859, 2.58094, 0.50383, 3.64436], -15836.57, 3996.4, 1.577),
        (MBGNBD, MBGCNBD, [1.25679, 6.03848, 0.36825, 0.71574], -15781.94, 4024.9, 1.513),
    ],
)
def test_without_regularity(summary, actual, model, regular, parameters, log_likelihood, total, mae):
    fitted = model().fit(summary)
    np.testing.assert_allclose(list(fitted.params_.values()), parameters, rtol=4e-4)
    assert fitted.log_likelihood_ == pytest.approx(log_likelihood, abs=0.006)
    assert regular(k=1).fit(summary).log_likelihood_ == pytest.approx(fitted.log_likelihood_, rel=1e-12)
    forecast = fitted.expected_purchases(summary, 52)
    assert forecast.sum() == pytest.approx(total, abs=0.3)
    assert np.abs(forecast - actual).mean() == pytest.approx(mae, abs=6e-4)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "total", "mae", "msle"), [(BGCNBD, 3830.1, 1.474, 0.379), (MBGCNBD, 3970.0, 1.431, 0.382)]
)
def test_the_published_approximation_by_its_formula(summary, actual, model, total, mae, msle):
    """A BG/NBD's forecast with kα, scaled so that the sum is that of unconditional expectations."""
    fitted = model().fit(summary)
    k, r, alpha, a, b = fitted.params_.values()
    x, T = summary["frequency"].to_numpy(), summary["T"].to_numpy()
    plain = expected_purchases(r + x, k * alpha + T, a, b + x + model.coin_at_birth, 52.0)
    forecast = fitted.probability_alive(summary) * plain
    due = fitted.expected_purchases_new(T + 52) - fitted.expected_purchases_new(T)
    forecast *= due.sum() / forecast.sum()
    assert forecast.sum() == pytest.approx(total, abs=0.1)
    assert np.abs(forecast - actual).mean() == pytest.approx(mae, abs=6e-4)
    assert np.square(np.log1p(forecast) - np.log1p(actual)).mean() == pytest.approx(msle, abs=6e-4)


@pytest.mark.medium
@pytest.mark.parametrize(
    ("model", "total", "mae", "msle"), [(BGCNBD, 3818.4, 1.466, 0.378), (MBGCNBD, 3811.5, 1.400, 0.370)]
)
def test_the_exact_expectation_forecasts_better(summary, actual, model, total, mae, msle):
    forecast = model().fit(summary).expected_purchases(summary, 52)
    assert forecast.sum() == pytest.approx(total, abs=0.1)
    assert np.abs(forecast - actual).mean() == pytest.approx(mae, abs=6e-4)
    assert np.square(np.log1p(forecast) - np.log1p(actual)).mean() == pytest.approx(msle, abs=6e-4)


def test_the_fit_is_certified(summary):
    assert MBGCNBD().fit(summary).certificate_.verdict == "pass"
