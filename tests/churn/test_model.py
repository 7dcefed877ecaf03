from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.churn import base_models, fit_trees
from regulars.learners import Booster
from tests.learners.conftest import make_sample

SAMPLE = make_sample()


def test_the_risk_never_rises_with_what_the_lifetime_model_expects() -> None:
    """Here it rises by nature, as trees without the constraint show."""
    table = SAMPLE.table.rename(columns={"a": "lifetime_p_purchase"})
    steps = pd.concat([table.iloc[:50].assign(lifetime_p_purchase=value) for value in np.linspace(-3, 3, 30)])
    quick = {"num_iterations": 20, "extra_trees": False}
    constrained = fit_trees(table, SAMPLE.churned, params=quick, seed=0, weight=np.ones(len(table)))
    free = Booster.fit(table, SAMPLE.churned, objective={"objective": "binary"}, params=quick, seed=0)
    for trees, rises in ((constrained, False), (free, True)):
        p = trees.predict(steps).reshape(30, 50)
        assert (np.diff(p, axis=0) > 1e-12).any() == rises


def test_base_models_are_probabilities_by_name() -> None:
    table = SAMPLE.table.rename(columns={"a": "days_since_last", "c": "gap_mean"})
    table["lifetime_p_purchase"] = np.linspace(0.01, 0.99, len(table))
    models = base_models(table, SAMPLE.churned, params={"num_iterations": 20}, seed=0, weight=np.ones(len(table)))
    assert list(models) == ["lifetime", "lightgbm", "regression"]
    for model in models.values():
        p = model.predict(table)
        assert ((p >= 0) & (p <= 1)).all()
    np.testing.assert_array_equal(models["lifetime"].predict(table), 1 - table["lifetime_p_purchase"])
