from __future__ import annotations

import pandas as pd
import pytest

from regulars.scorer import History, Scorer, fit_scorer
from regulars.scorer import history as scorer_history
from regulars.transactions import Sample, Transactions
from regulars.windows import Windows
from tests.scorer.conftest import CUTOFF, HORIZON

pytestmark = pytest.mark.slow


def test_who_sees_no_money_is_fitted_as_if_the_log_had_none(tx: Transactions, moneyless: Scorer) -> None:
    history, windows = History(tx), Windows.at(CUTOFF, HORIZON)
    assert history.lifetime(windows, "mbg_nbd").spend is not None
    seen = history.seeing(moneyless.feature_names)
    assert tuple(seen.features(windows)) == ("cutoff", *moneyless.feature_names)
    assert fit_scorer(seen, windows, moneyless.settings).version == moneyless.version
    assert history.labels(windows)["spend"].sum() > 0


def test_tables_that_are_not_needed_now_make_room_for_those_to_come(
    tx: Transactions, monkeypatch: pytest.MonkeyPatch
) -> None:
    history, last = History(tx), Windows.at(CUTOFF, HORIZON)
    earlier = [last.shifted(-30 * k) for k in (1, 2)]
    history.prepare(earlier)
    before = history.features(earlier[1]).copy()
    monkeypatch.setattr(scorer_history, "MOST_HELD", int(2.5 * before.memory_usage().sum()))
    history.prepare([last])
    assert set(history._features) == {earlier[0].cutoff, last.cutoff}, "two fit, not three"
    pd.testing.assert_frame_equal(history.features(earlier[1]), before)
    assert set(history._features) == {last.cutoff, earlier[1].cutoff}
    monkeypatch.setattr(scorer_history, "MOST_HELD", int(1.5 * before.memory_usage().sum()))
    history.release()
    assert set(history._features) == {earlier[1].cutoff}, "the one that was built last"


def test_fits_on_more_customers_than_the_sample_hold_none_of_them(tx: Transactions) -> None:
    windows = Windows.at(CUTOFF, HORIZON)
    whole = History(tx).lifetime(windows, "mbg_nbd")
    of_many = History(tx, sample=Sample.of(tx, windows, 100, seed=0)).lifetime(windows, "mbg_nbd")
    assert of_many.purchases.to_dict() == whole.purchases.to_dict()
    assert hasattr(whole.purchases, "rows_")
    assert hasattr(whole.spend, "spenders_")
    assert not hasattr(of_many.purchases, "rows_")
    assert not hasattr(of_many.spend, "spenders_")
