"""The scorer: fitted, scoring, saved and loaded as one bundle."""

from regulars.scorer.fit import fit_scorer, training_slices
from regulars.scorer.history import History
from regulars.scorer.scorer import Scorer

__all__ = ["History", "Scorer", "fit_scorer", "training_slices"]
