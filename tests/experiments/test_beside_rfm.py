"""The rules beside the scorer: RFM scores, and what is learned of their cells."""

from __future__ import annotations

import pandas as pd

from experiments.beside_rfm import cell_rates, fifths


def test_rfm_scores_are_fifths_and_the_latest_most_and_dearest_have_a_5() -> None:
    features = pd.DataFrame(
        {"days_since_last": [90, 70, 50, 30, 10], "frequency": [0, 1, 2, 3, 4], "net_total": [5.0, 4.0, 3.0, 2.0, 1.0]}
    )
    scores = fifths(features)
    assert scores["recency"].tolist() == scores["frequency"].tolist() == [1, 2, 3, 4, 5]
    assert scores["money"].tolist() == [5, 4, 3, 2, 1]
    assert list(fifths(features.drop(columns="net_total"))) == ["recency", "frequency"]


def test_a_cell_has_its_own_rate_else_that_of_its_sum_else_that_of_all() -> None:
    before = pd.DataFrame({"recency": [5, 5, 4, 1], "frequency": [5, 5, 2, 1]})
    followed = pd.DataFrame({"ordered": [1.0, 0.0, 1.0, 0.0]})
    now = pd.DataFrame({"recency": [5, 3, 4], "frequency": [5, 3, 5]}, index=["own", "sum", "all"])
    assert cell_rates(before, followed, now)["ordered"].to_dict() == {"own": 0.5, "sum": 1.0, "all": 0.5}
