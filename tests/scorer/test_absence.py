from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from regulars.features import build_features
from regulars.lifetime import BGNBD, MBGNBD, NBD
from regulars.notes import Note
from regulars.scorer import Scorer
from regulars.scorer.absence import SILENCES, Absence, Returns, Silence
from regulars.transactions import Transactions, read_transactions
from tests.scorer.conftest import CUTOFF, fitted

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bg(tx: Transactions) -> Scorer:
    return fitted(tx, 90, "lifetime.model=bg_nbd")


@pytest.fixture(scope="module")
def steady() -> pd.DataFrame:
    """Nobody leaves: everybody orders every 20 to 45 days to the end, but for a few who were seen once."""
    rng, lines = np.random.default_rng(5), []
    for customer in range(400):
        first, gap = rng.integers(0, 90), rng.integers(20, 45)
        days = [first] if customer < 40 else range(int(first), 430, int(gap))
        lines += [(customer, pd.Timestamp("1997-01-01") + pd.Timedelta(days=int(day)), 20.0) for day in days]
    return pd.DataFrame(lines, columns=["customer_id", "date", "amount"])


@pytest.fixture(scope="module")
def never_leaving(steady: pd.DataFrame) -> Scorer:
    return fitted(read_transactions(steady), 60, "lifetime.model=nbd")


class TestSource:
    def test_the_lifetime_model_where_it_can_tell(self, scorer: Scorer) -> None:
        assert scorer.absence == Absence()
        assert not any(note.code == "p_lost" for note in scorer.notes)

    def test_another_model_where_nobody_leaves_before_the_second_order(self, bg: Scorer, tx: Transactions) -> None:
        scores = bg.score(tx, CUTOFF)
        once = scores["orders"] == 1
        assert bg.absence.source == "stand_in"
        assert isinstance(bg.absence.stand_in, MBGNBD)
        assert (scores["p_alive"][once] == 1).all()
        assert scores["p_lost"][once].between(0.05, 0.95).all()
        assert scores["p_lost"].between(0, scores["p_churn"]).all()
        assert any(note.text.startswith("p_lost comes from mbg_nbd") for note in bg.notes)

    def test_p_alive_is_null_where_leaving_is_not_identified(self, never_leaving: Scorer, steady: pd.DataFrame) -> None:
        scores = never_leaving.score(read_transactions(steady), CUTOFF)
        assert not never_leaving.absence.identified
        assert scores["p_alive"].isna().all()
        assert scores["p_lost"].between(0, scores["p_churn"]).all()
        assert (
            Note("p_alive", "p_alive is null: on this log, leaving cannot be told from staying") in never_leaving.notes
        )

    def test_a_log_too_short_to_tell_calls_nobody_lost(self, steady: pd.DataFrame) -> None:
        short = fitted(read_transactions(steady), 420, "lifetime.model=nbd")
        assert short.absence.source == "unknown"
        assert (short.score(read_transactions(steady), CUTOFF)["p_lost"] == 0).all()
        assert short.absence.in_words.startswith("p_lost is 0 for all")

    @pytest.mark.parametrize("name", ["scorer", "bg", "never_leaving"])
    def test_it_survives_json(self, name: str, request: pytest.FixtureRequest) -> None:
        absence = request.getfixturevalue(name).absence
        again = Absence.from_dict(json.loads(json.dumps(absence.to_dict())))
        assert again.to_dict() == absence.to_dict()


class TestSilence:
    def test_the_longer_the_silence_in_own_gaps_the_more_are_lost(self) -> None:
        silence = Silence(
            30.0, tuple(np.linspace(0.2, 0.9, 11)), tuple(np.linspace(0.1, 0.8, 11)), pd.Timestamp(CUTOFF).date()
        )
        T = np.arange(101.0, 900.0, 7.0)
        for frequency, recency in ((0.0, 0.0), (4.0, 100.0)):
            lost = silence.share_lost(pd.DataFrame({"frequency": frequency, "recency": recency, "T": T}))
            assert (np.diff(lost) >= 0).all()
            assert lost[-1] > lost[0]

    def test_shares_are_those_of_who_never_came_back(self, tx: Transactions, shop: pd.DataFrame) -> None:
        from regulars.scorer import History
        from regulars.windows import Windows

        began, cutoff = Windows.at("1997-09-01", 90), Windows.at(CUTOFF, 90)
        silence = Silence.fit(History(tx), cutoff, [began])
        assert silence
        assert len(silence.once) == len(SILENCES) + 1
        assert list(silence.again) == sorted(silence.again)
        features = build_features(tx, "1997-09-01")
        summary = features.rename(columns={"tenure": "T"})
        later = shop[(shop["date"] >= "1997-09-01") & (shop["date"] < CUTOFF)]["customer_id"]
        stayed_away = ~features.index.isin(later)
        for who in (features["frequency"] == 0, features["frequency"] > 0):
            assert silence.share_lost(summary[who]).mean() == pytest.approx(stayed_away[who].mean(), abs=0.02)

    def test_what_comes_after_the_cutoff_changes_nothing(self, tx: Transactions, shop: pd.DataFrame) -> None:
        from regulars.scorer import History
        from regulars.windows import Windows

        began, cutoff = Windows.at("1997-09-01", 90), Windows.at(CUTOFF, 90)
        past = read_transactions(shop[shop["date"] < CUTOFF])
        assert Silence.fit(History(past), cutoff, [began]) == Silence.fit(History(tx), cutoff, [began])


class TestReturns:
    """A stand-in that overrates the long silent is lowered to what the last window showed."""

    def test_ratios_are_returns_seen_for_each_expected(self, tx: Transactions, shop: pd.DataFrame) -> None:
        from regulars.scorer import History
        from regulars.windows import Windows

        closed = Windows.at("1998-01-01", 90)
        model = BGNBD.from_params({"r": 50.0, "alpha": 50.0, "a": 0.01, "b": 50.0})  # everybody orders every day
        found = Returns.fit(model, History(tx), [closed])
        assert found
        features = build_features(tx, "1998-01-01")
        later = shop[(shop["date"] >= "1998-01-01") & (shop["date"] < "1998-04-01")]["customer_id"]
        summary = features.rename(columns={"tenure": "T"})
        expected = model.probability_of_purchase(summary, 90)
        seen, due = found.ratio(summary) * expected, features.index.isin(later)
        assert list(found.ratios) == sorted(found.ratios, reverse=True)
        assert seen.sum() == pytest.approx(due.sum(), rel=0.15)

    def test_a_model_that_expects_too_little_is_left_as_it_is(self, tx: Transactions) -> None:
        from regulars.scorer import History
        from regulars.windows import Windows

        rare = BGNBD.from_params({"r": 0.01, "alpha": 5000.0, "a": 0.01, "b": 50.0})
        found = Returns.fit(rare, History(tx), [Windows.at("1998-01-01", 90)])
        assert found
        assert set(found.ratios) == {1.0}

    def test_what_comes_after_the_closed_window_changes_nothing(self, tx: Transactions, shop: pd.DataFrame) -> None:
        from regulars.scorer import History
        from regulars.windows import Windows

        closed, past = Windows.at("1997-09-01", 90), read_transactions(shop[shop["date"] < "1997-11-30"])
        model = BGNBD.from_params({"r": 0.5, "alpha": 50.0, "a": 0.5, "b": 5.0})
        assert Returns.fit(model, History(past), [closed]) == Returns.fit(model, History(tx), [closed])

    def test_a_log_too_short_to_tell_tells_nothing(self, tx: Transactions) -> None:
        from regulars.scorer import History

        model = BGNBD.from_params({"r": 0.5, "alpha": 50.0, "a": 0.5, "b": 5.0})
        assert Returns.fit(model, History(tx), []) is None


def test_bg_nbd_and_nbd_need_help(tx: Transactions, log_of: Callable[[Scorer], Transactions]) -> None:
    from regulars.features import rfm_summary
    from regulars.lifetime import identifies_leaving, lets_one_time_buyers_leave

    summary = rfm_summary(tx, CUTOFF)
    told = {
        type(model).__name__: (identifies_leaving(model, summary), lets_one_time_buyers_leave(model, summary))
        for model in (BGNBD().fit(summary), MBGNBD().fit(summary), NBD().fit(summary))
    }
    assert told == {"BGNBD": (True, False), "MBGNBD": (True, True), "NBD": (False, False)}
