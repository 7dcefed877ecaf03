"""Margins of customers: their own within 0 and 1, else that of the shop."""

import pandas as pd

from regulars.retention.margins import Margins


def test_a_customer_without_a_margin_of_its_own_has_that_of_the_shop() -> None:
    ids = pd.Series(["1", "2", "x"], dtype="str")
    assert Margins.read(None, 0.4).of(ids).tolist() == [0.4, 0.4, 0.4]
    known = pd.Series([1.2, None], index=[2, 1])
    assert Margins.read(known, 0.4).of(ids).tolist() == [0.4, 1.0, 0.4]
    assert Margins.read(known.iloc[:0], 0.4).of(ids).tolist() == [0.4, 0.4, 0.4]
