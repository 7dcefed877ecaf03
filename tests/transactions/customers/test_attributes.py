"""Attributes as they were known at a cutoff, and beside a log."""

from __future__ import annotations

import pandas as pd
import pytest

from regulars.transactions import Attributes, read_attributes, read_transactions
from regulars.windows import Windows

COLUMNS = {"customer_id": "id", "plan": "plan", "age": "age"}
ROWS = [
    (1, "2024-01-01", "basic", 30.0),
    (1, "2024-03-01", "gold", 31.0),
    (2, "2024-02-01", "basic", None),
    (3, "2023-12-01", None, 50.0),
    (9, "2024-01-01", "gold", 40.0),
]


@pytest.fixture
def dated() -> Attributes:
    frame = pd.DataFrame(ROWS, columns=["id", "since", "plan", "age"])
    return read_attributes(frame, COLUMNS, valid_from="since")


def plans(attributes: Attributes, cutoff: str) -> list[str | None]:
    found = attributes.at(Windows.at(cutoff, 30), pd.Index([1, 2, 3, 4]))["plan"]
    return [None if pd.isna(plan) else plan for plan in found]


@pytest.mark.medium
@pytest.mark.parametrize(
    ("cutoff", "expected"),
    [
        ("2024-01-01", [None, None, None, None]),
        ("2024-01-02", ["basic", None, None, None]),
        ("2024-03-01", ["basic", "basic", None, None]),
        ("2024-03-02", ["gold", "basic", None, None]),
    ],
)
def test_the_last_row_before_the_cutoff_counts(dated: Attributes, cutoff: str, expected: list[str | None]) -> None:
    assert plans(dated, cutoff) == expected


@pytest.mark.medium
@pytest.mark.parametrize("cutoff", ["2023-12-15", "2024-01-02", "2024-02-15", "2024-03-02"])
def test_nothing_from_the_cutoff_on_changes_what_was_known(dated: Attributes, cutoff: str) -> None:
    windows, who = Windows.at(cutoff, 30), pd.Index([1, 2, 3, 4, 9])
    corrupted = dated.corrupted(windows)
    pd.testing.assert_frame_equal(corrupted.at(windows, who), dated.at(windows, who))
    later = windows.shifted(400)
    assert not corrupted.at(later, who).equals(dated.at(later, who))


def test_ids_match_in_any_notation(dated: Attributes) -> None:
    windows = Windows.at("2024-04-01", 30)
    for ids in (pd.Index([1, 2]), pd.Index([1.0, 2.0]), pd.Index(["1", "2"]), pd.Index([1, 2], dtype="int32")):
        found = dated.at(windows, ids)
        assert found["plan"].tolist() == ["gold", "basic"]
        assert found.index.equals(ids)


def test_an_e_mail_address_that_the_log_has_in_lower_case_may_be_in_any() -> None:
    ids = ["Ann@Shop.com", "BOB@shop.com", "bob@shop.com", "C-1", "Dan@shop.com"]
    file = read_attributes(pd.DataFrame({"id": ids, "plan": list("abcde"), "age": 1.0}), COLUMNS)
    known = ["ann@shop.com", "bob@shop.com", "c-1", "Dan@shop.com"]
    assert file.at(Windows.at("2024-04-01", 30), pd.Index(known))["plan"].fillna("").tolist() == ["a", "c", "", "e"]
    ledger = file.ledger(read_transactions(pd.DataFrame({"customer_id": known, "date": "2024-01-05", "amount": 3.0})))
    assert [(entry.reason, entry.rows) for entry in ledger.entries] == [
        ("attributes of a customer", 3),
        ("customer without transactions", 2),
    ]
    assert ledger.without_row == 1


@pytest.mark.medium
def test_the_ledger_counts_customers_on_either_side(dated: Attributes) -> None:
    log = pd.DataFrame({"customer_id": [1, 1, 2, 5], "date": "2024-01-05", "amount": 3.0})
    ledger = dated.ledger(read_transactions(log))
    assert [(e.outcome, e.reason, e.rows, e.customers) for e in ledger.entries] == [
        ("used", "attributes of a customer", 3, 2),
        ("excluded", "customer without transactions", 2, 2),
    ]
    assert (ledger.without_row, ledger.in_log) == (1, 3)
    assert "  1 of the 3 customers of the log have no row: nothing is known" in ledger.in_words
    assert ledger.to_dict()["entries"][1] == {
        "outcome": "excluded",
        "reason": "customer without transactions",
        "rows": 2,
        "customers": 2,
    }


def test_some_can_be_left_aside(dated: Attributes) -> None:
    assert dated.without("plan").names == ("age",)
    assert repr(dated) == "Attributes(4 customers, plan, age; dated)"
