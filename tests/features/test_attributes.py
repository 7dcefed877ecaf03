"""Attributes beside the features at a cutoff."""

from __future__ import annotations

import pandas as pd
import pytest

import regulars as rg
from regulars.errors import InputError, ParamsError
from regulars.features import CATALOGUE, build_features_of
from regulars.transactions import Transactions
from regulars.windows import as_day

LOG = pd.DataFrame(
    {"customer_id": [1, 1, 2, 3], "date": ["2024-01-05", "2024-02-01", "2024-01-09", "2024-03-01"], "amount": 5.0}
)
KNOWN = pd.DataFrame(
    {"id": ["1", "1", "3"], "since": ["2024-01-01", "2024-02-20", "2024-01-01"], "plan": ["basic", "gold", "gold"]}
)


@pytest.fixture
def tx() -> Transactions:
    return rg.read_transactions(LOG)


@pytest.mark.medium
def test_attributes_are_the_last_columns_as_they_were_known(tx: Transactions) -> None:
    customers = rg.read_customers(KNOWN, {"customer_id": "id", "plan": "plan"}, valid_from="since")
    plain, table = rg.build_features(tx, "2024-02-10"), rg.build_features(tx, "2024-02-10", customers)
    pd.testing.assert_frame_equal(table.drop(columns="plan"), plain)
    assert list(table)[-1] == "plan"
    assert table["plan"].fillna("not known").to_dict() == {1: "basic", 2: "not known"}
    assert rg.build_features(tx, "latest", customers)["plan"].to_list()[::2] == ["gold", "gold"]
    pd.testing.assert_frame_equal(
        build_features_of(tx, 1, as_day("2024-02-10"), customers), table.loc[[1]], check_index_type=False
    )


@pytest.mark.parametrize("name", ["tenure", "net_total", "cutoff", "lifetime_value", CATALOGUE[-1].name])
def test_a_name_that_something_has_already_is_refused(name: str) -> None:
    with pytest.raises(ParamsError, match=f"'{name}' is the name of a feature or a column already"):
        rg.read_customers(KNOWN, {"customer_id": "id", name: "plan"})


def test_a_frame_that_was_not_read_is_refused(tx: Transactions) -> None:
    with pytest.raises(InputError, match="customers is a DataFrame; expected what read_customers returns"):
        rg.build_features(tx, "latest", KNOWN)  # type: ignore[arg-type]
