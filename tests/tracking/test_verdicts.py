from __future__ import annotations

import pytest

from regulars.params import Params
from regulars.tracking.store import opened
from regulars.tracking.verdicts import log_verdict

pytestmark = pytest.mark.slow


def test_any_name_of_a_column_can_be_kept(empty: Params) -> None:
    metrics = {"psi/city is St. John's (old)": 0.5, "psi/city is Zürich": 0.25}
    run_id = log_verdict(empty.mlflow, "night", tags={"verdict": "fine"}, metrics=metrics, told={"verdict": "fine"})
    with opened(empty.mlflow.tracking_uri) as client:
        kept = client.get_run(run_id).data
    assert kept.metrics == {"psi/city is St. John_s _old_": 0.5, "psi/city is Zürich": 0.25}
    assert kept.tags["regulars.verdict"] == "fine"
