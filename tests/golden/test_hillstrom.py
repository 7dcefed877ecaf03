"""Hillstrom's e-mail campaign: average effects as published, and which columns mean what."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from regulars.params import UpliftParams
from regulars.retention.effects import difference
from regulars.retention.uplift.trial import Trial

EFFECTS = {
    ("Mens E-Mail", "visit"): 0.07659,
    ("Mens E-Mail", "conversion"): 0.006805,
    ("Mens E-Mail", "spend"): 0.7698,
    ("Womens E-Mail", "visit"): 0.04523,
    ("Womens E-Mail", "conversion"): 0.003111,
    ("Womens E-Mail", "spend"): 0.4244,
}


@pytest.mark.slow
def test_average_effects_are_those_of_the_literature(real_data: Path) -> None:
    trial = Trial.read(pd.read_parquet(real_data / "hillstrom.parquet"), UpliftParams(), seed=0)
    assert trial.arms[0] == "No E-Mail"
    assert list(trial.outcomes) == ["visit", "conversion", "spend"]
    assert not {"segment", "visit", "conversion", "spend"} & set(trial.features)
    for (arm, outcome), expected in EFFECTS.items():
        rows = trial.compared(trial.arms.index(arm))
        treated = trial.arm[rows] == trial.arms.index(arm)
        found = difference(trial.outcomes[outcome][rows], treated)
        assert float(f"{found.value:.4g}") == pytest.approx(expected, rel=1e-9), (arm, outcome)
