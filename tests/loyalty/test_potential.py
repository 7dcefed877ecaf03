"""Low now, high later: who is not among the best yet, and is expected to be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.loyalty.potential import potential


def scores(spent: list[float], clv: list[float]) -> pd.DataFrame:
    day = pd.Timestamp("2024-01-01")
    known = {"first_order": day, "last_order": day, "orders": 2, "p_churn": 0.3}
    return pd.DataFrame({"customer_id": range(100, 100 + len(spent)), "spend_so_far": spent, "clv": clv, **known})


def test_they_are_those_that_plain_sorting_finds() -> None:
    rng = np.random.default_rng(0)
    table = scores(rng.lognormal(4, 1, 500).tolist(), rng.lognormal(3, 1, 500).tolist())
    now = set(table.sort_values("spend_so_far", ascending=False)["customer_id"].head(100))
    later = table.sort_values("clv", ascending=False)["customer_id"].head(100)
    assert potential(table).index.tolist() == [customer for customer in later if customer not in now]


def test_who_is_among_the_best_already_is_not_listed() -> None:
    same = [float(k) for k in range(50)]
    assert potential(scores(same, same)).empty
    assert potential(scores([1.0, 2.0], [2.0, 1.0])).empty, "a fifth of two customers is nobody"


def test_without_money_nobody_is_listed() -> None:
    assert potential(scores([np.nan] * 10, [np.nan] * 10)).empty


def test_another_table_is_refused() -> None:
    with pytest.raises(InputError, match="lacks clv: give the table that `regulars score` writes"):
        potential(scores([1.0], [1.0]).drop(columns="clv"))


def test_figures_that_are_no_numbers_and_columns_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match=r"column 'clv' holds 'x' \(a text\); expected numbers"):
        potential(scores([1.0], [1.0]).assign(clv="x"))
    with pytest.raises(InputError, match="2 columns are named 'clv'; expected one"):
        potential(pd.concat([scores([1.0], [1.0]), pd.Series([1.0], name="clv")], axis=1))
