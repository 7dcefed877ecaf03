"""Segment: the loyalty states of every customer at a cutoff, and what has changed since an earlier one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from regulars.columns import plain_records
from regulars.loyalty import (
    Dynamics,
    FromFeed,
    LoyaltyIndex,
    Segmented,
    cost_by_cohort,
    drivers_of,
    dynamics_of,
    index_if_known,
    segment_log,
    tier_worth,
    with_feeds,
)
from regulars.params import Params
from regulars.pipelines.feeds import feeds_beside
from regulars.pipelines.inputs import check_freshness, read_log, windows_for
from regulars.predict import TABLE, Inputs, check_file, write_with_manifest
from regulars.progress import step
from regulars.transactions import Freshness


@dataclass(frozen=True, eq=False)
class SegmentsTable:
    """The states on disk, how the customers move, what goes with loyalty, and what feeds tell."""

    states: Segmented
    dynamics: Dynamics
    drivers: pd.DataFrame
    tier_worth: pd.DataFrame
    index: LoyaltyIndex | None
    feeds: Mapping[str, FromFeed]
    freshness: Freshness
    path: Path
    manifest: Path

    @property
    def driver_rows(self) -> list[dict[str, Any]]:
        """What goes with loyalty as plain values."""
        return plain_records(self.drivers)


def segment_customers(params: Params, out: Path, *, today: dt.date | None = None) -> SegmentsTable:
    """Segment the customers of the log of `params` at its cutoff, as on the day `today`; write the table."""
    path = check_file(out, TABLE, inputs=Inputs.of(params))
    tx = read_log(params, today=today)
    windows = windows_for(params, tx)
    freshness = check_freshness(params, tx, windows)
    with step("segment"):
        states = segment_log(tx, windows.cutoff, params.loyalty)
    told = feeds_beside(params, tx, windows, states.frame)
    with step("compare periods and cohorts"):
        costs, margin = cost_by_cohort(told), params.lifetime.margin
        moving = dynamics_of(tx, windows, params.loyalty, margin=margin, costs=costs)
        worth = tier_worth(tx, windows, params.loyalty, margin=margin)
    with step("find what goes with loyalty"):
        driving, index = drivers_of(tx, windows), index_if_known(tx, windows)
    content = {"data_hash": tx.data_hash, "rows_in": tx.ledger.rows, "log": freshness.to_dict(), **states.to_dict()}
    content |= {"dynamics": moving.to_dict(), "drivers": plain_records(driving), "tier_worth": plain_records(worth)}
    content |= {"loyalty_index": index.to_dict() if index else None}
    content |= {"feeds": {name: found.to_dict() for name, found in told.items()}}
    with step("write the states"):
        manifest = write_with_manifest(with_feeds(states.frame, told), path, content)
    return SegmentsTable(states, moving, driving, worth, index, told, freshness, path, manifest)
