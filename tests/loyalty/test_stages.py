"""Stages."""

from __future__ import annotations

import pandas as pd

from regulars.loyalty.stages import stages_of
from regulars.params import LoyaltyParams


def test_stages_follow_order_days_and_silence() -> None:
    table = pd.DataFrame({"frequency": [0.0, 1.0, 4.0, 5.0, 5.0], "days_since_last": [1.0, 1.0, 1.0, 365.0, 366.0]})
    assert stages_of(table, LoyaltyParams()).tolist() == ["first_time", "repeat", "repeat", "advocate", "repeat"]
