"""Sentences for many customers at once are those of each alone."""

from __future__ import annotations

import numpy as np

from regulars.reasons.risk_sentences import TIMING_RAISES
from regulars.reasons.sentence import Customers
from regulars.reasons.sentence import fill as fill_all
from tests.reasons.test_risk_sentences import Customer, fill


def test_many_customers_are_told_what_each_is_told_alone() -> None:
    values = {"days_since_last": [90.0, 8.0, 3.0, 90.0], "gap_mean": [14.2, 167.0, 20.0, np.nan]}
    alone = [fill(TIMING_RAISES, Customer({name: column[i] for name, column in values.items()})) for i in range(4)]
    assert fill_all(TIMING_RAISES, Customers(values, 4)).tolist() == alone
    assert alone[2] is None
    assert alone[3] == "has not ordered for 90 days"


def test_nobody_is_told_nothing() -> None:
    assert fill_all(TIMING_RAISES, Customers({}, 0)).tolist() == []
