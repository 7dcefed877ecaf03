from __future__ import annotations

import json

import pytest

from regulars.errors import ParamsError
from regulars.params import load_params
from regulars.scorer import ScorerSettings


def settings(*overrides: str) -> ScorerSettings:
    return ScorerSettings.of(load_params(overrides=overrides, environment={}))


def test_they_come_back_from_json_as_they_were() -> None:
    made = settings("windows.horizon_days=90", "churn.eta=0.1", "lifetime.margin=0.4", "seed=3")
    assert made.to_dict()["churn"] == {"learning_rate": 0.1}
    back = ScorerSettings.from_dict(json.loads(json.dumps(made.to_dict())))
    assert back == made
    assert (back.horizon_days, back.lifetime.margin, back.seed) == (90, 0.4, 3)


def test_values_that_are_written_down_equal_the_defaults_that_they_repeat() -> None:
    assert settings("lifetime.margin=1.0", "lifetime.model=auto") == settings()


def test_other_parameters_of_the_booster_make_other_settings() -> None:
    before = settings("churn.num_leaves=7", "churn.num_iterations=5")
    after = before.with_churn({"num_leaves": 3})
    assert dict(after.churn) == {"num_leaves": 3, "num_iterations": 5}
    assert after != before
    assert dict(before.churn) == {"num_leaves": 7, "num_iterations": 5}


@pytest.mark.parametrize(
    ("block", "value", "fault"),
    [("churn", {"device": "gpu"}, "'device' cannot be set"), ("lifetime", {"margin": 2.0}, "`lifetime`.*: margin")],
)
def test_values_that_cannot_be_used_are_refused(block: str, value: dict[str, object], fault: str) -> None:
    with pytest.raises(ParamsError, match=fault):
        ScorerSettings.from_dict({**settings().to_dict(), block: value})
