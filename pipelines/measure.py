"""Measure: from a work list and the later log to what the campaign brought, and into the campaign history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from regulars.files import whole_files
from regulars.params import Params
from regulars.pipelines.campaign_files import read_contacts, read_history
from regulars.pipelines.inputs import read_log, without_forgotten
from regulars.predict import TABLE, Inputs, Kind, check_file, draft_manifest, draft_table, read_table
from regulars.progress import step
from regulars.retention import Measurement, measure
from regulars.retention.campaign_list import NEEDED
from regulars.retention.keeping_cost import KeepingCost
from regulars.retention.records import appended
from regulars.retention.track_record import TrackRecord

HISTORY = Kind((".parquet", ".csv"), "the ending says how the campaign history is written")


@dataclass(frozen=True)
class Measured:
    """A measured campaign on disk, and those measured before; `history` is None where none is kept."""

    measurement: Measurement
    path: Path
    history: Path | None
    track_record: TrackRecord
    keeping_cost: KeepingCost
    campaigns: int


def measure_campaign(params: Params, targets: Path, out: Path, *, today: dt.date | None = None) -> Measured:
    """Measure the campaign of a work list with the log of `params`, as on the day `today`; write what was found."""
    inputs = Inputs.of(params, work_list=targets)
    path, history = check_file(out, TABLE, inputs=inputs), _history(params, inputs)
    table = read_table(targets, NEEDED, verb="target", texts=("campaign", "group", "offer", "kind", "model_version"))
    listed = without_forgotten(params, table)
    with step("measure the campaign"):
        found = measure(
            listed,
            read_log(params, today=today),
            offers=params.offers,
            margin=params.lifetime.margin,
            start=_start(params, listed),
            contacts=read_contacts(params),
        )
        kept = appended(read_history(history), found.records) if history else found.records
    with whole_files() as files:
        draft_manifest(files, path, draft_table(files, found.frame, path), found.to_dict())
        if history:
            draft_table(files, kept, history)
    campaigns = kept["campaign"].nunique() if history else 0
    keeping_cost = KeepingCost.of(kept, params.loyalty.acquisition_cost)
    return Measured(found, path, history, TrackRecord.of(kept), keeping_cost, campaigns)


def _history(params: Params, inputs: Inputs) -> Path | None:
    if params.campaign.history is None:
        return None
    return check_file(Path(params.campaign.history), HISTORY, inputs=inputs, instead="set another campaign.history")


def _start(params: Params, listed: pd.DataFrame) -> dt.date | None:
    """The start of the campaign, where the parameters are still those of this list."""
    same = (listed["campaign"].astype(str) == params.campaign.name).all()
    return params.campaign.start if same else None
