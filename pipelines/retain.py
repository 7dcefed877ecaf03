"""Retain: from a scores table to the work list, with its control group."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from regulars.params import Params
from regulars.predict import TABLE, Inputs, check_file, read_table, write_with_manifest
from regulars.progress import step
from regulars.retention import Targets, make_targets
from regulars.tables import SCORES


@dataclass(frozen=True)
class Targeted:
    """A work list on disk."""

    targets: Targets
    path: Path


def target_scores(params: Params, scores: Path, out: Path) -> Targeted:
    """Choose whom to contact from a scores table; write the work list."""
    path = check_file(out, TABLE, inputs=Inputs.of(params, scores_table=scores))
    table = read_table(scores, SCORES)
    with step("choose whom to contact"):
        targets = make_targets(table, params.offers, params.campaign, margin=params.lifetime.margin)
        write_with_manifest(targets.frame, path, targets.to_dict())
    return Targeted(targets, path)
