from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from regulars.errors import ModelError
from regulars.lifetime import MBGNBD, GammaGamma
from regulars.lifetime.fit.certificate import Certificate, FitCheck

GOOD, ODD, BAD = (
    FitCheck("a", 1.0, "pass", "Fine."),
    FitCheck("b", np.inf, "warning", "Odd."),
    FitCheck("c", 2.0, "failure", "Bad."),
)


@pytest.fixture(scope="module")
def fitted(leavers):
    return MBGNBD().fit(leavers)


def test_the_worst_check_decides():
    assert Certificate("m", (GOOD,)).verdict == "pass"
    assert Certificate("m", (GOOD, ODD)).verdict == "warning"
    assert Certificate("m", (BAD, GOOD, ODD)).verdict == "failure"
    assert Certificate("m", (BAD, GOOD, ODD)).sentences("failure") == ["Bad."]


def test_metrics_are_finite_numbers():
    metrics = Certificate("m", (GOOD, ODD, BAD), {"r": 0.1, "a": np.nan}).metrics()
    assert metrics == {
        "certificate.a": 1.0,
        "certificate.c": 2.0,
        "standard_error.r": 0.1,
        "certificate.warnings": 1.0,
        "certificate.failures": 1.0,
    }


def test_it_can_be_written_as_json():
    written = json.loads(json.dumps(Certificate("m", (ODD,), {"a": np.nan}).to_dict(), allow_nan=False))
    assert written["checks"] == [{"name": "b", "value": None, "verdict": "warning", "sentence": "Odd."}]
    assert written["standard_errors"] == {"a": None}


def test_a_fit_is_certified_once_on_first_access(fitted):
    certificate = fitted.certificate_
    assert certificate is fitted.certificate_
    assert certificate.verdict == "pass"
    assert list(certificate.frame.index) == [
        "finite",
        "gradient",
        "starts",
        "boundary",
        "hessian",
        "intervals",
        "start_signature",
        "lifetimes_agrees",
        "leaving",
        "one_time_buyers",
        "left_truncation",
    ]
    assert set(certificate.standard_errors) == {"r", "alpha", "a", "b"}


def test_a_new_fit_has_a_new_certificate(leavers):
    model = MBGNBD().fit(leavers.iloc[:300])
    first = model.certificate_
    assert model.fit(leavers.iloc[:400]).certificate_ is not first


def test_the_truth_lies_within_the_standard_errors(fitted):
    truth = {"r": 1.5, "alpha": 25.0, "a": 0.9, "b": 1.8}
    for name, value in truth.items():
        assert abs(fitted.params_[name] - value) < 3 * fitted.certificate_.standard_errors[name]


def test_parameters_without_data_have_no_certificate(fitted):
    with pytest.raises(ModelError, match="nothing to certify"):
        _ = MBGNBD.from_params(fitted.params_).certificate_


def test_spend_is_certified_too():
    rng = np.random.default_rng(0)
    x = rng.integers(1, 9, 800)
    spend = pd.DataFrame({"frequency": x, "monetary_value": rng.gamma(6 * x, 1 / (rng.gamma(4, 1 / 15, 800) * x))})
    certificate = GammaGamma().fit(spend).certificate_
    assert certificate.verdict == "pass"
    assert "leaving" not in certificate.frame.index
