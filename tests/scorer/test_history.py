from __future__ import annotations

import pytest

from regulars.scorer import History, Scorer, fit_scorer
from regulars.transactions import Transactions
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
