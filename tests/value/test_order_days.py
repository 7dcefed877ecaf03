from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.value import at_least_once
from regulars.value.order_days import base_models


def test_base_models_by_name() -> None:
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.normal(size=(500, 2)), columns=list("ab"))
    table["lifetime_expected_purchases"] = rng.gamma(2, 1, 500)
    mean = table["lifetime_expected_purchases"].to_numpy()
    models = base_models(table, mean.round(), seed=0, weight=np.ones(500))
    assert list(models) == ["lifetime", "lightgbm"]
    np.testing.assert_array_equal(models["lifetime"].predict(table), mean)
    assert np.corrcoef(models["lightgbm"].predict(table), mean)[0, 1] > 0.9


def test_order_days_are_never_fewer_than_the_chance_of_one() -> None:
    assert at_least_once(np.array([0.2, 3.0]), np.array([0.5, 0.1])).tolist() == [0.5, 3.0]
