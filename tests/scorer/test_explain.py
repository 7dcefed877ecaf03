from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from regulars.errors import InputError, ModelError
from regulars.features import build_features, summary_of
from regulars.scorer import Explanation, Scorer
from regulars.scorer.base_models import trees_of
from regulars.transactions import Transactions
from tests.scorer.conftest import CUTOFF

OFFSETS = ["offset_alive", "offset_purchases", "offset_order_value"]
REASONS = ["value_reason_1", "value_reason_2", "value_reason_3"]


@pytest.fixture(scope="module")
def told(scorer: Scorer, features: pd.DataFrame) -> Explanation:
    return scorer.explain(features)


def test_risk_adds_up_to_the_log_odds_of_the_booster(told: Explanation, scorer: Scorer, features: pd.DataFrame) -> None:
    said = scorer.base_predictions(features)["lightgbm"]["p_churn"]
    assert told.risk is not None
    np.testing.assert_allclose(told.risk.sum(axis=1), logit(said), atol=1e-9)
    assert list(told.risk) == [*trees_of(scorer.ensemble.churn).feature_names, "bias"]


def test_value_adds_up_to_the_logarithm_of_the_spend_that_the_booster_expects(
    told: Explanation, scorer: Scorer, features: pd.DataFrame
) -> None:
    said = scorer.base_predictions(features)["lightgbm"]["expected_spend"]
    np.testing.assert_allclose(told.value.sum(axis=1), np.log(said), atol=1e-9)
    assert list(told.value) == [*OFFSETS, *trees_of(scorer.ensemble.spend).feature_names, "bias"]
    assert told.value["bias"].nunique() == 1


@pytest.mark.slow
def test_without_money_the_expected_orders_are_told(moneyless: Scorer, moneyless_log: Transactions) -> None:
    features = build_features(moneyless_log, CUTOFF)
    told, said = moneyless.explain(features), moneyless.base_predictions(features)["lightgbm"]
    np.testing.assert_allclose(told.value.sum(axis=1), np.log(said["expected_purchases"]), atol=1e-9)
    assert "offset_order_value" not in told.value
    assert told.value_reasons["value_reason_1"].str.fullmatch("(raises|lowers) the expected orders: .+").all()
    assert not told.value_reasons.stack().str.contains("brought|spen|average is").any()


def test_without_an_ensemble_the_lifetime_models_are_told(alone: Scorer, features: pd.DataFrame) -> None:
    told, expected = alone.explain(features), alone.score_features(features)["expected_spend"].to_numpy()
    assert told.risk is None
    assert list(told.value) == [*OFFSETS, "bias"]
    np.testing.assert_allclose(told.value.sum(axis=1), np.log(np.maximum(expected, 1e-4)), atol=1e-9)
    assert told.value_reasons["value_reason_1"].notna().all()


@pytest.mark.slow
def test_trees_without_weight_are_left_out_of_the_reasons(
    told: Explanation, scorer: Scorer, features: pd.DataFrame
) -> None:
    weights = {name: float(name == "lifetime") for name in scorer.ensemble.spend.weights}
    spend = replace(scorer.ensemble.spend, weights=weights)
    silent = replace(scorer, ensemble=replace(scorer.ensemble, spend=spend)).explain(features)
    by_dates_and_amounts = replace(scorer, ensemble=None).explain(features)
    pd.testing.assert_frame_equal(silent.value, told.value, check_exact=True)
    pd.testing.assert_frame_equal(silent.value_reasons, by_dates_and_amounts.value_reasons)
    assert not silent.value_reasons.equals(told.value_reasons)


def test_all_are_held_against_a_customer_who_has_just_ordered_for_the_first_time(
    told: Explanation, scorer: Scorer, features: pd.DataFrame
) -> None:
    new = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [1.0], "monetary_value": [0.0]})
    newcomer = scorer.lifetime.quantities(new, scorer.horizon_days)
    of_all = scorer.lifetime.quantities(summary_of(features), scorer.horizon_days)
    for offset, name in (("offset_alive", "p_alive"), ("offset_order_value", "order_value")):
        factor = of_all[name].to_numpy() / newcomer[name].item()
        np.testing.assert_allclose(np.exp(told.value[offset]), factor, rtol=1e-9)


class TestReasons:
    def test_every_customer_has_one_and_none_twice(self, told: Explanation) -> None:
        reasons = told.value_reasons
        assert list(reasons) == REASONS
        assert reasons["value_reason_1"].str.fullmatch("(raises|lowers) the value: .+").all()
        for one, other in (REASONS[:2], REASONS[1:], REASONS[::2]):
            assert not (reasons[one] == reasons[other]).any()

    def test_amounts_are_on_the_side_that_they_are_said_to_be(
        self, told: Explanation, features: pd.DataFrame, scorer: Scorer
    ) -> None:
        said = told.value_reasons.stack()
        average = scorer.lifetime.order_value
        for direction, above in (("raises", True), ("lowers", False)):
            named = said[said.str.match(f"{direction} the value: spends .+ on average;")]
            of = features.loc[named.index.get_level_values(0), "order_value_mean"]
            assert len(of) > 10
            assert ((of > average) == above).all()

    def test_whom_a_reason_raises_more_is_expected_than_of_whom_it_lowers(self, told: Explanation) -> None:
        value, first = told.value.sum(axis=1), told.value_reasons["value_reason_1"]
        raised, lowered = (value[first.str.startswith(word)].median() for word in ("raises", "lowers"))
        assert raised > lowered + 1.0, "by more than a factor of e"


class TestRows:
    def test_their_order_and_the_order_of_columns_change_nothing(
        self, told: Explanation, scorer: Scorer, features: pd.DataFrame
    ) -> None:
        draw = np.random.default_rng(2)
        rows = draw.permutation(len(features))[:300]
        moved = scorer.explain(features.iloc[rows][draw.permutation(features.columns)])
        for part in ("risk", "value", "value_reasons"):
            pd.testing.assert_frame_equal(getattr(moved, part), getattr(told, part).iloc[rows], check_exact=True)

    def test_nothing_but_the_labels_tells_who_it_is(self, scorer: Scorer, features: pd.DataFrame) -> None:
        few = features.head(50)
        few = few.set_axis(pd.Index([f"shopper-{k}" for k in range(len(few))], name="customer_id"))
        told = scorer.explain(few)
        for part in (told.risk, told.value, told.value_reasons):
            assert part.index.equals(few.index)
            assert "shopper" not in json.dumps(part.reset_index(drop=True).to_dict())

    def test_none_at_all_have_an_empty_explanation(self, scorer: Scorer, features: pd.DataFrame) -> None:
        explained, one = scorer.explain(features.head(0)), scorer.explain(features.head(1))
        for part in ("risk", "value", "value_reasons"):
            empty, row = getattr(explained, part), getattr(one, part)
            assert (len(empty), list(empty)) == (0, list(row))

    def test_a_saved_scorer_says_the_same(self, scorer: Scorer, features: pd.DataFrame, tmp_path) -> None:
        scorer.save(tmp_path / "saved")
        one, other = scorer.explain(features.head(40)), Scorer.load(tmp_path / "saved").explain(features.head(40))
        for part in ("risk", "value", "value_reasons"):
            pd.testing.assert_frame_equal(getattr(one, part), getattr(other, part), check_exact=True)

    @pytest.mark.slow
    def test_a_past_that_the_model_has_seen_is_refused(self, scorer: Scorer, tx: Transactions) -> None:
        before = build_features(tx, pd.Timestamp(CUTOFF) - pd.Timedelta(days=30))
        with pytest.raises(ModelError, match="would know the future"):
            scorer.explain(before)
        assert len(scorer.explain(before, allow_past=True).value) == len(before)

    def test_tables_that_are_others_are_refused(self, scorer: Scorer, features: pd.DataFrame) -> None:
        with pytest.raises(InputError, match="feature table lacks"):
            scorer.explain(features[["cutoff"]])


def test_every_kind_of_scorer_explains(every: Scorer, log_of: Callable[[Scorer], Transactions]) -> None:
    features = build_features(log_of(every), CUTOFF).head(60)
    told = every.explain(features)
    assert np.isfinite(told.value).all(axis=None)
    assert (told.risk is None) is (every.ensemble is None)
