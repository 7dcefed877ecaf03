from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.lifetime import BGNBD, GammaGamma
from regulars.lifetime.fit.validate import checked_weights, log_gaps_column, spend_columns, transaction_columns

GOOD = pd.DataFrame({"frequency": [0, 2, 5], "recency": [0.0, 20.0, 30.0], "T": [40.0, 30.0, 35.0]})


def changed(column, values):
    return GOOD.astype(float).assign(**{column: values})


def test_all_faults_are_named_at_once():
    summary = changed("frequency", [-1, np.nan, 1.5]).assign(T=[0.0, 10.0, np.inf])
    with pytest.raises(InputError) as caught:
        transaction_columns(summary)
    text = str(caught.value)
    assert "1 of 3 rows have negative frequency" in text
    assert "1 of 3 rows have frequency missing or infinite" in text
    assert "1 of 3 rows have a fractional frequency" in text
    assert "1 of 3 rows have T <= 0" in text
    assert "1 of 3 rows have T missing or infinite" in text
    assert "1 of 3 rows have recency > T" in text


@pytest.mark.parametrize(
    ("column", "values", "fault"),
    [
        ("recency", [3.0, 20.0, 30.0], "frequency 0 with recency > 0"),
        ("recency", [0.0, -1.0, 30.0], "negative recency"),
        ("recency", [0.0, 20.0, 35.5], r"recency > T.*first: row 2: frequency 5.0, recency 35.5, T 35.0"),
        ("T", [0.0, 30.0, 35.0], "T <= 0"),
        ("frequency", [0, np.inf, 5], "missing or infinite"),
        ("frequency", ["x", "y", "z"], "expected numbers"),
    ],
)
def test_every_fault_has_its_words(column, values, fault):
    with pytest.raises(InputError, match=fault):
        transaction_columns(changed(column, values))


def test_a_missing_column_names_the_nearest():
    with pytest.raises(
        InputError, match=r"'frequency' is missing \(did you mean 'Frequency'\?\); found: Frequency, rec"
    ):
        transaction_columns(GOOD.rename(columns={"frequency": "Frequency"}))


def test_an_empty_summary_is_refused():
    with pytest.raises(InputError, match="no rows"):
        transaction_columns(GOOD.iloc[:0])


@pytest.mark.parametrize("weights", [[1, 0, 1], [1, -2, 1], [1, np.nan, 1], [1, 1]])
def test_weights_are_positive_and_one_a_row(weights):
    with pytest.raises(InputError, match="weight"):
        BGNBD().fit(GOOD, weights=weights)


def test_absent_weights_are_ones():
    np.testing.assert_array_equal(checked_weights(None, GOOD), np.ones(3))


def test_nullable_and_integer_columns_are_read():
    summary = pd.DataFrame({"frequency": pd.array([0, 2], dtype="Int64"), "recency": [0, 5], "T": [9, 9]})
    x, tx, T = transaction_columns(summary)
    assert (x.dtype, tx.dtype, T.dtype) == (np.float64,) * 3


def test_money_of_one_time_buyers_is_not_read():
    _, m = spend_columns(pd.DataFrame({"frequency": [0, 1], "monetary_value": [np.nan, 12.0]}))
    np.testing.assert_array_equal(m, [0, 12])
    with pytest.raises(InputError, match="monetary_value missing"):
        spend_columns(pd.DataFrame({"frequency": [0, 1], "monetary_value": [1.0, np.nan]}))


def test_spend_without_its_column_says_so():
    with pytest.raises(InputError, match=r"'monetary_value' is missing \(did you mean 'monetary'\?\)"):
        GammaGamma().fit(pd.DataFrame({"frequency": [1], "monetary": [3.0]}))


@pytest.mark.parametrize("t", [-1, np.nan, np.inf])
def test_a_length_of_time_is_finite_and_not_negative(t):
    model = BGNBD.from_params({"r": 1, "alpha": 1, "a": 1, "b": 1})
    with pytest.raises(InputError, match="expected a finite number of time units"):
        model.expected_purchases(GOOD, t)


def test_two_columns_of_one_name_are_refused():
    with pytest.raises(InputError, match="2 columns are named 'T'; expected one: rename or drop the others"):
        transaction_columns(pd.concat([GOOD, GOOD[["T"]]], axis=1))


def test_gaps_in_single_precision_are_read_and_those_of_another_unit_refused():
    rows = pd.DataFrame({"frequency": [1, 7], "recency": [31.428571, 43.857143], "T": [44.0, 44.0]})
    most = rows["frequency"] * np.log(rows["recency"] / rows["frequency"])
    single = rows.assign(log_gaps=most).astype("float32")
    np.testing.assert_allclose(log_gaps_column(single), most, rtol=1e-6)
    with pytest.raises(InputError, match="log_gaps that are too large"):
        log_gaps_column(rows.assign(log_gaps=most + np.log(7)))
