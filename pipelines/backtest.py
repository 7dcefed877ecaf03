"""Backtest: every contender predicts at past cutoffs, and is judged by the actual outcomes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.errors import ModelError
from regulars.evaluation import (
    Backtest,
    GateCheck,
    Origins,
    Verdict,
    decide,
    judge,
    not_compared,
    roll,
    try_totals,
    uncompared,
)
from regulars.features import features_of
from regulars.files import whole_files
from regulars.params import Params
from regulars.pipelines.validate import Validated, validate
from regulars.predict import Inputs, check_folder, draft_table, draft_text, make_folder
from regulars.progress import note, step
from regulars.scorer import History, Scorer, ScorerSettings
from regulars.tracking.registry import Registry
from regulars.transactions import Sample
from regulars.windows import Windows

PREDICTIONS, TABLE_OF_ORIGINS = "predictions.parquet", "backtest.csv"
TOTALS_CUSTOMERS = 5  # times as many customers count totals of past windows: each is one figure of a forecast


@dataclass(frozen=True)
class BacktestRun:
    """A backtest on disk, and what the gate would say."""

    backtest: Backtest
    verdict: Verdict
    folder: Path


def run_backtest(params: Params, out: Path) -> BacktestRun:
    """Backtest on the log of `params`; write `predictions.parquet` and `backtest.csv` into a folder."""
    folder = check_folder(out, (PREDICTIONS, TABLE_OF_ORIGINS), inputs=Inputs.of(params))
    validated = validate(params)
    validated.report.raise_if_refused()
    history = history_of(validated)
    champion, untried = champion_of(params, history)
    backtest = backtest_log(history, validated.windows, validated.origins, params, champion=champion)
    make_folder(folder)
    with whole_files() as files:
        draft_table(files, backtest.predictions, folder / PREDICTIONS)
        draft_text(files, backtest.table().to_csv(lineterminator="\n"), folder / TABLE_OF_ORIGINS)
    return BacktestRun(backtest, decide(backtest, champion=untried), folder)


def history_of(validated: Validated) -> History:
    """Looks at a log; where it has more customers than `training.max_customers`, features are those of a sample."""
    params, tx = validated.params, validated.tx
    most = params.training.max_customers
    if not most:
        return History(tx, validated.known_days, validated.customers)
    sample, of_totals = (
        Sample.of(tx, validated.windows, many, params.seed) for many in (most, TOTALS_CUSTOMERS * most)
    )
    if sample:
        known = tx.customers_before(validated.windows)
        totals = f", totals of past windows on one of about {TOTALS_CUSTOMERS * most:,}" if of_totals else ""
        note(
            f"LightGBM and the backtest are based on a random sample of about {most:,} of the {known:,} "
            f"customers (training.max_customers){totals}."
        )
    return History(tx, validated.known_days, validated.customers, sample, of_totals)


def champion_of(params: Params, history: History) -> tuple[Scorer | None, GateCheck | None]:
    """Find the champion that is to be tried beside a candidate; or why it is not."""
    try:
        champion = Registry(params.mlflow).champion_scorer()
    except ModelError as unusable:  # as one of another catalogue of features: training goes on, to replace it
        return None, not_compared(str(unusable).rstrip("."))
    names = {*(feature.name for feature in features_of(history.tx)), *history.attributes}
    if champion:
        names -= set(champion.declared_otherwise(history.tx))
    untried = uncompared(champion, ScorerSettings.of(params), names)
    return (None if untried else champion), untried


def backtest_log(
    history: History,
    windows: Windows,
    origins: Origins,
    params: Params,
    *,
    champion: Scorer | None,
    untuned: Params | None = None,
) -> Backtest:
    """Predict at the origins, and totals alone at many earlier cutoffs, and judge."""
    for text in (*(f"origin skipped, {reason}" for reason in origins.skipped), *origins.notes):
        note(text)
    with step("backtest"):
        before = ScorerSettings.of(untuned) if untuned else None
        rolled = roll(history, origins.kept, ScorerSettings.of(params), champion=champion, untuned=before)
        tried = try_totals(history, windows, ScorerSettings.of(params))
        with step("bootstrap by customer"):
            return judge(
                rolled.predictions,
                rolled.frequency,
                rolled.interval_forecasts,
                tried,
                skipped=[*origins.skipped, *rolled.skipped],
                notes=origins.notes,
                offers=params.offers,
                margin=params.lifetime.margin,
                seed=params.seed,
            )
