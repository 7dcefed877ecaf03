"""Columns that only one log has: what they are read as, and which are refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import regulars as rg
from regulars.errors import InputError, ParamsError

ROWS = 200


@pytest.fixture
def log() -> pd.DataFrame:
    draw, row = np.random.default_rng(5), np.arange(ROWS)
    return pd.DataFrame(
        {
            "customer_id": row % 40,
            "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(row, unit="D"),
            "amount": 5.0,
            "Weight": draw.gamma(2.0, 2.0, ROWS),
            "Paid by": draw.choice(["card", "cash"], ROWS),
            "Parcels": draw.choice([1, 2, 3], ROWS),
            "Invoice": [f"R{k % 40}-{k // 80}" for k in row],
            "Line": row,
            "Shipped": "2024-02-01",
        }
    )


@pytest.mark.medium
def test_a_number_and_a_category_stand_in_the_lines_under_their_kind(log: pd.DataFrame) -> None:
    tx = rg.read_transactions(log, own_columns={"weight": "Weight", "payment": "Paid by", "parcels": "Parcels"})
    assert tx.columns >= {"own_number_weight", "own_label_payment", "own_number_parcels"}
    assert [profile.ours for profile in tx.report.columns][-3:] == ["weight", "payment", "parcels"]
    plain = rg.read_transactions(log)
    assert not any(name.startswith("own_") for name in plain.columns)


def test_text_is_a_number_where_all_of_it_reads_as_one(log: pd.DataFrame) -> None:
    texts = log.assign(Weight=log["Weight"].round(2).astype(str), Parcels=["1", "2", "3+", None] * 50)
    tx = rg.read_transactions(texts, own_columns={"weight": "Weight", "parcels": "Parcels"})
    assert tx.columns >= {"own_number_weight", "own_label_parcels"}


@pytest.mark.parametrize("theirs", ["Invoice", "Line"])
def test_what_looks_like_an_id_is_refused(log: pd.DataFrame, theirs: str) -> None:
    with pytest.raises(InputError, match=rf"column '{theirs}' \(for x\) looks like an id: 200 of 200 lines hold"):
        rg.read_transactions(log, own_columns={"x": theirs})


def test_all_faults_of_the_columns_are_told_at_once(log: pd.DataFrame) -> None:
    with pytest.raises(InputError) as told:
        rg.read_transactions(log, own_columns={"payment": "paid by", "shipped": "Shipped", "line": "Line"})
    assert "column 'paid by' (for payment) is missing (did you mean 'Paid by'?)" in str(told.value)
    assert "column 'Shipped' (for shipped) holds days or times" in str(told.value)
    assert "column 'Line' (for line) looks like an id" in str(told.value)


@pytest.mark.parametrize(
    ("columns", "told"),
    [
        ({"category": "Paid by"}, "'category' is a column that is known: map it under transactions.columns"),
        ({"paid by": "Paid by"}, "'paid by' cannot be a name: take letters, digits and _, a letter first"),
        ({"a": "Weight", "A": "Parcels"}, "a, A differ only in upper and lower case"),
    ],
)
def test_names_that_cannot_be_used_are_refused(log: pd.DataFrame, columns: dict[str, str], told: str) -> None:
    with pytest.raises(ParamsError, match=told):
        rg.read_transactions(log, own_columns=columns)
