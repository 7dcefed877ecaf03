from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import CATALOGUE
from regulars.reasons.risk import (
    AS_A_WHOLE,
    DATES_ALONE,
    LEAST_SHARE,
    LOWERS,
    RAISES,
    REASONS,
    TOPICS,
    reasons_for,
    reasons_of_dates,
    topic_of,
)

NAMES = [feature.name for feature in CATALOGUE]
LIFETIME = ["lifetime_p_purchase", "lifetime_order_value", "lifetime_expected_spend"]
REGULAR = {
    "days_since_last": 90.0,
    "gap_mean": 14.0,
    "gap_longest": 30.0,
    "recency": 98.0,
    "tenure": 188.0,
    "frequency": 7.0,
    "net_total": 1234.0,
    "net_30": 0.0,
    "net_365": 1234.0,
    "return_days": 0.0,
    "order_value_mean": 154.25,
}
SILENT = "raises the risk: has not ordered for 90 days; the average gap is 14 days"


def said(contributions: dict[str, float], customer: dict[str, float] = REGULAR) -> list[str | None]:
    """Reasons of one customer."""
    given_features = pd.DataFrame([dict.fromkeys(NAMES, np.nan) | customer])
    row = reasons_for(pd.DataFrame([{**contributions, "bias": -1.0}]), given_features).iloc[0]
    return [None if pd.isna(sentence) else sentence for sentence in row]


class TestWhatIsSaid:
    def test_what_raises_the_risk_comes_first_the_strongest_first(self) -> None:
        pushes = {"return_days": 0.3, "days_since_last": 0.9, "order_value_mean": 0.5}
        assert said(pushes, REGULAR | {"return_days": 2.0}) == [
            SILENT,
            "raises the risk: returned something on 2 days",
            None,
        ]

    def test_a_silence_longer_than_the_own_gap_comes_first_however_little_it_moves(self) -> None:
        pushes = {"return_days": 0.9, "days_since_last": 0.01}
        returned = "raises the risk: returned something on 2 days"
        assert said(pushes, REGULAR | {"return_days": 2.0}) == [SILENT, returned, None]
        within = REGULAR | {"return_days": 2.0, "days_since_last": 9.0}
        assert said(pushes, within) == [returned, None, None]
        against = {"return_days": 0.9, "days_since_last": -0.5}
        assert SILENT not in said(against, REGULAR | {"return_days": 2.0}), "nothing contradicts its direction"

    def test_what_lowers_it_follows(self) -> None:
        assert said({"frequency": -2.0, "days_since_last": 0.9, "net_total": -0.5}) == [
            SILENT,
            "lowers the risk: came back 7 times in 188 days",
            "lowers the risk: has spent 1,234.00 so far",
        ]

    def test_a_topic_is_told_once_by_the_sum_of_its_features(self) -> None:
        assert said({"net_total": -0.4, "net_365": -0.4, "frequency": -0.6}) == [
            "lowers the risk: has spent 1,234.00 so far",
            "lowers the risk: came back 7 times in 188 days",
            None,
        ]

    def test_its_speaker_pushes_in_the_direction_of_the_topic(self) -> None:
        assert said({"net_total": 0.9, "order_value_mean": -1.5})[0] == (
            "lowers the risk: spends 154.25 per order day on average"
        )

    def test_the_lifetime_models_money_speaks_through_features(self) -> None:
        assert said({"lifetime_expected_spend": -1.0, "net_total": -0.1})[0] == (
            "lowers the risk: has spent 1,234.00 so far"
        )

    def test_the_lifetime_models_timing_is_timing(self) -> None:
        assert said({"lifetime_p_purchase": 1.0})[0] == SILENT

    def test_an_unknown_value_lets_the_next_feature_speak(self) -> None:
        assert said({"repeat_value_mean": -1.0, "net_total": -0.2})[0] == "lowers the risk: has spent 1,234.00 so far"

    def test_a_value_of_zero_lets_the_next_feature_speak(self) -> None:
        assert said({"net_30": -1.0, "net_total": -0.2})[0] == "lowers the risk: has spent 1,234.00 so far"

    @pytest.mark.slow
    @pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
    def test_where_no_fact_can_be_told_the_topic_is_named(self, feature) -> None:
        for push, direction in ((1.0, RAISES), (-1.0, LOWERS)):
            assert said({feature.name: push}, {}) == [direction + AS_A_WHOLE[TOPICS[feature.family]], None, None]

    def test_little_is_no_reason(self) -> None:
        little = LEAST_SHARE * 0.99
        assert said({"days_since_last": 1.0, "net_total": little, "frequency": -little})[1:] == [None, None]

    def test_a_silence_that_raises_a_little_is_told_where_nothing_else_does(self) -> None:
        came_back = "lowers the risk: came back 7 times in 188 days"
        assert said({"frequency": -1.2, "days_since_last": 0.11}) == [SILENT, came_back, None]
        assert said({"frequency": -1.2, "days_since_last": -0.11})[0] == came_back

    def test_the_strongest_topic_is_named_where_no_fact_speaks_in_its_direction(self) -> None:
        assert said({"net_180": 0.9, "frequency": -0.4}) == [
            "raises the risk: the money spent, as a whole",
            "lowers the risk: came back 7 times in 188 days",
            None,
        ]
        assert said({"net_180": 0.4, "frequency": -0.9})[0] == "lowers the risk: came back 7 times in 188 days"

    def test_no_contribution_at_all(self) -> None:
        assert said(dict.fromkeys(NAMES, 0.0)) == [None] * REASONS


def test_the_lifetime_model_alone_speaks_of_order_dates_and_says_so() -> None:
    told = reasons_of_dates(pd.DataFrame([REGULAR, REGULAR | {"frequency": 0.0, "gap_mean": np.nan}]))
    assert told["reason_1"].tolist() == [
        f"{DATES_ALONE}came back 7 times in 188 days, last 90 days ago; the average gap is 14 days",
        f"{DATES_ALONE}has ordered on one day only, 90 days ago",
    ]
    assert told[["reason_2", "reason_3"]].isna().all(axis=None)


def test_every_feature_has_a_topic() -> None:
    assert {feature.name: topic_of(feature.name) for feature in CATALOGUE} == {
        feature.name: TOPICS[feature.family] for feature in CATALOGUE
    }


@pytest.mark.slow
@settings(max_examples=20, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_laws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns, n = [*NAMES, *LIFETIME], 12
    pushes = pd.DataFrame(rng.normal(0, rng.choice([0.01, 1], len(columns)), (n, len(columns))), columns=columns)
    values = np.where(rng.random((n, len(NAMES))) < 0.3, np.nan, rng.integers(0, 60, (n, len(NAMES))).astype(float))
    features = pd.DataFrame(values, columns=NAMES).assign(days_since_last=9.0)
    told = reasons_for(pushes.assign(bias=0.0), features)
    assert [str(dtype) for dtype in told.dtypes] == ["str"] * REASONS

    for _, row in told.iterrows():
        known = row.dropna().tolist()
        assert known, "whose risk is moved has a reason"
        assert row.isna().tolist() == sorted(row.isna()), "no gap before the last"
        assert len(set(known)) == len(known)
        assert all(sentence.startswith((RAISES, LOWERS)) for sentence in known)
        lowering = [sentence.startswith(LOWERS) for sentence in known]
        assert lowering == sorted(lowering), "what raises the risk comes first"
        assert "nan" not in " ".join(known)

    order = rng.permutation(n)
    moved = reasons_for(pushes.iloc[order].assign(bias=0.0), features.iloc[order])
    pd.testing.assert_frame_equal(moved, told.iloc[order])
