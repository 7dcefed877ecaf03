from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from regulars.evaluation.backtest import judge
from regulars.evaluation.grades import Grade, grade
from regulars.tables import PREDICTIONS

Simulate = Callable[..., pd.DataFrame]


def graded(predictions: pd.DataFrame) -> Grade:
    made = grade(judge(predictions, replicates=60))
    assert made is not None
    return made


def points(made: Grade) -> dict[str, int]:
    return {mark.name: mark.points for mark in made.marks}


def test_the_truth_has_an_a(simulate: Simulate) -> None:
    made = graded(simulate({"regulars": 0.0, "days_since_last": 1.0, "frequency": 1.5}, customers=3000))
    assert made.letter == "A"
    assert points(made) == {"skill": 2, "calibration": 2, "level": 2, "stability": 2}
    assert made.marks[0].sentence.endswith("better than the best naive rule (days_since_last), significantly")


def test_a_level_that_is_off_costs_marks(simulate: Simulate) -> None:
    predictions = simulate({"regulars": 0.0, "days_since_last": 1.0}, customers=3000)
    predictions.loc[predictions["contender"] == "regulars", "expected_spend"] *= 1.3
    made = graded(predictions)
    assert (made.letter, points(made)["level"]) == ("B", 0)
    assert made.marks[2].sentence.endswith("from the actual total: too high at all 3 origins")


def test_levels_that_are_off_to_both_sides_do_not_make_up_for_each_other(simulate: Simulate) -> None:
    predictions = simulate({"regulars": 0.0, "days_since_last": 1.0}, customers=3000, origins=2)
    ours, first = predictions["contender"] == "regulars", predictions["origin"] == predictions["origin"].min()
    predictions.loc[ours, "expected_spend"] *= np.where(first[ours], 1.4, 0.6)
    backtest = judge(predictions)
    assert abs(backtest.value("regulars", "spend_bias")) < 0.1 < backtest.off("regulars", "spend_bias")
    assert points(graded(predictions))["level"] == 0
    assert backtest.direction("regulars", "spend_bias") == "too high at 1 and too low at 1 of 2 origins"


def test_without_skill_there_is_at_most_a_d(simulate: Simulate) -> None:
    predictions = simulate({"days_since_last": 0.0}, customers=3000)
    copied = pd.concat([predictions, predictions.assign(contender="regulars")], ignore_index=True)
    made = graded(copied)
    assert made.letter == "D"
    assert points(made)["skill"] == points(made)["stability"] == 0


def test_nothing_tried_nothing_graded() -> None:
    assert grade(judge(pd.DataFrame(columns=list(PREDICTIONS)))) is None


@pytest.mark.parametrize("money", [True, False])
def test_the_level_is_that_of_money_where_there_is_any(simulate: Simulate, money: bool) -> None:
    predictions = simulate({"regulars": 0.0, "days_since_last": 1.0})
    if not money:
        predictions[["expected_spend", "actual_spend"]] = float("nan")
    sentence = next(mark.sentence for mark in graded(predictions).marks if mark.name == "level")
    assert ("money" if money else "order days") in sentence
