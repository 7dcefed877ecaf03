"""T-, X- and DR-learners: they find effects that are there, and what predicts a fold has not seen it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.learners.effects import (
    LEARNERS,
    Constant,
    Experiment,
    OutcomeModels,
    cross_fitted,
    cross_fitted_outcome,
    doubly_robust,
)


def experiment(seed: int = 0, n: int = 3000, *, binary: bool = True) -> tuple[Experiment, np.ndarray]:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"f0": rng.normal(size=n), "f1": rng.normal(size=n)})
    effect = np.where(table["f0"] > 0, 0.4, 0.0)
    arm = (rng.random(n) < 0.3).astype(np.int64)
    mean = 0.2 + 0.2 * (table["f1"] > 0).to_numpy() + effect * arm
    outcome = (rng.random(n) < mean) * 1.0 if binary else 10 * mean + rng.normal(size=n)
    return Experiment(table, arm, outcome, np.tile([0.7, 0.3], (n, 1)), rng.integers(5, size=n)), effect


@pytest.mark.slow
@pytest.mark.parametrize("learner", LEARNERS)
@pytest.mark.parametrize("binary", [True, False], ids=["binary", "amount"])
def test_it_finds_whom_the_arm_moves(learner: str, binary: bool) -> None:
    made, effect = experiment(binary=binary)
    found = cross_fitted(OutcomeModels(made, 0), LEARNERS[learner], 1)
    assert np.corrcoef(found, effect)[0, 1] > 0.75
    size = 1.0 if binary else 10.0
    assert found.mean() == pytest.approx(size * effect.mean(), abs=0.08 * size)


@pytest.mark.medium
@pytest.mark.parametrize("learner", LEARNERS)
def test_what_predicts_a_fold_has_not_seen_it(learner: str) -> None:
    made, _ = experiment(n=600)
    before = cross_fitted(OutcomeModels(made, 0), LEARNERS[learner], 1)
    here = made.fold == 2
    changed = Experiment(made.table, made.arm, np.where(here, 1 - made.outcome, made.outcome), made.chances, made.fold)
    after = cross_fitted(OutcomeModels(changed, 0), LEARNERS[learner], 1)
    assert (before[here] == after[here]).all()
    assert (before[~here] != after[~here]).any()


def test_outcomes_that_are_all_equal_are_predicted_as_they_are() -> None:
    made, _ = experiment(n=200)
    never = Experiment(made.table, made.arm, np.zeros(200), made.chances, made.fold)
    assert cross_fitted_outcome(OutcomeModels(never, 0), 1).tolist() == [0.0] * 200
    assert Constant(2.0).predict(made.table.head(3)).tolist() == [2.0, 2.0, 2.0]


def test_doubly_robust_outcomes_are_right_on_average_whatever_the_models_say() -> None:
    made, effect = experiment(n=20_000)
    wrong = np.full(20_000, 0.9)
    ones, zeros = doubly_robust(made.outcome, made.arm == 1, made.chance(1), wrong, 1 - wrong)
    assert (ones - zeros).mean() == pytest.approx(effect.mean(), abs=0.03)
