"""T-, X- and DR-learners: by how much an arm of an experiment changes an outcome, for each row.

Rows are in folds. What predicts a fold has seen no row of it, neither its outcome models nor the model of the effect.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.learners.booster import Booster

CONTROL = 0  # the arm with which the others are compared

# Effects are much smaller than the noise of outcomes: few trees, few leaves, and many rows in each leaf of an effect.
OUTCOME: Mapping[str, int] = {"num_iterations": 60, "num_leaves": 7}
EFFECT: Mapping[str, int] = {"num_iterations": 50, "num_leaves": 4, "min_data_in_leaf": 200}


class Mean(Protocol):
    """Something that predicts a mean for each row."""

    def predict(self, table: pd.DataFrame) -> Floats:
        """One mean a row."""


@dataclass(frozen=True)
class Constant:
    """The same mean for every row: where all outcomes are equal, or there are no columns to learn from."""

    value: float

    def predict(self, table: pd.DataFrame) -> Floats:
        """The mean, for each row."""
        return np.full(len(table), self.value)


@dataclass(frozen=True)
class Sum:
    """A weighted sum of means."""

    parts: tuple[tuple[float, Mean], ...]

    def predict(self, table: pd.DataFrame) -> Floats:
        """The sum, for each row."""
        total = np.zeros(len(table))
        for weight, part in self.parts:
            total = total + weight * part.predict(table)
        return total


@dataclass(frozen=True, eq=False)
class Experiment:
    """Rows of a randomised experiment.

    Parameters
    ----------
    table : DataFrame, shape (n, k)
        What was known before, as doubles; NaN means not known.
    arm : int array, shape (n,)
        The arm of each row; `CONTROL` is 0.
    outcome : array, shape (n,)
    chances : array, shape (n, arms)
        The chance that each row had of each arm, by the design.
    fold : int array, shape (n,)
    """

    table: pd.DataFrame
    arm: NDArray[np.int64]
    outcome: Floats
    chances: Floats
    fold: NDArray[np.int64]

    @property
    def is_binary(self) -> bool:
        """Whether the outcome is 0 or 1."""
        return bool(np.isin(self.outcome, (0.0, 1.0)).all())

    @property
    def folds(self) -> list[int]:
        """The folds, in order."""
        return [int(fold) for fold in np.unique(self.fold)]

    def outside(self, folds: frozenset[int]) -> NDArray[np.bool_]:
        """Rows of none of these folds."""
        return ~np.isin(self.fold, list(folds))

    def chance(self, arm: int) -> Floats:
        """The chance of an arm for a row that is in this arm or in the control group."""
        return np.asarray(self.chances[:, arm] / (self.chances[:, arm] + self.chances[:, CONTROL]))


class OutcomeModels:
    """Models of the outcome in each arm, each fitted once however many learners ask for it.

    Parameters
    ----------
    experiment : Experiment
    seed : int
    """

    def __init__(self, experiment: Experiment, seed: int) -> None:
        self.experiment, self.seed = experiment, seed
        self._fitted: dict[tuple[int, frozenset[int]], Mean] = {}

    def without(self, folds: frozenset[int], arm: int) -> Mean:
        """The model of an arm that has seen none of these folds."""
        key = (arm, folds)
        if key not in self._fitted:
            rows = self.experiment.outside(folds) & (self.experiment.arm == arm)
            objective = "binary" if self.experiment.is_binary else "regression"
            self._fitted[key] = _fitted(self.experiment, rows, self.experiment.outcome[rows], objective, self.seed)
        return self._fitted[key]


Learner = Callable[[OutcomeModels, int, frozenset[int]], Mean]
"""Outcome models, an arm and folds that are not to be seen; gives a model of what the arm changes."""


def t_learner(models: OutcomeModels, arm: int, unseen: frozenset[int] = frozenset()) -> Mean:
    """Outcome model of the arm less that of the control group (Künzel et al. 2019, PNAS 116, section T-learner)."""
    return Sum(((1.0, models.without(unseen, arm)), (-1.0, models.without(unseen, CONTROL))))


def x_learner(models: OutcomeModels, arm: int, unseen: frozenset[int] = frozenset()) -> Mean:
    """Two models of imputed effects, each on one group, weighted by the chance of the arm.

    Notes
    -----
    Künzel et al. 2019, PNAS 116: D₁ = Y − μ₀(x) of the arm and D₀ = μ₁(x) − Y of the controls are regressed on x; the
    effect is e·τ₀(x) + (1 − e)·τ₁(x), with e the mean chance of the arm.
    """
    of = models.experiment
    known = of.outside(unseen)
    ones, zeros = known & (of.arm == arm), known & (of.arm == CONTROL)
    gained = of.outcome[ones] - models.without(unseen, CONTROL).predict(of.table[ones])
    missed = models.without(unseen, arm).predict(of.table[zeros]) - of.outcome[zeros]
    e = float(of.chance(arm)[ones | zeros].mean())
    return Sum(
        (
            (1.0 - e, _fitted(of, ones, gained, "regression", models.seed, EFFECT)),
            (e, _fitted(of, zeros, missed, "regression", models.seed, EFFECT)),
        )
    )


def dr_learner(models: OutcomeModels, arm: int, unseen: frozenset[int] = frozenset()) -> Mean:
    """A model of doubly robust effects, whose outcome models saw neither the row nor what is to be predicted.

    Notes
    -----
    Kennedy 2023, "Towards optimal doubly robust estimation of heterogeneous causal effects", Electronic Journal of
    Statistics 17, algorithm 1, with the chance of the design: the mean of `doubly_robust` given x is the effect.
    """
    of = models.experiment
    rows = of.outside(unseen) & np.isin(of.arm, (arm, CONTROL))
    effects = np.zeros(len(of.arm))
    for fold in of.folds:
        if fold in unseen:
            continue
        here, also = rows & (of.fold == fold), unseen | {fold}
        treated, not_treated = (models.without(also, each).predict(of.table[here]) for each in (arm, CONTROL))
        one, zero = doubly_robust(of.outcome[here], of.arm[here] == arm, of.chance(arm)[here], treated, not_treated)
        effects[here] = one - zero
    return _fitted(of, rows, effects[rows], "regression", models.seed, EFFECT)


LEARNERS: Mapping[str, Learner] = {"DR-learner": dr_learner, "T-learner": t_learner, "X-learner": x_learner}


def doubly_robust(
    outcome: Floats, treated: NDArray[np.bool_], chance: Floats, if_treated: Floats, if_not: Floats
) -> tuple[Floats, Floats]:
    """What each row would have with and without the treatment, right on average whatever the outcome models are.

    Parameters
    ----------
    outcome, treated, chance : arrays, shape (n,)
        What is actual; the chance of the treatment by the design.
    if_treated, if_not : arrays, shape (n,)
        Predictions of outcome models that did not see the row.

    Notes
    -----
    μ_a(x) + 1{A = a}(Y − μ_a(x)) / P(A = a): Robins, Rotnitzky & Zhao 1994, Journal of the American Statistical
    Association 89 (AIPW).

    Examples
    --------
    >>> one_row = [np.array([value]) for value in (1.0, True, 0.5, 0.4, 0.1)]
    >>> ones, zeros = doubly_robust(*one_row)
    >>> ones.tolist(), zeros.tolist()
    ([1.6], [0.1])
    """
    ones = if_treated + np.where(treated, (outcome - if_treated) / chance, 0.0)
    zeros = if_not + np.where(treated, 0.0, (outcome - if_not) / (1.0 - chance))
    return ones, zeros


def cross_fitted(models: OutcomeModels, learner: Learner, arm: int) -> Floats:
    """The effect of an arm on every row, each fold by a model that has not seen it."""
    return _by_fold(models.experiment, lambda unseen: learner(models, arm, unseen))


def cross_fitted_outcome(models: OutcomeModels, arm: int) -> Floats:
    """The outcome of every row in an arm, each fold by a model that has not seen it."""
    return _by_fold(models.experiment, lambda unseen: models.without(unseen, arm))


def _by_fold(experiment: Experiment, fit: Callable[[frozenset[int]], Mean]) -> Floats:
    found = np.zeros(len(experiment.fold))
    for fold in experiment.folds:
        rows = experiment.fold == fold
        found[rows] = fit(frozenset({fold})).predict(experiment.table[rows])
    return found


def _fitted(
    experiment: Experiment,
    rows: NDArray[np.bool_],
    target: Floats,
    objective: str,
    seed: int,
    params: Mapping[str, int] = OUTCOME,
) -> Mean:
    if not len(target):
        return Constant(0.0)
    if experiment.table.shape[1] == 0 or (target == target[0]).all():
        return Constant(float(target.mean()))
    return Booster.fit(experiment.table[rows], target, objective={"objective": objective}, params=params, seed=seed)
