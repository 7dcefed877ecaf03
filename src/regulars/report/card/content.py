"""What a model card is written from: a finished run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from regulars.evaluation import Backtest, Grade, Tuned, Verdict, grade
from regulars.params import Params
from regulars.redact import redact
from regulars.scorer import History, Scorer
from regulars.transactions import Transactions
from regulars.transactions.data_warnings import Finding
from regulars.windows import Windows


@dataclass(frozen=True, eq=False)
class CardContent:
    """A finished run.

    Parameters
    ----------
    params : Params
    history : History
        Looks at the log; only sums of it are told.
    windows : Windows
        The training cutoff and the horizon.
    findings : sequence of Finding
        What is noteworthy in the log.
    scorer : Scorer
        With the certificate of its fit.
    backtest : Backtest
    verdict : Verdict
        What the gate decided.
    code_version : str
    tuned : Tuned, optional
        What tuning came to, where it was asked for.
    """

    params: Params
    history: History
    windows: Windows
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
        """What the fit has to say, and the tuning before it."""
        return (*self.scorer.notes, *([self.tuned.in_words] if self.tuned else []))

    @property
    def log_name(self) -> str:
        """What the log is called: no folder, no host, no password."""
        path = redact(self.params.transactions.path)
        return (path.partition("?")[0] if "://" in path else path).rstrip("/").rpartition("/")[2]

    @property
    def features(self) -> pd.DataFrame:
        """The feature table at the training cutoff."""
        return self.history.features(self.windows)

    @property
    def history_days(self) -> int:
        """Days from the first order day to the training cutoff."""
        return self.windows.history_days(self.history.first_day(self.windows))

    @cached_property
    def grade(self) -> Grade | None:
        """The letter, where an origin could be tried."""
        return grade(self.backtest)
