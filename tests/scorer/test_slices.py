from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.scorer import History, training_slices
from regulars.scorer.slices import usable_slices
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows

pytestmark = pytest.mark.slow


def shop(season: np.ndarray) -> Transactions:
    """Customers who come as the season lets them."""
    rng = np.random.default_rng(0)
    rate = rng.gamma(2.0, 0.01, 600)
    customer, day = np.nonzero(rng.random((600, len(season))) < rate[:, None] * season)
    days = pd.Timestamp("2018-01-01") + pd.to_timedelta(day, unit="D")
    return read_transactions(pd.DataFrame({"customer_id": customer, "date": days, "amount": 10.0}))


def test_where_no_slice_has_the_actual_total_all_of_them_serve_for_ranks() -> None:
    """In spring all slices of a Christmas shop have its peak behind them."""
    days = np.arange(500) % 365
    history = History(shop(np.where(days > 330, 12.0, 0.1)))
    slices = training_slices(history, Windows.at("2019-04-15", 28))
    kept, (why,) = usable_slices(history, slices, "mbg_nbd")
    assert kept == slices
    assert why.text.startswith("at each of the 8 training slices the lifetime fit was off by more than a factor of 2: ")


def test_where_some_have_it_the_others_are_left_out_by_name() -> None:
    days = np.arange(700)
    history = History(shop(np.where(days > 470, 0.12, 1.0)))  # most of the demand is lost for good
    windows = Windows.at("2019-07-01", 56)
    slices = training_slices(history, windows)
    kept, why = usable_slices(history, slices, "mbg_nbd")
    assert 0 < len(kept) < len(slices)
    assert [note.text.split()[2] for note in why] == [str(s.cutoff) for s in slices if s not in kept]


def test_without_slices_nothing_is_said() -> None:
    history = History(shop(np.ones(60)))
    assert usable_slices(history, [], "mbg_nbd") == ([], [])
