from __future__ import annotations

import pandas as pd
import pytest

from regulars.lifetime import QUANTITIES
from regulars.scorer.design import design


@pytest.mark.parametrize(("names", "money"), [(["frequency", "net_total"], True), (["frequency"], False)])
def test_the_quantities_follow_the_features_and_those_of_money_only_where_the_log_has_some(
    names: list[str], money: bool
) -> None:
    features = pd.DataFrame({"net_total": [1.0], "frequency": [2.0], "cutoff": ["2024-01-01"]})
    quantities = pd.DataFrame({name: [float(place)] for place, name in enumerate(QUANTITIES)})
    made = design(features, names, quantities)
    assert list(made)[: len(names)] == names
    rest = list(made)[len(names) :]
    assert all(name.startswith("lifetime_") for name in rest)
    assert ({"lifetime_order_value", "lifetime_expected_spend"} <= set(rest)) is money
    assert len(rest) == len(QUANTITIES) - (0 if money else 2)
