"""Points where floating point suffers, against 50 digits and more; `experiments/exact_*.py` made the tables."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime import model_class

pytestmark = pytest.mark.slow

PARAMETERS = ["k", "r", "alpha", "a", "b", "s", "beta"]
ANSWERS = ["log_likelihood", "alive", "expected", "pmf", "discounted"]
FILES = {"geometric": "exact.csv.gz", "pareto": "exact_pareto.csv", "regular": "exact_regular.csv"}


class Compared(NamedTuple):
    """The exact answers with what was asked, and ours."""

    exact: pd.DataFrame
    ours: pd.DataFrame


def ours(asked: pd.DataFrame) -> pd.DataFrame:
    """Every answer for the customers of one world who are asked about the same window."""
    first = asked.iloc[0]
    named = {name: float(first[name]) for name in PARAMETERS if name in asked}
    model, t, count = model_class(first["model"]).from_params(named), float(first["t"]), int(first["count"])
    answers = {
        "log_likelihood": model.log_likelihood_of(asked),
        "alive": model.probability_alive(asked),
        "expected": model.expected_purchases(asked, t),
        "pmf": model.purchase_pmf(asked, t, count)[count],
        "discounted": model.discounted_purchases(asked, t, float(first["rate"])),
    }
    return pd.DataFrame(answers, index=asked.index)


@cache
def compared(name: str) -> Compared:
    table = pd.read_csv(Path(__file__).with_name(FILES[name]))
    table["model"] = table.get("model", "pareto_nbd")
    world = [column for column in ("model", *PARAMETERS, "t", "rate", "count") if column in table]
    return Compared(table, pd.concat([ours(asked) for _, asked in table.groupby(world)]).sort_index())


@pytest.fixture(params=FILES)
def told(request: pytest.FixtureRequest) -> Compared:
    return compared(request.param)


def test_points_of_a_leaving_coin_are_where_it_is_hard() -> None:
    exact = compared("geometric").exact
    assert len(exact) == 2000
    assert exact["frequency"].max() > 1900
    assert (np.abs(exact["a"] - 1) <= 1.1e-12).mean() > 0.4
    assert (exact["recency"] == exact["T"]).sum() > 200
    assert (exact["t"] < 1e-4 * exact["T"]).sum() > 500
    assert (exact["alive"] < 1e-300).sum() > 20


def test_points_of_a_clock_of_leaving_are_where_it_is_hard() -> None:
    exact = compared("pareto").exact
    assert len(exact) == 360
    assert exact["frequency"].max() > 1500
    assert (np.abs(exact["s"] - 1) <= 1.1e-12).mean() >= 0.5
    assert (exact["alpha"] == exact["beta"]).sum() > 50
    assert (exact["recency"] == exact["T"]).sum() > 50
    assert (exact["t"] < 1e-4 * exact["T"]).sum() > 50
    assert (exact["alive"] < 1e-100).sum() > 10


def test_points_of_regular_customers_are_where_it_is_hard() -> None:
    exact = compared("regular").exact
    assert len(exact) == 480
    assert exact["k"].value_counts().index.tolist() == [2, 3, 5, 12]
    assert exact["frequency"].max() > 1500
    assert (np.abs(exact["a"] - 1) <= 1.1e-12).mean() >= 0.5
    assert (exact["recency"] == exact["T"]).sum() > 50
    assert (exact["t"] < 1e-4 * exact["T"]).sum() > 100
    assert (exact["alive"] < 1e-300).sum() > 5
    assert (exact["expected"] > 5).sum() > 20


@pytest.mark.parametrize("answer", ANSWERS)
def test_every_answer_has_nine_digits(told: Compared, answer: str) -> None:
    found, exact = told.ours[answer], told.exact[answer]
    assert np.isfinite(found).all()
    off = np.abs(found - exact)
    wrong = (off > 1e-9 * np.abs(exact)) & (off > 1e-12)
    assert not wrong.any(), told.exact[wrong].assign(found=found[wrong])


@pytest.mark.parametrize("answer", ["alive", "expected", "discounted"])
def test_small_answers_have_their_digits_too(told: Compared, answer: str) -> None:
    found, exact = told.ours[answer], told.exact[answer]
    large = exact > 1e-300
    np.testing.assert_allclose(found[large], exact[large], rtol=1e-9)
    assert (found[~large] < 1e-299).all()
