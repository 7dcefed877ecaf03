"""Cohorts of customers that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.cohorts import COLUMNS, Cohorts, cohorts
from regulars.windows import Windows
from tests.loyalty.conftest import log


@pytest.fixture(scope="module")
def found() -> Cohorts:
    tx = log(
        ("a", "2023-12-31", 10.0),
        ("a", "2024-01-01", 20.0),
        ("a", "2024-03-15", 30.0),
        ("b", "2023-12-01", 4.0),
        ("c", "2023-11-15", -5.0),
        ("c", "2024-02-10", 6.0),
        ("d", "2024-03-20", 9.0),
    )
    return cohorts(tx, Windows.at("2024-03-18", 30))


def test_ages_are_calendar_months_and_only_those_that_are_over(found: Cohorts) -> None:
    assert tuple(found.cells.columns) == COLUMNS
    active = found.triangle("active")
    assert active.index.strftime("%Y-%m").tolist() == ["2023-12", "2024-02"]
    np.testing.assert_array_equal(active.to_numpy(), [[2, 1, 0], [1, np.nan, np.nan]])
    np.testing.assert_array_equal(found.retention.iloc[0], [1.0, 0.5, 0.0])


def test_what_came_back_before_the_first_order_counts_in_the_first_month(found: Cohorts) -> None:
    assert found.triangle("money").loc["2024-02-01", 0] == 1.0
    np.testing.assert_array_equal(found.money_per_customer.iloc[0], [7.0, 17.0, 17.0])


def test_the_curve_counts_cohorts_that_have_reached_an_age(found: Cohorts) -> None:
    assert found.curve["customers"].tolist() == [3, 2, 2]
    assert found.curve["retention"].tolist() == [1.0, 0.5, 0.0]


def test_payback_is_the_first_age_that_covers_the_cost(found: Cohorts) -> None:
    paid = found.payback(12.0, margin=1.0)
    assert paid["payback_months"].iloc[0] == 1.0
    assert np.isnan(paid["payback_months"].iloc[1])
    assert found.payback(34.0, margin=0.5)["ratio"].tolist() == [17 * 0.5 / 34, 0.5 / 34]


def test_a_log_younger_than_a_month_has_no_cohort() -> None:
    young = cohorts(log(("a", "2024-01-05", 5.0)), Windows.at("2024-01-20", 30))
    assert young.cells.empty
    assert tuple(young.cells.columns) == COLUMNS
    assert young.to_list() == []
    assert young.payback(5.0).empty
    assert isinstance(young.curve, pd.DataFrame)
