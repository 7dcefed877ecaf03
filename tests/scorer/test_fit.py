from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from regulars.features import rfm_summary
from regulars.lifetime import choose_model
from regulars.notes import Note
from regulars.scorer import History, Scorer, training_slices
from regulars.scorer import slices as scorer_slices
from regulars.scorer.base_models import fit_churn_trees
from regulars.scorer.fit import LIFETIME_CANDIDATES, lifetime_model
from regulars.scorer.slices import FOLDS, TrainingRows
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.scorer.conftest import CUTOFF, HORIZON, fitted, settings_for

pytestmark = pytest.mark.slow

WINDOWS = Windows.at(CUTOFF, HORIZON)


def past_and_future(log: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return log[log["date"] < pd.Timestamp(CUTOFF)], log[log["date"] >= pd.Timestamp(CUTOFF)]


class TestNothingFromTheFuture:
    @pytest.mark.slow
    def test_the_same_scorer_without_the_future(self, shop: pd.DataFrame, scorer: Scorer) -> None:
        past, _ = past_and_future(shop)
        assert fitted(past).version == scorer.version

    @pytest.mark.slow
    def test_the_same_scorer_with_another_future(self, shop: pd.DataFrame, scorer: Scorer) -> None:
        past, future = past_and_future(shop)
        wrong = future.assign(amount=future["amount"] * 1000 - 50, customer_id=future["customer_id"].to_numpy()[::-1])
        strangers = past.assign(customer_id="9" + past["customer_id"], date=past["date"] + pd.Timedelta(days=500))
        assert fitted(pd.concat([wrong, past, strangers])).version == scorer.version

    @pytest.mark.slow
    def test_the_same_scorer_whatever_came_in_later(self, shop: pd.DataFrame) -> None:
        """Late lines of every slice and label window, of strangers, and from before the log began."""
        some = shop[shop["customer_id"].astype(int) % 64 == 0]
        known = some.assign(came=some["date"])
        sooner = some.sample(frac=0.3, random_state=0).assign(date=lambda log: log["date"] - pd.Timedelta(days=40))
        late = pd.concat([sooner, sooner.assign(customer_id="9" + sooner["customer_id"])]).assign(
            came=pd.Timestamp(CUTOFF)
        )
        both = pd.concat([known, late])
        columns = {"customer_id": "customer_id", "amount": "amount", "ordered_at": "date", "ingested_at": "came"}

        def version(log: pd.DataFrame, columns: dict[str, str] | None = None) -> str:
            return fitted(read_transactions(log, columns), 280, "churn.num_iterations=5").version

        assert version(both, columns) == version(known, columns) == version(some)
        assert version(both.drop(columns="came")) != version(some)

    def test_a_log_that_is_silent_before_the_cutoff(self, shop: pd.DataFrame) -> None:
        """A shop that closes at weekends does not tell by its slices whether it opened again."""
        silent = shop[~shop["date"].between("1998-02-26", "1998-02-28")]
        past, _ = past_and_future(silent)
        with_future, without = (training_slices(History(read_transactions(log)), WINDOWS) for log in (silent, past))
        assert with_future == without
        assert with_future[0].closes == dt.date(1998, 2, 26)

    def test_every_slice_had_closed(self, tx: Transactions) -> None:
        slices = training_slices(History(tx), WINDOWS)
        assert len(slices) == 8
        assert slices[0].closes == WINDOWS.cutoff
        assert all(windows.closed_by(WINDOWS.cutoff) for windows in slices)


class TestLifetimeModels:
    @pytest.mark.slow
    @pytest.mark.parametrize("name", ["nbd", "pareto_nbd", "bg_cnbd_k", "mbg_cnbd_k"])
    def test_each_can_be_asked_for(self, tx: Transactions, tmp_path: Path, name: str) -> None:
        scorer = fitted(tx, 280, f"lifetime.model={name}", "churn.num_iterations=5")
        assert scorer.lifetime.purchases.name == name
        assert Note("lifetime_model", f"lifetime model {name}, as asked") in scorer.notes
        scorer.save(tmp_path / "scorer")
        scores = scorer.score(tx, CUTOFF)
        pd.testing.assert_frame_equal(Scorer.load(tmp_path / "scorer").score(tx, CUTOFF), scores, rtol=0, atol=0)
        assert scores[["p_churn", "p_lost"]].apply(lambda column: column.between(0, 1)).all(axis=None)
        assert (
            scores["p_alive"].between(0, 1).all() or scores["p_alive"].isna().all()
        )  # where leaving is not identified
        assert np.isfinite(scores[["expected_purchases", "clv"]]).all(axis=None)
        comes = scorer.lifetime.purchases.probability_of_return(rfm_summary(tx, CUTOFF))
        due = scores.set_index("customer_id")["next_purchase_date"]
        assert due[comes < 0.5].isna().all()
        assert due[comes >= 0.5].notna().any()
        assert (due.dropna() <= pd.Timestamp(CUTOFF) + pd.Timedelta(days=365)).all()

    @pytest.mark.slow
    def test_auto_chooses_over_all_by_what_had_closed(self, shop: pd.DataFrame, tx: Transactions) -> None:
        history, past = History(tx), History(read_transactions(past_and_future(shop)[0]))
        slices = training_slices(history, WINDOWS)
        name, why = lifetime_model(history, slices, "auto")
        assert (name, why) == lifetime_model(past, training_slices(past, WINDOWS), "auto")
        assert why.startswith(f"{name} was chosen")
        assert why.endswith("It was judged by the 90 days from 1997-12-01, which no fit had seen.")
        table = choose_model(
            LIFETIME_CANDIDATES, history.summary(slices[0]), history.labels(slices[0])["purchases"], HORIZON
        ).table
        assert set(table.index) == {"mbg_nbd", "bg_nbd", "pareto_nbd", "nbd", "mbg_cnbd_k", "bg_cnbd_k"}
        assert table.index[0] == name

    def test_where_nobody_came_back_there_is_nothing_to_choose_by(self, shop: pd.DataFrame) -> None:
        once = History(read_transactions(shop.drop_duplicates("customer_id")))
        name, why = lifetime_model(once, [Windows.at("1997-03-01", HORIZON)], "auto")
        assert name == "mbg_nbd"
        assert why.startswith("lifetime model mbg_nbd: No candidate could be fitted: ")


class TestSameBytes:
    @pytest.mark.slow
    def test_fitted_again(self, tx: Transactions, scorer: Scorer) -> None:
        assert fitted(tx).version == scorer.version

    @pytest.mark.slow
    def test_order_of_rows_and_number_of_threads(self, shop: pd.DataFrame, scorer: Scorer) -> None:
        shuffled = read_transactions(shop.sample(frac=1.0, random_state=3))
        shuffled.connection.execute("SET threads = 1")
        assert fitted(shuffled).version == scorer.version

    def test_a_history_that_has_looked_elsewhere(self, tx: Transactions, alone: Scorer) -> None:
        from regulars.scorer import fit_scorer

        history = History(tx)
        history.prepare([Windows.at("1997-06-01", 300)])
        history.lifetime(Windows.at("1997-06-01", 300), "bg_nbd")
        assert fit_scorer(history, Windows.at(CUTOFF, 300), settings_for(300)).version == alone.version


class TestWhatIsSaid:
    def test_out_of_time(self, scorer: Scorer) -> None:
        assert scorer.ensemble is not None
        assert any(note.text.startswith("blend weights are estimated out of time") for note in scorer.notes)

    def test_cross_fitted(self, cross_fitted: Scorer) -> None:
        assert cross_fitted.ensemble is not None
        assert any(note.text.startswith("blend weights are cross-fitted by customer") for note in cross_fitted.notes)
        assert Note("lifetime_model", "lifetime model mbg_nbd, as asked") in cross_fitted.notes

    @pytest.mark.slow
    def test_one_closed_slice_is_enough(self, tx: Transactions) -> None:
        windows = Windows.at(CUTOFF, 280)
        assert len(training_slices(History(tx), windows)) == 1
        one = fitted(tx, 280)
        assert one.ensemble is not None
        assert any(note.text.startswith("blend weights are cross-fitted by customer") for note in one.notes)

    def test_lifetime_value_alone(self, alone: Scorer) -> None:
        assert alone.ensemble is None
        assert str(alone.fallback).startswith("the scorer is the lifetime model alone: no past window of ")

    @pytest.mark.slow
    def test_too_few_to_learn_from(self, shop: pd.DataFrame) -> None:
        few = shop[shop["customer_id"].isin(shop["customer_id"].unique()[:40])]
        scorer = fitted(few)
        assert scorer.ensemble is None
        assert str(scorer.fallback).startswith("the scorer is the lifetime model alone: no past window of ")
        assert "has 20 customers who ordered in it and 20 who did not" in str(scorer.fallback)

    def test_no_money(self, moneyless: Scorer) -> None:
        assert moneyless.ensemble is not None
        assert moneyless.ensemble.spend is None
        assert moneyless.ensemble.spend_intervals is None
        assert moneyless.ensemble.purchase_intervals is not None

    @pytest.mark.slow
    def test_money_that_is_all_zero(self, shop: pd.DataFrame) -> None:
        free = shop.assign(amount=0.0)
        scorer = fitted(free)
        assert scorer.ensemble is not None
        assert scorer.ensemble.spend is None
        scores = scorer.score(read_transactions(free), CUTOFF)
        assert (scores[["expected_spend", "clv", "clv_low", "clv_high"]] == 0).all(axis=None)


@pytest.fixture(scope="module")
def rows(tx: Transactions) -> TrainingRows:
    history = History(tx)
    slices = training_slices(history, WINDOWS)
    names = [name for name in history.features(WINDOWS) if name != "cutoff"]
    return TrainingRows.stack(history, slices, names, "mbg_nbd", seed=0)


class TestTrainingRows:
    def test_a_customer_is_in_one_fold_however_the_rows_lie(self, rows: TrainingRows) -> None:
        fold = pd.Series(rows.folds(), index=rows.table.index)
        assert (fold.groupby(level=0).nunique() == 1).all()
        assert fold.groupby(level=0).first().value_counts().min() > 0.9 * fold.index.nunique() / FOLDS
        backwards = replace(rows, quantities=rows.quantities[::-1])
        assert (backwards.folds()[::-1] == rows.folds()).all()

    def test_slices_weigh_the_same(self, rows: TrainingRows) -> None:
        total = np.bincount(rows.slice_of, weights=rows.weights())
        np.testing.assert_allclose(total, total[0])
        assert rows.weights().mean() == pytest.approx(1.0)

    def test_of_many_rows_a_fit_takes_as_many_of_each_slice(
        self, rows: TrainingRows, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert rows.thinned(0) is rows, "few are enough"
        monkeypatch.setattr(scorer_slices, "MOST_ROWS", 50 * len(rows.slices))
        drawn = rows.thinned(0)
        assert set(np.bincount(drawn.slice_of)) == {50}
        assert drawn.table.index.equals(drawn.outcomes.index)
        pd.testing.assert_frame_equal(drawn.table, rows.thinned(0).table)
        assert not drawn.table.index.equals(rows.thinned(1).table.index)

    def test_of_many_customers_a_slice_draws_some(
        self, rows: TrainingRows, tx: Transactions, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scorer_slices, "MOST_ROWS", 100)
        names = [name for name in rows.table if not name.startswith("lifetime_")]
        drawn = TrainingRows.stack(History(tx), rows.slices[:1], names, "mbg_nbd", seed=0)
        assert len(drawn.table) == 100
        assert drawn.table.index.equals(drawn.outcomes.index)
        pd.testing.assert_frame_equal(drawn.table, rows.latest.table.loc[drawn.table.index])
        pd.testing.assert_frame_equal(drawn.outcomes, rows.latest.outcomes.loc[drawn.table.index])

    def test_a_lifetime_quantity_that_shifts_between_slices_is_left_out_by_name(self, rows: TrainingRows) -> None:
        draw = np.random.default_rng(0)
        alike = {name.removeprefix("lifetime_"): draw.random(len(rows.place)) for name in scorer_slices.CAN_SHIFT}
        rows = replace(rows, quantities=rows.quantities.assign(**alike))
        now = rows.latest.table
        kept, notes = rows.without_shifts(now)
        assert (list(kept.table), notes) == (list(rows.table), [])
        kept, notes = rows.without_shifts(now.assign(lifetime_p_alive=1.0))
        assert set(rows.table) - set(kept.table) == {"lifetime_p_alive"}
        assert [(note.code, note.text.split()[0]) for note in notes] == [("column_excluded", "lifetime_p_alive")]

    def test_the_design_is_put_together_of_the_rows_that_are_left(self, rows: TrainingRows) -> None:
        some = np.arange(len(rows.place)) % 3 == 0
        left = rows.where(some)
        assert "table" not in vars(left), "not before it is asked for"
        pd.testing.assert_frame_equal(left.table, rows.table[some])

    def test_only_slices_that_had_closed_when_the_latest_began_are_earlier(self, rows: TrainingRows) -> None:
        known = [rows.slices[k] for k in sorted(set(rows.closed_before_latest.slice_of))]
        assert known
        assert all(windows.closes <= rows.slices[0].cutoff for windows in known)
        assert set(rows.latest.slice_of) == {0}

    def test_outcomes_stand_beside_the_customers_features(self, rows: TrainingRows, shop: pd.DataFrame) -> None:
        latest, window = rows.latest, rows.slices[0]
        later = shop[shop["date"].between(pd.Timestamp(window.cutoff), pd.Timestamp(window.closes), inclusive="left")]
        assert (latest.outcome("churned") == ~latest.table.index.isin(later["customer_id"])).all()
        assert latest.table.index.equals(latest.outcomes.index)
        assert latest.table.index.equals(latest.quantities.index)


def held_out_auc(rows: TrainingRows) -> float:
    """AUC of the churn booster on customers whom it has not seen."""
    held_out = rows.folds() == 0
    trees = fit_churn_trees(rows.where(~held_out), settings_for(HORIZON))
    unseen = rows.where(held_out)
    return float(roc_auc_score(unseen.outcome("churned"), trees.predict(unseen.table)))


def test_labels_dealt_out_anew_cannot_be_predicted(rows: TrainingRows) -> None:
    order = np.random.default_rng(0).permutation(len(rows.table))
    dealt = replace(rows, outcomes=rows.outcomes.iloc[order].set_axis(rows.outcomes.index))
    assert held_out_auc(dealt) == pytest.approx(0.5, abs=0.03)
    assert held_out_auc(rows) > 0.7, "while the true ones can"
