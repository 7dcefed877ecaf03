"""Rates of single customers: together they have the learned effect, within what a rate can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.retention.individual_effects import KNOWN, IndividualEffect


class Given:
    """An effect of so much for each of the customers."""

    def __init__(self, *effects: float) -> None:
        self.effects = np.array(effects)

    def predict(self, table: pd.DataFrame) -> np.ndarray:
        assert tuple(table.columns) == KNOWN
        return self.effects


QUIET, LOST = np.array([0.5, 0.5, 0.5, 0.0]), np.array([0.1, 0.1, 0.1, 0.0])
RATES = (np.full(4, 0.2), np.full(4, 0.05))


def scaled(effect: IndividualEffect) -> np.ndarray:
    return effect.scaled(RATES, (QUIET, LOST), dict.fromkeys(KNOWN, np.zeros(4)))


def test_the_two_rates_keep_their_ratio_and_have_the_learned_effect() -> None:
    accept, winback = scaled(IndividualEffect("voucher", "", Given(0.21, 0.0525, -0.1, 0.3)))
    assert (accept * QUIET + winback * LOST)[:2].tolist() == pytest.approx([0.21, 0.0525])
    assert (winback[:2] / accept[:2]).tolist() == pytest.approx([0.25, 0.25])
    assert (accept[2], winback[2]) == (0.0, 0.0), "whom a contact drives away it does not win"
    assert (accept[3], winback[3]) == pytest.approx((0.2, 0.05)), "nobody can tell: as without it"


def test_a_rate_stays_a_probability() -> None:
    assert scaled(IndividualEffect("voucher", "", Given(9.0, 9.0, 9.0, 9.0))).max() <= 1.0


def test_without_a_model_the_rates_stay() -> None:
    assert scaled(IndividualEffect("voucher", "")).tolist() == [list(rate) for rate in RATES]
