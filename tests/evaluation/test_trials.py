from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.evaluation.trials import read_trials


@pytest.fixture
def table(simulate):
    return simulate(customers=30, origins=2)


def test_rows_are_aligned_by_customer_whatever_their_order(table):
    straight, shuffled = read_trials(table), read_trials(table.sample(frac=1, random_state=1))
    for a, b in zip(straight.trials, shuffled.trials, strict=True):
        assert a.origin == b.origin
        assert all(np.array_equal(values, b.predicted[key]) for key, values in a.predicted.items())
        assert all(np.array_equal(values, b.actual[key]) for key, values in a.actual.items())


def test_churn_is_no_purchase_and_spend_is_at_least_nothing(table):
    table.loc[table["customer_id"] == "c00003", "actual_spend"] = -12.0
    trial = read_trials(table).trials[0]
    assert np.array_equal(trial.actual["p_churn"], trial.actual["expected_purchases"] == 0)
    assert trial.actual["expected_spend"][3] == 0.0


def test_a_column_left_null_is_absent(table):
    table.loc[table["contender"] == "frequency", ["expected_purchases", "expected_spend"]] = None
    columns = {column for contender, column in read_trials(table).trials[0].predicted if contender == "frequency"}
    assert columns == {"p_churn"}


def test_a_log_without_money_has_no_actual_spend(table):
    table[["expected_spend", "actual_spend"]] = None
    assert set(read_trials(table).trials[0].actual) == {"p_churn", "expected_purchases"}


def test_ours_comes_first(table):
    assert read_trials(table).contenders == ("regulars", "days_since_last", "frequency", "mbg_nbd")


def test_whole_numbers_serve_as_ids_and_timestamps_as_origins(table):
    numbered = table.assign(
        customer_id=table["customer_id"].str[1:].astype(int), origin=pd.to_datetime(table["origin"])
    )
    trials = read_trials(numbered)
    assert trials.customer_ids.tolist() == list(range(30))
    assert str(trials.trials[1].origin) == "1998-01-31"


def test_a_customer_may_appear_at_later_origins_only(table):
    first = table["origin"].min()
    later = read_trials(table[~((table["origin"] == first) & (table["customer_id"] == "c00000"))])
    assert [len(trial.customers) for trial in later.trials] == [29, 30]
    assert later.trials[0].customers[0] == 1


def test_missing_columns_are_all_named(table):
    with pytest.raises(InputError) as failed:
        read_trials(table.drop(columns=["p_churn", "origin"]))
    assert "'p_churn' is missing" in str(failed.value)
    assert "'origin' is missing" in str(failed.value)


def test_ours_has_to_be_there(table):
    with pytest.raises(InputError, match="'regulars' is missing"):
        read_trials(table[table["contender"] != "regulars"])


def test_faults_of_the_rows_are_all_named(table):
    of = {name: table["contender"] == name for name in ("regulars", "frequency", "mbg_nbd", "days_since_last")}
    first = table["customer_id"] == "c00000"
    table.loc[of["regulars"] & first, "p_churn"] = 1.2
    table.loc[of["frequency"] & first, "expected_purchases"] = np.nan
    table.loc[of["days_since_last"] & first, "actual_purchases"] += 1
    with pytest.raises(InputError) as failed:
        read_trials(table[~(of["mbg_nbd"] & first)])
    for fault in (
        "regulars at 1998-01-01: p_churn is not a probability from 0 to 1 in 1 of 30 rows",
        "frequency at 1998-01-31: expected_purchases is null in 1 of 30 rows",
        "days_since_last at 1998-01-01: its actuals differ",
        "mbg_nbd at 1998-01-01: 29 customers, not the same as the 30 of 'regulars'",
    ):
        assert fault in str(failed.value)


def test_a_customer_twice_is_refused(table):
    with pytest.raises(InputError, match="more than one row"):
        read_trials(pd.concat([table, table.head(1)]))


def test_an_empty_table_has_no_trials(table):
    assert read_trials(table.head(0)).trials == ()
