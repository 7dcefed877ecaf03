"""Hillstrom's randomised e-mail campaign, from the file in REGULARS_REAL_DATA."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from regulars.params import UpliftParams
from regulars.retention.effects import difference
from regulars.retention.uplift import judge

EFFECTS = {
    ("visit", "Mens E-Mail"): (0.07659, 5),
    ("visit", "Womens E-Mail"): (0.04523, 5),
    ("conversion", "Mens E-Mail"): (0.006805, 6),
    ("conversion", "Womens E-Mail"): (0.003111, 6),
    ("spend", "Mens E-Mail"): (0.7698, 4),
    ("spend", "Womens E-Mail"): (0.4244, 4),
}


@pytest.mark.medium
@pytest.mark.parametrize(("outcome", "arm"), EFFECTS)
def test_effects_to_four_digits(real_data: Path, outcome: str, arm: str) -> None:
    frame = pd.read_parquet(real_data / "hillstrom.parquet")
    rows = frame[frame["segment"].isin([arm, "No E-Mail"])]
    found = difference(rows[outcome].to_numpy(float), (rows["segment"] == arm).to_numpy())
    value, digits = EFFECTS[outcome, arm]
    assert round(found.value, digits) == value


@pytest.mark.slow
def test_visits_of_the_womens_mail(real_data: Path) -> None:
    frame = pd.read_parquet(real_data / "hillstrom.parquet")
    found = judge(frame[frame["segment"] != "Mens E-Mail"], UpliftParams(outcomes=("visit",)))
    assert set(found.features) == {
        *("recency", "history_segment", "history", "mens", "womens", "zip_code", "newbie", "channel")
    }
    assert set(found.left_out) == {"conversion", "spend"}
    one = found.of_arm("visit", "Womens E-Mail")
    assert one.rankings.uplift.qini.value > 0.006
    assert one.rankings.uplift.qini.is_above
    assert one.policy("uplift").against_random.is_above


@pytest.mark.slow
def test_no_evidence_that_uplift_beats_response_in_mens_visits(real_data: Path) -> None:
    frame = pd.read_parquet(real_data / "hillstrom.parquet")
    found = judge(frame[frame["segment"] != "Womens E-Mail"].iloc[::3], UpliftParams(outcomes=("visit",)))
    assert "No evidence that uplift beats response" in found.in_words
