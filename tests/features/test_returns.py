"""Returns come off the order days that they belong to, once they are known."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.features import build_features, build_features_at, rfm_summary, share_kept
from regulars.features.returns import Move, allocate
from regulars.transactions import Transactions, read_transactions
from regulars.windows import Windows
from tests.features.logs import START, cutoffs, frame, logs, read

FEW = settings(max_examples=8, deadline=None, derandomize=True)
VALUES = ["order_value_first", "order_value_last", "order_value_largest", "order_value_mean", "paid_days"]


def day(age: int) -> dt.date:
    return START + dt.timedelta(days=age)


def bought(age: int, cents: int, product: str | None = "p", customer: str = "ann") -> dict[str, object]:
    return {"customer_id": customer, "day": age, "cents": cents, "product_id": product, "is_return": False}


def returned(age: int, cents: int, product: str | None = "p", customer: str = "ann") -> dict[str, object]:
    return bought(age, -cents, product, customer) | {"is_return": True}


def log_of(*rows: dict[str, object], returns: str = "net") -> Transactions:
    log = frame([{"quantity": 1.0, "discount": 0.0} | row for row in rows])
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "is_return": "is_return"}
    return read_transactions(log, columns | {"product_id": "product_id"}, returns=returns)


def values(tx: Transactions, age: int) -> list[float]:
    """What the first, last and largest order day of Ann are worth, the mean, and how many brought money."""
    return build_features(tx, day(age)).loc["ann", VALUES].tolist()


class TestTheOrderDayThatItBelongsTo:
    def test_a_return_comes_off_the_day_that_brought_the_product(self) -> None:
        tx = log_of(bought(0, 5000), bought(4, 3000, "q"), returned(9, 2000))
        assert values(tx, 10) == [30, 30, 30, 30, 2]

    def test_a_return_is_not_known_before_its_own_day_has_passed(self) -> None:
        tx = log_of(bought(0, 5000), bought(4, 3000, "q"), returned(9, 2000))
        assert values(tx, 9) == [50, 30, 50, 40, 2]

    def test_an_order_day_returned_in_full_is_a_visit_that_brought_nothing(self) -> None:
        tx = log_of(bought(0, 1000), bought(4, 900_000), returned(9, 900_000))
        assert values(tx, 10) == [10, 0, 10, 5, 1]
        summary = rfm_summary(tx, day(10)).loc["ann"]
        assert summary.to_dict() == {
            "frequency": 1, "recency": 4, "T": 10, "monetary_value": 0, "paid_repeats": 0, "first_value": 10,
            "last_value": 0,
        }  # fmt: skip

    def test_the_latest_purchases_of_the_product_come_first(self) -> None:
        tx = log_of(bought(0, 5000), bought(4, 3000), bought(6, 100, "q"), returned(9, 4000))
        assert values(tx, 10) == [40, 1, 40, pytest.approx(41 / 3), 2]

    @pytest.mark.medium
    @pytest.mark.parametrize("product", ["never bought", None])
    def test_without_its_product_a_return_comes_off_the_latest_order_days_down_to_nothing(
        self, product: str | None
    ) -> None:
        tx = log_of(bought(0, 5000), bought(4, 3000, "q"), returned(9, 4000, product))
        assert values(tx, 10) == [40, 0, 40, 20, 1]

    def test_what_no_order_day_can_bear_stays_in_the_ledger_alone(self) -> None:
        tx = log_of(bought(2, 5000), returned(1, 700), returned(9, 9000), bought(12, 2000))
        assert values(tx, 10) == [0, 0, 0, 0, 0]
        assert values(tx, 13) == [0, 20, 20, 10, 1], "later orders owe nothing for it"
        assert build_features(tx, day(13)).loc["ann", "net_total"] == 50 - 7 - 90 + 20

    def test_a_return_comes_off_a_purchase_of_its_own_day(self) -> None:
        assert values(log_of(returned(3, 400), bought(3, 1000)), 4) == [6, 6, 6, 6, 1]

    def test_nobody_pays_for_the_returns_of_another(self) -> None:
        tx = log_of(bought(0, 5000), bought(0, 5000, customer="ben"), returned(3, 5000, customer="ben"))
        assert values(tx, 4) == [50, 50, 50, 50, 1]

    def test_without_products_all_come_off_the_latest_order_days(self) -> None:
        log = pd.DataFrame({"customer_id": "ann", "date": [day(0), day(4), day(9)], "amount": [50, 30, -40]})
        tx = read_transactions(log)
        assert values(tx, 10) == [40, 0, 40, 20, 1]


@pytest.mark.medium
def test_drop_and_keep_take_nothing_off() -> None:
    rows = bought(0, 5000), bought(4, 3000), returned(9, 2000)
    assert values(log_of(*rows, returns="drop"), 10) == [50, 30, 50, 40, 2]
    assert values(log_of(*rows, returns="keep"), 10) == [50, -20, 50, 20, 2]


moves = st.lists(
    st.tuples(st.integers(0, 6), st.sampled_from(["p", "q", None]), st.integers(0, 90), st.integers(0, 90)),
    max_size=20,
    unique_by=lambda move: move[:2],
).map(lambda rows: sorted(rows, key=lambda move: (move[0], move[1] is None, move[1] or "")))


@pytest.mark.slow
@given(moves, st.integers(0, 7))
def test_nothing_is_taken_that_is_not_there_and_later_days_change_nothing(rows: list[Move], until: int) -> None:
    pieces = list(allocate(rows))
    paid, back = (pd.Series(dtype=int), pd.Series(dtype=int))
    if rows:
        by_day = pd.DataFrame(rows, columns=["day", "product", "paid", "back"]).groupby("day")
        paid, back = by_day["paid"].sum(), by_day["back"].sum()
    taken = pd.DataFrame(pieces, columns=["order", "on", "units"])
    assert (taken["units"] > 0).all()
    assert (taken["order"] <= taken["on"]).all()
    assert (taken.groupby("order")["units"].sum() <= paid.reindex(taken["order"].unique()).sort_index()).all()
    assert (taken.groupby("on")["units"].sum() <= back.reindex(taken["on"].unique()).sort_index()).all()
    left_over = back.sum() - taken["units"].sum()
    assert left_over >= back.sum() - paid.sum(), "what is there is taken"
    earlier = [piece for piece in pieces if piece[1] < until]
    assert list(allocate([move for move in rows if move[0] < until])) == earlier


@pytest.mark.slow
@FEW
@given(logs(), cutoffs, st.integers(0, 9))
def test_the_order_of_rows_changes_no_byte(log: pd.DataFrame, cutoff: dt.date, seed: int) -> None:
    mixed = log.iloc[np.random.default_rng(seed).permutation(len(log))]
    one, other = (build_features(read(rows), cutoff) for rows in (log, mixed))
    pd.testing.assert_frame_equal(one, other, check_exact=True)


@pytest.mark.slow
@FEW
@given(logs())
def test_one_pass_serves_all_cutoffs(log: pd.DataFrame) -> None:
    days = [day(age) for age in (1, 60, 421)]
    together = build_features_at(read(log), days)
    for cutoff in days:
        pd.testing.assert_frame_equal(together[cutoff], build_features(read(log), cutoff), check_exact=True)


class TestReturnsStillToCome:
    rows = bought(0, 6000), bought(8, 4000, "q"), returned(9, 1000), returned(12, 2000), returned(25, 4000)

    def test_they_are_learned_from_windows_that_have_closed(self) -> None:
        tx, closed = log_of(*self.rows), [Windows.at(day(10), 10)]
        assert share_kept(tx, Windows.at(day(20), 10), closed) == pytest.approx(1 - 20 / 90)
        both = [*closed, Windows.at(day(9), 2)]  # at day 9 all of 100 was there, 10 were returned on it
        assert share_kept(tx, Windows.at(day(20), 10), both) == pytest.approx(1 - 30 / 190)

    def test_without_a_closed_window_nothing_is_to_come(self) -> None:
        assert share_kept(log_of(*self.rows), Windows.at(day(20), 10), []) == 1.0

    @pytest.mark.medium
    def test_the_future_teaches_nothing(self) -> None:
        now, closed = Windows.at(day(20), 10), [Windows.at(day(10), 10), Windows.at(day(5), 10)]
        other = log_of(*self.rows[:-1], returned(20, 6000), returned(21, 9000, None))
        assert share_kept(other, now, closed) == share_kept(log_of(*self.rows), now, closed)
