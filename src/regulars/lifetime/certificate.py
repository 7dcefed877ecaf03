"""The certificate of a fit: whether it can be trusted, and what to know of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from regulars.lifetime import checks
from regulars.lifetime.base import LifetimeModel, MaximumLikelihoodModel
from regulars.lifetime.checks import Check, Verdict
from regulars.lifetime.gammagamma import GammaGamma
from regulars.lifetime.oracle import second_opinion


@dataclass(frozen=True)
class Certificate:
    """The checks of one fit.

    Parameters
    ----------
    model : str
        Name of the model.
    checks : tuple of Check
    standard_errors : dict
        Of each parameter; NaN where it is not identified.
    """

    model: str
    checks: tuple[Check, ...]
    standard_errors: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all checks."""
        order: tuple[Verdict, ...] = ("not made", "pass", "warning", "failure")
        return max((check.verdict for check in self.checks), key=order.index)

    def sentences(self, verdict: Verdict) -> list[str]:
        """Sentences of the checks that ended so."""
        return [check.sentence for check in self.checks if check.verdict == verdict]

    @property
    def frame(self) -> pd.DataFrame:
        """One row a check: value, verdict, sentence; indexed by name."""
        return pd.DataFrame([asdict(check) for check in self.checks]).set_index("name")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; a figure that cannot be given is None."""
        return {
            "model": self.model,
            "verdict": self.verdict,
            "checks": [{**asdict(check), "value": _plain(check.value)} for check in self.checks],
            "standard_errors": {name: _plain(error) for name, error in self.standard_errors.items()},
        }

    def metrics(self) -> dict[str, float]:
        """Flat finite numbers for a run: every figure, and how many checks warned and failed."""
        values = {f"certificate.{check.name}": float(check.value) for check in self.checks}
        values |= {f"standard_error.{name}": error for name, error in self.standard_errors.items()}
        counts = {f"certificate.{verdict}s": float(len(self.sentences(verdict))) for verdict in ("warning", "failure")}
        return {name: value for name, value in (values | counts).items() if np.isfinite(value)}


def certify(model: LifetimeModel) -> Certificate:
    """Judge a model on what it was fitted on."""
    optimum = model.optimum_
    found = [
        checks.finite(model),
        checks.gradient(optimum),
        checks.starts(optimum),
        checks.boundary(model),
        checks.hessian(optimum),
        checks.intervals(model),
        checks.start_signature(model),
        checks.opinion(second_opinion(model, *model.training_data())),
    ]
    if isinstance(model, GammaGamma):
        found.append(checks.independence(model.spenders_))
    if isinstance(model, MaximumLikelihoodModel):
        found += [checks.leaving(model), checks.one_time_buyers(model), checks.left_truncation(model)]
    return Certificate(model.name, tuple(found), checks.standard_errors(model))


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
