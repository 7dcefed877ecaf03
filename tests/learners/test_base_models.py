from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.learners import Column, deviance_weights
from regulars.learners.base_models import BoostedMean, RegressedMean

MEAN = "mean"
POISSON = {"objective": "poisson"}
TWEEDIE = {"objective": "tweedie", "tweedie_variance_power": 1.5}
SMALL_STEPS = {"learning_rate": 0.05, "num_iterations": 200}
POWER = {"poisson": 1.0, "tweedie": 1.5}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    made = pd.DataFrame(rng.normal(size=(2000, 3)), columns=list("abc"))
    return made.assign(**{MEAN: np.random.default_rng(1).gamma(2, 0.5, 2000)})


def boosted(table: pd.DataFrame, actual: np.ndarray, objective: dict[str, object] = POISSON) -> BoostedMean:
    fitted = table.drop(columns=MEAN).assign(**{MEAN: table[MEAN]})
    return BoostedMean.fit(
        fitted, actual, mean=MEAN, objective=objective, params=SMALL_STEPS, seed=0, weight=np.ones(len(table))
    )


def test_a_column_as_it_stands_or_one_minus_it() -> None:
    table = pd.DataFrame({"p": [0.25, 1.0]})
    assert Column("p").predict(table).tolist() == [0.25, 1.0]
    assert Column("p", complement=True).predict(table).tolist() == [0.75, 0.0]


@pytest.mark.parametrize("objective", [POISSON, TWEEDIE])
def test_trees_find_the_factor_that_the_mean_misses(table: pd.DataFrame, objective: dict[str, object]) -> None:
    mean = table[MEAN].to_numpy()
    actual = np.random.default_rng(2).poisson(np.where(table["a"] > 0, 1.6, 0.6) * mean).astype(float)
    corrected = boosted(table, actual, objective).predict(table)
    assert (corrected / mean)[table["a"] > 0.1].mean() == pytest.approx(1.6, rel=0.25)
    assert (corrected / mean)[table["a"] < -0.1].mean() == pytest.approx(0.6, rel=0.3)
    weights = deviance_weights({MEAN: mean, "corrected": corrected}, actual, POWER[str(objective["objective"])])
    assert weights["corrected"] > 0.8


def test_a_corrected_mean_follows_the_mean_where_trees_have_never_been() -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame(rng.normal(size=(2000, 3)), columns=list("abc"))
    actual = rng.poisson(1.0, 2000).astype(float)
    model = boosted(table.assign(**{MEAN: 1.0}), actual)
    far, near = (model.predict(table.assign(**{MEAN: mean})) for mean in (50.0, 1.0))
    np.testing.assert_allclose(far, 50 * near, rtol=1e-9)


@pytest.mark.parametrize("power", POWER.values(), ids=POWER)
def test_the_regression_finds_a_factor_and_follows_the_mean(power: float) -> None:
    rng = np.random.default_rng(1)
    table = pd.DataFrame({"frequency": rng.poisson(3.0, 4000) * 1.0, "tenure": rng.uniform(50, 400, 4000)})
    mean, factor = rng.gamma(2, 20, 4000), 0.8 * np.sqrt((1 + table["frequency"]) / 3).to_numpy()
    actual = factor * mean * rng.gamma(4, 0.25, 4000)
    table[MEAN] = 30.0
    fitted = table.assign(**{MEAN: mean})
    model = RegressedMean.fit(fitted, actual, mean=MEAN, power=power, weight=np.ones(4000), scales={MEAN: "log_mean"})
    found = model.predict(fitted)
    assert np.corrcoef(np.log(found / mean), np.log(factor))[0, 1] > 0.98
    assert found.sum() == pytest.approx(actual.sum(), rel=0.05)
