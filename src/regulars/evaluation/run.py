"""A finished training run as one value: what the model card, the log of the run and its pictures are made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from regulars.evaluation.backtest import Backtest
from regulars.evaluation.gate import Verdict
from regulars.evaluation.grades import Grade, grade
from regulars.evaluation.origins import Origins
from regulars.evaluation.tuning import Tuned
from regulars.params import Params
from regulars.redact import log_name
from regulars.scorer import History, Predicted, Scorer
from regulars.transactions import Transactions
from regulars.transactions.quality.data_warnings import Finding
from regulars.windows import Windows


@dataclass(frozen=True, eq=False)
class Run:
    """A finished training run.

    Parameters
    ----------
    params : Params
        Those that it was trained with; what tuning chose is in them.
    history : History
        Looks at the log; only sums of it are told.
    windows : Windows
        The training cutoff and the horizon.
    origins : Origins
        Where in the past the scorer was tested.
    findings : sequence of Finding
        What is noteworthy in the log.
    scorer : Scorer
        With the certificate of its fit.
    backtest : Backtest
    verdict : Verdict
        What the gate decided.
    code_version : str
    tuned : Tuned, optional
        The outcome of tuning, if it was asked for.
    """

    params: Params
    history: History
    windows: Windows
    origins: Origins
    findings: Sequence[Finding]
    scorer: Scorer
    backtest: Backtest
    verdict: Verdict
    code_version: str
    tuned: Tuned | None = None

    @property
    def tx(self) -> Transactions:
        """The log."""
        return self.history.tx

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be known of the fit, and of the tuning before it, in words."""
        return (*(note.text for note in self.scorer.notes), *([self.tuned.in_words] if self.tuned else []))

    @property
    def log_name(self) -> str:
        """What the log is called: no folder, no host, no password."""
        return log_name(self.params.transactions.path)

    @property
    def title(self) -> str:
        """What the run is called among others: what is predicted, from which log, and how good it was."""
        days = f"{self.windows.horizon_days} days from {self.windows.cutoff}"
        return ", ".join([self.log_name, days, *([f"grade {self.grade.letter}"] if self.grade else [])])

    @property
    def customers_name(self) -> str:
        """What the file of customers is called, in the same way; nothing where there is none."""
        return log_name(self.params.customers.path or "")

    @property
    def features(self) -> pd.DataFrame:
        """The feature table at the training cutoff; of a sample of the customers where they are many."""
        return self.history.features(self.windows)

    @cached_property
    def predicted(self) -> Predicted:
        """What the scorer predicts from it."""
        return self.scorer.predict(self.features)

    @cached_property
    def so_far(self) -> pd.DataFrame:
        """What all customers had done by the training cutoff."""
        return self.history.so_far(self.windows)

    @property
    def history_days(self) -> int:
        """Days from the first order day to the training cutoff."""
        return self.windows.history_days(self.history.first_day(self.windows))

    @cached_property
    def grade(self) -> Grade | None:
        """The letter, where an origin could be tried."""
        return grade(self.backtest)

    @property
    def certificate(self) -> Mapping[str, Any]:
        """What the checks of the lifetime fit found; without any where it was not certified."""
        return self.scorer.lifetime.certificate or {"verdict": None, "checks": [], "metrics": {}}

    @property
    def metrics(self) -> dict[str, float]:
        """How good the scorer is, by name: in the backtest, by its grade and by its certificate."""
        marks = self.grade.metrics() if self.grade else {}
        return {**self.backtest.metrics_flat(), **marks, **self.certificate["metrics"]}

    def tables(self) -> dict[str, Mapping[str, Any]]:
        """What is kept of the run for reports, by name: aggregates alone, no customer."""
        tables: dict[str, Mapping[str, Any]] = {
            "backtest": self.backtest.summary(),
            "verdict": self.verdict.to_dict(),
            "findings": {"findings": [asdict(finding) for finding in self.findings]},
            "notes": {"notes": list(self.notes)},
            "certificate": self.certificate,
        }
        graded = {"grade": self.grade.to_dict()} if self.grade else {}
        return {**tables, **graded, **({"tuning": self.tuned.to_dict()} if self.tuned else {})}
