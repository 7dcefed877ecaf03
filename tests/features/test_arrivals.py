"""Who was new when first seen: on logs that begin in the middle, on cohorts, and where it cannot be known."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.features import build_features
from regulars.features.arrivals import LEAST_NEW, WARM_UP_DAYS, new_when_first_seen, pile_up
from regulars.transactions import Transactions

COHORT = 400.0 - np.arange(WARM_UP_DAYS)  # one customer a day, over the log's first 90 days


def test_customers_of_the_first_days_are_left_out() -> None:
    tenure = np.concatenate([COHORT, np.full(LEAST_NEW, 400.0 - WARM_UP_DAYS)])
    assert new_when_first_seen(tenure).tolist() == [False] * len(COHORT) + [True] * LEAST_NEW


@pytest.mark.parametrize(
    ("case", "tenure"),
    [
        ("one too few came later", np.concatenate([COHORT, np.full(LEAST_NEW - 1, 200.0)])),
        ("nobody came later, and most on the first days", np.concatenate([COHORT, np.full(90, 400.0)])),
        ("all came on one day", np.full(90, 400.0)),
        ("the log ends with its first 90 days", COHORT - 300),
        ("nobody", np.empty(0)),
    ],
)
def test_nobody_is_known_to_have_been_new(case: str, tenure: np.ndarray) -> None:
    assert not new_when_first_seen(tenure).any(), case


def test_a_group_followed_from_its_first_orders_on_is_new(cdnow: Transactions) -> None:
    assert new_when_first_seen(COHORT).all()
    tenure = build_features(cdnow, "1998-07-01")["tenure"].to_numpy(dtype=float)
    assert pile_up(tenure.max() - tenure) == pytest.approx(0.837, abs=5e-4)
    assert new_when_first_seen(tenure).all()


def test_a_customer_counts_as_many_as_it_stands_for() -> None:
    arrived = np.arange(20.0)
    assert pile_up(arrived, np.where(arrived < 2, 9.0, 1.0)) == 9
    assert np.isnan(pile_up(arrived[:9]))
