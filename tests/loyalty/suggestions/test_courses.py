"""How one product follows another: against plain loops over customers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.loyalty.suggestions.alike import Alike
from regulars.loyalty.suggestions.bought import Bought
from regulars.loyalty.suggestions.courses import course_in_words, courses
from regulars.windows import Windows
from tests.loyalty.suggestions.test_next_sale import CUTOFF, read, shop


@pytest.fixture(scope="module")
def bought() -> Bought:
    return Bought.before(read(shop()), Windows(CUTOFF.date(), 1))


def test_every_pair_is_counted_as_by_hand(bought: Bought) -> None:
    names = bought.products["product_id"].tolist()
    chosen = pd.DataFrame([(a, b) for a in range(len(names)) for b in range(len(names)) if a != b]).set_axis(
        ["because", "product"], axis=1
    )
    found = courses(bought, Alike.of(bought), chosen)
    first = shop().query("date < @CUTOFF").groupby(["product", "customer_id"])["date"].min()
    customers = shop()["customer_id"].nunique()
    for row in found.itertuples():
        one, other = dict(first[names[row.because]]), dict(first[names[row.product]])
        waited = {c: (other[c] - day).days for c, day in one.items() if c in other and other[c] > day}
        waiting = sum(c not in other or other[c] > day for c, day in one.items())
        both = set(one) & set(other)
        assert (row.waiting, row.later, row.customers_of_both) == (waiting, len(waited), len(both))
        assert row.conversion == pytest.approx(len(waited) / waiting if waiting else np.nan, nan_ok=True)
        assert row.lead_days == pytest.approx(np.median(list(waited.values())) if waited else np.nan, nan_ok=True)
        assert row.lift == pytest.approx(len(both) / len(one) / (len(other) / customers))


def test_who_bought_both_at_once_waited_for_nothing() -> None:
    told = course_in_words(
        "tea", "cup", {"customers_of_both": 30, "later": 0, "waiting": 5, "lead_days": np.nan, "lift": 2}
    )
    assert told.startswith("All 30 who bought both began with cup or with both at once.")
