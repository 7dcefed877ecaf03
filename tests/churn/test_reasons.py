from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.churn import IN_FAVOUR, reasons_for
from regulars.churn.reasons import LEAST_SHARE, REASONS, TOPICS, topic_of
from regulars.features import CATALOGUE

NAMES = [feature.name for feature in CATALOGUE]
LIFETIME = ["lifetime_p_purchase", "lifetime_order_value", "lifetime_expected_spend"]
REGULAR = {
    "days_since_last": 90.0,
    "gap_mean": 14.0,
    "frequency": 7.0,
    "net_total": 1234.0,
    "net_30": 0.0,
    "return_days": 0.0,
}


def said(contributions: dict[str, float], customer: dict[str, float] = REGULAR) -> list[str | None]:
    """Reasons of one customer."""
    given_features = pd.DataFrame([dict.fromkeys(NAMES, np.nan) | customer])
    row = reasons_for(pd.DataFrame([{**contributions, "bias": -1.0}]), given_features).iloc[0]
    return [None if pd.isna(sentence) else sentence for sentence in row]


class TestWhatIsSaid:
    def test_what_raises_the_risk_comes_first_the_strongest_first(self) -> None:
        assert said({"frequency": 0.3, "days_since_last": 0.9, "net_total": 0.5}) == [
            "has not ordered for 90 days; usually every 14",
            "has spent 1,234 so far",
            "came back 7 times since the first order",
        ]

    def test_what_lowers_it_follows_and_is_marked(self) -> None:
        assert said({"frequency": -2.0, "days_since_last": 0.9, "net_total": -0.5}) == [
            "has not ordered for 90 days; usually every 14",
            "in favour: came back 7 times since the first order",
            "in favour: has spent 1,234 so far",
        ]

    def test_a_topic_is_told_once_by_the_sum_of_its_features(self) -> None:
        assert said({"net_total": 0.4, "net_30": 0.4, "frequency": 0.6}) == [
            "has spent 1,234 so far",
            "came back 7 times since the first order",
            None,
        ]

    def test_its_speaker_pushes_in_the_direction_of_the_topic(self) -> None:
        assert said({"net_total": -0.9, "net_30": 1.5}) == ["spent nothing in the last 30 days", None, None]

    def test_the_lifetime_models_money_speaks_through_features(self) -> None:
        assert said({"lifetime_expected_spend": 1.0, "net_total": 0.1}) == ["has spent 1,234 so far", None, None]

    def test_the_lifetime_models_timing_is_timing(self) -> None:
        assert said({"lifetime_p_purchase": 1.0})[0] == "has not ordered for 90 days; usually every 14"

    def test_an_unknown_value_lets_the_next_feature_speak(self) -> None:
        assert said({"repeat_value_mean": 1.0, "net_total": 0.2}) == ["has spent 1,234 so far", None, None]

    def test_nothing_known_says_nothing(self) -> None:
        assert said({"repeat_value_mean": 1.0}) == [None] * REASONS

    def test_who_ordered_once_has_no_usual_gap(self) -> None:
        once = {"days_since_last": 40.0}
        assert said({"days_since_last": 1.0}, once)[0] == "has ordered once, 40 days ago"
        assert said({"days_since_last": -1.0}, once)[0] == "in favour: first ordered only 40 days ago"

    def test_zero_is_said_in_words(self) -> None:
        assert said({"return_days": 1.0})[0] == "has returned nothing"

    def test_little_is_no_reason(self) -> None:
        little = LEAST_SHARE * 0.99
        assert said({"days_since_last": 1.0, "net_total": little, "frequency": -little})[1:] == [None, None]

    def test_no_contribution_at_all(self) -> None:
        assert said(dict.fromkeys(NAMES, 0.0)) == [None] * REASONS


@pytest.mark.parametrize("feature", CATALOGUE, ids=lambda feature: feature.name)
def test_every_feature_has_a_topic_and_can_speak(feature) -> None:
    assert topic_of(feature.name) == TOPICS[feature.family]
    customer = dict.fromkeys(NAMES, 2.0)
    for push in (1.0, -1.0):
        sentence = said({feature.name: push}, customer)[0]
        assert sentence
        assert sentence.startswith(IN_FAVOUR) is (push < 0)
        assert "{" not in sentence


@settings(max_examples=30, deadline=None, derandomize=True)
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
        assert row.isna().tolist() == sorted(row.isna()), "no gap before the last"
        assert len(set(known)) == len(known)
        marked = [sentence.startswith(IN_FAVOUR) for sentence in known]
        assert marked == sorted(marked), "what raises the risk comes first"
        assert "nan" not in " ".join(known)

    order = rng.permutation(n)
    moved = reasons_for(pushes.iloc[order].assign(bias=0.0), features.iloc[order])
    pd.testing.assert_frame_equal(moved, told.iloc[order])
