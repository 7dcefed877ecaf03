"""Train: validate, fit, backtest, judge, log, register, and promote where the gate opens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from regulars.evaluation import Backtest, Verdict, decide
from regulars.params import Params
from regulars.pipelines.backtest import backtest_log, champion_of
from regulars.pipelines.validate import Validated, validate
from regulars.progress import step
from regulars.report import AliveGrid, pictures
from regulars.scorer import History, Scorer, example_features, fit_scorer, settings_of
from regulars.tracking.registry import Move, Registry, check_reason
from regulars.tracking.runs import Logged, log_training
from regulars.tracking.store import check_writable
from regulars.version import code_version


@dataclass(frozen=True)
class TrainingRun:
    """What training made; `move` is None where the gate refused."""

    validated: Validated
    scorer: Scorer
    backtest: Backtest
    verdict: Verdict
    logged: Logged
    move: Move | None

    @property
    def model_uri(self) -> str:
        """Where the registered model is found."""
        return self.logged.model_uri


def train(params: Params, *, force: str | None = None) -> TrainingRun:
    """Train on the log of `params`, register the scorer as challenger, and let the gate decide.

    Parameters
    ----------
    params : Params
        From `load_params`.
    force : str, optional
        A reason for which the champion moves whatever the gate says; it is recorded.
    """
    check_writable(params.mlflow.tracking_uri, params.mlflow.experiment)
    if force is not None:
        check_reason(force)
    validated = validate(params)
    validated.report.raise_if_refused()
    history, registry = History(validated.tx), Registry(params.mlflow)
    with step("fit the scorer"):
        scorer = fit_scorer(history, validated.windows, settings_of(params), certified=True)
    champion, untried = champion_of(params, validated.tx)
    backtest = backtest_log(history, validated.windows, params, champion=champion)
    verdict = decide(backtest, certificate=scorer.lifetime.certificate, champion=untried)
    logged = _log(params, validated, history, scorer, backtest, verdict)
    move = registry.settle(logged.version, passed=verdict.passed, reasons=verdict.reasons, force=force)
    return TrainingRun(validated, scorer, backtest, verdict, logged, move)


def _log(
    params: Params,
    validated: Validated,
    history: History,
    scorer: Scorer,
    backtest: Backtest,
    verdict: Verdict,
) -> Logged:
    tx, features = validated.tx, history.features(validated.windows)
    alive = AliveGrid.of(scorer.lifetime.purchases, history.summary(validated.windows))
    certificate = scorer.lifetime.certificate or {"metrics": {}}
    tables: dict[str, Any] = {
        "backtest": backtest.summary(),
        "verdict": verdict.to_dict(),
        "findings": {"findings": validated.report.to_dict()["findings"]},
        "notes": {"notes": list(scorer.notes)},
        "certificate": certificate,
    }
    return log_training(
        params,
        scorer,
        example=example_features(scorer.feature_names, scorer.training_cutoff, features.index),
        metrics={**backtest.metrics_flat(), **certificate["metrics"]},
        tables=tables,
        pictures=pictures(tables["backtest"], alive),
        ledger=tx.ledger.to_dict(),
        data_hash=tx.data_hash,
        code_version=code_version(),
        notes=scorer.notes,
    )
