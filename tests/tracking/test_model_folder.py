from __future__ import annotations

from pathlib import Path

import mlflow.pyfunc
import pandas as pd
import pytest
from mlflow.models import Model

from regulars.scorer import example_features
from regulars.tracking.model_folder import write_model
from tests.tracking.conftest import Fitted

pytestmark = pytest.mark.slow


@pytest.mark.filterwarnings("ignore")  # MLflow's own, on pandas 3
@pytest.mark.parametrize("dtype", ["int8", "int64", "uint32", "uint64", "float32", "str"])
def test_ids_of_any_type_can_be_registered_and_scored(fitted: list[Fitted], tmp_path: Path, dtype: str) -> None:
    scorer, ids = fitted[0].scorer, pd.Index([7, 8, 9]).astype(dtype)
    write_model(
        tmp_path / "model", scorer, example_features(scorer.feature_names, scorer.training_cutoff, ids), Model()
    )
    features = fitted[0].features.head(3).set_axis(ids.rename("customer_id"))
    scores = mlflow.pyfunc.load_model(str(tmp_path / "model")).predict(features)
    expected = scorer.score_features(features)
    assert scores["customer_id"].tolist() == [7, 8, 9] or dtype == "str"
    pd.testing.assert_frame_equal(scores.astype({"customer_id": dtype}), expected, check_exact=True)
