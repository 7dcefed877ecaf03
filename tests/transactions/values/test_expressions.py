from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.errors import InputError
from regulars.transactions import read_transactions
from regulars.transactions.values.expressions import Number, number, product

DIGIT = Decimal("0.0001")


def rounded(value: Decimal) -> Decimal:
    return value.quantize(DIGIT, ROUND_HALF_UP)


def ask(reading: Number, kinds: str, row: tuple[Any, ...]) -> tuple[Decimal | None, Decimal]:
    """Value and excess of one row in a table `source(a, b)`."""
    with duckdb.connect() as connection:
        connection.execute(f"CREATE TABLE source ({kinds})")
        connection.execute(f"INSERT INTO source VALUES ({', '.join('?' * len(row))})", row)
        value, excess = connection.execute(f"SELECT {reading.value}, {reading.excess} FROM source").fetchall()[0]
    return value, excess or Decimal(0)


amounts = st.decimals(min_value=-(10**11), max_value=10**11, places=8)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(amounts)
def test_texts_are_read_exactly_and_rounded_half_away_from_zero(amount: Decimal) -> None:
    value, excess = ask(number("amount", "a", "VARCHAR"), "a VARCHAR", (f"{amount:f}",))
    assert value == rounded(amount)
    if abs(amount) < 10**7:  # beyond, a double no longer sees the 8th digit, and the excess is under 0.0001
        assert value + excess == amount


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.floats(-1e11, 1e11).filter(lambda x: x == 0 or abs(x) > 1e-9))
def test_floats_are_read_as_their_shortest_text(amount: float) -> None:
    value, _ = ask(number("amount", "a", "DOUBLE"), "a DOUBLE", (amount,))
    assert abs(value - Decimal(repr(amount))) <= DIGIT / 2 + Decimal("1e-9")


@pytest.mark.medium
@pytest.mark.parametrize(
    ("kind", "read", "expected"),
    [
        ("DOUBLE", 2.00005, "2.0001"),
        ("DOUBLE", -2.00005, "-2.0001"),
        ("DOUBLE", 0.1 + 0.2, "0.3"),
        ("DOUBLE", 8.881784e-16, "0"),
        ("VARCHAR", "9e-6", "0"),
        ("VARCHAR", "6E-5", "0.0001"),
        ("VARCHAR", "1.5e3", "1500"),
        ("VARCHAR", "  12.5 ", "12.5"),
        ("VARCHAR", "+.5", "0.5"),
        ("VARCHAR", "999999999999.9999", "999999999999.9999"),
        ("FLOAT", 2.55, "2.55"),
        ("BIGINT", -7, "-7"),
        ("HUGEINT", 7, "7"),
        ("DECIMAL(38,10)", Decimal("1.0000500000"), "1.0001"),
        ("DECIMAL(9,2)", Decimal("1.25"), "1.25"),
    ],
)
def test_numbers_of_every_type(kind: str, read: Any, expected: str) -> None:
    assert ask(number("amount", "a", kind), f"a {kind}", (read,))[0] == Decimal(expected)


@pytest.mark.slow
@pytest.mark.parametrize("text", ["1e12", "-1000000000000", "inf", "nan", "1,2,3", "--5", "1e400", "0x1F", "five"])
def test_what_is_no_number_is_a_fault_with_its_row(text: str) -> None:
    frame = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2020-01-01"] * 2, "amount": ["5", text]})
    with pytest.raises(InputError, match=r"column 'amount' \(for amount\): 1 value is not a number") as refused:
        read_transactions(frame)
    assert f"{text!r} in row 2" in str(refused.value)


def test_infinite_and_huge_floats_are_faults_and_nan_is_absent() -> None:
    frame = pd.DataFrame(
        {"customer_id": list("abcd"), "date": ["2020-01-01"] * 4, "amount": [5, float("inf"), 1e12, None]}
    )
    with pytest.raises(InputError, match=r"2 values are not a number .*: 'inf' in row 2, '1000000000000.0' in row 3"):
        read_transactions(frame)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.decimals(-9999, 9999, places=3), st.decimals(0, 99999, places=6))
def test_products_are_exact_and_rounded_once(quantity: Decimal, price: Decimal) -> None:
    reading = product(number("quantity", "a", "VARCHAR"), number("unit_price", "b", "VARCHAR"))
    value, excess = ask(reading, "a VARCHAR, b VARCHAR", (str(quantity), str(price)))
    assert value == rounded(quantity * price)
    assert value + excess == quantity * price


def test_a_product_that_is_too_large_is_a_fault() -> None:
    frame = pd.DataFrame({"customer_id": ["a"], "date": ["2020-01-01"], "n": [10**7], "price": [10**6]})
    columns = {"customer_id": "customer_id", "ordered_at": "date", "quantity": "n", "unit_price": "price"}
    with pytest.raises(InputError, match=r"column 'n × price' \(for amount\).*'10000000 × 1000000' in row 1"):
        read_transactions(frame, columns)


@pytest.mark.slow
@pytest.mark.parametrize(
    "flags",
    [
        *([True, False, None], ["Yes", "no", ""], ["T", "f", None], ["y", "n", " "], [1, 0, None], [1.0, 0.0, None]),
        *(["ja", "Nein", ""], ["J", "N", None], ["WAHR", "FALSCH", ""], ["Oui", "non", None], ["O", "N", ""]),
        *(["VRAI", "FAUX", ""], ["Sí", "no", ""], ["SÍ", "No", None]),
        ["VERDADERO", "FALSO", None],  # codespell:ignore falso
    ],
)
def test_flags_of_many_kinds(flags: list[Any]) -> None:
    frame = pd.DataFrame({"customer_id": list("abc"), "date": ["2020-01-01"] * 3, "amount": [5.0] * 3, "back": flags})
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "is_return": "back"}
    tx = read_transactions(frame, columns)
    assert tx.connection.execute("SELECT is_purchase FROM lines").fetchall() == [(False,), (True,), (True,)]


def test_flags_that_cannot_be_read() -> None:
    back = ["refund", "yes", "refund", "kept"]
    frame = pd.DataFrame({"customer_id": list("abcd"), "date": "2020-01-01", "amount": 5.0, "back": back})
    columns = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount", "is_return": "back"}
    with pytest.raises(
        InputError, match=r"3 values are not true or false, yes or no, 1 or 0 \(words .*\): "
    ) as refused:
        read_transactions(frame, columns)
    assert "column 'back' (for is_return): " in str(refused.value)
    assert "'refund' in row 1, 'kept' in row 4; correct them" in str(refused.value)
