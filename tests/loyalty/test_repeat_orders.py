"""Conversion to later orders: published figures, known shops, and what cannot be known."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.features.arrivals import LEAST_NEW, WARM_UP_DAYS
from regulars.loyalty.repeat_orders import Conversion, conversion, kaplan_meier

# Kaplan and Meier's own way of counting, on the 6-MP arm of Freireich et al. 1963 (weeks in remission; + was still
# so at the end), as in Kalbfleisch and Prentice and in every textbook since.
WEEKS = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
RELAPSED = [True] * 9 + [False] * 12
SURVIVAL = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}
ERRORS = {6: 0.0764, 7: 0.0869, 10: 0.0963, 13: 0.1068, 16: 0.1141, 22: 0.1282, 23: 0.1346}


def test_published_survival_and_standard_errors() -> None:
    share, variance = kaplan_meier(np.array(WEEKS), np.array(RELAPSED))
    for week, survival in SURVIVAL.items():
        assert 1 - share[week] == pytest.approx(survival, abs=5e-5)
        assert (1 - share[week]) * np.sqrt(variance[week]) == pytest.approx(ERRORS[week], abs=5e-5)


def features(waits: list[float], tenures: list[float]) -> pd.DataFrame:
    """So many customers, and one of the log's first day."""
    return pd.DataFrame({"gap_first": [np.nan, *waits], "tenure": [1_000.0, *tenures], "days_to_habit": np.nan})


def test_new_customers_do_not_lower_the_share() -> None:
    old = features([10.0, np.nan] * 50, [400.0] * 100)
    new = features([np.nan] * 300, [5.0] * 300)
    assert conversion(old, order=2).within(30)[0] == pytest.approx(0.5)
    assert conversion(pd.concat([old, new]), order=2).within(30)[0] == pytest.approx(0.5)


def test_a_customer_is_known_up_to_the_day_before_the_cutoff() -> None:
    # first order 3 days before the cutoff: the second could have been on the next two days, not on the third
    found = conversion(features([2.0, np.nan] * 15, [3.0] * 30), order=2)
    assert len(found.share) == 3
    assert found.share[2] == 0.5
    assert all(np.isnan(found.within(3)))


def test_nobody_and_everybody() -> None:
    nobody = conversion(features([np.nan] * 30, [9.0] * 30), order=4)
    assert nobody.within(5) == (0.0, 0.0, 0.0)
    assert np.isnan(nobody.usual_days)
    assert nobody.to_dict()["usual_days"] is None
    everybody = conversion(features([4.0] * 30, [99.0] * 30), order=2)
    assert everybody.within(4) == (1.0, pytest.approx(0.025 ** (1 / 30)), 1.0)  # 30 of 30: 88 % to 100 %
    assert everybody.usual_days == 4.0


def test_customers_who_had_ordered_before_the_log_begins_do_not_raise_the_share() -> None:
    """Half of all customers order once, the others every 10 days; the log begins in the middle of their life."""
    rng = np.random.default_rng(3)
    joined, returns = rng.integers(-300, 300, 4_000), rng.random(4_000) < 0.5
    seen = np.where(joined >= 0, joined, rng.integers(0, 10, 4_000))  # old ones: their first order in the log
    in_log = (joined >= 0) | returns
    tenure, waits = (400.0 - seen)[in_log], np.where(returns, 10.0, np.nan)[in_log]
    table = pd.DataFrame({"gap_first": waits, "tenure": tenure})
    found = conversion(table, order=2)
    assert np.isfinite(waits).mean() > 0.65  # of all whom the log shows
    assert found.within(90)[1] < 0.5 < found.within(90)[2]
    assert found.customers == (joined >= tenure.max() - 400 + WARM_UP_DAYS).sum()
    assert found.left_out == len(table) - found.customers
    assert found.who == (
        f"The share counts {found.customers:,} customers whose first order came after the log's first 90 days. "
        f"It leaves out {found.left_out:,} customers of those days, who may have ordered before the log begins."
    )


def test_nothing_is_told_of_too_few() -> None:
    found = conversion(features([4.0] * (LEAST_NEW - 1), [99.0] * (LEAST_NEW - 1)), order=2)
    assert (found.customers, found.left_out, len(found.share)) == (0, LEAST_NEW, 0)
    assert np.isnan(found.within(0)).all()
    assert found.to_dict()["within_days"] == {}
    assert found.who.startswith("Fewer than 30 customers ordered first after the log's first 90 days.")


def test_a_group_followed_from_its_first_orders_on_counts_whole() -> None:
    tenure = 400.0 - np.arange(90)
    found = conversion(pd.DataFrame({"gap_first": 5.0, "tenure": tenure}), order=2)
    assert (found.customers, found.left_out, found.within(5)[0]) == (90, 0, 1)
    assert found.who.startswith("The share counts all 90 customers.")


@pytest.mark.slow
def test_intervals_hold_the_share_of_known_shops_as_often_as_stated() -> None:
    """Half of the customers come back after a geometric time of mean 40 days; they are known for 1 to 200 days."""
    rng, inside, shops = np.random.default_rng(7), 0, 400
    truth = 0.5 * (1 - (1 - 1 / 40) ** 60)
    for _ in range(shops):
        waits = np.where(rng.random(300) < 0.5, rng.geometric(1 / 40, 300), np.inf)
        tenure = rng.integers(1, 201, 300).astype(float)
        found: Conversion = conversion(features(list(np.where(waits < tenure, waits, np.nan)), list(tenure)), order=2)
        _, low, high = found.within(60)
        inside += low <= truth <= high
    assert 0.92 <= inside / shops <= 0.98
