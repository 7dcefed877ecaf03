from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import CATALOGUE
from regulars.learners import Booster
from regulars.learners.base_models import BoostedMean, log_mean
from regulars.reasons.risk import topic_of
from regulars.reasons.value import COUNT, MONEY, VALUE_REASONS, contributions_to_mean, value_reasons_for
from regulars.value.money import OBJECTIVE

NAMES = [feature.name for feature in CATALOGUE]
OFFSETS = ["offset_alive", "offset_purchases", "offset_order_value"]
USUAL = {"shop_order_value": 40.0, "newcomer_order_rate": 0.5}
REGULAR = {
    "days_since_last": 90.0,
    "gap_mean": 14.0,
    "recency": 98.0,
    "tenure": 188.0,
    "frequency": 7.0,
    "order_rate": 1.1,
    "net_total": 500.0,
    "order_value_mean": 62.5,
    "order_value_largest": 110.0,
    "order_value_first": 20.0,
    "discount_dependence": 0.25,
}
ONCE = REGULAR | {"frequency": 0.0, "order_rate": 0.0, "gap_mean": np.nan, "order_value_mean": 12.0}


def said(pushes: dict[str, float], customer: dict[str, float] = REGULAR, mean: str = MONEY) -> list[str]:
    """Reasons of one customer."""
    given_features = pd.DataFrame([dict.fromkeys(NAMES, np.nan) | customer])
    return (
        value_reasons_for(mean, pd.DataFrame([{**pushes, "bias": 3.0}]), given_features, USUAL)
        .iloc[0]
        .dropna()
        .tolist()
    )


class TestWhatIsSaid:
    def test_the_strongest_comes_first_whatever_its_direction(self) -> None:
        assert said({"offset_alive": -1.2, "offset_purchases": 0.9, "offset_order_value": 0.5}) == [
            "lowers the value: has not ordered for 90 days; the average gap is 14 days",
            "raises the value: came back 7 times in 188 days",
            "raises the value: spends 62.50 per order day on average; the shop's average is 40.00",
        ]

    def test_the_lifetime_models_part_and_the_trees_add_up_by_topic(self) -> None:
        assert said({"offset_order_value": 0.5, "order_value_first": -0.7, "offset_purchases": 0.3}) == [
            "raises the value: came back 7 times in 188 days",
            "lowers the value: the first order day brought 20.00; the shop's average is 40.00",
        ]

    def test_who_ordered_once(self) -> None:
        assert said({"offset_alive": -0.5, "offset_purchases": -1.0, "order_value_first": -0.4}, ONCE) == [
            "lowers the value: has ordered on one day only, 90 days ago",
            "lowers the value: the only order day brought 20.00; the shop's average is 40.00",
        ]

    def test_the_sellers_own_policy_is_named(self) -> None:
        assert said({"discount_dependence": -0.2}) == [
            "lowers the value: 25 % of the order days came with a discount (the seller's own policy)"
        ]

    def test_without_money_orders_are_spoken_of(self) -> None:
        assert said({"offset_purchases": 0.9}, mean=COUNT) == [
            "raises the expected orders: came back 7 times in 188 days"
        ]

    def test_where_no_fact_can_be_told_the_topic_is_named(self) -> None:
        assert said({"offset_alive": 0.4}, {}) == ["raises the value: the dates of the orders, as a whole"]

    def test_of_several_topics_only_those_with_a_fact_are_told(self) -> None:
        assert said({"offset_alive": 0.9, "offset_purchases": 0.4}, REGULAR | {"recency": 40.0}) == [
            "raises the value: came back 7 times in 188 days"
        ]

    def test_the_strongest_topic_is_named_where_no_fact_speaks_in_its_direction(self) -> None:
        assert said({"offset_alive": 0.9, "order_value_first": -0.4}, REGULAR | {"recency": 40.0}) == [
            "raises the value: the dates of the orders, as a whole",
            "lowers the value: the first order day brought 20.00; the shop's average is 40.00",
        ]


def test_the_parts_of_the_lifetime_model_have_a_topic() -> None:
    assert [topic_of(name) for name in OFFSETS] == ["timing", "orders", "money"]


@pytest.fixture(scope="module")
def world() -> tuple[Booster, pd.DataFrame, pd.DataFrame]:
    """A booster of money, its table, and quantities of which some are next to nothing."""
    rng = np.random.default_rng(3)
    n = 400
    table = pd.DataFrame({"net_total": rng.gamma(1, 50, n), "frequency": rng.integers(0, 9, n).astype(float)})
    quantities = pd.DataFrame(
        {
            "p_alive": np.where(rng.random(n) < 0.05, 0.0, rng.random(n)),
            "expected_purchases": rng.gamma(0.3, 2, n),
            "order_value": np.where(rng.random(n) < 0.05, 0.0, rng.gamma(2, 20, n)),
        },
        index=table.index,
    )
    quantities["expected_spend"] = quantities["expected_purchases"] * quantities["order_value"]
    mean = quantities["expected_spend"].to_numpy()
    spent = mean * rng.gamma(1, 1 + table["frequency"] / 9, n)
    offset = log_mean(mean)
    booster = Booster.fit(table, spent, objective=OBJECTIVE, params={}, seed=0, offset=offset)
    return booster, table, quantities


class TestSums:
    @pytest.mark.parametrize("mean", [MONEY, COUNT])
    def test_they_add_up_to_what_the_booster_says(self, world, mean: str) -> None:
        booster, table, quantities = world
        made = contributions_to_mean(mean, booster, table, quantities, quantities.iloc[[7]])
        said = BoostedMean(mean, booster).predict(table.assign(**{mean: quantities[mean]}))
        np.testing.assert_allclose(made.sum(axis=1), np.log(said), atol=1e-9)
        assert list(made) == [*OFFSETS[: 3 if mean == MONEY else 2], *table, "bias"]

    def test_without_a_booster_to_the_lifetime_models_mean(self, world) -> None:
        _, table, quantities = world
        made = contributions_to_mean(MONEY, None, table, quantities, quantities.iloc[[7]])
        lifetime = np.maximum(quantities["expected_spend"], 1e-4)
        np.testing.assert_allclose(made.sum(axis=1), np.log(lifetime), atol=1e-9)
        assert list(made) == [*OFFSETS, "bias"]

    def test_the_newcomer_is_what_everybody_is_held_against(self, world) -> None:
        booster, table, quantities = world
        made = contributions_to_mean(MONEY, booster, table, quantities, quantities.iloc[[7]])
        assert (made.loc[7, OFFSETS] == 0).all()
        assert made["bias"].nunique() == 1


@pytest.mark.slow
@settings(max_examples=8, deadline=None, derandomize=True)
@given(st.integers(0, 10_000))
def test_laws(seed: int) -> None:
    rng = np.random.default_rng(seed)
    columns, n = [*NAMES, *OFFSETS], 12
    pushes = pd.DataFrame(rng.normal(0, rng.choice([0.01, 1], len(columns)), (n, len(columns))), columns=columns)
    values = np.where(rng.random((n, len(NAMES))) < 0.3, np.nan, rng.integers(0, 60, (n, len(NAMES))).astype(float))
    features = pd.DataFrame(values, columns=NAMES)
    told = value_reasons_for(MONEY, pushes.assign(bias=0.0), features, USUAL)
    assert list(told) == VALUE_REASONS
    topics = [topic_of(name) for name in columns]
    strength = pushes.T.groupby(topics).sum().T

    for i, row in told.iterrows():
        known = row.dropna().tolist()
        assert known, "whose value is moved has a reason"
        assert len(set(known)) == len(known)
        assert all(sentence.startswith(("raises the value: ", "lowers the value: ")) for sentence in known)
        raised = {sentence.startswith("raises") for sentence in known}
        assert raised <= {total > 0 for total in strength.loc[i]}, "a direction that some topic has"
        assert "nan" not in " ".join(known)

    order, shuffled = rng.permutation(n), list(rng.permutation(columns))
    moved = value_reasons_for(MONEY, pushes.iloc[order][shuffled].assign(bias=0.0), features.iloc[order], USUAL)
    pd.testing.assert_frame_equal(moved, told.iloc[order])
