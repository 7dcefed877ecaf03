from __future__ import annotations

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.monitoring.scores_table import checked, of_log
from regulars.transactions import read_transactions

NAMED = "'scores.csv'"
LOG = pd.DataFrame(
    {"customer_id": [str(k) for k in range(20)] * 2, "date": pd.Timestamp("2024-01-05"), "amount": range(40)}
)


def scores(**changes: object) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "customer_id": range(20),
            "cutoff": "2024-01-06",
            "horizon_days": 30,
            "model_version": "abc",
            "p_churn": 0.5,
            "expected_purchases": 1.0,
            "orders": 1,
        }
    )
    return frame.assign(**changes)


def test_a_good_table_has_one_cutoff_horizon_and_model() -> None:
    table = checked(scores(), NAMED)
    assert (str(table.windows.cutoff), table.windows.horizon_days, table.model_version) == ("2024-01-06", 30, "abc")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"cutoff": ["2024-01-06"] * 19 + ["2024-01-07"]},
            "'cutoff' should hold one value in every row; found 2 values",
        ),
        ({"model_version": None}, "'model_version' should hold one value in every row; found none"),
        ({"customer_id": 7}, "19 rows repeat a customer"),
        ({"p_churn": [2.0] + [0.5] * 19}, "'p_churn' has 1 values that are no probability"),
        ({"expected_purchases": "many"}, "'expected_purchases' has 20 values that are no count"),
        ({"cutoff": "soon"}, "is not a day"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_every_fault(changes: dict[str, object], problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        checked(scores(**changes), NAMED)


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputError, match="has no rows"):
        checked(scores().iloc[:0], NAMED)


def test_ids_of_a_csv_file_take_the_type_of_the_log() -> None:
    found = of_log(checked(scores(), NAMED), read_transactions(LOG), NAMED)
    assert found["customer_id"].tolist()[:2] == ["0", "1"]


def test_another_log_is_refused() -> None:
    with pytest.raises(InputError, match="Only 0 of the 20 customers in"):
        of_log(checked(scores(), NAMED), read_transactions(LOG.assign(customer_id="x" + LOG["customer_id"])), NAMED)


def test_a_log_that_ends_before_the_cutoff_is_refused() -> None:
    with pytest.raises(InputError, match=r"made at 2024-03-01, but the last order in the log is of 2024-01-05"):
        of_log(checked(scores(cutoff="2024-03-01"), NAMED), read_transactions(LOG), NAMED)
