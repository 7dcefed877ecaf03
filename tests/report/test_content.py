"""What a report is told comes from models and scorers as they are."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from regulars.lifetime import MBGNBD, LifetimeValue
from regulars.params import LifetimeParams
from regulars.report import AliveGrid, ModelFacts
from regulars.scorer import Scorer, ScorerSettings

MODEL = MBGNBD.from_params({"r": 0.5, "alpha": 40.0, "a": 0.9, "b": 1.6})


def test_the_grid_asks_the_model_over_the_range_of_its_customers() -> None:
    summary = pd.DataFrame({"frequency": [0, 1, 9], "recency": [0, 30, 90], "T": [10, 60, 100]})
    grid = AliveGrid.of(MODEL, summary)
    assert grid is not None
    assert grid.tenure == 100
    assert grid.probabilities.shape == (len(grid.recencies), len(grid.frequencies)) == (60, 9)
    corner = pd.DataFrame({"frequency": [9.0], "recency": [100.0], "T": [100.0]})
    assert grid.probabilities[-1, -1] == MODEL.probability_alive(corner)[0]
    assert (np.diff(grid.probabilities, axis=0) > 0).all()  # a later last order is a sign of life


def test_one_frequent_buyer_does_not_stretch_the_grid() -> None:
    summary = pd.DataFrame({"frequency": [2.0] * 999 + [400.0], "recency": 90.0, "T": 100.0})
    grid = AliveGrid.of(MODEL, summary)
    assert grid is not None
    assert grid.frequencies[-1] == 5


def test_without_repeat_buyers_there_is_no_grid() -> None:
    assert AliveGrid.of(MODEL, pd.DataFrame({"frequency": [0], "recency": [0], "T": [9]})) is None


def test_facts_name_the_model_that_was_chosen() -> None:
    scorer = Scorer(
        settings=ScorerSettings(90, LifetimeParams(margin=0.4), {}, seed=0),
        training_cutoff=dt.date(2024, 3, 1),
        feature_names=("frequency",),
        lifetime=LifetimeValue(MODEL, None, float("nan")),
        ensemble=None,
    )
    facts = ModelFacts.of(scorer, "models:/regulars/7")
    assert (facts.lifetime_model, facts.margin, facts.version) == ("mbg_nbd", 0.4, scorer.version)
