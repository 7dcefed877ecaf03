"""CLVTools' apparel customers with static covariates: its estimates, and a fit that has none to give."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime import BGNBD, GammaGamma, ParetoNBD

COVARIATES = ("Gender", "Channel")
END = pd.Timestamp("2006-12-31")  # 104 weeks


@pytest.fixture(scope="module")
def days(real_data):
    log = pd.read_parquet(real_data / "apparel_transactions.parquet").rename(
        columns={"Id": "id", "Date": "date", "Price": "spend"}
    )
    return log.groupby(["id", "date"], as_index=False)["spend"].sum()


@pytest.fixture(scope="module")
def customers(real_data, days, papers_summary):
    known = pd.read_parquet(real_data / "apparel_covariates.parquet").set_index("Id")
    return papers_summary(days, END).join(known)


@pytest.fixture(scope="module")
def actual(days, customers):
    return days[days["date"] > END].groupby("id").size().reindex(customers.index, fill_value=0)


@pytest.fixture(scope="module")
def fitted(customers):
    return ParetoNBD(COVARIATES, COVARIATES).fit(customers)


def values(model):
    return list(model.params_.values())


@pytest.mark.medium
@pytest.mark.parametrize(
    ("kind", "parameters", "log_likelihood", "total", "mae"),
    [
        (ParetoNBD, [1.448977, 48.636085, 0.561260, 46.884364], -5848.0978, 1455.5, 2.040),
        (BGNBD, [0.607311, 20.956729, 1.275543, 8.860816], -5857.0197, 1414.1, 2.122),
    ],
)
def test_without_covariates(customers, actual, kind, parameters, log_likelihood, total, mae):
    model = kind().fit(customers)
    np.testing.assert_allclose(values(model), parameters, rtol=6e-5)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=6e-5)
    assert actual.sum() == 1317
    forecast = model.expected_purchases(customers, 207.14)
    assert forecast.sum() == pytest.approx(total, abs=0.1)
    assert np.abs(forecast - actual).mean() == pytest.approx(mae, abs=5e-4)


PUBLISHED = {
    "r": 1.837843,
    "alpha": 92.912349,
    "s": 0.591999,
    "beta": 49.622727,
    "purchase:Gender": 0.285874,
    "purchase:Channel": 0.624124,
    "dropout:Gender": -0.642993,
    "dropout:Channel": 0.790679,
}


@pytest.mark.slow
def test_with_covariates(customers, actual, fitted):
    theirs = ParetoNBD.from_params(PUBLISHED).log_likelihood_of(customers).sum()
    assert theirs == pytest.approx(-5821.0627, abs=6e-5)
    assert theirs <= fitted.log_likelihood_ < theirs + 1e-4  # they stopped a little short of the top
    assert list(fitted.params_) == list(PUBLISHED)
    np.testing.assert_allclose(values(fitted), list(PUBLISHED.values()), rtol=3e-3)
    forecast = fitted.expected_purchases(customers, 207.14)
    assert forecast.sum() == pytest.approx(1453.5, abs=0.3)
    assert np.abs(forecast - actual).mean() == pytest.approx(2.007, abs=1e-3)


def test_the_fit_with_covariates_is_certified(fitted):
    assert fitted.certificate_.verdict == "pass", fitted.certificate_.frame
    errors = {
        "dropout:Gender": 0.2955,
        "dropout:Channel": 0.3059,
        "purchase:Gender": 0.1041,
        "purchase:Channel": 0.1050,
    }
    for name, error in errors.items():
        assert fitted.certificate_.standard_errors[name] == pytest.approx(error, abs=2e-4)


def test_one_coefficient_for_buying_and_leaving(customers):
    together = {"r": 1.7939, "alpha": 94.7223, "s": 0.4287, "beta": 59.0743, "dropout:Channel": 1.0228}
    together |= {"purchase:Channel": 0.6384, "purchase:Gender": 0.3283, "dropout:Gender": 0.3283}
    model = ParetoNBD.from_params(together)
    assert model.log_likelihood_of(customers).sum() == pytest.approx(-5826.5342, abs=1e-3)


def test_covariates_that_the_bg_nbd_cannot_tell_are_flagged(customers):
    """All alike in leaving: a and b grow without bound, and so do their coefficients."""
    model = BGNBD(COVARIATES, COVARIATES).fit(customers)
    assert model.log_likelihood_ == pytest.approx(-5839.86, abs=5e-3)
    certificate = model.certificate_
    assert certificate.verdict == "warning"
    assert certificate.frame.loc[["boundary", "intervals"], "verdict"].tolist() == ["warning"] * 2
    assert "b not identified" in certificate.frame.loc["intervals", "sentence"]


def test_a_likelihood_ratio(fitted):
    """Two coefficients as one are refused: χ² of 10.943 with one degree of freedom."""
    assert 2 * (fitted.log_likelihood_ + 5826.5342) == pytest.approx(10.943, abs=5e-3)


def test_spend(customers):
    model = GammaGamma().fit(customers)
    np.testing.assert_allclose(values(model), [3.099033, 5.653673, 56.50408], rtol=5e-6)
    assert model.log_likelihood_ == pytest.approx(-1670.663, abs=5e-4)
