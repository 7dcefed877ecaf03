from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from regulars.errors import InputError, ParamsError
from regulars.params import ColumnParams
from regulars.transactions import read_transactions

FRAME = pd.DataFrame({"Cust ID": ["a", "b"], "when": ["2020-01-01", "2020-01-02"], "net": [1.5, 2.5]})
COLUMNS = {"customer_id": "Cust ID", "ordered_at": "when", "amount": "net"}


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["select", 'the "net"', "'; DROP TABLE lines; --", "a.b", "é €", "source", "frame", "row", "text"]
)
def test_any_column_name_works(name: str) -> None:
    frame = FRAME.rename(columns={"net": name, "when": f"{name} 2", "Cust ID": f"{name} 3"})
    columns = {"customer_id": f"{name} 3", "ordered_at": f"{name} 2", "amount": name, "order_id": f"{name} 3"}
    assert read_transactions(frame, columns).ledger.frame["money"].tolist() == [4.0]


def test_any_column_name_works_in_csv_too(tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    name = '\'; DROP "TABLE" lines'
    FRAME.rename(columns={"net": name}).to_csv(file, index=False)
    assert read_transactions(file, {**COLUMNS, "amount": name}).ledger.frame["money"].tolist() == [4.0]


@pytest.mark.medium
def test_names_may_be_ours_with_other_meanings() -> None:
    ours = [
        "customer_id",
        "date",
        "amount",
        "quantity",
        "flagged",
        "verdict",
        "day",
        "repeated",
        "kind",
        "text",
        "shown",
    ]
    frame = pd.DataFrame({name: [place + 1, place + 2] for place, name in enumerate(ours)})
    frame = frame.assign(text=["2020-01-01", "2020-01-02"])
    columns = {
        "customer_id": "day",
        "ordered_at": "text",
        "amount": "quantity",
        "quantity": "amount",
        "order_id": "date",
    }
    tx = read_transactions(frame, columns)
    query = "SELECT customer_id, day::VARCHAR, money::INT, quantity::INT, order_id FROM lines"
    assert tx.connection.execute(query).fetchall() == [(7, "2020-01-01", 4, 3, "2"), (8, "2020-01-02", 5, 4, "3")]
    with pytest.raises(InputError, match="'bad' in row 2"):
        read_transactions(frame.assign(shown=[1, "bad"]), {**columns, "amount": "shown"})


def test_every_missing_column_is_named_with_its_nearest() -> None:
    with pytest.raises(InputError) as refused:
        read_transactions(FRAME, {"customer_id": "CustID", "ordered_at": "when", "amount": "gross"})
    assert str(refused.value) == (
        "the frame cannot be used:\n"
        "  - column 'CustID' (for customer_id) is missing (did you mean 'Cust ID'?)\n"
        "  - column 'gross' (for amount) is missing\n"
        "  - columns found: Cust ID, when, net; say under transactions.columns which is which "
        "(without amount, orders are counted only)"
    )


def test_faults_of_columns_and_values_come_together() -> None:
    frame = FRAME.assign(net=["1.5", "two"])
    with pytest.raises(InputError) as refused:
        read_transactions(frame, {**COLUMNS, "quantity": "pieces"})
    assert "column 'pieces' (for quantity) is missing" in str(refused.value)
    assert "column 'net' (for amount): 1 value is not a number" in str(refused.value)
    assert "'two' in row 2" in str(refused.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({**COLUMNS, "quantitty": "q"}, "unknown column 'quantitty' \\(did you mean 'quantity'\\?\\)"),
        ({"ordered_at": "when"}, "customer_id is not mapped"),
        ({"customer_id": "Cust ID"}, "ordered_at is not mapped"),
        ({**COLUMNS, "amount": 3}, "amount is 3; expected: the name of a column"),
        (
            {"customer_id": "Cust ID", "ordered_at": "when", "unit_price": "net"},
            "unit_price is mapped without quantity",
        ),
    ],
)
def test_mappings_that_cannot_be_used(columns: dict[str, str], message: str) -> None:
    with pytest.raises(ParamsError, match=message):
        read_transactions(FRAME, columns)


def test_a_mapping_may_be_params() -> None:
    assert read_transactions(FRAME, ColumnParams(**COLUMNS)).n_customers == 2


@pytest.mark.medium
@pytest.mark.parametrize(
    ("frame", "message"),
    [
        (FRAME.assign(net=pd.to_datetime("2020-01-01")), "'net' \\(for amount\\) holds TIMESTAMP.*; expected: numbers"),
        (FRAME.assign(net=True), "'net' \\(for amount\\) holds BOOLEAN; expected: numbers"),
        (FRAME.assign(when=True), "'when' \\(for ordered_at\\) holds BOOLEAN; expected: dates"),
        (
            FRAME.assign(**{"Cust ID": [["a"], ["b"]]}),
            "'Cust ID' \\(for customer_id\\) holds VARCHAR\\[\\]; expected: one plain",
        ),
    ],
)
def test_types_that_cannot_serve(frame: pd.DataFrame, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_transactions(frame, COLUMNS)


def test_one_column_may_serve_twice() -> None:
    tx = read_transactions(FRAME, {**COLUMNS, "order_id": "Cust ID", "channel": "Cust ID"})
    assert tx.connection.execute("SELECT order_id, channel FROM lines").fetchall() == [("a", "a"), ("b", "b")]


def test_returns_must_be_known() -> None:
    with pytest.raises(ParamsError, match=r"returns is 'gross'. It should be one of net, drop, keep"):
        read_transactions(FRAME, COLUMNS, returns="gross")  # type: ignore[arg-type]
