"""The certificate of a fit, as a value: its checks, their verdicts and the standard errors."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

FitVerdict = Literal["not made", "pass", "warning", "failure"]


@dataclass(frozen=True)
class FitCheck:
    """One check of a fit.

    Parameters
    ----------
    name : str
    value : float
        The figure that the verdict rests on.
    verdict : {"not made", "pass", "warning", "failure"}
    sentence : str
        What was found and what it means.
    """

    name: str
    value: float
    verdict: FitVerdict
    sentence: str


@dataclass(frozen=True)
class Certificate:
    """The checks of one fit.

    Parameters
    ----------
    model : str
        Name of the model.
    checks : tuple of FitCheck
    standard_errors : dict
        Of each parameter; NaN where it is not identified.
    """

    model: str
    checks: tuple[FitCheck, ...]
    standard_errors: dict[str, float] = field(default_factory=dict)

    @property
    def verdict(self) -> FitVerdict:
        """The worst verdict of all checks."""
        order: tuple[FitVerdict, ...] = ("not made", "pass", "warning", "failure")
        return max((check.verdict for check in self.checks), key=order.index)

    def sentences(self, verdict: FitVerdict) -> list[str]:
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


def _plain(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
