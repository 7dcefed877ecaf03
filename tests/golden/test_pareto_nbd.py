"""The published figures of Pareto/NBD and NBD: CDNOW as BTYD, CLVTools and the papers give it, and groceryElog."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime import BGNBD, MBGNBD, NBD, GammaGamma, ParetoNBD

CALIBRATION_END, END = pd.Timestamp("1997-09-30"), pd.Timestamp("1998-06-30")
A_WEEK = np.log(1.15) / 52  # 15 % a year


def values(model):
    return [model.params_[name] for name in model.parameter_names]


def customer(x, tx, T):
    return pd.DataFrame({"frequency": [x], "recency": [tx], "T": [T]})


def model_at(kind, *parameters):
    return kind.from_params(dict(zip(kind.parameter_names, parameters, strict=True)))


@pytest.fixture
def theirs():
    """The fitters of lifetimes, warnings left aside."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import lifetimes

        yield lifetimes


@pytest.fixture(scope="module")
def fitted(sample):
    return ParetoNBD().fit(sample)


@pytest.fixture(scope="module")
def actual(sample, sample_days):
    later = sample_days[sample_days["date"] > CALIBRATION_END]
    return later.groupby("id").size().reindex(sample.index, fill_value=0)


@pytest.mark.slow
def test_maximum_likelihood(fitted):
    np.testing.assert_allclose(values(fitted), [0.553277, 10.577683, 0.606240, 11.668736], atol=2e-6)
    assert fitted.log_likelihood_ == pytest.approx(-9594.9762, abs=5e-5)
    errors = [0.0476264, 0.8427222, 0.1872594, 6.2105448]  # by numerical differences
    np.testing.assert_allclose(list(fitted.certificate_.standard_errors.values()), errors, rtol=2e-4)


@pytest.mark.medium
def test_the_fit_is_certified_without_a_warning(fitted):
    assert fitted.certificate_.verdict == "pass", fitted.certificate_.frame
    assert "finds nothing likelier" in fitted.certificate_.frame.loc["lifetimes_agrees", "sentence"]


def test_nobody_leaving(sample):
    baseline = NBD().fit(sample)
    np.testing.assert_allclose(values(baseline), [0.384766, 12.07201], rtol=2e-6)
    assert baseline.log_likelihood_ == pytest.approx(-9763.658, abs=5e-4)
    assert baseline.expected_purchases(sample, 39).sum() == pytest.approx(2929.8, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "parameters", "log_likelihood"),
    [
        (CALIBRATION_END, [0.59742, 11.58566, 0.52219, 8.82777], -95415.12),
        (END, [0.61099, 13.61419, 0.31258, 6.14856], -173328.00),
    ],
)
def test_maximum_likelihood_on_the_full_cohort(papers_summary, master_days, end, parameters, log_likelihood):
    summary = papers_summary(master_days, end)
    full = ParetoNBD().fit(summary)
    np.testing.assert_allclose(values(full), parameters, atol=1.1e-5)
    assert full.log_likelihood_ == pytest.approx(log_likelihood, abs=0.006)
    if end == CALIBRATION_END:
        later = master_days[master_days["date"] > end].groupby("id").size().reindex(summary.index, fill_value=0)
        forecast = full.expected_purchases(summary, 39)
        assert forecast.sum() == pytest.approx(17153.2, abs=0.05)
        assert np.abs(forecast - later).mean() == pytest.approx(0.7938, abs=5e-5)


def test_new_and_known_customers(fitted):
    assert fitted.expected_purchases_new(52) == pytest.approx(1.473434, abs=1e-6)
    first, heavy = customer(2, 30 + 3 / 7, 38 + 6 / 7), customer(26, 30 + 6 / 7, 31)
    assert fitted.expected_purchases(first, 39)[0] == pytest.approx(1.4552, abs=5e-5)
    assert fitted.probability_alive(first)[0] == pytest.approx(0.86913, abs=5e-6)
    assert fitted.expected_purchases(heavy, 52)[0] == pytest.approx(25.456, abs=1e-3)
    assert fitted.probability_alive(heavy)[0] == pytest.approx(0.99787, abs=5e-6)


def test_of_two_silent_customers_the_more_frequent_is_more_surely_gone(fitted):
    silent = pd.DataFrame({"frequency": [10, 15, 20, 25], "recency": 20.0, "T": 39.0})
    expected = [0.7062, 0.1442, 0.02251, 0.00309]  # at BTYD's estimates
    np.testing.assert_allclose(fitted.expected_purchases(silent, 52), expected, rtol=1.2e-3)


def test_holdout_forecast(fitted, sample, actual):
    forecast = fitted.expected_purchases(sample, 39)
    assert forecast.sum() == pytest.approx(1665.5, abs=0.05)
    assert np.abs(forecast - actual).mean() == pytest.approx(0.7545, abs=5e-5)
    assert np.sqrt(((forecast - actual) ** 2).mean()) == pytest.approx(1.603, abs=5e-4)
    assert np.corrcoef(forecast, actual)[0, 1] == pytest.approx(0.6302, abs=5e-5)
    assert fitted.probability_alive(sample).mean() == pytest.approx(0.4463, abs=5e-5)
    cells = pd.DataFrame({"forecast": forecast, "actual": actual}).groupby(np.minimum(sample["frequency"], 7))
    means = cells.mean()
    expected = [0.138, 0.600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403]
    np.testing.assert_allclose(means["forecast"], expected, atol=1e-3)
    assert means["actual"].round(3).tolist() == [0.237, 0.697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359]
    assert cells.size().tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


def test_discounted_residual_transactions(fitted, sample):
    paper = model_at(ParetoNBD, 0.553, 10.578, 0.606, 11.669)
    assert paper.residual_purchases(customer(7, 35, 38.86), A_WEEK)[0] == pytest.approx(20.716, abs=5e-4)
    assert paper.residual_purchases(customer(0, 0, 38.86), A_WEEK)[0] == pytest.approx(0.47846, abs=5e-6)
    assert fitted.residual_purchases(customer(26, 30 + 6 / 7, 31), A_WEEK)[0] == pytest.approx(86.264, rel=1e-4)
    residual = fitted.residual_purchases(sample, A_WEEK)
    assert residual.sum() == pytest.approx(7206, abs=0.6)
    assert residual.mean() == pytest.approx(3.057, abs=5e-4)
    ten_percent_a_week = fitted.residual_purchases(sample, np.log(1.1)).sum()
    assert ten_percent_a_week == pytest.approx(490.9, abs=0.06)


@pytest.mark.parametrize(("x", "tx", "expected"), [(0, 0, 1.01875), (2, 30.43, 5.16955), (7, 35, 16.69884)])
def test_discounted_residual_transactions_of_the_bg_nbd(x, tx, expected):
    model = model_at(BGNBD, 0.243, 4.414, 0.793, 2.426)
    assert model.residual_purchases(customer(x, tx, 38.86), A_WEEK)[0] == pytest.approx(expected, abs=5e-6)


@pytest.mark.slow
def test_the_value_of_the_full_cohort(papers_summary, master_days):
    summary = papers_summary(master_days, END)
    model, spend = ParetoNBD().fit(summary), GammaGamma().fit(summary)
    published = {(0, 0): 0.439, (1, 10): 1.148, (2, 60): 6.358, (7, 35): 2.581, (7, 70): 19.597, (14, 70): 36.916}
    for (x, tx), residual in {**published, (14, 30): 0.0242}.items():
        found = model.residual_purchases(customer(x, tx, 77.86), A_WEEK)[0]
        assert found == pytest.approx(residual, abs=5.1e-4 if residual > 0.1 else 5e-5)
    value = 0.3 * spend.expected_spend(summary) * model.residual_purchases(summary, A_WEEK)
    once = summary["frequency"] == 0
    assert value.sum() == pytest.approx(1.306e6, abs=500)
    assert value.mean() == pytest.approx(55.40, abs=0.005)
    assert value[once].mean() == pytest.approx(5.31, abs=0.005)
    assert value[once].sum() == pytest.approx(64_059, abs=5)


@pytest.mark.parametrize(
    ("x", "tx", "T", "alive"), [(221, 103.42857, 103.57143, 0.999596), (254, 97.14286, 97.28571, 0.999558)]
)
def test_cases_that_are_not_finite_elsewhere(x, tx, T, alive):
    model = model_at(ParetoNBD, 0.5143, 2.8845, 0.2856, 14.1087)
    assert model.probability_alive(customer(x, tx, T))[0] == pytest.approx(alive, abs=5e-7)
    assert np.isfinite(model.log_likelihood_of(customer(x, tx, T))).all()


@pytest.mark.parametrize(
    ("kind", "fitter", "parameters"),
    [
        (BGNBD, "BetaGeoFitter", [0.25162401, 4.78894517, 0.72343303, 2.16108698]),
        (MBGNBD, "ModifiedBetaGeoFitter", [0.63713974, 7.31029017, 0.80747409, 1.22839402]),
        (ParetoNBD, "ParetoNBDFitter", [0.59741767, 11.58551624, 0.52216152, 8.82675886]),
    ],
)
def test_every_customer_is_predicted_as_by_lifetimes(theirs, papers_summary, master_days, kind, fitter, parameters):
    summary, model = papers_summary(master_days, CALIBRATION_END), model_at(kind, *parameters)
    oracle = getattr(theirs, fitter)()
    oracle.params_ = pd.Series(model.params_)
    columns = [summary[name].to_numpy(dtype=float) for name in ("frequency", "recency", "T")]
    expected = oracle.conditional_expected_number_of_purchases_up_to_time(39, *columns)
    np.testing.assert_allclose(model.expected_purchases(summary, 39), expected, rtol=1e-6, atol=1e-6)
    alive = oracle.conditional_probability_alive(*columns)
    np.testing.assert_allclose(model.probability_alive(summary), alive, atol=1e-6)


def test_counts_of_customers_are_those_of_lifetimes(theirs):
    model, oracle = model_at(ParetoNBD, 0.55, 10.6, 0.61, 11.7), theirs.ParetoNBDFitter()
    oracle.params_ = pd.Series(model.params_)
    for known in ((0, 0.0, 30.0), (2, 25.0, 30.0), (9, 10.0, 30.0)):
        expected = [oracle.conditional_probability_of_n_purchases_up_to_time(n, 20, *known) for n in range(6)]
        np.testing.assert_allclose(model.purchase_pmf(customer(*known), 20, 5).iloc[0], expected, rtol=1e-6)


@pytest.fixture(scope="module")
def grocery(real_data):
    log = pd.read_parquet(real_data / "btydplus_groceryelog.parquet").rename(columns={"cust": "id"}).assign(spend=0.0)
    return log.drop_duplicates(["id", "date"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "parameters", "log_likelihood", "total", "mae", "msle"),
    [
        (NBD, [0.42032, 5.24511], -16376.86, 6354.7, 2.609, 0.924),
        (ParetoNBD, [0.78644, 5.67898, 0.38622, 5.71712], -15782.39, 3990.8, 1.508, 0.406),
    ],
)
def test_groceries(papers_summary, grocery, kind, parameters, log_likelihood, total, mae, msle):
    end = pd.Timestamp("2006-12-31")
    summary = papers_summary(grocery, end)
    actual = grocery[grocery["date"] > end].groupby("id").size().reindex(summary.index, fill_value=0)
    model = kind().fit(summary)
    np.testing.assert_allclose(values(model), parameters, rtol=2e-4)
    assert model.log_likelihood_ == pytest.approx(log_likelihood, abs=0.006)
    forecast = model.expected_purchases(summary, 52)
    assert forecast.sum() == pytest.approx(total, abs=0.1)
    assert np.abs(forecast - actual).mean() == pytest.approx(mae, abs=5e-4)
    assert np.square(np.log1p(forecast) - np.log1p(actual)).mean() == pytest.approx(msle, abs=5e-4)


def test_silent_buyers_of_groceries():
    silent = pd.DataFrame({"frequency": range(1, 6), "recency": 12.0, "T": 52.0})
    forecast = model_at(ParetoNBD, 0.78644, 5.67898, 0.38622, 5.71712).expected_purchases(silent, 52)
    np.testing.assert_allclose(forecast, [0.4484, 0.3627, 0.2171, 0.1087, 0.0489], atol=5e-5)
