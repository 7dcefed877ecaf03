from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from regulars.features import read_customers
from regulars.predict.engine import score_part
from regulars.predict.job import Job
from regulars.predict.parcels import Common, Parcel
from regulars.tracking.versions import Registered
from regulars.transactions import Part, Transactions, parts_of
from tests.predict.conftest import job

pytestmark = pytest.mark.slow


def half(job: Job) -> Part:
    """The second half of the customers."""
    return parts_of(job.tx, job.windows, 2)[1]


def sent(job: Job) -> tuple[Any, Mapping[str, Any]]:
    """What comes back from another machine."""
    common, parcel = pickle.loads(pickle.dumps((Common.of(job), Parcel.of(job, half(job)))))
    return common.score(parcel)


def test_scores_come_back_as_they_are_made_here(tx: Transactions, model: Registered) -> None:
    asked = job(tx, model)
    here, there = score_part(asked, half(asked)), sent(asked)
    assert there.table.equals(here.table, check_metadata=True)
    assert there.known == here.known


def test_what_is_known_beside_the_log_comes_with_its_customers(
    tx: Transactions, model: Registered, shop: pd.DataFrame
) -> None:
    ids = sorted(set(shop["customer_id"]))[::3]
    rows = pd.DataFrame({"id": ids * 2, "age": range(2 * len(ids)), "town": ["Oslo", None] * len(ids)})
    rows["from"] = ["1997-02-01"] * len(ids) + ["1997-11-01"] * len(ids)
    known = read_customers(rows, {"customer_id": "id", "age": "age", "town": "town"}, valid_from="from")
    asked = replace(job(tx, model), customers=known)
    parcel = Parcel.of(asked, half(asked))
    there = Common.of(asked).opened(parcel).customers
    assert there is not None
    ids_there = pd.Index(score_part(asked, half(asked)).table["customer_id"].to_pylist())
    pd.testing.assert_frame_equal(there.at(asked.windows, ids_there), known.at(asked.windows, ids_there))
    assert len(there.frame) == len(ids_there) < len(known.frame)


def test_no_line_from_the_cutoff_on_is_sent(tx: Transactions, model: Registered) -> None:
    asked = job(tx, model)
    there = Common.of(asked).opened(Parcel.of(asked, *parts_of(asked.tx, asked.windows, 1))).tx
    days = there.connection.execute("SELECT max(day) FROM lines").fetchall()
    assert [(str(day),) for (day,) in days] < [(str(asked.windows.cutoff),)] < [(str(tx.last_day),)]
    assert there.has_returns == tx.has_returns
