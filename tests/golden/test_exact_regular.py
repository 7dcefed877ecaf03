"""480 points where floating point suffers, against 50 digits: `make_exact_regular.py` made the table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars.lifetime import model_class

TABLE = pd.read_csv(Path(__file__).with_name("exact_regular.csv"))
PARAMETERS = ["k", "r", "alpha", "a", "b"]


def ours(world: pd.DataFrame) -> pd.DataFrame:
    """Every answer for the customers of one world who are asked about the same window."""
    first = world.iloc[0]
    model = model_class(first["model"]).from_params({name: float(first[name]) for name in PARAMETERS})
    t, count = float(first["t"]), int(first["count"])
    answers = {
        "log_likelihood": model.log_likelihood_of(world),
        "alive": model.probability_alive(world),
        "expected": model.expected_purchases(world, t),
        "pmf": model.purchase_pmf(world, t, count)[:, count],
        "discounted": model.discounted_purchases(world, t, float(first["rate"])),
    }
    return pd.DataFrame(answers, index=world.index)


@pytest.fixture(scope="module")
def answers():
    return pd.concat([ours(world) for _, world in TABLE.groupby(["model", *PARAMETERS, "t"])]).sort_index()


def test_the_points_are_where_it_is_hard():
    assert len(TABLE) == 480
    assert TABLE["k"].value_counts().index.tolist() == [2, 3, 5, 12]
    assert TABLE["frequency"].max() > 1500
    assert (np.abs(TABLE["a"] - 1) <= 1.1e-12).mean() >= 0.5
    assert (TABLE["recency"] == TABLE["T"]).sum() > 50
    assert (TABLE["t"] < 1e-4 * TABLE["T"]).sum() > 100
    assert (TABLE["alive"] < 1e-300).sum() > 5
    assert (TABLE["expected"] > 5).sum() > 20


@pytest.mark.parametrize("answer", ["log_likelihood", "alive", "expected", "pmf", "discounted"])
def test_every_answer_has_nine_digits(answers, answer):
    found, exact = answers[answer], TABLE[answer]
    assert np.isfinite(found).all()
    off = np.abs(found - exact)
    wrong = (off > 1e-9 * np.abs(exact)) & (off > 1e-12)
    assert not wrong.any(), TABLE[wrong].assign(found=found[wrong])


@pytest.mark.parametrize("answer", ["alive", "expected", "discounted"])
def test_small_answers_have_their_digits_too(answers, answer):
    told = TABLE[answer] > 1e-300
    np.testing.assert_allclose(answers[answer][told], TABLE[answer][told], rtol=1e-9)
