from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.monitoring.findings import Severity
from regulars.monitoring.outcomes import BacktestFigures, Campaign, Outcomes, outcome_findings, outcomes
from regulars.scorer.forecast import Forecast, Total

N = 4_000
BACKTEST: Mapping[str, Any] = {
    "metrics": [
        {"contender": "regulars", "origin": origin, "metric": metric, "value": value}
        for origin, metric, value in (
            ("2024-01-01", "auc", 0.82),
            ("2024-02-01", "auc", 0.80),
            ("mean", "auc", 0.81),
            ("2024-01-01", "churn_bias", 0.01),
        )
    ],
    "coverage": [{"origin": "mean", "group": "active", "outcome": "purchases", "coverage": 0.9}],
}


def judged(change: str = "none", campaigns: tuple[Campaign, ...] = ()) -> Outcomes:
    """Customers who do what was predicted, but for one change."""
    rng = np.random.default_rng(0)
    p = rng.beta(1.0, 1.0, N)
    chances = {"all stay longer": 1 - p / 2, "at random": 0.5, "reversed": p, "nobody": 0.0}
    stays = rng.random(N) < chances.get(change, 1 - p)
    bought = stays * (1.0 + rng.poisson(1.0, N))
    total, share = 2.0 * (1 - p).sum(), {"many": 2.0}.get(change, 1.0)
    index = pd.Index(range(N), name="customer_id")
    labels = pd.DataFrame({"purchases": bought * share, "spend": bought * 10.0}, index=index)
    bounds = pd.DataFrame(
        {"purchases_low": 0.0, "purchases_high": 4.0, "spend_low": np.nan, "spend_high": np.nan}, index=index
    )
    return outcomes(
        pd.DataFrame({"p_churn": p}, index=index),
        labels,
        bounds,
        pd.Series(stays, index=index),
        Forecast(Total(total, total * 0.8, total * 1.2), None, 2.0),
        campaigns,
    )


def codes(found: Outcomes) -> list[str]:
    return [finding.code for finding in outcome_findings(found, BacktestFigures.of(BACKTEST))]


def test_without_a_backtest_it_is_said_what_cannot_be_compared() -> None:
    assert not BacktestFigures.of(BACKTEST).missing
    (said,) = BacktestFigures.of(None).missing
    assert said.startswith("The model has no backtest, so ranking and coverage cannot be compared with it")


def test_what_goes_as_predicted_gives_no_finding() -> None:
    found = judged()
    assert codes(found) == []
    assert found.churn == pytest.approx(found.predicted_churn, abs=0.02)
    assert found.auc == pytest.approx(0.83, abs=0.02)
    assert [total.is_inside for total in found.totals] == [True]
    assert found.to_dict()["coverage"]["purchases"]["inside"] > 0.9


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("all stay longer", {"calibration"}),
        ("at random", {"no_skill", "ranking"}),
        ("many", {"totals"}),
    ],
)
def test_what_does_not_is_named(change: str, expected: set[str]) -> None:
    assert expected <= set(codes(judged(change)))


def test_scores_that_are_worse_than_none_stop() -> None:
    found = [*outcome_findings(judged("reversed"), BacktestFigures.of(None))]
    assert (found[0].code, found[0].severity) == ("no_skill", Severity.STOP)


def test_outcomes_without_a_ranking_are_json_too() -> None:
    told = json.loads(json.dumps(judged("nobody").to_dict(), allow_nan=False))
    assert (told["auc"], told["auc_error"], told["churn"]) == (None, None, 1.0)
    assert "calibration" in codes(judged("nobody"))


def test_intervals_that_hold_less_often_than_in_the_backtest_are_named() -> None:
    assert "coverage" in codes(judged("many"))


def test_a_campaign_that_lost_money_is_named_and_one_that_may_have_is_not() -> None:
    lost = Campaign("spring", 500.0, -300.0, 100.0)
    assert codes(judged(campaigns=(lost,))) == ["campaign"]
    assert codes(judged(campaigns=(Campaign("spring", 500.0, -100.0, 100.0),))) == []
