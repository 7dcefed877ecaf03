from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from regulars.transactions import read_transactions

LATIN, CYRILLIC = "Anna", "\u0410nna"


def said(**columns: list[object]) -> list[str]:
    """What is said of a log besides that it is small."""
    rows = max(map(len, columns.values()))
    frame = pd.DataFrame({"customer_id": ["a", "b"] * rows, "date": "2020-01-01", "amount": 1.0})[:rows].assign(
        **columns
    )
    every = [finding.what for finding in read_transactions(frame).report.findings]
    return [what for what in every if not any(word in what for word in ("needed", "equal", "one day only"))]


@pytest.mark.medium
def test_lines_dated_after_the_run_are_counted() -> None:
    frame = pd.DataFrame({"customer_id": range(300), "date": "2020-01-01", "amount": 1.0})
    frame.loc[:1, "date"] = ["2020-01-03", "2020-01-04"]
    told = [f.what for f in read_transactions(frame, today="2020-01-02").report.findings]
    assert "2 lines are dated after 2020-01-02, the day of this run, and excluded" in told
    assert not any("dated after" in f.what for f in read_transactions(frame, today="2020-01-04").report.findings)


def test_days_that_mean_none_are_counted() -> None:
    assert said(date=["1970-01-01", "2020-01-01", "1970-01-01", "1900-01-01"]) == [
        "1 line is dated 1900-01-01, as mostly where there is no date",
        "2 lines are dated 1970-01-01, as mostly where there is no date",
    ]


NIGHTS = ["2024-01-01T23:30:00+02:00", "2024-01-02T01:30:00+02:00", "2024-01-02T19:30:00-05:00", "2024-01-03 22:00"]


def test_days_that_are_others_in_the_zone_written_with_them_are_counted() -> None:
    assert said(date=NIGHTS) == ["2 of 4 order times lie on another day in their own time zone than in UTC"]
    assert said(date=NIGHTS[:2]) == ["1 of 2 order times lies on another day in its own time zone than in UTC"]
    assert said(date=NIGHTS[::3]) == said(date=["2024-01-01T23:30Z", "2024-01-01 23:30"]) == []


@pytest.mark.parametrize("timezone", ["UTC", "Europe/Berlin"])
def test_nothing_is_said_of_days_where_a_time_zone_is_set(timezone: str) -> None:
    frame = pd.DataFrame({"customer_id": "a", "date": NIGHTS, "amount": 1.0})
    found = read_transactions(frame, timezone=timezone).report.findings
    assert not any("time zone" in each.what for each in found)


def test_who_buys_often_for_next_to_nothing_is_named() -> None:
    days = pd.date_range("2020-01-01", periods=25).astype(str)
    often = {"qa": 0.01, "staff": 0.0, "small": 1.0}  # a hundredth of the usual 100 is money
    lines = [pd.DataFrame({"customer_id": name, "date": days, "amount": amount}) for name, amount in often.items()]
    seldom = pd.DataFrame({"customer_id": "free", "date": days[:19], "amount": 0.0})
    shop = pd.DataFrame({"customer_id": [f"c{k}" for k in range(100)], "date": days[0], "amount": 100.0})
    found = read_transactions(pd.concat([*lines, seldom, shop])).report.findings
    (told,) = [each for each in found if "next to nothing" in each.what]
    assert told.what.startswith("2 customers have bought for next to nothing on 20 days or more, 50 of 194 order days")
    assert told.examples == ("qa", "staff")


THOUSANDS = [f"{k}.{k * 37 % 1000:03}" for k in range(1, 12)]  # 10.370 is 10.37 as a number


@pytest.mark.slow
@pytest.mark.parametrize("amounts", [THOUSANDS, [*THOUSANDS, "950", "7"], [f"{amount} €" for amount in THOUSANDS]])
def test_points_that_may_part_thousands_are_told(tmp_path: Path, amounts: list[str]) -> None:
    log = tmp_path / "log.csv"
    log.write_text("\n".join(["customer_id,date,amount", *(f"a,2020-01-01,{amount}" for amount in amounts)]))
    told = [f.what for f in read_transactions(log).report.findings]
    assert "10 amounts have three digits after the point, as 1.234, and none reaches 1,000" in told


@pytest.mark.slow
@pytest.mark.parametrize("amount", ["0.750", "1000", "1.2345", "2.5"])
def test_points_that_part_decimals_are_not(amount: str) -> None:
    amounts = [*map(float, THOUSANDS), *[float(amount)] * 12]
    assert said(amount=amounts) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["currency", "Currency Code", "order_currency"])
def test_several_currencies_are_never_added_up_in_silence(name: str) -> None:
    assert said(**{name: ["EUR", "eur ", None]}) == []
    assert said(**{name: ["EUR", "USD", ""]}) == ["The log names 2 currencies (EUR, USD), and its amounts are added up"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("discounts", "severity", "what"),
    [
        ([0, 1, 2.5], None, ""),
        ([0, -1, -2.5], "advice", "2 of the 2 discounts of purchases are below zero, the lowest -2.50"),
        ([3, -1, -2.5], "warning", "2 of the 3 discounts of purchases are below zero, the lowest -2.50"),
    ],
)
def test_discounts_below_zero_are_told(discounts: list[float], severity: str | None, what: str) -> None:
    frame = pd.DataFrame(
        {"customer_id": range(4), "date": "2020-01-01", "amount": [1, 1, 1, -1], "off": [*discounts, -5]}
    )
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "discount": "off"}
    told = [f for f in read_transactions(frame, columns).report.findings if "iscount" in f.what]
    assert [(f.severity, f.what) for f in told] == ([(severity, what)] if severity else [])
    assert all("counts as a discount of its size" in f.to_do for f in told)


def test_ids_that_mean_nobody() -> None:
    assert said(customer_id=["nan", "NULL", "Nan Goldin", "b", " test ", "nan"]) == [
        "4 lines have a customer who may be nobody ( test , NULL, nan)"
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    "twin", ["ANNA", "Anna ", " Anna", "An\u200bna", "Anna\u00a0", CYRILLIC, "A\u00adnna"], ids=ascii
)
def test_ids_that_look_alike(twin: str) -> None:
    assert said(customer_id=[LATIN, twin, "b"]) == [
        "2 customer ids differ from another in case, blanks or look-alike letters only"
    ]


@pytest.mark.medium
def test_accents_tell_ids_apart_however_they_are_written() -> None:
    assert said(customer_id=["Zoe", "Zo\u00eb"]) == []
    assert len(said(customer_id=["Zoe\u0308", "Zo\u00eb"])) == 1


def test_numbers_are_neither_nobody_nor_alike() -> None:
    assert said(customer_id=[0, 1, 2]) == []


def shown(ids: list[str]) -> list[tuple[str, str, tuple[str, ...]]]:
    """What is said of ids in two notations."""
    frame = pd.DataFrame({"customer_id": ids, "date": "2020-01-01", "amount": 1.0})
    report = read_transactions(frame).report
    assert not any(example in str(report.to_dict()) for finding in report.findings for example in finding.examples)
    return [
        (finding.severity, finding.what, finding.examples)
        for finding in report.findings
        if "leading zeros" in finding.what or "an exponent" in finding.what
    ]


@pytest.mark.medium
def test_ids_that_differ_in_leading_zeros_are_told_with_examples_and_not_merged() -> None:
    ids = ["12345", "00012345", "0012345", "00007", "8", "008"]
    what = "5 customer ids differ from another in leading zeros only"
    assert shown(ids) == [("warning", what, ("00012345 and 0012345 and 12345", "008 and 8"))]
    assert read_transactions(pd.DataFrame({"customer_id": ids, "date": "2020-01-01", "amount": 1.0})).n_customers == 6
    assert shown(["00001", "00002", "10", "x"]) == []


def test_ids_with_an_exponent_are_told_with_examples_and_not_merged() -> None:
    ids = ["1.23457E+11", "1,2E+11", "123457000000", "3e+10", "12e5", "1e5", "7E+1"]
    what = "3 customer ids are written with an exponent"
    assert shown(ids) == [("warning", what, ("1,2E+11", "1.23457E+11", "3e+10"))]
