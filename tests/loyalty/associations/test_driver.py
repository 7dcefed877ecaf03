"""One finding: its row, and which findings make a difference."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.loyalty.associations.driver import LEAST, RATIO, SHARE, Driver, drivers_frame, enough
from regulars.loyalty.associations.estimates import Estimate
from regulars.tables import DRIVERS


def made(measure: str, *figures: float) -> Driver:
    return Driver("d", "those", "others", measure, Estimate(*figures), 120, 130, "orders", "A sentence.")


@pytest.mark.parametrize(
    ("measure", "figures", "clear"),
    [(RATIO, (1.2, 1.1, 1.3), True), (RATIO, (1.2, 0.9, 1.3), False), (SHARE, (0.5, 0.4, 0.6), False)],
)
def test_a_difference_is_clear_where_the_interval_leaves_out_none(
    measure: str, figures: tuple[float, float, float], clear: bool
) -> None:
    assert made(measure, *figures).is_clear is clear


def test_a_finding_without_a_finite_interval_is_left_out() -> None:
    found = drivers_frame([made(RATIO, 1.2, 1.1, 1.3), made(RATIO, 1.2, float("nan"), 1.3)])
    assert tuple(found.columns) == DRIVERS
    assert found[["estimate", "customers", "is_clear"]].to_numpy().tolist() == [[1.2, 120, True]]


def test_both_groups_and_both_outcomes_need_enough_customers() -> None:
    exposed = np.arange(3 * LEAST) < LEAST
    assert enough(exposed)
    assert not enough(np.arange(3 * LEAST) < LEAST - 1)
    assert enough(exposed, np.arange(3 * LEAST) % 2 == 0)
    assert not enough(exposed, exposed)
