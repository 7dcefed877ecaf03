from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import InsufficientHistoryError, ParamsError
from regulars.features import (
    CATALOGUE,
    build_features,
    build_features_at,
    build_features_in,
    build_features_of,
    build_labels,
    build_past,
    build_waits,
)
from regulars.transactions import Transactions, parts_of, read_transactions
from regulars.windows import Windows
from tests.features.logs import COLUMNS, LAST_AGE, START, cutoffs, frame, logs, read
from tests.features.oracle import features_of, labels_of

LAW = settings(max_examples=20, deadline=None, derandomize=True)
PURCHASE = {"customer_id": "ann", "day": 0, "cents": 500, "quantity": 1.0, "order_id": "A", "is_return": False}


def line(day: int, **values: object) -> dict[str, object]:
    blank = dict.fromkeys(("product_id", "category", "channel", "discount"))
    return PURCHASE | blank | {"day": day} | values


def day(age: int) -> dt.date:
    return START + dt.timedelta(days=age)


def same_bytes(one: pd.DataFrame, other: pd.DataFrame) -> None:
    """Every entry equal in its bits, not only in its value."""
    assert list(one.columns) == list(other.columns)
    assert one.index.equals(other.index)
    assert one.index.dtype == other.index.dtype
    for name in one.columns:
        assert one[name].dtype == other[name].dtype, name
        assert one[name].to_numpy().tobytes() == other[name].to_numpy().tobytes(), name


class TestOracle:
    @pytest.mark.slow
    @LAW
    @given(logs(), cutoffs)
    def test_every_feature_is_what_the_oracle_finds(self, log: pd.DataFrame, cutoff: dt.date) -> None:
        built = build_features(read(log), cutoff)
        assert list(built.columns) == ["cutoff", *(feature.name for feature in CATALOGUE)]
        assert (built.pop("cutoff") == pd.Timestamp(cutoff)).all()
        expected = features_of(log, cutoff)
        assert set(expected) == set(built)
        pd.testing.assert_frame_equal(built, expected[list(built)], rtol=1e-9, atol=1e-9, check_index_type=False)

    @pytest.mark.slow
    @LAW
    @given(logs(), cutoffs, st.integers(1, 200))
    def test_labels_are_what_the_oracle_finds(self, log: pd.DataFrame, cutoff: dt.date, horizon: int) -> None:
        built = build_labels(read(log), Windows.at(cutoff, horizon))
        expected = labels_of(log, cutoff, horizon)
        pd.testing.assert_frame_equal(built, expected, rtol=1e-9, atol=1e-9, check_index_type=False)

    @pytest.mark.slow
    @LAW
    @given(logs(), cutoffs, st.integers(1, 200))
    def test_who_waits_longer_than_the_window_did_not_order_in_it(
        self, log: pd.DataFrame, cutoff: dt.date, horizon: int
    ) -> None:
        tx, windows = read(log), Windows.at(cutoff, horizon)
        waits = build_waits(tx, windows)
        assert waits.index.equals(build_labels(tx, windows).index)
        for days in (1, (horizon + 1) // 2, horizon):
            came = build_labels(tx, Windows.at(cutoff, days))["purchases"] > 0
            assert ((waits < days) == came).all()

    @pytest.mark.slow
    @pytest.mark.parametrize("cutoff", ["1997-03-31", "1998-01-01", "1998-07-01"])
    def test_real_customers(self, shop: pd.DataFrame, cutoff: str) -> None:
        some = shop[shop["customer_id"].astype(int) % 96 == 0]
        built = build_features(read_transactions(some), cutoff).drop(columns="cutoff")
        expected = features_of(some, dt.date.fromisoformat(cutoff))
        assert len(built) > 100
        pd.testing.assert_frame_equal(built, expected[list(built)], rtol=1e-9, atol=1e-9, check_index_type=False)


def deleted(past: pd.DataFrame, future: pd.DataFrame) -> list[pd.DataFrame]:
    return [past]


def multiplied(past: pd.DataFrame, future: pd.DataFrame) -> list[pd.DataFrame]:
    return [past, future.assign(amount=future["amount"].abs() * 100), future.assign(order_id="Z")]


def swapped(past: pd.DataFrame, future: pd.DataFrame) -> list[pd.DataFrame]:
    return [past, future.assign(customer_id=future["customer_id"].to_numpy()[::-1], product_id="s")]


def joined_by_strangers(past: pd.DataFrame, future: pd.DataFrame) -> list[pd.DataFrame]:
    late = past["date"] + pd.Timedelta(days=500)
    return [past, future, past.assign(customer_id="new " + past["customer_id"], date=late)]


def returned(past: pd.DataFrame, future: pd.DataFrame) -> list[pd.DataFrame]:
    at_cutoff = past["date"].min() + pd.Timedelta(days=LAST_AGE + 1)
    return [past, future, past.assign(date=at_cutoff, is_return=True, amount=-past["amount"].abs())]


class TestNothingFromTheFuture:
    @pytest.mark.slow
    @LAW
    @given(logs(), cutoffs, st.sampled_from([deleted, multiplied, swapped, joined_by_strangers, returned]))
    def test_features_do_not_depend_on_what_comes_after(self, log: pd.DataFrame, cutoff: dt.date, corrupted) -> None:
        past, future = log[log["date"] < pd.Timestamp(cutoff)], log[log["date"] >= pd.Timestamp(cutoff)]
        other = pd.concat(corrupted(past, future))
        same_bytes(build_features(read(other), cutoff), build_features(read(log), cutoff))

    @pytest.mark.slow
    def test_real_customers(self, shop: pd.DataFrame) -> None:
        cutoff = pd.Timestamp("1998-01-01")
        past, future = shop[shop["date"] < cutoff], shop[shop["date"] >= cutoff]
        whole = build_features(read_transactions(shop), "1998-01-01")
        mixed = future.assign(customer_id=future["customer_id"].to_numpy()[::-1], amount=future["amount"] * 7 - 20)
        born = future.assign(customer_id="9" + future["customer_id"])
        for other in ([], [mixed], [future, born]):
            same_bytes(build_features(read_transactions(pd.concat([past, *other])), "1998-01-01"), whole)

    @pytest.mark.medium
    def test_labels_do_not_depend_on_what_comes_after_the_window(self, shop: pd.DataFrame) -> None:
        windows = Windows.at("1997-10-01", 60)
        kept = shop[shop["date"] < pd.Timestamp(windows.closes)]
        same_bytes(build_labels(read_transactions(kept), windows), build_labels(read_transactions(shop), windows))


CUTOFFS = (dt.date(1997, 7, 1), dt.date(1998, 1, 1))


@pytest.fixture(scope="module")
def whole(shop: pd.DataFrame) -> dict[dt.date, pd.DataFrame]:
    return build_features_at(read_transactions(shop), CUTOFFS)


class TestSameBytes:
    @pytest.mark.medium
    @pytest.mark.parametrize("threads", [1, 2])
    def test_number_of_threads(self, shop: pd.DataFrame, whole: dict[dt.date, pd.DataFrame], threads: int) -> None:
        tx = read_transactions(shop)
        tx.connection.execute(f"SET threads = {threads}")
        for cutoff, table in build_features_at(tx, CUTOFFS).items():
            same_bytes(table, whole[cutoff])

    def test_order_of_rows(self, shop: pd.DataFrame, whole: dict[dt.date, pd.DataFrame]) -> None:
        shuffled = shop.sample(frac=1.0, random_state=7)
        for cutoff, table in build_features_at(read_transactions(shuffled), CUTOFFS).items():
            same_bytes(table, whole[cutoff])

    def test_type_of_the_ids(self, shop: pd.DataFrame, whole: dict[dt.date, pd.DataFrame]) -> None:
        numbered = shop.assign(customer_id=shop["customer_id"].astype(int))
        for cutoff, table in build_features_at(read_transactions(numbered), CUTOFFS).items():
            assert table.index.dtype == "int64"
            # ids of five digits sort alike as numbers and as text
            same_bytes(table.set_axis(whole[cutoff].index), whole[cutoff])

    @pytest.mark.medium
    def test_other_cutoffs_beside(self, shop: pd.DataFrame, whole: dict[dt.date, pd.DataFrame]) -> None:
        for cutoff, table in whole.items():
            same_bytes(build_features(read_transactions(shop), cutoff), table)

    def test_rows_of_a_customer_do_not_depend_on_the_others(
        self, shop: pd.DataFrame, whole: dict[dt.date, pd.DataFrame]
    ) -> None:
        some = shop[shop["customer_id"].astype(int) % 3 == 0]
        cutoff = CUTOFFS[1]
        alone = build_features(read_transactions(some), cutoff)
        same_bytes(alone, whole[cutoff].loc[alone.index])


class TestWindowEdges:
    @pytest.mark.medium
    def test_an_order_on_the_cutoff_is_future_and_one_on_the_last_day_counts(self) -> None:
        tx = read(frame([line(0), line(10), line(19), line(20)]))
        windows = Windows.at(day(10), 10)  # [10, 20)
        assert build_features(tx, day(10)).loc["ann", ["frequency", "tenure"]].tolist() == [0, 10]
        labels = build_labels(tx, windows)
        assert labels.loc["ann"].tolist() == [2, 10]
        assert build_past(tx, windows).loc["ann"].tolist() == [1, 5], "the horizon before the cutoff holds day 0 alone"
        assert build_past(tx, windows.shifted(1)).loc["ann"].tolist() == [1, 5], "[1, 11) holds day 10 alone"

    def test_trailing_windows_are_half_open(self) -> None:
        tx = read(frame([line(0), line(3), line(4)]))
        seven = build_features(tx, day(10)).loc["ann", ["orders_7", "net_7"]]
        assert seven.tolist() == [2, 10], "day 3 is the first of the 7 days before day 10"
        assert build_features(tx, day(11)).loc["ann", "orders_7"] == 1

    @pytest.mark.medium
    def test_who_only_returns_is_no_customer(self) -> None:
        returns = [line(1, customer_id="ben", cents=-500, is_return=True), line(2, customer_id="ben", quantity=-1.0)]
        tx = read(frame([line(0), *returns]))
        assert build_features(tx, day(5)).index.tolist() == ["ann"]
        assert build_labels(tx, Windows.at(day(5), 5)).index.tolist() == ["ann"]

    @pytest.mark.medium
    def test_a_return_in_the_window_is_no_purchase_and_may_cost_more_than_was_bought(self) -> None:
        tx = read(frame([line(0), line(10, cents=900, is_return=True)]))
        assert build_labels(tx, Windows.at(day(5), 10)).loc["ann"].tolist() == [0, -9]

    @pytest.mark.medium
    def test_a_first_purchase_in_the_window_has_no_label(self) -> None:
        tx = read(frame([line(0), line(6, customer_id="ben")]))
        assert build_labels(tx, Windows.at(day(5), 10)).index.tolist() == ["ann"]

    def test_labels_and_past_have_the_customers_of_the_features(self, cdnow: Transactions) -> None:
        windows = Windows.at("1997-02-01", 30)
        index = build_features(cdnow, "1997-02-01").index
        assert build_labels(cdnow, windows).index.equals(index)
        assert build_past(cdnow, windows).index.equals(index)

    def test_past_is_the_label_of_the_window_before(self, shop: pd.DataFrame) -> None:
        tx, windows = read_transactions(shop), Windows.at("1997-10-01", 60)
        past, before = build_past(tx, windows), build_labels(tx, windows.shifted(-60))
        pd.testing.assert_frame_equal(past.loc[before.index], before)


class TestColumns:
    def test_a_log_without_money_has_no_money_features_and_no_spend(self) -> None:
        log = frame([line(0), line(9)]).drop(columns="amount")
        tx = read(log)
        present = set(build_features(tx, day(20)))
        absent = {feature.name for feature in CATALOGUE if "money" in feature.needs}
        assert not present & absent
        assert present == {"cutoff", *(feature.name for feature in CATALOGUE)} - absent
        labels = build_labels(tx, Windows.at(day(5), 10))
        assert labels["purchases"].tolist() == [1]
        assert np.isnan(labels["spend"]).all()

    @pytest.mark.slow
    @pytest.mark.parametrize("column", ["quantity", "order_id", "product_id", "category", "channel", "discount"])
    def test_features_are_absent_by_name_where_their_column_is(self, column: str) -> None:
        log = frame([line(0), line(9)])
        lacking = set(build_features(read(log), day(20))) - set(build_features(read(log.drop(columns=column)), day(20)))
        assert lacking == {feature.name for feature in CATALOGUE if column in feature.needs}
        assert lacking

    @pytest.mark.medium
    def test_a_discount_counts_by_its_size(self) -> None:
        logs = [frame([line(0, discount=sign * 1.25), line(9, discount=sign * 0.0)]) for sign in (1, -1)]
        above, below = (build_features(read(log), day(20)) for log in logs)
        same_bytes(above, below)
        assert below["discount_share"].tolist() == [1.25 / (2 * 5.00 + 1.25)]

    def test_every_feature_is_a_double(self) -> None:
        built = build_features(read(frame([line(0), line(9)])), day(20))
        assert set(built.drop(columns="cutoff").dtypes.astype(str)) == {"float64"}
        assert built.index.name == "customer_id"

    @pytest.mark.slow
    @pytest.mark.parametrize("ids", [[2**40, 7], ["007", "7"], [10.5, 2.5]])
    def test_ids_keep_their_type_and_value(self, ids: list[object]) -> None:
        rows = [line(0, customer_id=ids[0]), line(1, customer_id=ids[1])]
        assert build_features(read(frame(rows)), day(5)).index.tolist() == sorted(ids)


@pytest.mark.slow
@pytest.mark.parametrize("ids", [[1, 2, 3], [3, 7, 9]], ids=["in a row", "with gaps"])
@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint32", "uint64", "float32", "str"])
def test_ids_keep_their_type_whatever_their_values(dtype: str, ids: list[int]) -> None:
    log = frame([line(k, customer_id=customer) for k, customer in enumerate(ids)]).astype({"customer_id": dtype})
    tx = read(log)
    for table in (build_features(tx, day(9)), build_labels(tx, Windows.at(day(9), 5))):
        assert table.index.dtype == log["customer_id"].dtype
        assert table.index.name == "customer_id"
        assert table.index.tolist() == log["customer_id"].tolist()


@pytest.mark.medium
def test_no_customer_before_the_cutoff() -> None:
    with pytest.raises(InsufficientHistoryError, match=r"before the cutoff 2023-01-01: order days span 2023-01-01 to"):
        build_features(read(frame([line(0)])), START)


def test_a_cutoff_is_a_calendar_day() -> None:
    with pytest.raises(ParamsError, match="without a time of day"):
        build_features(read(frame([line(0)])), dt.datetime(2023, 1, 5, 13))


def test_columns_of_the_oracle_are_the_ones_that_the_log_may_carry() -> None:
    needed = set().union(*(feature.needs for feature in CATALOGUE)) - {"money"}
    assert needed <= set(COLUMNS)


@pytest.mark.slow
@LAW
@given(logs(), cutoffs)
def test_the_features_of_one_customer_are_their_row_of_the_table(log: pd.DataFrame, cutoff: dt.date) -> None:
    tx = read(log)
    table = build_features(tx, cutoff)
    for customer in table.index[:2]:
        same_bytes(build_features_of(tx, customer, cutoff), table.loc[[customer]])


@pytest.mark.slow
@LAW
@given(logs(), cutoffs, st.integers(1, 4))
def test_parts_of_the_customers_have_the_rows_of_all(log: pd.DataFrame, cutoff: dt.date, count: int) -> None:
    tx = read(log)
    made = [build_features_in(tx, cutoff, part) for part in parts_of(tx, Windows.at(cutoff, 1), count)]
    same_bytes(pd.concat(made), build_features(tx, cutoff))
