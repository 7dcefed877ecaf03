"""Holdouts: training slices whose churn is predicted from the slices that had ended when they began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.churn import PROBABILITY
from regulars.evaluation.metrics import log_loss
from regulars.learners import LogOddsShift
from regulars.scorer import History, ScorerSettings, training_slices
from regulars.scorer.base_models import CHURNED, LIGHTGBM, base_predictions, fit_base_models, fit_churn_trees
from regulars.scorer.fit import feature_columns, lifetime_model
from regulars.scorer.slices import TrainingRows, usable_slices
from regulars.windows import Windows


@dataclass(frozen=True)
class Holdout:
    """A training slice, and the slices that could be learned from when it began.

    Parameters
    ----------
    known : TrainingRows
        Slices that had closed.
    unseen : TrainingRows
        The slice itself.
    predictions : mapping of str to array
        Churn on `unseen` by base models fitted on `known`.
    """

    known: TrainingRows
    unseen: TrainingRows
    predictions: Mapping[str, Floats]

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
        asked = self.unseen.quantities.index.isin(customers)
        return Holdout(self.known, self.unseen.where(asked), {name: p[asked] for name, p in self.predictions.items()})

    def with_booster(self, settings: ScorerSettings) -> Holdout:
        """The same with trees of other settings among the base models."""
        trees = fit_churn_trees(self.known, settings).predict(self.unseen.table)
        return Holdout(self.known, self.unseen, {**self.predictions, LIGHTGBM: trees})

    def p_churn(self) -> Floats:
        """The blend at its best: with weights and a calibration that suit this slice."""
        weights = PROBABILITY.weigh(self.predictions, self.churned)
        calibration = LogOddsShift.to_mean(self.predictions, weights, float(self.churned.mean()))
        return calibration.combine(self.predictions, weights)

    def log_loss(self) -> float:
        """Log-loss of the blend at its best."""
        return log_loss(self.churned, self.p_churn())


def holdouts(history: History, windows: Windows, settings: ScorerSettings) -> Iterator[Holdout]:
    """Every slice that ends by a cutoff and that another one, good to learn from, ends before; latest first."""
    history = history.as_of(windows)
    slices = training_slices(history, windows)
    history.prepare([windows, *slices])
    names, attributes, _ = feature_columns(history, windows)
    model, _ = lifetime_model(history, slices, settings.lifetime.model)
    kept, _ = usable_slices(history, slices, model)
    for number, closed in enumerate(kept):
        if not any(earlier.closed_by(closed.cutoff) for earlier in kept):
            return
        rows = TrainingRows.stack(history, kept[number:], names, model, attributes=attributes, seed=settings.seed)
        unseen = rows.latest
        known, _ = rows.closed_before_latest.without_shifts(unseen.table)
        if known.suffices and unseen.suffices:
            known = known.thinned(settings.seed)  # once: trials fit on the same rows
            yield Holdout(known, unseen, base_predictions(fit_base_models(known, settings), unseen)[CHURNED])
