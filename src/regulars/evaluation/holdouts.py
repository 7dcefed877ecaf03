"""Holdouts: closed slices whose churn is to be foretold from the slices that had closed when they began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from regulars.churn import blend, log_loss_weights, shift_to_mean
from regulars.evaluation.metrics import log_loss
from regulars.scorer import History, training_slices
from regulars.scorer.fit import lifetime_model
from regulars.scorer.members import Members, churn_booster
from regulars.scorer.slices import TrainingRows, on_level
from regulars.windows import Windows

Floats = NDArray[np.float64]
Settings = Mapping[str, Any]

BOOSTER = 1  # its place among the opinions on churn


@dataclass(frozen=True)
class Holdout:
    """A closed slice, and what could be learned when it began.

    Parameters
    ----------
    known : TrainingRows
        Slices that had closed.
    unseen : TrainingRows
        The slice itself.
    opinions : tuple of array
        What members fitted on `known` with the settings as they are say of churn on `unseen`.
    """

    known: TrainingRows
    unseen: TrainingRows
    opinions: tuple[Floats, ...]

    @property
    def windows(self) -> Windows:
        """When the slice begins and closes."""
        return self.unseen.slices[0]

    @property
    def churned(self) -> Floats:
        """Who did not buy."""
        return self.unseen.outcome("churned")

    def of(self, customers: NDArray[Any]) -> Holdout:
        """The same for some of its customers."""
        asked = self.unseen.table.index.isin(customers)
        return Holdout(self.known, self.unseen.where(asked), tuple(said[asked] for said in self.opinions))

    def with_booster(self, settings: Settings) -> Holdout:
        """The same with a booster of other settings among the opinions."""
        said = churn_booster(self.known, settings).predict(self.unseen.table)
        return Holdout(self.known, self.unseen, (*self.opinions[:BOOSTER], said, *self.opinions[BOOSTER + 1 :]))

    def p_churn(self) -> Floats:
        """The blend at its best: with the weights and at the level that suit this slice."""
        odds = blend(self.opinions, log_loss_weights(self.opinions, self.churned))
        return np.asarray(expit(odds + shift_to_mean(odds, float(self.churned.mean()))))

    def log_loss(self) -> float:
        """How far the blend was from what came."""
        return log_loss(self.churned, self.p_churn())


def holdouts(history: History, windows: Windows, settings: Settings) -> Iterator[Holdout]:
    """Every slice closed by a cutoff before which another had closed that can teach, latest first."""
    history = history.as_of(windows)
    slices = training_slices(history, windows)
    history.prepare([windows, *slices])
    names = [name for name in history.features(windows).columns if name != "cutoff"]
    model, _ = lifetime_model(history, slices, settings["lifetime"]["model"])
    kept, _ = on_level(history, slices, model)
    for number, closed in enumerate(kept):
        if not any(earlier.closed_by(closed.cutoff) for earlier in kept):
            return
        rows = TrainingRows.stack(history, kept[number:], names, model, seed=settings["seed"])
        unseen = rows.latest
        known, _ = rows.closed_before_latest.steady(unseen.table)
        if known.teach and unseen.teach:
            members = Members.fit(known, settings)
            yield Holdout(known, unseen, members.opinions(unseen.table, unseen.quantities).churned)
