from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from regulars.learners import Blend, Column, LogOddsShift, Scales, log_loss_weights
from regulars.learners.blend import Method

ROWS = pd.DataFrame({"p": np.linspace(0.05, 0.9, 200), "q": np.linspace(0.9, 0.2, 200)})
MODELS = {"sharp": Column("p"), "blunt": Column("q")}
METHOD = Method(log_loss_weights, LogOddsShift.fit)


@pytest.fixture
def blend() -> Blend:
    actual = (np.random.default_rng(0).random(200) < ROWS["p"]).to_numpy(float)
    unseen = {name: model.predict(ROWS) for name, model in MODELS.items()}
    now = {name: model.predict(ROWS) for name, model in MODELS.items()}
    return Blend.fit(MODELS, METHOD, unseen=unseen, actual=actual, now=now, reference="sharp", moved_by=0.0)


def test_it_is_fitted_by_name(blend: Blend) -> None:
    assert set(blend.weights) == set(MODELS)
    assert blend.weights["sharp"] > blend.weights["blunt"]
    assert blend.predict(ROWS).mean() == pytest.approx(ROWS["p"].mean(), abs=1e-5)


def test_base_predictions_come_by_name_and_combine_to_the_prediction(blend: Blend) -> None:
    predictions = blend.base_predictions(ROWS)
    np.testing.assert_array_equal(predictions["blunt"], ROWS["q"])
    np.testing.assert_array_equal(blend.combine(predictions), blend.predict(ROWS))


@pytest.mark.parametrize("weights", [{"sharp": 1.0, "blunt": 0.0}, {"sharp": 0.3, "blunt": 0.7}])
def test_it_lies_between_its_base_predictions(blend: Blend, weights: dict[str, float]) -> None:
    p = replace(blend, weights=weights, calibration=LogOddsShift()).predict(ROWS)
    low, high = ROWS.min(axis=1), ROWS.max(axis=1)
    assert ((low - 1e-9 <= p) & (p <= high + 1e-9)).all()


def test_a_base_model_without_weight_is_not_asked(blend: Blend) -> None:
    alone = replace(blend, weights={"sharp": 1.0, "blunt": 0.0}, calibration=Scales({"sharp": 2.0, "blunt": 1.0}))
    np.testing.assert_array_equal(alone.predict(ROWS[["p"]]), 2.0 * ROWS["p"])


def test_the_order_of_the_base_models_does_not_matter(blend: Blend) -> None:
    turned = replace(blend, weights=dict(reversed(blend.weights.items())))
    np.testing.assert_allclose(turned.predict(ROWS), blend.predict(ROWS), rtol=1e-12)


def test_calibrated_otherwise_it_keeps_its_weights(blend: Blend) -> None:
    higher = blend.calibrated(LogOddsShift(5.0))
    assert higher.weights == blend.weights
    assert (higher.predict(ROWS) > blend.predict(ROWS)).all()
