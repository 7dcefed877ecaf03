"""Train: validate, fit, backtest, judge, log, register, and promote where the gate opens."""

from __future__ import annotations

import datetime as dt

from regulars.evaluation import Run, check_tuning, decide
from regulars.monitoring.reference import Reference
from regulars.params import Params, needed_params
from regulars.pipelines.backtest import backtest_log, champion_of, history_of
from regulars.pipelines.training_run import TrainingRun
from regulars.pipelines.tune import log_trials, tune_log
from regulars.pipelines.validate import validate
from regulars.progress import step
from regulars.report import run_pictures
from regulars.report.card import keep_card, make_card
from regulars.scorer import ScorerSettings, fit_scorer
from regulars.tracking.registry import Registry, check_reason
from regulars.tracking.runs import Record, log_training
from regulars.tracking.store import cards_folder, check_writable
from regulars.version import code_version


def train(params: Params, *, force: str | None = None, tune: float | None = None) -> TrainingRun:
    """Train on the log of `params`, register the scorer as challenger, and let the gate decide.

    Parameters
    ----------
    params : Params
        From `load_params`.
    force : str, optional
        A reason for which the champion moves whatever the gate says; it is recorded.
    tune : float, optional
        Minutes for which to look for better LightGBM parameters first; what `churn` sets stays as it is.
    """
    began = dt.datetime.now(dt.UTC)
    check_writable(needed_params(params).mlflow.tracking_uri, params.mlflow.experiment)
    if force is not None:
        check_reason(force)
    if tune is not None:
        check_tuning(tune)
    validated = validate(params)
    validated.report.raise_if_refused()
    history = history_of(validated)
    windows, origins = validated.windows, validated.origins

    chosen, tuned = tune_log(history, origins, params, minutes=tune) if tune is not None else (params, None)
    with step("fit the scorer"):
        scorer = fit_scorer(history, windows, ScorerSettings.of(chosen), certified=True)
    champion, untried = champion_of(chosen, history)
    backtest = backtest_log(history, windows, origins, chosen, champion=champion, untuned=params)
    verdict = decide(backtest, certificate=scorer.lifetime.certificate, champion=untried)

    findings = validated.report.findings
    run = Run(chosen, history, windows, origins, findings, scorer, backtest, verdict, code_version(), tuned)
    card = make_card(run)
    reference = Reference.of(validated.tx, windows, run.features, run.so_far, scorer, run.predicted).to_dict()
    logged = log_training(
        Record.of(
            run,
            began=began,
            card=card.text,
            description=card.brief,
            pictures=run_pictures(run),
            reference=reference,
        )
    )
    if tuned is not None:
        log_trials(params, logged.run_id, tuned)
    registry = Registry(params.mlflow)
    move = registry.settle(logged.version, passed=verdict.passed, reasons=verdict.reasons, force=force)
    kept = keep_card(card, cards_folder(params.mlflow.tracking_uri))
    return TrainingRun(validated, run, logged, kept, move, registry.champion())
