from __future__ import annotations

import datetime as dt
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from types import CodeType, FrameType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError, ModelError
from regulars.features import build_features, summary_of
from regulars.lifetime.fit.rows import rows_of
from regulars.scorer import History, Scorer, fit_scorer
from regulars.tables import SCORES
from regulars.transactions import Transactions, read_transactions
from regulars.transactions.simulate import simulate_bg_nbd
from regulars.windows import Windows
from tests.scorer.conftest import CUTOFF, HORIZON, settings_for

FLOATS = [name for name in SCORES if name.startswith(("p_", "expected", "clv", "disagreement", "spend", "order_"))]
DATES = ["cutoff", "first_order", "last_order", "next_purchase_date", "next_purchase_low", "next_purchase_high"]
MONEY = ["spend_so_far", "expected_spend", "order_value", "spend_if_back", "clv", "clv_low", "clv_high"]
TEXT = ["reason_1", "reason_2", "reason_3", "model_version"]


def test_it_says_in_a_line_what_it_is(scorer: Scorer) -> None:
    told = f"{HORIZON} days, trained before {CUTOFF}, {len(scorer.feature_names)} features"
    assert repr(scorer) == f"<Scorer {scorer.version}: {told}, {scorer.lifetime.purchases}>"


def same(one: pd.DataFrame, other: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(one, other, check_exact=True)


def with_terms(scorer: Scorer, **terms: Any) -> Scorer:
    lifetime = scorer.settings.lifetime.model_copy(update=terms)
    return replace(scorer, settings=replace(scorer.settings, lifetime=lifetime))


class TestTable:
    @pytest.mark.slow
    def test_columns_order_and_types(self, every: Scorer, log_of: Callable[[Scorer], Transactions]) -> None:
        scores = every.score(log_of(every), CUTOFF)
        assert tuple(scores.columns) == SCORES
        types = {name: str(scores[name].dtype) for name in scores}
        assert types == {
            "customer_id": "str",
            **dict.fromkeys(("horizon_days", "orders"), "int64"),
            **dict.fromkeys(DATES, "datetime64[us]"),
            **dict.fromkeys(FLOATS, "float64"),
            **dict.fromkeys(TEXT, "str"),
        }
        assert isinstance(scores.index, pd.RangeIndex)

    def test_one_row_a_customer_in_order(self, scores: pd.DataFrame, features: pd.DataFrame, scorer: Scorer) -> None:
        assert scores["customer_id"].tolist() == features.index.tolist()
        assert scores["customer_id"].is_monotonic_increasing
        assert (scores["cutoff"] == pd.Timestamp(CUTOFF)).all()
        assert (scores["horizon_days"] == HORIZON).all()
        assert (scores["model_version"] == scorer.version).all()

    def test_integer_ids_stay_integers(self, shop: pd.DataFrame, scorer: Scorer, scores: pd.DataFrame) -> None:
        numbered = scorer.score(read_transactions(shop.assign(customer_id=shop["customer_id"].astype(int))), CUTOFF)
        assert numbered["customer_id"].dtype == "int64"
        same(numbered.drop(columns="customer_id"), scores.drop(columns="customer_id"))

    @pytest.mark.slow
    def test_without_money_money_is_null(self, moneyless: Scorer, moneyless_log: Transactions) -> None:
        scores = moneyless.score(moneyless_log, CUTOFF)
        assert scores[MONEY].isna().all(axis=None)
        assert scores[["p_churn", "p_alive", "p_lost", "expected_purchases", "disagreement"]].notna().all(axis=None)


def test_a_scoring_checks_and_compresses_its_customers_once(scorer: Scorer, features: pd.DataFrame) -> None:
    calls: Counter[CodeType] = Counter()

    def count(frame: FrameType, event: str, _: object) -> None:
        calls[frame.f_code] += event == "call"

    sys.setprofile(count)
    try:
        scorer.score_features(features)
    finally:
        sys.setprofile(None)
    assert calls[rows_of.__code__] == 1 + 2  # and once each for the two histories of those who come back


class TestCoherence:
    @pytest.mark.slow
    def test_probabilities(self, every: Scorer, log_of: Callable[[Scorer], Transactions]) -> None:
        scores = every.score(log_of(every), CUTOFF)
        for name in ("p_churn", "p_alive", "p_lost", "disagreement"):
            assert scores[name].between(0, 1).all()
        assert (1 - scores["p_churn"] <= scores["expected_purchases"] * (1 + 1e-12)).all(), "P(X ≥ 1) ≤ E[X]"

    def test_disagreement_is_with_the_lifetime_model(self, scorer: Scorer, features: pd.DataFrame) -> None:
        scores = scorer.score_features(features).set_index("customer_id")
        r = scorer.lifetime.purchases.probability_of_purchase(summary_of(features), HORIZON)
        np.testing.assert_allclose(scores["disagreement"], np.abs(scores["p_churn"] - (1 - r)), atol=1e-15)
        assert scores["disagreement"].max() > 0.01

    def test_lifetime_value_alone_agrees_with_itself(self, alone: Scorer, tx: Transactions) -> None:
        assert (alone.score(tx, CUTOFF)["disagreement"] == 0).all()

    def test_money_is_never_negative_and_the_interval_holds_the_value(self, scores: pd.DataFrame) -> None:
        assert (scores[MONEY] >= 0).all(axis=None)
        assert ((scores["clv_low"] <= scores["clv"]) & (scores["clv"] <= scores["clv_high"])).all()

    def test_money_fits_the_order_days_also_of_who_is_gone(self, scorer: Scorer, features: pd.DataFrame) -> None:
        gone = features.assign(days_since_last=features["days_since_last"] + 2000, tenure=features["tenure"] + 2000)
        for table in (features, gone):
            predicted = scorer.predict(table)
            low, value, high = (predicted.quantities[f"order_value{end}"].to_numpy() for end in ("_low", "", "_high"))
            assert ((low <= value) & (value <= high)).all()
            assert (predicted.expected_spend >= low * predicted.expected_purchases * (1 - 1e-9)).all()
            assert (predicted.expected_spend <= high * predicted.expected_purchases * (1 + 1e-9)).all()
        assert predicted.expected_spend.sum() < 0.2 * features["net_total"].sum()

    @pytest.mark.slow
    def test_on_a_small_log_an_order_day_brings_what_the_customer_is_likely_to_spend(self) -> None:
        shop = simulate_bg_nbd(100, r=0.8, alpha=20.0, a=0.6, b=2.5, days=400, joining_days=150, seed=100)
        tx, cutoff = read_transactions(shop.transactions), "2020-12-06"
        made = fit_scorer(History(tx), Windows.at(cutoff, 60), settings_for(60))
        features = build_features(tx, cutoff)
        predicted = made.predict(features)
        per_day = predicted.expected_spend / predicted.expected_purchases
        off = np.abs(np.log(per_day / shop.customers["mean_amount"].reindex(features.index).to_numpy()))
        assert np.median(off) < 0.35
        assert off.max() < 1.6, "nobody is expected to spend five times what they do"
        limited = [note.text for note in made.notes if note.code == "money_limited"]
        assert len(limited) == 1, "money would not fit the order days of many customers, and the notes report it"

    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["scorer", "cross_fitted", "alone"])
    def test_undiscounted_value_of_the_horizon_is_the_expected_spend(
        self, name: str, tx: Transactions, request: pytest.FixtureRequest
    ) -> None:
        scorer = request.getfixturevalue(name)
        plain = with_terms(scorer, clv_horizon_days=scorer.horizon_days, annual_discount_rate=0.0, margin=1.0)
        scores = plain.score(tx, CUTOFF)
        np.testing.assert_allclose(scores["clv"], scores["expected_spend"], rtol=1e-9)

    @pytest.mark.slow
    def test_the_correction_of_the_window_is_not_carried_into_the_year(
        self, scorer: Scorer, features: pd.DataFrame
    ) -> None:
        assert scorer.ensemble
        corrected = (replace(scorer.ensemble, correction=correction) for correction in (0.0, 1.2))
        even, peak = (replace(scorer, ensemble=ensemble) for ensemble in corrected)
        horizon = {"clv_horizon_days": scorer.horizon_days, "annual_discount_rate": 0.0}
        window, year = (with_terms(even, **terms).score_features(features)["clv"] for terms in (horizon, {}))
        of_window = with_terms(peak, **horizon).score_features(features)["clv"]
        np.testing.assert_allclose(of_window, window)
        flat = {"annual_discount_rate": 0.0}
        later = with_terms(even, **flat).score_features(features)["clv"] - window
        found = with_terms(peak, **flat).score_features(features)["clv"]
        np.testing.assert_allclose(found, window + np.exp(-1.2) * later)
        assert (year > window).all()

    @pytest.mark.slow
    def test_terms_of_money(self, scorer: Scorer, features: pd.DataFrame) -> None:
        clv = with_terms(scorer).score_features(features)["clv"]
        np.testing.assert_allclose(with_terms(scorer, margin=0.3).score_features(features)["clv"], 0.3 * clv)
        assert (with_terms(scorer, annual_discount_rate=0.5).score_features(features)["clv"] < clv).all()
        assert (with_terms(scorer, clv_horizon_days=730).score_features(features)["clv"] > clv).all()

    def test_dates_are_in_order_and_null_for_who_is_gone(self, scores: pd.DataFrame) -> None:
        likely_gone = scores["p_alive"] < 0.5
        dates = scores[["next_purchase_low", "next_purchase_date", "next_purchase_high"]]
        gone = dates["next_purchase_date"].isna()
        assert likely_gone.any()
        assert gone[likely_gone].all()
        assert gone[~likely_gone].mean() < 0.2, "the rest lies beyond the days that CLV looks ahead"
        assert (dates["next_purchase_date"].dropna() <= pd.Timestamp(CUTOFF) + pd.Timedelta(days=365)).all()
        assert dates[gone].isna().all(axis=None)
        assert dates[~gone].notna().all(axis=None)
        assert (dates[~gone].diff(axis=1).iloc[:, 1:] >= pd.Timedelta(0)).all(axis=None)
        assert (scores.loc[~gone, "next_purchase_low"] >= pd.Timestamp(CUTOFF)).all()
        assert (scores.loc[~gone, "next_purchase_high"] <= pd.Timestamp(CUTOFF) + pd.Timedelta(days=3650)).all()

    @pytest.mark.slow
    def test_every_customer_has_a_reason(self, every: Scorer, log_of: Callable[[Scorer], Transactions]) -> None:
        scores = every.score(log_of(every), CUTOFF)
        assert scores["reason_1"].str.len().gt(0).all()
        for one, other in (("reason_1", "reason_2"), ("reason_2", "reason_3"), ("reason_1", "reason_3")):
            assert not (scores[one] == scores[other]).any()

    def test_a_booster_without_weight_gives_no_reasons(self, scorer: Scorer, features: pd.DataFrame) -> None:
        weights = {"lifetime": 0.6, "lightgbm": 0.0, "regression": 0.4}
        idle = replace(scorer.ensemble, churn=replace(scorer.ensemble.churn, weights=weights))
        told = replace(scorer, ensemble=idle).score_features(features)
        assert told["reason_1"].str.startswith("by order dates alone: ").all()
        assert told[["reason_2", "reason_3"]].isna().all(axis=None)

    def test_it_ranks_who_stays(self, scorer: Scorer, scores: pd.DataFrame, shop: pd.DataFrame) -> None:
        later = shop[(shop["date"] >= CUTOFF) & (shop["date"] < pd.Timestamp(CUTOFF) + pd.Timedelta(days=HORIZON))]
        stayed = scores["customer_id"].isin(later["customer_id"])
        ranks = scores["p_churn"].rank()
        auc = (ranks[~stayed].mean() - ((~stayed).sum() + 1) / 2) / stayed.sum()
        assert auc > 0.75
        assert scores["expected_purchases"].sum() == pytest.approx(
            later.groupby("customer_id")["date"].nunique().sum(), rel=0.5
        )


class TestFacts:
    def test_they_are_those_before_the_cutoff(self, scores: pd.DataFrame, shop: pd.DataFrame) -> None:
        past = shop[shop["date"] < pd.Timestamp(CUTOFF)].groupby("customer_id")
        known = past.agg(
            first_order=("date", "min"), last_order=("date", "max"), orders=("date", "nunique"), money=("amount", "sum")
        )
        told = scores.set_index("customer_id")
        assert (told["first_order"] == known["first_order"]).all()
        assert (told["last_order"] == known["last_order"]).all()
        assert (told["orders"] == known["orders"]).all()
        np.testing.assert_allclose(told["spend_so_far"], known["money"], atol=1e-3)


class TestLostAndQuiet:
    def test_the_lost_are_part_of_those_who_do_not_order(
        self, every: Scorer, log_of: Callable[[Scorer], Transactions]
    ) -> None:
        scores = every.score(log_of(every), CUTOFF)
        assert scores["p_lost"].between(0, scores["p_churn"]).all()
        assert 0.1 < scores["p_lost"].mean() < scores["p_churn"].mean() - 0.02

    def test_who_is_back_is_worth_an_order_and_what_is_expected_anyway(self, scores: pd.DataFrame) -> None:
        assert (scores["spend_if_back"] >= scores["expected_spend"]).all()
        assert (scores["spend_if_back"] >= scores["order_value"]).all()
        assert (scores["spend_if_back"] / scores["order_value"]).median() < 2

    @pytest.mark.slow
    def test_a_long_silence_raises_no_value(self, scorer: Scorer, features: pd.DataFrame) -> None:
        """Under the old pace a customer who was silent for two years would be worth the most."""
        later = [
            scorer.score_features(
                features.assign(tenure=features["tenure"] + days, days_since_last=features["days_since_last"] + days)
            )
            for days in (0, 90, 400, 800)
        ]
        for before, after in pairwise(later):
            assert (after["order_value"] == before["order_value"]).all()
            anyway = after["spend_if_back"] == after["expected_spend"]
            assert (anyway | (after["spend_if_back"] <= before["spend_if_back"] * (1 + 1e-12))).all()
            assert anyway.mean() < 0.02


class TestIntervals:
    def test_the_upper_bound_of_the_quiet_is_that_of_a_purchase(
        self, scorer: Scorer, scores: pd.DataFrame, features: pd.DataFrame
    ) -> None:
        high = scorer.predict_intervals(features)["spend_high"].to_numpy()
        assert scorer.ensemble
        assert scorer.ensemble.spend_intervals
        quiet = scorer.ensemble.spend_intervals.stay_away(scores["expected_purchases"].to_numpy())
        assert scorer.highs_given_a_purchase(scores) == quiet.sum() > 0
        assert (high[quiet] == scores["expected_spend"][quiet]).all(), "the interval itself has nothing above it"
        assert (scores["clv_high"][quiet] > 2 * scores["clv"][quiet]).all()

    def test_nine_in_ten_end_within(self, scorer: Scorer, features: pd.DataFrame, shop: pd.DataFrame) -> None:
        told = scorer.predict_intervals(features)
        later = shop[(shop["date"] >= CUTOFF) & (shop["date"] < pd.Timestamp(CUTOFF) + pd.Timedelta(days=HORIZON))]
        came = later.groupby("customer_id").agg(purchases=("date", "nunique"), spend=("amount", "sum"))
        came = came.reindex(features.index).fillna(0.0)
        assert told.index.equals(features.index)
        for name in ("purchases", "spend"):
            inside = came[name].between(told[f"{name}_low"], told[f"{name}_high"])
            assert inside.mean() == pytest.approx(0.93, abs=0.05)
            assert inside[features["days_since_last"] <= HORIZON].mean() > 0.84
        assert (told["purchases_high"] - told["purchases_low"]).mean() < 1.0

    @pytest.mark.slow
    def test_without_money_order_days_alone(self, moneyless: Scorer, moneyless_log: Transactions) -> None:
        told = moneyless.predict_intervals(build_features(moneyless_log, CUTOFF))
        assert told[["purchases_low", "purchases_high"]].notna().all(axis=None)
        assert told[["spend_low", "spend_high"]].isna().all(axis=None)

    def test_a_past_that_the_model_has_seen_is_refused(self, scorer: Scorer, tx: Transactions) -> None:
        before = build_features(tx, pd.Timestamp(CUTOFF) - pd.Timedelta(days=30))
        with pytest.raises(ModelError, match="would know the future"):
            scorer.predict_intervals(before)
        assert len(scorer.predict_intervals(before, allow_past=True)) == len(before)

    def test_tables_that_are_others_are_refused(self, scorer: Scorer, features: pd.DataFrame) -> None:
        with pytest.raises(InputError, match="feature table lacks"):
            scorer.predict_intervals(features[["cutoff"]])
        with pytest.raises(InputError, match="The scores lack expected_purchases, expected_spend"):
            scorer.forecast(features)

    def test_lifetime_value_alone_has_none(self, alone: Scorer, features: pd.DataFrame) -> None:
        assert alone.predict_intervals(features).isna().all(axis=None)


class TestSameBytes:
    @pytest.mark.slow
    def test_a_part_of_the_customers(self, every: Scorer, log_of: Callable[[Scorer], Transactions]) -> None:
        features = build_features(log_of(every), CUTOFF)
        whole = every.score_features(features)
        part = np.random.default_rng(0).integers(0, 5, len(features))
        parts = pd.concat([every.score_features(features[part == k]) for k in range(5)])
        same(parts.sort_values("customer_id").reset_index(drop=True), whole)

    def test_one_customer(self, scorer: Scorer, features: pd.DataFrame, scores: pd.DataFrame) -> None:
        for k in (0, 3, len(features) - 1):
            same(scorer.score_features(features.iloc[[k]]), scores.iloc[[k]].reset_index(drop=True))

    def test_the_log_of_a_part_of_the_customers(self, scorer: Scorer, shop: pd.DataFrame, scores: pd.DataFrame) -> None:
        some = shop[shop["customer_id"].astype(int) % 5 == 1]
        own = scorer.score(read_transactions(some), CUTOFF)
        same(own, scores[scores["customer_id"].isin(own["customer_id"])].reset_index(drop=True))

    def test_shuffled_rows(self, scorer: Scorer, features: pd.DataFrame, scores: pd.DataFrame) -> None:
        shuffled = scorer.score_features(features.sample(frac=1.0, random_state=1))
        same(shuffled.sort_values("customer_id").reset_index(drop=True), scores)

    def test_rows_after_the_cutoff_change_nothing(
        self, scorer: Scorer, shop: pd.DataFrame, scores: pd.DataFrame
    ) -> None:
        same(scorer.score(read_transactions(shop[shop["date"] < pd.Timestamp(CUTOFF)]), CUTOFF), scores)


class TestFeatureTable:
    def test_customers_as_column_or_index(self, scorer: Scorer, features: pd.DataFrame, scores: pd.DataFrame) -> None:
        same(scorer.score_features(features.reset_index()), scores)
        same(scorer.score_features(features.reset_index().set_index("customer_id", drop=False)), scores)

    def test_extra_columns_are_ignored(self, scorer: Scorer, features: pd.DataFrame, scores: pd.DataFrame) -> None:
        shuffled = features.assign(p_churn=0.0, note="x")[[*reversed(list(features)), "note", "p_churn"]]
        same(scorer.score_features(shuffled), scores)

    def test_missing_ones_are_named_with_the_nearest(self, scorer: Scorer, features: pd.DataFrame) -> None:
        lacking = features.drop(columns="tenure").rename(columns={"frequency": "freqency"})
        with pytest.raises(
            InputError, match=r"lacks 'tenure', 'frequency' \(did you mean 'freqency'\?\)|lacks .*'tenure'"
        ):
            scorer.score_features(lacking)

    def test_the_cutoff_is_needed(self, scorer: Scorer, features: pd.DataFrame) -> None:
        with pytest.raises(InputError, match="lacks 'cutoff'"):
            scorer.score_features(features.drop(columns="cutoff"))

    def test_integers_will_do(self, scorer: Scorer, features: pd.DataFrame, scores: pd.DataFrame) -> None:
        same(scorer.score_features(features.astype({"frequency": "int64", "tenure": "int32"})), scores)

    def test_each_row_has_a_cutoff_of_its_own(self, scorer: Scorer, features: pd.DataFrame) -> None:
        cutoffs = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(len(features)), unit="D")
        said = scorer.score_features(features.assign(cutoff=cutoffs))
        assert (said["cutoff"] == cutoffs).all()
        wait = said["next_purchase_date"] - said["cutoff"]
        usual = scorer.score_features(features)
        assert wait.dropna().equals((usual["next_purchase_date"] - usual["cutoff"]).dropna())


class TestCutoff:
    def test_the_past_is_refused_unless_it_is_asked_for(self, scorer: Scorer, tx: Transactions) -> None:
        with pytest.raises(
            ModelError, match=r"trained on history up to 1998-03-01, so scores at 1998-02-28 would know"
        ):
            scorer.score(tx, "1998-02-28")
        assert len(scorer.score(tx, "1998-02-28", allow_past=True))

    def test_later_cutoffs_use_the_stored_parameters(self, scorer: Scorer, tx: Transactions) -> None:
        later = scorer.score(tx, dt.date(1998, 7, 1))
        assert (later["model_version"] == scorer.version).all()
        assert (later["cutoff"] == pd.Timestamp("1998-07-01")).all()

    def test_the_longer_the_silence_the_likelier_the_end(self, alone: Scorer, tx: Transactions) -> None:
        early, late = (alone.score(tx, day).set_index("customer_id") for day in ("1998-07-01", "1998-12-01"))
        assert (late["p_churn"] >= early["p_churn"]).mean() > 0.99
        assert (late["p_alive"] <= early["p_alive"]).all()
