"""Retain: from a scores table to the work list, with its control group."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

from regulars.errors import InputError
from regulars.params import Params
from regulars.predict import TABLE, Inputs, check_file, read_manifest, read_table, write_with_manifest
from regulars.progress import note, step
from regulars.retention import Targets, make_targets
from regulars.tables import SCORES
from regulars.transactions import Freshness, run_day


@dataclass(frozen=True)
class Targeted:
    """A work list on disk."""

    targets: Targets
    path: Path
    freshness: Freshness | None


def target_scores(params: Params, scores: Path, out: Path, *, today: dt.date | None = None) -> Targeted:
    """Choose whom to contact from a scores table, as on the day `today`; write the work list."""
    path = check_file(out, TABLE, inputs=Inputs.of(params, scores_table=scores))
    table = read_table(scores, SCORES)
    freshness = _freshness(params, scores, today)
    with step("choose whom to contact"):
        targets = make_targets(table, params.offers, params.campaign, margin=params.lifetime.margin)
        write_with_manifest(
            targets.frame, path, {**targets.to_dict(), "log": freshness.to_dict() if freshness else None}
        )
    return Targeted(targets, path, freshness)


def _freshness(params: Params, scores: Path, today: dt.date | None) -> Freshness | None:
    """How old the log of a scores table is, by its manifest; refused where it is older than the limit."""
    limit, log = params.transactions.max_age_days, read_manifest(scores).get("log")
    if log is None:
        if limit is not None:
            raise InputError(
                f"Nothing tells how old the log of {str(scores)!r} is, but transactions.max_age_days is {limit}: its "
                "manifest is not there or says nothing of it. Score again, and keep the manifest beside the table."
            )
        return None
    freshness = Freshness.of_manifest(log, run_day(params.transactions.timezone, today))
    freshness.refuse_older_than(limit)
    for warning in freshness.warnings():
        note(warning)
    return freshness
