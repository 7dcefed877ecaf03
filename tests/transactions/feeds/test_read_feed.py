"""Feeds at the door: what each column becomes, what is refused, and where every row went."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regulars.errors import InputError, ParamsError, RegularsError
from regulars.params import FEEDS
from regulars.transactions import Feed, read_feed
from regulars.transactions.forgotten import LIST, remember_to_forget

ROWS: dict[str, dict[str, Any]] = {
    "surveys": {"customer_id": [1, 2], "day": ["2024-03-01", "2024-03-02"], "score": [9, None]},
    "complaints": {
        "customer_id": ["a", "b"],
        "day": ["01.03.2024", "25.03.2024"],
        "resolved_on": ["02.03.2024", None],
        "compensation": ["1.234,50", None],
        "followed_up_on": [None, "26.03.2024"],
    },
    "contacts": {
        "customer_id": ["007", "8"],
        "day": [dt.date(2024, 3, 1)] * 2,
        "direction": ["In", "outbound"],
        "channel": ["phone", None],
        "opening": [None, "Hello"],
    },
    "costs": {"day": ["2024-03-01"] * 2, "amount": [10, 10], "customer_id": [None, None], "channel": ["web", "web"]},
    "leads": {"customer_id": ["x"], "day": ["2024-03-01"], "qualified_on": ["2024-03-09"], "channel": ["fair"]},
    "referrals": {"customer_id": ["a", "a"], "day": ["2024-03-01"] * 2, "referred_id": ["b", None]},
}


def read(name: str, **changed: Any) -> Feed:
    return read_feed(name, pd.DataFrame({**ROWS[name], **changed}))


def refused(name: str, kind: type[RegularsError] = InputError, **changed: Any) -> str:
    with pytest.raises(kind) as error:
        read(name, **changed)
    return str(error.value)


@pytest.mark.parametrize("name", FEEDS)
def test_every_feed_is_typed_as_its_contract_says(name: str) -> None:
    feed = read(name)
    kinds = {"id": "str", "text": "str", "direction": "str", "day": "datetime64[us]"}
    expected = {each.name: kinds.get(each.kind, "float64") for each in FEEDS[name].columns}
    assert feed.frame.dtypes.astype(str).to_dict() == expected
    assert len(feed.frame) == len(ROWS[name]["day"])
    assert feed.excluded == ()


def test_values_are_read_as_those_of_the_log_are() -> None:
    complaint = read("complaints").frame.iloc[0]
    assert complaint.tolist()[:4] == ["a", pd.Timestamp("2024-03-01"), pd.Timestamp("2024-03-02"), 1234.5]
    contacts = read("contacts").frame
    assert contacts["customer_id"].tolist() == ["007", "8"]
    assert contacts["direction"].tolist() == ["inbound", "outbound"]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_every_kind_of_file_gives_the_same(tmp_path: Path, suffix: str) -> None:
    frame = pd.DataFrame(ROWS["surveys"])
    path = tmp_path / f"surveys.{suffix}"
    frame.to_csv(path, index=False) if suffix == "csv" else frame.to_parquet(path)
    feed = read_feed("surveys", path)
    assert feed.frame.equals(read("surveys").frame)
    assert feed.data_hash == read_feed("surveys", frame[::-1]).data_hash


def test_columns_are_mapped_or_found_by_our_names() -> None:
    rows = pd.DataFrame({"Who": [1], "day": ["2024-03-01"], "score": [3], "other": ["x"]})
    assert list(read_feed("surveys", rows, {"customer_id": "Who"}).frame) == ["customer_id", "day", "score"]


@pytest.mark.parametrize(
    ("name", "changed", "words"),
    [
        (
            "surveys",
            {"score": [11, 2.5]},
            "2 values are not a whole number from 0 to 10: '11.0' in row 1, '2.5' in row 2",
        ),
        ("surveys", {"day": ["2024-02-30", "x"]}, "2 values are not a day from 1900 to 2100"),
        ("complaints", {"compensation": [-1, 2]}, "1 value is not an amount of money, 0 or more: '-1' in row 1"),
        ("complaints", {"resolved_on": ["28.02.2024", None]}, "1 rows have resolved_on before day (first: row 1)"),
        ("contacts", {"direction": ["up", "out"]}, "1 value is not inbound or outbound: 'up' in row 1"),
        ("leads", {"customer_id": [True]}, "holds BOOLEAN; expected: numbers or texts that name the customers"),
    ],
)
def test_what_cannot_be_read_is_named(name: str, changed: dict[str, Any], words: str) -> None:
    assert words in refused(name, **changed)


def test_all_faults_are_named_at_once() -> None:
    told = refused("surveys", score=[11, 2], day=["2024-02-30", "2024-03-01"])
    assert [word in told for word in ("'score'", "'day'", "feeds.surveys")] == [True] * 3
    with pytest.raises(InputError) as error:
        read_feed("surveys", pd.DataFrame({"customer": [1], "Day": ["2024-03-01"]}))
    for words in (
        "'day' (for day) is missing (did you mean 'Day'?)",
        "(for score) is missing",
        "columns found: customer",
    ):
        assert words in str(error.value)


def test_what_became_known_needs_the_day_on_which_it_did() -> None:
    rows = pd.DataFrame(ROWS["complaints"]).drop(columns="resolved_on")
    with pytest.raises(InputError, match="compensation needs resolved_on, the day on which it became known"):
        read_feed("complaints", rows)


def test_unknown_feeds_and_columns_name_the_nearest() -> None:
    with pytest.raises(ParamsError, match=r"unknown feed 'survey' \(did you mean 'surveys'\?\); known: surveys, "):
        read_feed("survey", pd.DataFrame(ROWS["surveys"]))
    with pytest.raises(ParamsError, match=r"unknown column 'scores' of surveys \(did you mean 'score'\?\)"):
        read_feed("surveys", pd.DataFrame(ROWS["surveys"]), {"scores": "score"})


def test_rows_that_cannot_be_used_are_counted() -> None:
    rows = pd.DataFrame({"customer_id": [1, 1, None, 2], "day": ["2024-03-01"] * 3 + [None], "score": [5, 5, 5, 5]})
    feed = read_feed("surveys", rows)
    told = {entry.reason: (entry.rows, entry.customers) for entry in feed.excluded}
    assert told == {"missing customer": (1, 0), "missing date": (1, 1), "exact duplicate": (1, 1)}
    assert len(feed.frame) == 1
    assert len(read("costs").frame) == 2, "an amount may be spent twice on a day"


def test_forgotten_customers_are_left_out_wherever_an_id_stands(tmp_path: Path) -> None:
    remember_to_forget(tmp_path / LIST, "b", dt.date(2024, 1, 1))
    feed = read_feed("referrals", pd.DataFrame(ROWS["referrals"]), forgotten=tmp_path / LIST)
    assert feed.frame["customer_id"].tolist() == ["a"]
    assert feed.frame["referred_id"].isna().all()
    assert [(entry.reason, entry.rows) for entry in feed.excluded] == [("forgotten customer", 1)]


def test_an_e_mail_address_is_forgotten_in_any_case(tmp_path: Path) -> None:
    remember_to_forget(tmp_path / LIST, "ann@shop.com", dt.date(2024, 1, 1))
    leads = pd.DataFrame({"customer_id": ["Ann@Shop.com ", "bob@shop.com"], "day": "2024-01-01"})
    assert read_feed("leads", leads, forgotten=tmp_path / LIST).frame["customer_id"].tolist() == ["bob@shop.com"]
