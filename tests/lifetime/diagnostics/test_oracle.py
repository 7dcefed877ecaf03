from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime import BGNBD, MBGNBD, GammaGamma
from regulars.lifetime.diagnostics import oracle
from regulars.lifetime.diagnostics.oracle import compare_with_lifetimes
from regulars.lifetime.models.pooled import PooledRate


@pytest.mark.medium
@pytest.mark.parametrize("model", [BGNBD, MBGNBD])
def test_lifetimes_agrees_on_likelihood_and_optimum(leavers, model):
    fitted = model().fit(leavers)
    other = compare_with_lifetimes(fitted, leavers)
    assert other.ours == pytest.approx(fitted.log_likelihood_, abs=1e-6)
    assert other.theirs_at_ours == pytest.approx(other.ours, abs=1e-6)
    assert other.their_best == pytest.approx(other.ours, abs=1e-3)
    assert other.their_best <= other.ours + 1e-6
    assert other.customers == len(leavers)


def test_lifetimes_agrees_on_spend():
    rng = np.random.default_rng(0)
    x = rng.integers(0, 6, 600)
    spend = pd.DataFrame({"frequency": x, "monetary_value": np.where(x > 0, rng.gamma(5, 8, 600), 0)})
    fitted = GammaGamma().fit(spend)
    other = compare_with_lifetimes(fitted, spend)
    assert other.ours == pytest.approx(fitted.log_likelihood_, abs=1e-6)
    assert other.theirs_at_ours == pytest.approx(other.ours, abs=1e-6)
    assert other.customers == (x > 0).sum()


def test_weights_stand_for_customers(leavers):
    some = leavers.iloc[:400]
    one = compare_with_lifetimes(MBGNBD().fit(some, np.full(400, 2)), some, np.full(400, 2))
    other = compare_with_lifetimes(MBGNBD().fit(pd.concat([some, some])), pd.concat([some, some]))
    assert one.theirs_at_ours == pytest.approx(other.theirs_at_ours)
    assert one.customers == other.customers == 800


def test_a_large_log_is_judged_by_a_sample(leavers, monkeypatch):
    monkeypatch.setattr(oracle, "MOST_ROWS", 300)
    other = compare_with_lifetimes(MBGNBD().fit(leavers), leavers)
    assert other.customers < len(leavers)
    assert other.theirs_at_ours == pytest.approx(other.ours, abs=1e-6)
    assert other.their_best == pytest.approx(other.ours, abs=1e-3)


def test_a_search_that_lifetimes_does_not_survive_leaves_no_optimum(leavers, monkeypatch, capsys):
    fitted = MBGNBD().fit(leavers)
    fitter = type(oracle.new_fitter("mbg_nbd"))

    def fails(*args, **kwargs):
        print("a table of no interest")
        raise RuntimeError("no convergence")

    monkeypatch.setattr(fitter, "fit", fails)
    other = compare_with_lifetimes(fitted, leavers)
    assert np.isnan(other.their_best)
    assert other.theirs_at_ours == pytest.approx(other.ours, abs=1e-6)
    assert capsys.readouterr().out == ""


def test_what_lifetimes_does_not_know_it_is_not_asked(leavers):
    assert compare_with_lifetimes(PooledRate().fit(leavers), leavers) is None


@pytest.mark.slow
def test_lifetimes_is_imported_only_when_asked():
    code = "import regulars.lifetime, sys; sys.exit('lifetimes' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], env=os.environ, check=False).returncode == 0
