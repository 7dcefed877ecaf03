"""Actions by stage and health."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.errors import ParamsError
from regulars.loyalty.actions import ACTIONS, actions_for
from regulars.loyalty.health import AVERAGE, GOOD, POOR
from regulars.loyalty.stages import STAGES


def test_every_stage_and_health_has_an_action() -> None:
    assert set(ACTIONS) == {f"{stage}_{level}" for stage in STAGES for level in (GOOD, AVERAGE, POOR)}


def test_a_shop_uses_its_own_words() -> None:
    stage, health = pd.Series(["advocate", "repeat"]), pd.Series(["poor", "good"])
    found = actions_for(stage, health, {"advocate_poor": "ring up"})
    assert found.tolist() == ["ring up", ACTIONS["repeat_good"]]


def test_an_unknown_state_is_named() -> None:
    with pytest.raises(ParamsError, match=r"loyalty\.actions has advocate_bad.*known: first_time_good"):
        actions_for(pd.Series(["repeat"]), pd.Series(["good"]), {"advocate_bad": "x"})
