"""Train: validate, fit, backtest, judge, log, register, and promote where the gate opens."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from regulars.errors import InputError
from regulars.evaluation import Backtest, Tuned, Verdict, check_tuning, decide
from regulars.params import Params, needed_params
from regulars.pipelines.backtest import backtest_log, champion_of
from regulars.pipelines.tune import log_trials, tune_log
from regulars.pipelines.validate import Validated, validate
from regulars.predict import make_folder, write_text
from regulars.progress import note, step
from regulars.report import AliveGrid, pictures
from regulars.report.card import Card, CardContent, make_card
from regulars.scorer import History, Scorer, example_features, fit_scorer, settings_of
from regulars.tracking.registry import Move, Registry, check_reason
from regulars.tracking.runs import Logged, log_training
from regulars.tracking.store import cards_folder, check_writable
from regulars.tracking.versions import judgement
from regulars.version import code_version


@dataclass(frozen=True)
class TrainingRun:
    """What training made.

    `card` is None where it is in MLflow alone, `move` where the gate refused, `tuned` where it was not asked for;
    `in_charge` is the version of the champion, None where there is none.
    """

    validated: Validated
    scorer: Scorer
    backtest: Backtest
    verdict: Verdict
    logged: Logged
    card: Path | None
    move: Move | None
    in_charge: str | None
    tuned: Tuned | None = None

    @property
    def model_uri(self) -> str:
        """Where the registered model is found."""
        return self.logged.model_uri


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
    needed_params(params)
    check_writable(params.mlflow.tracking_uri, params.mlflow.experiment)
    if force is not None:
        check_reason(force)
    if tune is not None:
        check_tuning(tune)
    validated = validate(params)
    validated.report.raise_if_refused()
    history, registry = History(validated.tx), Registry(params.mlflow)
    asked, tuned = params, None
    if tune is not None:
        params, tuned = tune_log(history, validated.windows, params, minutes=tune)
    with step("fit the scorer"):
        scorer = fit_scorer(history, validated.windows, settings_of(params), certified=True)
    champion, untried = champion_of(params, validated.tx)
    backtest = backtest_log(history, validated.windows, params, champion=champion, untuned=asked)
    verdict = decide(backtest, certificate=scorer.lifetime.certificate, champion=untried)
    content = CardContent(
        params, history, validated.windows, validated.report.findings, scorer, backtest, verdict, code_version(), tuned
    )
    card = make_card(content)
    logged = _log(content, card)
    if tuned is not None:
        log_trials(params, logged.run_id, tuned)
    move = registry.settle(logged.version, passed=verdict.passed, reasons=verdict.reasons, force=force)
    in_charge = registry.champion()
    return TrainingRun(validated, scorer, backtest, verdict, logged, _keep(card, params), move, in_charge, tuned)


def _log(content: CardContent, card: Card) -> Logged:
    scorer, backtest, history = content.scorer, content.backtest, content.history
    certificate = scorer.lifetime.certificate or {"metrics": {}}
    letter, marks = (content.grade.letter, content.grade.metrics()) if content.grade else (None, {})
    tables: dict[str, Any] = {
        "backtest": backtest.summary(),
        "verdict": content.verdict.to_dict(),
        "findings": {"findings": [asdict(finding) for finding in content.findings]},
        "notes": {"notes": list(content.notes)},
        "certificate": certificate,
    }
    if content.tuned is not None:
        tables["tuning"] = content.tuned.to_dict()
    alive = AliveGrid.of(scorer.lifetime.purchases, history.summary(content.windows))
    return log_training(
        content.params,
        scorer,
        example=example_features(scorer.feature_names, scorer.training_cutoff, content.features.index),
        metrics={**backtest.metrics_flat(), **marks, **certificate["metrics"]},
        tables=tables,
        pictures=pictures(tables["backtest"], alive),
        ledger=content.tx.ledger.to_dict(),
        card=card.text,
        description=card.brief,
        judged=judgement(letter, passed=content.verdict.passed),
        data_hash=content.tx.data_hash,
        code_version=content.code_version,
        notes=content.notes,
    )


def _keep(card: Card, params: Params) -> Path | None:
    """Put the card beside the store; where there is no such place, the run has it."""
    folder = cards_folder(params.mlflow.tracking_uri)
    if folder is None:
        return None
    try:
        path = make_folder(folder) / card.file_name
        write_text(card.text, path)
    except InputError as error:
        note(f"The model card is with its run in MLflow alone. {error}")
        return None
    return path
