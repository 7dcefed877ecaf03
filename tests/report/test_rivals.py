"""Five rivals that matter, those that predict alike in one row, and how good the list's size of a ranking is."""

from __future__ import annotations

from typing import Any

import pytest

from regulars.report.rivals import at_list_size, five_rivals


def rival(name: str, loss: float) -> list[dict[str, Any]]:
    return [
        {"contender": name, "origin": "mean", "metric": metric, "value": value}
        for metric, value in (("log_loss", loss), ("auc", 1 - loss), ("spend_bias", 0.1))
    ]


def backtest_of(losses: dict[str, float]) -> dict[str, Any]:
    gap = {"difference": -0.01, "low": -0.02, "high": -0.001, "verdict": "better"}
    return {
        "metrics": [row for name, loss in losses.items() for row in rival(name, loss)],
        "comparisons": [
            {"contender": name, "metric": metric, **gap}
            for name in losses
            if name != "regulars"
            for metric in ("log_loss", "auc")
        ],
    }


def test_the_champion_the_best_rule_and_the_best_lifetime_model_are_among_the_five() -> None:
    losses = {"regulars": 0.40, "lightgbm": 0.41, "regression": 0.42, "lightgbm_features": 0.43, "bg_nbd": 0.44}
    losses |= {"mbg_nbd": 0.45, "days_since_last": 0.5, "frequency": 0.6, "champion": 0.7}
    names = [row.name for row in five_rivals(backtest_of(losses))]
    assert names == ["LightGBM alone", "regression", "BG/NBD", "days since last", "champion"]


def test_rivals_that_predict_alike_share_a_row() -> None:
    rows = five_rivals(backtest_of({"regulars": 0.4, "champion": 0.41, "untuned": 0.41, "hiatus": 0.5}))
    assert [row.name for row in rows] == ["champion, untuned", "hiatus"]
    assert rows[0].log_loss.verdict == "better"


def test_the_share_at_the_lists_size_is_read_off_the_gain(backtest: dict[str, Any]) -> None:
    found = at_list_size(backtest, 0, 300)
    assert found is not None
    assert found.customers == 30
    assert 0 < found.overall < found.share_gone <= 1
    whole = at_list_size(backtest, 300, 300)
    assert whole is not None
    assert whole.share_gone == pytest.approx(whole.overall)
    assert at_list_size({**backtest, "gain": []}, 0, 300) is None
