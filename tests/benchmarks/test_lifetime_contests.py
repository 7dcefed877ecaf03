from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks import LIFETIME, Contest
from benchmarks.measure import measure
from benchmarks.simulated_customers import SimulatedCustomers, simulate
from regulars.lifetime import BGNBD

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> SimulatedCustomers:
    return simulate(tmp_path_factory.mktemp("few") / "few", 500, seed=0, annual_rate=1e-9)


@pytest.mark.parametrize("contest", LIFETIME, ids=lambda contest: f"{contest.task} | {contest.rival}")
def test_both_sides_come_to_the_same(contest: Contest, simulated: SimulatedCustomers) -> None:
    ours, theirs = (measure(contest, side, simulated, simulated) for side in ("ours", "theirs"))
    assert ": yes" in contest.agreement(simulated, ours.large, theirs.large)
    assert ours.seconds > 0
    assert np.isnan(ours.megabytes) or ours.megabytes >= 0


def test_what_is_not_the_same_is_said(simulated: SimulatedCustomers) -> None:
    fit, answers = next(contest for contest in LIFETIME if contest.fits is BGNBD), LIFETIME[0]
    at, off = np.array([0.25, 31, 0.8, 2.5]), np.array([0.5, 31, 0.8, 2.5])
    assert fit.agreement(simulated, at, off).startswith("same optimum: no, ours is higher by")
    assert fit.agreement(simulated, off, at).startswith("same optimum: no, theirs is higher by")
    assert fit.agreement(simulated, at, np.empty(0)) == "no: theirs did not converge"
    assert answers.agreement(simulated, np.array([1.0, 2.0]), np.array([1.0, 2.1])) == "same answers: no, to 5e-02"
    assert answers.agreement(simulated, np.array([1.0]), np.array([np.nan, 1.0])).startswith("no:")
    assert "but for 1 NaN of theirs" in answers.agreement(simulated, np.array([1.0, 2.0]), np.array([1.0, np.nan]))


def test_the_same_seed_gives_the_same_customers(simulated: SimulatedCustomers, tmp_path: Path) -> None:
    again = simulate(tmp_path / "again", 500, seed=0, annual_rate=1e-9)
    for name in ("lines", "summary", "cells"):
        np.testing.assert_array_equal(getattr(again, name).to_numpy(), getattr(simulated, name).to_numpy())
    assert len(simulated.summary) == simulated.cells["weight"].sum() == 500
