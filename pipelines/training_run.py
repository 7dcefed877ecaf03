"""What training made: the finished run, where it is registered, and who is champion."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from regulars.evaluation import Backtest, Run, Tuned, Verdict
from regulars.pipelines.validate import Validated
from regulars.scorer import Forecast, Scorer
from regulars.scorer.all_customers import forecast_of_all
from regulars.scorer.forecast_context import ForecastContext
from regulars.scorer.like_for_like import forecast_context
from regulars.tracking.registry import Move
from regulars.tracking.runs import Logged


@dataclass(frozen=True)
class TrainingRun:
    """What training made.

    `card` is None where it is in MLflow alone, `move` where the gate refused; `champion` is the version of the
    champion, None where there is none.
    """

    validated: Validated
    run: Run
    logged: Logged
    card: Path | None
    move: Move | None
    champion: str | None

    def __repr__(self) -> str:
        verdict = "passed" if self.verdict.passed else "refused"
        return f"<TrainingRun {self.model_uri}: {self.run.title}, gate {verdict}>"

    @property
    def model_uri(self) -> str:
        """Where the registered model is found."""
        return self.logged.model_uri

    @property
    def scorer(self) -> Scorer:
        """The fitted scorer."""
        return self.run.scorer

    @property
    def backtest(self) -> Backtest:
        """How good it would have been in the past."""
        return self.run.backtest

    @property
    def verdict(self) -> Verdict:
        """What the gate decided."""
        return self.run.verdict

    @cached_property
    def forecast(self) -> Forecast:
        """What all customers known at the training cutoff are expected to do together."""
        run = self.run
        return forecast_of_all(run.history, run.windows, run.scorer, run.predicted)

    @cached_property
    def context(self) -> ForecastContext:
        """Past windows and new customers, to read the forecast by."""
        return forecast_context(self.run.tx, self.run.windows)

    @property
    def tuned(self) -> Tuned | None:
        """The outcome of tuning; None if it was not asked for."""
        return self.run.tuned
