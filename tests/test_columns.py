from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.columns import as_frame, days, number, numbers
from regulars.errors import Faults, InputError

NUMBERS = {
    "integers": pd.Series([1, 2]),
    "nullable integers": pd.Series([1, None], dtype="Int64"),
    "decimals": pd.Series([Decimal("1.5"), None]),
    "Arrow": pd.Series([1, 2], dtype="double[pyarrow]"),
    "categories of numbers": pd.Series([1, 1], dtype="category"),
    "a list": [1, 2.5],
    "an array": np.array([1, 2], dtype=np.float32),
    "objects": pd.Series([1, None, 2.5], dtype=object),
}
NO_NUMBERS = {
    "booleans": (pd.Series([True, False]), "holds booleans (first: True)"),
    "nullable booleans": (pd.Series([True, None], dtype="boolean"), "holds booleans (first: True)"),
    "one boolean": (pd.Series([1, True], dtype=object), "holds True (a boolean)"),
    "texts": (pd.Series(["1", "2"]), "holds '1' (a text)"),
    "lengths of time": (pd.Series(pd.to_timedelta([3], unit="D")), "holds lengths of time (first: 3 days 00:00:00)"),
    "one length of time": (pd.Series([1, pd.Timedelta(days=3)], dtype=object), "holds 3 days 00:00:00 (a length of"),
    "times": (pd.Series(pd.to_datetime(["2024-01-01"])), "holds times (first: 2024-01-01 00:00:00)"),
    "a table": ([[1], [2]], "is [[1], [2]]; expected one number for each row"),
    "no list": ({"a": 1}, "is {'a': 1}; expected one number for each row"),
    "beyond doubles": (pd.Series([10**400], dtype=object), "(a number); expected numbers"),
}
DAYS = {
    "texts": pd.Series(["2024-01-05", "2024-01-05"]),
    "texts of midnight": pd.Series(["2024-01-05T00:00:00.000", "2024-01-05 00:00:00"]),
    "timestamps": pd.Series(pd.to_datetime(["2024-01-05"])).astype("datetime64[ns]"),
    "timestamps with a zone": pd.Series(pd.to_datetime(["2024-01-05"]).tz_localize("Asia/Tokyo")),
    "dates": pd.Series([dt.date(2024, 1, 5)]),
}
NO_DAYS = {
    "another notation": (pd.Series(["01/02/2025"]), "holds '01/02/2025' (a text)"),
    "integers": (pd.Series([20240105]), "holds 20240105 (a number)"),
    "a time of day": (pd.Series(pd.to_datetime(["2024-01-05 12:00"])), "holds 2024-01-05 12:00:00 (a time)"),
    "a week": (pd.Series(["2024-W01-5"]), "holds '2024-W01-5' (a text)"),
    "booleans": (pd.Series([True]), "holds True (a boolean)"),
    "nulls": (pd.Series(["2024-01-05", None]), "has 1 nulls"),
}


@pytest.mark.parametrize("case", NUMBERS)
def test_numbers_are_doubles_whatever_holds_them(case: str) -> None:
    faults = Faults("")
    read = numbers(NUMBERS[case], "x", faults)
    assert faults.found == []
    assert read is not None
    np.testing.assert_array_equal(
        read, np.array([float("nan") if v is None or v is pd.NA else float(v) for v in NUMBERS[case]])
    )


@pytest.mark.parametrize("case", NO_NUMBERS)
def test_what_is_no_number_is_refused_with_what_was_found(case: str) -> None:
    given, words = NO_NUMBERS[case]
    faults = Faults("")
    assert numbers(given, "column 'T'", faults) is None
    assert faults.found[0].startswith("column 'T' ")
    assert words in faults.found[0]
    assert "expected" in faults.found[0]


@pytest.mark.parametrize(
    "given", [True, "30", None, [30, 60], np.array([30]), float("nan"), float("inf"), pd.Timedelta(1)]
)
def test_a_single_number_is_one_finite_number(given: Any) -> None:
    with pytest.raises(InputError, match=r"^t is .*; expected a finite number\.$"):
        number(given, "t")


@pytest.mark.parametrize("given", [30, 30.0, np.float32(30), np.int64(30), np.array(30), Decimal(30)])
def test_a_single_number_may_be_of_any_kind_of_number(given: Any) -> None:
    assert number(given, "t") == 30.0


@pytest.mark.parametrize("case", DAYS)
def test_days_are_midnights_whatever_holds_them(case: str) -> None:
    faults = Faults("")
    read = days(DAYS[case], "x", faults)
    assert faults.found == []
    assert read is not None
    assert read.dtype == "datetime64[us]"
    assert set(read) == {pd.Timestamp("2024-01-05")}


@pytest.mark.parametrize("case", NO_DAYS)
def test_what_is_no_day_is_refused_with_what_was_found(case: str) -> None:
    given, words = NO_DAYS[case]
    faults = Faults("")
    assert days(given, "column 'cutoff'", faults) is None
    assert faults.found[0].startswith(f"column 'cutoff' {words}; expected")


@pytest.mark.parametrize("given", [{"T": [1]}, [1, 2], None, pd.Series([1]), np.ones((2, 2))])
def test_what_is_no_frame_is_refused_with_what_is_expected(given: Any) -> None:
    with pytest.raises(InputError, match=f"The summary is a {type(given).__name__}; expected a pandas DataFrame"):
        as_frame(given, "The summary")
