from __future__ import annotations

import pytest

from experiments.how_good import beside_the_truth

pytestmark = pytest.mark.slow


def test_where_there_is_nothing_to_learn_the_scorer_comes_as_near_as_the_true_parameters() -> None:
    found = beside_the_truth(seed=0, customers=5000)
    assert abs(found["AUC"] - found["AUC, true parameters"]) < 0.004
    assert abs(found["Brier"] - found["Brier, true parameters"]) < 0.001
