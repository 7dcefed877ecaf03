"""Score: every customer with a purchase before the cutoff, by a registered model, into one table."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from regulars.errors import ParamsError
from regulars.params import DEMO, Params
from regulars.pipelines.inputs import customers_of, forgotten_file, freshness_of, read_log, windows_for
from regulars.predict import Inputs, ScoresTable, check_engine, destination_of
from regulars.predict.part_files import remove_left_beside
from regulars.predict.unchanged import find_unchanged, inputs_of
from regulars.progress import note, step
from regulars.transactions import Transactions
from regulars.transactions.forgotten import salt_of
from regulars.transactions.row_outcome import RowOutcome

if TYPE_CHECKING:  # what scores is loaded only where there is something to score
    from regulars.predict import Job, Scored
    from regulars.tracking.versions import Registered


def champion_uri(params: Params) -> str:
    """Where the champion is found."""
    return f"models:/{params.mlflow.model_name}@champion"


def say_horizon(params: Params, horizon_days: int) -> None:
    """Say where the horizon that was asked for is not the one that the scorer was trained for."""
    asked = params.windows
    if "horizon_days" in asked.model_fields_set and asked.horizon_days != horizon_days:
        note(
            f"Scores are about the model's horizon, {horizon_days} days; windows.horizon_days is "
            f"{asked.horizon_days}. Train with it to change that."
        )


def score_customers(
    params: Params, *, model: str | None = None, allow_past: bool = False, today: dt.date | None = None
) -> Scored:
    """Score the log of `params` at its cutoff, as on the day `today`; all is held in memory."""
    from regulars.predict import score_transactions

    return score_transactions(job_of(params, model=model, allow_past=allow_past, today=today))


def job_of(params: Params, *, model: str | None = None, allow_past: bool = False, today: dt.date | None = None) -> Job:
    """Load the model and read the log of `params`; refuse what cannot be scored."""
    from regulars.predict import Job
    from regulars.tracking.versions import load_registered

    with step("load the model"):
        registered = load_registered(model or champion_uri(params), params.mlflow.tracking_uri)
    _refuse_the_demos_log(params, registered)
    say_horizon(params, registered.scorer.horizon_days)
    tx = read_log(params, today=today)
    windows, log = windows_for(params, tx), params.transactions
    job = Job(tx, registered, windows, freshness_of(params, tx, windows), customers_of(params), log.memory_limit)
    job.check(max_age_days=log.max_age_days, allow_past=allow_past)
    return job


def _refuse_the_demos_log(params: Params, registered: Registered) -> None:
    """Refuse to score CDNOW for want of another log, by a model that was trained on another log."""
    if params.transactions.is_named:
        return
    from regulars.tracking.datasets import trained_on

    name = trained_on(registered.run_id, params.mlflow.tracking_uri)
    if name not in (None, DEMO):
        raise ParamsError(
            f"No log is named, so CDNOW, the demo's, would be scored, by a model that was trained on {name!r}. Name "
            "the log: --transactions, or transactions.path in the parameters."
        )


def score_log(
    params: Params,
    out: str | Path,
    *,
    table: str | None = None,
    model: str | None = None,
    allow_past: bool = False,
    today: dt.date | None = None,
    parts: int | None = None,
    engine: str = "local",
    master: str | None = None,
) -> ScoresTable:
    """Score the log of `params` at its cutoff, as on the day `today`; write the table and its manifest.

    `out` is a file, a folder that ends in `/`, or a database, with the `table` to write. Where the table would come out
    the same again nothing is read, scored or written. The `engine` spark sends parts of the customers to the cluster of
    this `master`; without one to that of the session that is open, as in a notebook.
    """
    check_engine(engine, master)
    own, limit = forgotten_file(params).parent, params.transactions.memory_limit
    place = destination_of(str(out), table, own=own, memory_limit=limit)
    seen = _inputs(params, model, allow_past)
    if made := find_unchanged(params, place, seen, today):
        remove_left_beside(place.local_path)
        return _unchanged(params, made)
    from regulars.predict import engine_named, write_scores

    place.check(Inputs.of(params))
    with engine_named(engine, master) as scoring:
        job = job_of(params, model=model, allow_past=allow_past, today=today)
        is_known = not _has_days_to_come(job.tx) and seen == _inputs(params, model, allow_past)
        return write_scores(job, place, parts=parts, inputs=seen if is_known else None, engine=scoring)


def _has_days_to_come(tx: Transactions) -> bool:
    """Whether lines were left out because their days had not begun: another day, the same log has more lines."""
    return tx.ledger.ended_as(RowOutcome.FUTURE)[0] > 0


def _inputs(params: Params, model: str | None, allow_past: bool) -> str | None:
    """The checksum over all that the scores follow from; taken again after reading, it tells whether files changed."""
    listed = forgotten_file(params)
    return inputs_of(params, model or champion_uri(params), (listed, salt_of(listed)), allow_past=allow_past)


def _unchanged(params: Params, made: ScoresTable) -> ScoresTable:
    """Say that there is nothing to do, and what to beware of all the same."""
    made.summary.freshness.check(params.transactions.max_age_days)
    say_horizon(params, made.summary.horizon_days)
    note(
        f"Nothing to do: the log, the model, the cutoff and the parameters are those that {made.placed.in_words} was "
        "made from, and it is whole. Nothing was written."
    )
    return made
