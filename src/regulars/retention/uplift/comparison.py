"""One kind of contact compared with the control group, in one outcome: what is predicted, what is actual."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.learners.effects import (
    CONTROL,
    LEARNERS,
    Experiment,
    OutcomeModels,
    cross_fitted,
    cross_fitted_outcome,
    doubly_robust,
)
from regulars.retention.effects import BoolArray
from regulars.retention.uplift.trial import Trial

DEFAULT = "DR-learner"


@dataclass(frozen=True, eq=False)
class Predicted:
    """Cross-fitted predictions for every row of a trial, in one outcome.

    Parameters
    ----------
    without : array, shape (n,)
        The outcome without a contact.
    contacted : dict of int to array of shape (n,)
        The outcome with each kind of contact.
    effects : dict of (int, str) to array of shape (n,)
        What each kind of contact changes, by learner.
    """

    without: Floats
    contacted: Mapping[int, Floats]
    effects: Mapping[tuple[int, str], Floats]

    @classmethod
    def of(cls, trial: Trial, outcome: str, *, seed: int) -> Predicted:
        """Fit all learners fold by fold."""
        experiment = Experiment(trial.table, trial.arm, trial.outcomes[outcome], trial.chances, trial.fold)
        models, arms = OutcomeModels(experiment, seed), range(1, len(trial.arms))
        return cls(
            cross_fitted_outcome(models, CONTROL),
            {arm: cross_fitted_outcome(models, arm) for arm in arms},
            {(arm, name): cross_fitted(models, learner, arm) for arm in arms for name, learner in LEARNERS.items()},
        )


@dataclass(frozen=True, eq=False)
class Comparison:
    """The rows of one kind of contact and of the control group.

    Parameters
    ----------
    outcome, arm : str
    rows : bool array
        Which rows of the trial these are.
    treated : bool array, shape (n,)
    actual : array, shape (n,)
        The outcome.
    chance : array, shape (n,)
        The chance of this contact among the two groups, by the design.
    is_even : bool
        Whether this chance is the same for all.
    clusters : int array, shape (n,)
        Numbers 0, 1, … of the customers.
    by_learner : dict of str to array of shape (n,)
        The predicted effect of each learner.
    response, base : arrays, shape (n,)
        The predicted outcome with and without the contact.
    ones, zeros : arrays, shape (n,)
        The outcome of each row with and without the contact, right on average (AIPW).
    columns : dict of str to array of shape (n,)
        Columns of the file by which customers could be ranked.
    """

    outcome: str
    arm: str
    rows: BoolArray
    treated: BoolArray
    actual: Floats
    chance: Floats
    is_even: bool
    clusters: NDArray[np.int64]
    by_learner: dict[str, Floats]
    response: Floats
    base: Floats
    ones: Floats
    zeros: Floats
    columns: dict[str, Floats]

    @classmethod
    def of(cls, trial: Trial, outcome: str, arm: int, predicted: Predicted) -> Comparison:
        """Take the rows of two groups."""
        rows = trial.compared(arm)
        treated, actual = trial.arm[rows] == arm, trial.outcomes[outcome][rows]
        chance = (trial.chances[:, arm] / (trial.chances[:, arm] + trial.chances[:, 0]))[rows]
        response, base = predicted.contacted[arm][rows], predicted.without[rows]
        ones, zeros = doubly_robust(actual, treated, chance, response, base)
        return cls(
            outcome=outcome,
            arm=trial.arms[arm],
            rows=rows,
            treated=treated,
            actual=actual,
            chance=chance,
            is_even=bool(np.ptp(chance) < 1e-12),
            clusters=np.unique(trial.clusters[rows], return_inverse=True)[1],
            by_learner={name: predicted.effects[arm, name][rows] for name in LEARNERS},
            response=response,
            base=base,
            ones=ones,
            zeros=zeros,
            columns={name: values[rows] for name, values in trial.rankings.items()},
        )

    @property
    def is_binary(self) -> bool:
        """Whether the outcome is 0 or 1."""
        return bool(np.isin(self.actual, (0.0, 1.0)).all())
