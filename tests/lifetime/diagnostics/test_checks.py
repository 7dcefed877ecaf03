from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from regulars.lifetime import BGNBD, MBGNBD
from regulars.lifetime.diagnostics import checks
from regulars.lifetime.diagnostics.oracle import LifetimesFit
from regulars.lifetime.fit.spenders import Spenders


@pytest.fixture(scope="module")
def fitted(leavers):
    return MBGNBD().fit(leavers)


def test_a_good_fit_passes_every_check(fitted):
    optimum = fitted.optimum_
    found = [
        checks.finite(fitted),
        checks.gradient(optimum),
        checks.starts(optimum),
        checks.boundary(fitted),
        checks.hessian(optimum),
        checks.intervals(fitted),
        checks.start_signature(fitted),
        checks.leaving(fitted),
        checks.one_time_buyers(fitted),
        checks.left_truncation(fitted),
    ]
    assert {check.name: check.verdict for check in found if check.verdict != "pass"} == {}


def test_a_slope_inside_the_domain_is_a_failure(fitted):
    sloping = replace(fitted.optimum_, gradient=fitted.optimum_.gradient + 1.0)
    check = checks.gradient(sloping)
    assert check.verdict == "failure"
    assert check.value == pytest.approx(1 / 1500, rel=1e-6)
    at_edge = replace(sloping, at_bound=np.ones(4))
    assert checks.gradient(at_edge).verdict == "pass"


@pytest.mark.parametrize(
    ("behind", "verdict"), [([0, 0, 0.001], "pass"), ([0, 0, 5], "warning"), ([0, 3, 5], "failure")]
)
def test_starts_must_agree(fitted, behind, verdict):
    top = fitted.optimum_.log_likelihood
    optimum = replace(fitted.optimum_, starts=top - np.array(behind))
    check = checks.starts(optimum)
    assert check.verdict == verdict
    assert check.value == pytest.approx(max(behind))
    assert not optimum.sampled
    assert "sample" not in check.sentence
    told = "from a sample of the customers, every top found there being carried to all of them"
    assert told in checks.starts(replace(optimum, sampled=True)).sentence


def test_numbers_that_are_none_are_a_failure(fitted):
    broken = BGNBD.from_params(fitted.params_)
    broken.params_ = {**fitted.params_, "r": float("nan")}
    broken.log_likelihood_ = float("-inf")
    check = checks.finite(broken)
    assert (check.verdict, check.value) == ("failure", 2)


def test_the_start_values_of_lifetimes_are_recognised():
    stuck = BGNBD.from_params({"r": 1.105171, "alpha": 40.0, "a": 1.105171, "b": 1.105171})
    assert checks.start_signature(stuck).verdict == "failure"
    free = BGNBD.from_params({"r": 1.105171, "alpha": 40.0, "a": 1.105171, "b": 1.2})
    assert checks.start_signature(free).verdict == "pass"


@pytest.mark.parametrize(
    ("bends", "verdict"), [([4, 3, 2, 1], "pass"), ([4, 3, 2, 1e-9], "warning"), ([4, 3, 2, -1], "failure")]
)
def test_the_likelihood_must_bend_down_in_every_direction(fitted, bends, verdict):
    turned = np.linalg.qr(np.random.default_rng(0).normal(size=(4, 4)))[0]
    optimum = replace(fitted.optimum_, hessian=-turned @ np.diag(bends) @ turned.T)
    check = checks.hessian(optimum)
    assert check.verdict == verdict
    if verdict == "pass":
        assert check.value == pytest.approx(4)


def test_nobody_leaving_is_a_warning_not_a_failure(stayers):
    model = MBGNBD().fit(stayers)
    leaving = checks.leaving(model)
    assert leaving.verdict == "warning"
    assert "P(alive) is not identified, but the chance of a purchase and the counts stand" in leaving.sentence
    assert checks.boundary(model).verdict == "warning"
    assert checks.boundary(model).sentence.startswith("a")
    assert checks.hessian(model.optimum_).verdict in {"pass", "warning"}
    assert checks.intervals(model).verdict == "warning"
    assert np.isnan(checks.standard_errors(model)["a"])
    assert checks.standard_errors(model)["r"] > 0


def test_wide_intervals_are_a_warning(leavers):
    assert checks.intervals(MBGNBD().fit(leavers.iloc[:25])).verdict == "warning"


def test_a_log_of_hardly_any_repeats_is_a_warning(leavers):
    once = pd.DataFrame({"frequency": 0, "recency": 0, "T": np.arange(60, 200)})
    customers = pd.concat([leavers.iloc[:40]] + [once] * 10)
    check = checks.one_time_buyers(MBGNBD().fit(customers))
    assert check.verdict == "warning"
    assert check.value == pytest.approx((customers["frequency"] == 0).mean())


def test_a_log_that_begins_with_old_customers_is_recognised(leavers):
    log_begins = 120
    old = leavers["T"] > log_begins
    rng = np.random.default_rng(0)
    seen_late = np.maximum(np.round(log_begins - rng.exponential(4, len(leavers))), 1)
    truncated = leavers.assign(T=leavers["T"].where(~old, seen_late))
    truncated = truncated.assign(recency=np.minimum(truncated["recency"], truncated["T"]))
    check = checks.left_truncation(MBGNBD().fit(truncated))
    assert check.verdict == "warning"
    assert check.value > 2
    assert "old customers look new" in check.sentence


def test_one_cohort_on_one_day_cannot_be_judged(leavers):
    same_day = leavers.assign(T=200)
    check = checks.left_truncation(MBGNBD().fit(same_day))
    assert check.verdict == "pass"
    assert np.isnan(check.value)


@pytest.mark.parametrize(
    ("theirs", "best", "verdict", "words"),
    [
        (-100.0, -100.0, "pass", "finds nothing likelier"),
        (-100.0, np.nan, "pass", "did not converge"),
        (-100.0, -90.0, "failure", "10 likelier"),
        (-101.0, -100.0, "failure", "differs by 1"),
        (np.nan, np.nan, "warning", "no finite likelihood"),
    ],
)
def test_comparison_with_lifetimes(theirs, best, verdict, words):
    check = checks.lifetimes_agrees(LifetimesFit(ours=-100.0, theirs_at_ours=theirs, their_best=best, customers=9))
    assert check.verdict == verdict
    assert words in check.sentence


def test_lifetimes_without_such_a_model():
    assert checks.lifetimes_agrees(None).sentence == "lifetimes has no such model; nothing to compare with."


def spenders(tilt, size=400):
    """Customers whose mean spend leans on how often they buy."""
    rng = np.random.default_rng(2)
    x = rng.integers(1, 9, size).astype(float)
    return Spenders(x, np.exp(tilt * x / 8 + 0.3 * rng.standard_normal(size)), np.ones(size))


@pytest.mark.parametrize(
    ("tilt", "verdict", "words"),
    [
        (0.0, "pass", "nearly independent, as the model has it"),
        (0.8, "warning", "frequent buyers come out low"),
        (-0.8, "warning", "frequent buyers come out high"),
    ],
)
def test_spend_should_not_depend_on_frequency(tilt, verdict, words):
    drawn = spenders(tilt)
    check = checks.independence(drawn)
    assert (check.name, check.verdict) == ("independence", verdict)
    assert words in check.sentence
    r, interval = stats.pearsonr(drawn.x, drawn.m), stats.pearsonr(drawn.x, drawn.m).confidence_interval(0.95)
    assert check.value == pytest.approx(r.statistic)
    assert f"by {r.statistic:.2f} (95 % interval {interval.low:.2f} to {interval.high:.2f})" in check.sentence


def test_a_weight_is_so_many_spenders():
    drawn = spenders(0.3)
    twice = checks.independence(Spenders(drawn.x, drawn.m, 2 * drawn.weight))
    doubled = checks.independence(Spenders(*(np.tile(column, 2) for column in (drawn.x, drawn.m, drawn.weight))))
    assert twice.sentence == doubled.sentence


@pytest.mark.parametrize("columns", [([1.0, 2.0], [5.0, 6.0]), ([3.0] * 9, range(1, 10)), (range(1, 10), [0.1] * 9)])
def test_too_few_to_tell_how_spend_depends(columns):
    x, m = (np.array(column, dtype=float) for column in columns)
    check = checks.independence(Spenders(x, m, np.ones(len(x))))
    assert (check.verdict, np.isnan(check.value)) == ("pass", True)
