from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.retention.uplift.encode import encoded


def test_numbers_stay_and_unknown_ones_are_nan() -> None:
    made = encoded(pd.Series([1, None, 3.5]), "orders")
    assert isinstance(made, pd.DataFrame)
    assert made["orders"].tolist() == pytest.approx([1.0, np.nan, 3.5], nan_ok=True)


def test_few_categories_have_a_column_each() -> None:
    made = encoded(pd.Series(["b", "a", "c", None]), "shop")
    assert isinstance(made, pd.DataFrame)
    assert made.to_dict("list") == {"shop 1": [0, 1, 0, 0], "shop 2": [1, 0, 0, 0], "shop 3": [0, 0, 1, 0]}


def test_many_categories_are_places_in_the_alphabet() -> None:
    made = encoded(pd.Series(list("gfedcba")), "letter")
    assert isinstance(made, pd.DataFrame)
    assert made["letter"].tolist() == [6, 5, 4, 3, 2, 1, 0]


def test_days_are_numbers() -> None:
    made = encoded(pd.Series(pd.to_datetime(["2024-01-01", "2024-01-03", None])), "first_order")
    assert isinstance(made, pd.DataFrame)
    assert made["first_order"].tolist() == pytest.approx([0.0, 2.0, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ([1] * 3, "the same value in every row"),
        ([None] * 3, "not known for any row"),
        ([f"name {k}" for k in range(300)], "a text with 300 different values"),
        (list(range(300)), "another whole number in every row"),
        ([1.0, np.inf], "infinite"),
    ],
)
def test_what_tells_nothing_or_tells_customers_from_each_other_is_left_out(values: list, why: str) -> None:
    found = encoded(pd.Series(values), "column")
    assert isinstance(found, str)
    assert why in found


def test_numbers_with_digits_may_differ_in_every_row() -> None:
    assert isinstance(encoded(pd.Series(np.arange(300) / 7), "score"), pd.DataFrame)
