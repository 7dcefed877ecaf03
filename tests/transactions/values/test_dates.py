from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pytest

from regulars.errors import InputError, ParamsError
from regulars.transactions import read_transactions

TODAY = "2100-12-31"


def days(dates: Any, timezone: str | None = None, today: str = TODAY) -> list[dt.date]:
    frame = pd.DataFrame({"customer_id": range(len(dates)), "date": dates})
    columns = {"customer_id": "customer_id", "ordered_at": "date"}
    tx = read_transactions(frame, columns, timezone=timezone, today=today)
    return [day for (day,) in tx.connection.execute("SELECT day FROM lines ORDER BY customer_id").fetchall()]


FIRST, SECOND = dt.date(2011, 12, 9), dt.date(2011, 12, 31)


@pytest.mark.slow
@pytest.mark.parametrize(
    "dates",
    [
        ["2011-12-09", "2011-12-31"],
        ["2011-12-09 23:59:59", "2011-12-31T00:00:00.5"],
        ["2011-12-09T23:59:59Z", "2011-12-30 20:00:00-05"],
        ["2011/12/09", "2011/12/31"],
        ["20111209", "20111231"],
        [20111209, 20111231],
        ["20111209 10:00", "20111231"],
        [20111209.0, 20111231.0],
        ["20111209.0", "20111231"],
        ["2011-12-09 7:19:25 PM", "2011-12-31 12:01 am"],
        ["2011/12/09 11:59 PM", "2011/12/31"],
        ["2011-12-09T12:55Z", "2011-12-31 00:00Z"],
        ["2011-12-09 18:59:59 -0500", "2011-12-30 19:00:00 -05:00"],
        ["2011-12-09 23:59:59 UTC", "2011-12-31 00:30 Europe/London"],
        ["09/12/2011 18:59:59 -0500", "30/12/2011 7:00 PM -0500"],
        ["Dec 9, 2011 23:59 Z", "Dec 30, 2011 22:30 -0130"],
        ["09/12/2011", "31/12/2011"],
        ["9/12/2011 8:26", "31/12/2011 12:50"],
        ["12/09/2011", "12/31/2011"],
        ["12/9/2011 8:26", "12/31/2011 12:50:30"],
        ["12/9/2011 8:26 AM", "12/31/2011 12:50 PM"],
        ["09.12.2011", "31.12.2011"],
        ["09-12-2011", "31-12-2011"],
        ["09/12/11", "31/12/11"],
        ["12/09/11", "12/31/11"],
        ["9 Dec 2011", "31 Dec 2011"],
        ["09-Dec-2011", "31-Dec-2011"],
        ["Dec 9, 2011", "Dec 31, 2011"],
        ["December 9, 2011", "December 31, 2011"],
        [" 2011-12-09 ", "2011-12-31"],
        ["1323388800", "1325289600"],
        [1323475199, 1325289600],
        [1323388800.5, 1325375999.9],
        [1323388800000, 1325375999999],
        [1323388800000000, 1325375999999999],
        [FIRST, SECOND],
        pd.to_datetime(["2011-12-09 23:59", "2011-12-31 00:00"]),
        pd.to_datetime(["2011-12-09 18:59", "2011-12-30 19:00"]).tz_localize("Etc/GMT+5"),
    ],
)
def test_dates_of_many_kinds(dates: Any) -> None:
    assert days(dates) == [FIRST, SECOND]


def test_numbers_that_count_from_1970_are_said_to_be_read_so(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="regulars")
    assert days([999_999_999, 1_000_000_000, 4_102_444_799])[::2] == [dt.date(2001, 9, 9), dt.date(2099, 12, 31)]
    assert "Column 'date' (for ordered_at) is read as seconds since 1970, in UTC." in caplog.messages


def test_numbers_that_count_from_1970_are_days_of_the_shop() -> None:
    assert days([1_323_396_000], "America/New_York") == [dt.date(2011, 12, 8)]  # 2:00 in UTC


@pytest.mark.medium
@pytest.mark.parametrize("numbers", [[4_133_980_800], [12_345_678_901], [40_999], [1_577_836_800, 1_577_836_800_000]])
def test_numbers_that_show_no_day_are_faults(numbers: list[int]) -> None:
    with pytest.raises(InputError, match=f"1 value is not a day from 1900 to 2100.*'{numbers[-1]}' in row"):
        days(numbers)


def test_times_that_no_clock_showed_are_taken_by_their_offset() -> None:
    # On 2020-03-29 clocks in Berlin went from 2:00 to 3:00; the days are those of UTC.
    gap = ["2020-03-29T02:30:00+01:00", "2020-03-29 02:30:00 Europe/Berlin", "2020-03-29T00:30:00+02:00"]
    assert days(gap) == [dt.date(2020, 3, 29), dt.date(2020, 3, 29), dt.date(2020, 3, 28)]


NIGHT = [dt.date(2024, 1, 4), dt.date(2024, 1, 5)]  # 21:00 in New York, and the midnight after it


@pytest.mark.slow
@pytest.mark.parametrize(
    "dates",
    [
        ["2024-01-04 21:00:00 -0500", "2024-01-05 00:00:00 -0500"],
        ["2024-01-05T02:00Z", "2024-01-05T05:00Z"],
        ["2024-01-05 02:00:00 UTC", "2024-01-04 21:00:00-08:00"],
        ["05/01/2024 02:00 +0000", "13/01/2024 00:00"],
        ["2024-01-04 21:00 America/New_York", "2024-01-05 00:00:00 US/Eastern"],
        ["2024-01-04 9:00 PM America/New_York", "2024-01-05 12:00:00AM Etc/GMT+5"],
        pd.to_datetime(["2024-01-05 02:00", "2024-01-05 05:00"], utc=True),
        pd.to_datetime(["2024-01-04 21:00", "2024-01-05 00:00"]).tz_localize("America/New_York"),
        [dt.datetime(2024, 1, 5, 2, tzinfo=dt.UTC), dt.datetime(2024, 1, 5, 5, tzinfo=dt.UTC)],
    ],
)
def test_moments_with_a_zone_count_on_the_day_of_the_shop(dates: Any) -> None:
    assert days(dates, "America/New_York")[0] == NIGHT[0]
    assert days(dates, "America/New_York")[1] in (NIGHT[1], dt.date(2024, 1, 13))
    assert days(dates, "UTC")[0] == days(dates)[0] == dt.date(2024, 1, 5)


@pytest.mark.slow
@pytest.mark.parametrize(
    "dates", [["2024-01-04 23:59", "2024-01-05 00:00"], pd.to_datetime(["2024-01-04", "2024-01-05"])]
)
def test_times_without_a_zone_are_the_shops_and_keep_their_day(dates: Any) -> None:
    assert days(dates, "America/New_York") == days(dates, "Asia/Tokyo") == days(dates) == NIGHT


@pytest.mark.medium
def test_typed_moments_of_files_and_databases_count_on_the_day_of_the_shop(tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "shop.duckdb") as shop:
        shop.execute("SET TimeZone = 'Asia/Tokyo'")
        shop.execute("CREATE TABLE log AS SELECT 'a' AS customer_id, TIMESTAMPTZ '2024-01-05 02:00:00+00' AS date")
        shop.execute(f"COPY log TO '{tmp_path / 'log.parquet'}'")
    columns = {"customer_id": "customer_id", "ordered_at": "date"}
    for name in ("shop.duckdb", "log.parquet"):
        assert read_transactions(tmp_path / name, columns, timezone="America/New_York").last_day == NIGHT[0]
        assert read_transactions(tmp_path / name, columns).last_day == NIGHT[1]
    query = "SELECT customer_id, CAST(date AS DATE) AS date FROM log"  # not the day of the machine
    assert read_transactions(tmp_path / "shop.duckdb", columns, table=query).last_day == NIGHT[1]


def test_a_time_zone_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(ParamsError, match=r"timezone is 'Europe/Berlim' \(did you mean 'Europe/Berlin'\?\)"):
        days(["2024-01-05"], "Europe/Berlim")


@pytest.mark.slow
@pytest.mark.parametrize(
    "numbers", [["45292.75", "45322"], [45292, 45322], [45292.5, 45322.0], ["40999.5", "45322"], [45292, None, 45322]]
)
def test_days_of_a_spreadsheet_are_read_where_they_can_be_nothing_else(
    numbers: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="regulars")
    assert days(numbers, today="2024-02-01")[-1] == dt.date(2024, 1, 31)
    assert any("look like days of a spreadsheet, numbered from 1899-12-30, such as 4" in m for m in caplog.messages)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("dates", "today"),
    [
        (["2024-01-05", "45292"], TODAY),  # mixed with texts
        ([45292, 45322], "2024-01-30"),  # the second would be after the run
        ([40199, 50101], TODAY),  # 4/01/99 and 5/01/01 without their zeros
        ([45292, 99999], TODAY),  # a number that is no day
    ],
)
def test_numbers_that_may_be_days_of_a_spreadsheet_are_named_for_what_they_are(dates: list[object], today: str) -> None:
    with pytest.raises(
        InputError, match=r"looks? like days of a spreadsheet, numbered from 1899-12-30, such as 4\d+ for"
    ):
        days(dates, today=today)


def test_a_32_bit_float_holds_no_day_of_eight_digits() -> None:
    table = pa.table({"customer_id": ["a"], "date": pa.array([20200101.0], pa.float32())})
    with pytest.raises(InputError, match=r"1 value is not a day"):
        read_transactions(table, {"customer_id": "customer_id", "ordered_at": "date"})


@pytest.mark.slow
def test_a_format_that_comes_after_the_first_values_decides_with_them() -> None:
    mixed = ["2011-12-09"] * 10_000 + ["31/12/2011"] * 10_001
    with pytest.raises(InputError, match=r"10,000 values are not a day .* as DD/MM/YYYY: '2011-12-09' in row 1;"):
        days(mixed)


def test_1900_and_2100_are_the_first_and_last_years() -> None:
    assert days(["1900-01-01", "2100-12-31"]) == [dt.date(1900, 1, 1), dt.date(2100, 12, 31)]


def test_day_first_and_month_first_must_not_both_be_possible() -> None:
    with pytest.raises(InputError, match=r"as DD/MM/YYYY and as MM/DD/YYYY \(rows where they differ: 2\).* YYYY-MM-DD"):
        days(["01/02/2011", "03/04/2011", "05/05/2011"])


@pytest.mark.slow
def test_a_late_value_decides_between_day_first_and_month_first() -> None:
    assert days(["01/02/2011"] * 10_000 + ["13/02/2011"])[0] == dt.date(2011, 2, 1)
    assert days(["01/02/2011"] * 10_000 + ["02/13/2011"])[0] == dt.date(2011, 1, 2)


def test_dates_that_are_the_same_either_way_are_no_ambiguity() -> None:
    assert days(["01/01/2011", "02/02/2011"]) == [dt.date(2011, 1, 1), dt.date(2011, 2, 2)]


@pytest.mark.slow
@pytest.mark.parametrize(
    "bad",
    [
        *(
            "epoch",
            "2011-12-09 10:00:00+99:00",
            "2011-12-09 10:00:00 -1430",
            "2011-12-09 10:00 EDT",
            "2011-12-09 13:00 PM",
        ),
        *("2011-02-30", "someday", "0011-12-09", "9999-12-31", "infinity", "1997111", "2011-12-09 25:00"),
    ],
)
def test_days_that_are_none_are_faults_with_their_row(bad: str) -> None:
    with pytest.raises(InputError, match=r"1 value is not a day from 1900 to 2100, as YYYY-MM-DD: ") as refused:
        days(["2011-12-09", "2011-12-31", bad])
    assert f"{bad!r} in row 3" in str(refused.value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("day", "word"),
    [
        *(("31/12/2011", word) for word in ("epoch", "Infinity", "-infinity")),
        *((day, "epoch") for day in ("20111231", "31.12.2011", "31 Dec 2011", "epoch")),
    ],
)
def test_a_word_is_no_day_whatever_the_format_of_the_others(day: str, word: str) -> None:
    with pytest.raises(InputError, match=f"not a day from 1900 to 2100, as .*: '{word}' in row {1 + (day != word)}"):
        days([day, word])


def test_at_most_three_different_faults_are_shown() -> None:
    with pytest.raises(
        InputError, match=r"6 values are not .*: 'x' in row 2, 'y' in row 4, 'w' in row 5; correct them"
    ):
        days(["2011-12-09", "x", "x", "y", "w", "x", "z"])


def test_typed_dates_out_of_reach_are_faults() -> None:
    with pytest.raises(InputError, match=r"1 value is not a day from 1900 to 2100: '0001-01-01' in row 1"):
        days([dt.date(1, 1, 1), FIRST])


def test_absent_dates_are_no_fault() -> None:
    frame = pd.DataFrame({"customer_id": [1, 2, 3], "date": ["31/12/2011", "", None], "amount": [1.0, 2.0, 4.0]})
    tx = read_transactions(frame)
    assert tx.ledger.frame[["reason", "rows", "customers", "money"]].values.tolist() == [
        ["purchase", 1, 1, 1.0],
        ["missing date", 2, 2, 6.0],
    ]
