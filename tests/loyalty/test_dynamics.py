"""How customers move: equal to plain pandas on real logs, and parts that add up to the whole."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import InsufficientHistoryError, ParamsError
from regulars.loyalty import Dynamics, dynamics
from regulars.params import LoyaltyParams
from regulars.transactions import Transactions, read_transactions
from tests.features.logs import cutoffs, logs, read
from tests.loyalty import dynamics_oracle as oracle
from tests.loyalty.conftest import log

RULES = LoyaltyParams()
LOGS = [("cdnow", "1998-04-10", 90), ("retail", "2011-08-15", 120), ("grocer", "2017-11-01", 60)]


def lines_of(tx: Transactions, cutoff: str | pd.Timestamp) -> pd.DataFrame:
    """The lines as they were booked, up to the cutoff."""
    money = "money::DOUBLE" if tx.has_money else "0.0"
    columns = f"customer_id AS customer, CAST(day AS TIMESTAMP) AS day, is_purchase AS bought, {money} AS money"
    lines = tx.connection.execute(f"SELECT {columns} FROM lines").df()
    return lines[lines["day"] < pd.Timestamp(cutoff)].reset_index(drop=True)


@pytest.fixture(scope="module", params=LOGS, ids=lambda log: log[0])
def real(request: pytest.FixtureRequest) -> tuple[Dynamics, pd.DataFrame]:
    name, cutoff, horizon = request.param
    tx: Transactions = request.getfixturevalue(name)
    return dynamics(tx, cutoff, horizon_days=horizon, rules=RULES), lines_of(tx, cutoff)


@pytest.mark.slow
class TestRealLogs:
    def test_movements(self, real: tuple[Dynamics, pd.DataFrame]) -> None:
        found, lines = real
        frame = found.movements_frame
        assert len(frame) >= 5
        for row in frame.to_dict("records")[:: len(frame) // 2]:
            expected = oracle.movement(lines, row["cutoff"], found.windows.horizon_days)
            assert {name: row[name] for name in expected} == pytest.approx(expected, rel=1e-9, abs=1e-6)

    def test_months(self, real: tuple[Dynamics, pd.DataFrame]) -> None:
        found, lines = real
        whole = lines[lines["day"] < pd.Timestamp(found.windows.cutoff).replace(day=1)]
        expected = oracle.months(whole, RULES.advocate_orders)
        pd.testing.assert_frame_equal(found.months, expected, check_dtype=False, rtol=1e-9, atol=1e-6)

    def test_cohorts(self, real: tuple[Dynamics, pd.DataFrame]) -> None:
        found, lines = real
        whole = lines[lines["day"] < pd.Timestamp(found.windows.cutoff).replace(day=1)]
        cells = found.cohorts.cells
        month = cells["cohort"].dt.year * 12 + cells["cohort"].dt.month
        ours = cells.set_index([month.rename("cohort"), cells["age_months"]])[["active", "order_days", "money"]]
        theirs = oracle.cohorts(whole).reindex(ours.index).fillna(0.0)
        pd.testing.assert_frame_equal(ours, theirs, check_dtype=False, check_index_type=False, rtol=1e-9, atol=1e-6)

    def test_repeat_orders(self, real: tuple[Dynamics, pd.DataFrame]) -> None:
        found, lines = real
        at = pd.Timestamp(found.windows.cutoff)
        for made in (found.second, found.habit):
            for days in (30, 90):
                expected = oracle.share_within(lines, at, made.order, days)
                share, low, high = made.within(days)
                assert share == pytest.approx(expected, rel=1e-9)
                assert low < share < high

    def test_concentration(self, real: tuple[Dynamics, pd.DataFrame]) -> None:
        found, lines = real
        year = lines[lines["day"] >= pd.Timestamp(found.windows.cutoff) - pd.Timedelta(days=365)]
        buyers = lines.loc[lines["bought"], "customer"].unique()
        spend = year.groupby("customer")["money"].sum().reindex(buyers).fillna(0.0).clip(lower=0.0)
        ranked = spend.sort_values(ascending=False)
        top = ranked.head(int(len(ranked) * 0.2)).sum() / ranked.sum()
        assert found.concentration.customers == len(buyers)
        assert found.concentration.tops[0.2] == pytest.approx(top, abs=2e-3)  # a fifth may end within a customer
        assert found.concentration.gini == pytest.approx(oracle.gini_by_rank(spend), abs=1e-9)

    def test_it_is_plain_values_and_names_no_customer(self, real: tuple[Dynamics, pd.DataFrame]) -> None:
        found, _ = real
        told = json.loads(json.dumps(found.to_dict(), allow_nan=False))
        assert "customer_id" not in json.dumps(told)
        assert len(told["movements"]) == len(found.movements)
        assert sum(cohort["size"] for cohort in told["cohorts"]) == found.months["new_customers"].sum()


LAW = settings(max_examples=15)


@pytest.mark.slow
@LAW
@given(logs(), cutoffs, st.integers(5, 60))
def test_parts_add_up_to_the_whole(made: pd.DataFrame, cutoff: object, horizon: int) -> None:
    tx = read(made)
    lines = lines_of(tx, pd.Timestamp(str(cutoff)))
    if not lines["bought"].any():
        return
    found = dynamics(tx, str(cutoff), horizon_days=horizon)
    assert repr(found) == f"<Dynamics before {found.windows.cutoff}: {len(found.months)} whole months>"
    for movement in found.movements:
        customers, money = movement.customers, movement.money
        assert movement.now == customers["kept"] + customers["new"] + customers["back"]
        parts = ("before", "new", "back", "more", "less", "lost", "returns")
        assert sum(money[part] for part in parts) == pytest.approx(money["now"], abs=1e-6)
        if movement.before and money["theirs_before"] > 0:
            assert 0 <= movement.retention <= 1
            assert movement.gross_retention <= 1 + 1e-12
            more = money["more"] / money["theirs_before"]
            assert movement.net_retention == pytest.approx(movement.gross_retention + more, abs=1e-9)
    whole = lines[lines["day"] < pd.Timestamp(str(cutoff)).replace(day=1)]
    assert found.months["money"].sum() == pytest.approx(whole["money"].sum(), abs=1e-6)
    assert found.months["new_customers"].sum() == whole.loc[whole["bought"], "customer"].nunique()
    _cohort_laws(found, whole)


def _cohort_laws(found: Dynamics, whole: pd.DataFrame) -> None:
    cells = found.cohorts.cells
    buyers = set(whole.loc[whole["bought"], "customer"])
    of_buyers = whole[whole["customer"].isin(buyers)]
    assert found.cohorts.sizes.sum() == len(buyers)
    assert cells["money"].sum() == pytest.approx(of_buyers["money"].sum(), abs=1e-6)
    assert cells["order_days"].sum() == len(of_buyers[of_buyers["bought"]].drop_duplicates(["customer", "day"]))
    assert (cells["active"] <= cells["size"]).all()
    assert (cells.loc[cells["age_months"] == 0, "active"] == cells.loc[cells["age_months"] == 0, "size"]).all()
    for made in (found.second, found.habit):
        assert (np.diff(made.share) >= 0).all()
        assert ((made.low <= made.share + 1e-12) & (made.share <= made.high + 1e-12)).all()
    if len(found.habit.share) and len(found.second.share):
        last = min(len(found.habit.share), len(found.second.share)) - 1
        assert found.second.customers == found.habit.customers
        assert last >= 0


@pytest.mark.slow
def test_what_comes_after_the_cutoff_changes_nothing(cdnow_lines: pd.DataFrame) -> None:
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}
    past = cdnow_lines[(cdnow_lines["date"] < "1997-12-15") & (cdnow_lines["customer_id"].astype(int) % 9 == 0)]
    later = past.head(400).assign(date=pd.Timestamp("1997-12-15"), amount=9_999.0)
    found = [
        dynamics(read_transactions(rows, columns), "1997-12-15", horizon_days=60).to_dict()
        for rows in (past, pd.concat([past, later]), past.sample(frac=1, random_state=1))
    ]
    assert found[0] == found[1] == found[2]
    assert found[0]["movements"]


@pytest.mark.medium
def test_lines_that_came_in_after_the_cutoff_are_not_known() -> None:
    rows = [
        ("a", "2024-01-05", 1.0, "2024-01-05"),
        ("a", "2024-02-05", 2.0, "2024-03-02"),
        ("b", "2024-02-01", 4.0, None),
    ]
    frame = pd.DataFrame(rows, columns=["c", "d", "m", "i"])
    tx = read_transactions(frame, {"customer_id": "c", "ordered_at": "d", "amount": "m", "ingested_at": "i"})
    found = dynamics(tx, "2024-03-01", horizon_days=28)
    assert found.months["money"].tolist() == [1.0, 4.0]
    assert found.latest is not None
    assert found.latest.customers == {"new": 0, "back": 0, "kept": 0, "lost": 2}


def test_a_log_shorter_than_two_periods_has_no_movements() -> None:
    found = dynamics(log(("a", "2024-01-01", 5.0), ("a", "2024-02-10", 5.0)), "latest", horizon_days=30)
    assert found.movements == []
    assert found.latest is None
    assert found.movements_frame.empty
    assert found.to_dict()["movements"] == []


def test_a_log_without_money_counts_customers() -> None:
    frame = pd.DataFrame({"c": list("aab"), "d": ["2024-01-01", "2024-03-05", "2024-03-01"]})
    found = dynamics(read_transactions(frame, {"customer_id": "c", "ordered_at": "d"}), "2024-04-01", horizon_days=31)
    assert found.latest is not None
    assert found.latest.customers == {"new": 1, "back": 1, "kept": 0, "lost": 0}
    assert np.isnan(found.latest.money["now"])
    assert found.months["money"].isna().all()
    assert found.cohorts.cells["money"].isna().all()
    assert found.payback is None
    json.dumps(found.to_dict(), allow_nan=False)


def test_nobody_before_the_cutoff_is_an_error() -> None:
    with pytest.raises(InsufficientHistoryError, match="No customer has a purchase before the cutoff 2020-01-01"):
        dynamics(log(("a", "2024-01-01", 5.0)), "2020-01-01")


def test_payback_is_told_where_the_cost_is_stated() -> None:
    tx = log(("a", "2024-01-01", 60.0), ("a", "2024-02-01", 60.0), ("b", "2024-02-01", 10.0))
    found = dynamics(tx, "2024-04-01", rules=LoyaltyParams(acquisition_cost=50.0), margin=0.5)
    assert found.payback is not None
    assert found.payback["payback_months"].tolist()[0] == 1.0
    assert np.isnan(found.payback["payback_months"].tolist()[1])
    assert found.payback["margin_per_customer"].tolist() == [60.0, 5.0]
    assert found.payback["ratio"].tolist() == [1.2, 0.1]


def test_a_horizon_that_is_no_number_of_days_is_refused(cdnow: Transactions) -> None:
    with pytest.raises(ParamsError, match=r"horizon_days is 'x'\. It should be a whole number of days, 1 or more"):
        dynamics(cdnow, "1998-01-01", horizon_days="x")  # type: ignore[arg-type]
