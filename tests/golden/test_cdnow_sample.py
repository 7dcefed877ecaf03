"""The published figures of CDNOW, from the customers that ship with `lifetimes`, dated as the papers date them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime import BGNBD, MBGNBD, GammaGamma, PooledRate
from regulars.lifetime.fit.rows import rows_of

CALIBRATION_END = pd.Timestamp("1997-09-30")
PAPER = BGNBD.from_params({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426})


def values(model):
    return np.array([model.params_[name] for name in model.parameter_names])


def customer(x, tx, T):
    return pd.DataFrame({"frequency": [x], "recency": [tx], "T": [T]})


def test_the_sample_is_the_papers_sample(sample):
    assert len(sample) == 2357
    assert sample["frequency"].sum() == 2457
    assert (sample["frequency"] == 0).sum() == 1411


@pytest.mark.parametrize(
    ("model", "parameters", "log_likelihood", "errors"),
    [
        (BGNBD, [0.242595, 4.413602, 0.792922, 2.425907], -9582.4292, [0.01256, 0.37822, 0.18573, 0.70541]),
        (MBGNBD, [0.524843, 6.183085, 0.891360, 1.614003], -9582.1357, [0.08327, 0.69562, 0.15479, 0.53749]),
        (GammaGamma, [6.24957, 3.74422, 15.44352], -4055.9177, None),
    ],
)
def test_maximum_likelihood(sample, model, parameters, log_likelihood, errors):
    fitted = model().fit(sample)
    np.testing.assert_allclose(values(fitted), parameters, atol=1e-5)
    assert fitted.log_likelihood_ == pytest.approx(log_likelihood, abs=1e-4)
    if errors:
        covariance = np.linalg.inv(-fitted.optimum_.hessian)
        np.testing.assert_allclose(values(fitted) * np.sqrt(np.diag(covariance)), errors, rtol=2e-3)


def test_hessian_of_the_bg_nbd(sample):
    expected = [
        [-961.767, 460.606, 31.49, -27.942],
        [460.606, -364.546, -50.582, 41.95],
        [31.49, -50.582, -167.522, 127.458],
        [-27.942, 41.95, 127.458, -108.837],
    ]
    np.testing.assert_allclose(BGNBD().fit(sample).optimum_.hessian, expected, atol=2e-3)


@pytest.mark.medium
@pytest.mark.parametrize(
    ("weeks", "model", "parameters", "log_likelihood"),
    [
        (39, BGNBD, [0.25162, 4.78894, 0.72343, 2.16109], -95368.44),
        (39, MBGNBD, [0.63714, 7.31029, 0.80747, 1.22839], -95336.96),
        (78, BGNBD, [0.26713, 5.98649, 0.48352, 2.11161], -173425.92),
        (78, MBGNBD, [0.68942, 9.88938, 0.49160, 0.85852], -173294.44),
    ],
)
def test_maximum_likelihood_on_the_full_cohort(papers_summary, master_days, weeks, model, parameters, log_likelihood):
    end = CALIBRATION_END if weeks == 39 else pd.Timestamp("1998-06-30")
    summary = papers_summary(master_days, end)
    assert (summary["frequency"] == 0).sum() == (14119 if weeks == 39 else 12054)
    fitted = model().fit(summary)
    np.testing.assert_allclose(values(fitted), parameters, atol=1e-5)
    assert fitted.log_likelihood_ == pytest.approx(log_likelihood, abs=0.01)


def test_the_full_cohort_compresses_to_the_known_number_of_rows(papers_summary, master_days):
    assert len(rows_of(papers_summary(master_days, CALIBRATION_END)).x) == 8685


def test_holdout_forecast_and_living_customers(sample, sample_days):
    bg, mbg = BGNBD().fit(sample), MBGNBD().fit(sample)
    later = sample_days[sample_days["date"] > CALIBRATION_END]
    assert len(later) == 1882
    actual = later.groupby("id").size().reindex(sample.index, fill_value=0)
    for model, total, mae, rmse, correlation in [
        (bg, 1653.4, 0.7855, 1.608, 0.6256),
        (mbg, 1576.7, 0.7648, 1.607, 0.6273),
    ]:
        forecast = model.expected_purchases(sample, 39)
        assert forecast.sum() == pytest.approx(total, abs=0.1)
        assert np.abs(forecast - actual).mean() == pytest.approx(mae, abs=1e-4)
        assert np.sqrt(((forecast - actual) ** 2).mean()) == pytest.approx(rmse, abs=1e-3)
        assert np.corrcoef(forecast, actual)[0, 1] == pytest.approx(correlation, abs=1e-4)
    assert bg.probability_alive(sample).sum() == pytest.approx(1917.28, abs=0.01)
    assert mbg.probability_alive(sample).mean() == pytest.approx(0.4487, abs=1e-4)


def test_the_fallback_is_not_far_behind(sample, sample_days):
    later = sample_days[sample_days["date"] > CALIBRATION_END]
    actual = later.groupby("id").size().reindex(sample.index, fill_value=0)
    forecast = PooledRate().fit(sample).expected_purchases(sample, 39)
    assert np.corrcoef(forecast, actual)[0, 1] > 0.58
    assert forecast.sum() == pytest.approx(1882, rel=0.2)


@pytest.mark.slow
@pytest.mark.parametrize("model", [BGNBD, MBGNBD, GammaGamma])
def test_the_fits_are_certified_without_a_warning(sample, model):
    certificate = model().fit(sample).certificate_
    assert certificate.verdict == "pass", certificate.frame


def test_expected_purchases_of_a_new_customer(sample):
    t = [1, 39, 52, 78]
    expected = [0.053184, 1.195010, 1.444012, 1.857958]
    np.testing.assert_allclose(BGNBD().fit(sample).expected_purchases_new(t), expected, atol=1e-6)
    spreadsheet = {0.1429: 0.0078, 1: 0.0532, 3: 0.1506, 31.857: 1.0405, 32: 1.0437, 78: 1.8576}
    computed = BGNBD().fit(sample).expected_purchases_new(list(spreadsheet))
    np.testing.assert_allclose(computed, list(spreadsheet.values()), atol=5e-4)
    assert PAPER.expected_purchases_new(39) == pytest.approx(1.1967231933, abs=1e-10)


def test_two_known_customers(sample):
    bg, mbg = BGNBD().fit(sample), MBGNBD().fit(sample)
    first, heavy = customer(2, 30 + 3 / 7, 38 + 6 / 7), customer(26, 30 + 6 / 7, 31)
    assert bg.expected_purchases(first, 39)[0] == pytest.approx(1.2260, abs=1e-4)
    assert bg.probability_alive(first)[0] == pytest.approx(0.72662, abs=1e-5)
    assert mbg.expected_purchases(first, 39)[0] == pytest.approx(1.2628, abs=1e-4)
    assert mbg.probability_alive(first)[0] == pytest.approx(0.70614, abs=1e-5)
    assert bg.expected_purchases(heavy, 52)[0] == pytest.approx(25.757, abs=1e-3)
    assert bg.probability_alive(heavy)[0] == pytest.approx(0.96885, abs=1e-5)


def test_spend_of_known_customers(sample):
    model = GammaGamma().fit(sample)
    spend = model.expected_spend(sample.sort_index())
    first_ten = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    np.testing.assert_allclose(spend[:10], first_ten, atol=0.01)
    assert spend.iloc[2] == pytest.approx(35.170, abs=1e-3)
    assert ((sample["frequency"] > 0) & (sample["monetary_value"] > 0)).sum() == 946


@pytest.mark.parametrize(
    ("x", "tx", "T", "t", "log_likelihood", "expected"),
    [
        (0, 0, 38.86, 39, -0.554713276438, 0.195098052011),
        (2, 30.43, 38.86, 39, -9.45860630707, 1.22602817477),
        (26, 30.857142857, 31, 52, -37.7265133283, 25.7564922153),
        (200, 38.8, 38.86, 39, 100.302448778, 137.176550639),
        (1000, 100, 104, 52, 1244.49799430, 2.40859173e-11),
        (1000, 50, 104, 52, None, 1.84035372e-294),
    ],
)
def test_against_arbitrary_precision(x, tx, T, t, log_likelihood, expected):
    one = customer(x, tx, T)
    theta = np.log(values(PAPER))
    assert PAPER.expected_purchases(one, t)[0] == pytest.approx(expected, rel=1e-9)
    if log_likelihood is not None:
        assert PAPER._log_likelihood(theta, rows_of(one))[0][0] == pytest.approx(log_likelihood, rel=1e-9, abs=3e-12)


def test_distribution_of_counts():
    def pmf(t, n):
        return PAPER.purchase_pmf_new(t, n)

    assert pmf(39, 0)[0] == pytest.approx(0.57378635, abs=1e-8)
    assert pmf(2, 10)[10] == pytest.approx(1.07868964e-7, rel=1e-7)
    assert pmf(30, 11)[11] == pytest.approx(0.0019995214, abs=1e-10)
    assert pmf(30, 20)[20] == pytest.approx(0.00022223, abs=1e-8)


def test_probability_of_a_purchase():
    assert PAPER.probability_of_purchase(customer(2, 30.43, 38.86), 39)[0] == pytest.approx(0.554627, abs=1e-6)


def test_variance_of_purchases():
    assert PAPER.purchase_variance(customer(2, 30.43, 38.86), 39)[0] == pytest.approx(2.52894, abs=1e-5)


@pytest.mark.parametrize(("x", "tx", "expected"), [(0, 0, 1.01875), (2, 30.43, 5.16955), (7, 35, 16.69884)])
def test_discounted_purchases_tend_to_the_published_infinite_horizon(x, tx, expected):
    discounted = PAPER.discounted_purchases(customer(x, tx, 38.86), 52 * 100, np.log(1.15) / 52)
    assert discounted[0] == pytest.approx(expected, abs=2e-5)
