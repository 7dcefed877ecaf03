from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import mlflow.pyfunc
import pandas as pd
import pytest
from mlflow.exceptions import MlflowException

from regulars.errors import InputError, ModelError
from regulars.params import Params
from regulars.tracking.model_folder import signature
from regulars.tracking.registry import Registry
from regulars.tracking.store import opened
from tests.servers import PATIENCE
from tests.tracking.conftest import Fitted

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("default")]  # plain MLflow may warn as it likes

PREDICT = """
import sys
import mlflow, pandas as pd
model = mlflow.pyfunc.load_model("models:/regulars@champion")
model.predict(pd.read_parquet(sys.argv[1])).to_parquet(sys.argv[2])
"""


@pytest.fixture(scope="module")
def served(full_store: Path) -> mlflow.pyfunc.PyFuncModel:
    folder = next(file.parent for file in sorted(full_store.rglob("MLmodel")))
    return mlflow.pyfunc.load_model(str(folder))


@pytest.fixture
def features(served: mlflow.pyfunc.PyFuncModel, fitted: list[Fitted]) -> pd.DataFrame:
    named = {each.scorer.version: each.features for each in fitted}
    scores = served.predict(fitted[0].features.head(1), params={"allow_past": True})
    return named[scores["model_version"][0]]


@pytest.mark.slow
def test_a_fresh_process_needs_nothing_but_the_tracking_uri(full: Params, fitted: list[Fitted], tmp_path: Path) -> None:
    Registry(full.mlflow).promote(2, reason="to be served")
    features = fitted[1].features
    features.to_parquet(tmp_path / "features.parquet")
    settings = {"MLFLOW_TRACKING_URI": full.mlflow.tracking_uri, "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false"}
    subprocess.run(
        [sys.executable, "-c", PREDICT, str(tmp_path / "features.parquet"), str(tmp_path / "scores.parquet")],
        env={"PATH": os.environ["PATH"], **settings},
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=PATIENCE,
    )
    fitted[1].scorer.score_features(features).to_parquet(tmp_path / "expected.parquet")
    scores, expected = (pd.read_parquet(tmp_path / f"{name}.parquet") for name in ("scores", "expected"))
    pd.testing.assert_frame_equal(scores, expected)
    with opened(full.mlflow.tracking_uri):  # what MLflow leaves in the folder does not spoil the checksum
        assert Registry(full.mlflow).champion_scorer() is not None


def test_a_request_in_json_is_scored(full_store: Path) -> None:
    folder = next(full_store.rglob("MLmodel")).parent
    request = json.loads((folder / "serving_input_example.json").read_text())["dataframe_split"]
    assert isinstance(request["data"][0][request["columns"].index("cutoff")], str)
    assert len(mlflow.pyfunc.load_model(str(folder)).predict(pd.DataFrame(**request))) == 3


def test_ids_may_be_column_or_index(served: mlflow.pyfunc.PyFuncModel, features: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(served.predict(features), served.predict(features.reset_index()))


def test_a_cutoff_may_be_text_date_or_timestamp(served: mlflow.pyfunc.PyFuncModel, features: pd.DataFrame) -> None:
    as_text = features.assign(cutoff=features["cutoff"].dt.strftime("%Y-%m-%d"))
    as_date = features.assign(cutoff=features["cutoff"].dt.date)
    expected = served.predict(features)
    assert expected["cutoff"].dtype.kind == "M"
    pd.testing.assert_frame_equal(served.predict(as_text), expected)
    pd.testing.assert_frame_equal(served.predict(as_date), expected)


def test_order_of_columns_and_further_columns_do_not_matter(
    served: mlflow.pyfunc.PyFuncModel, features: pd.DataFrame
) -> None:
    shuffled = features[sorted(features, reverse=True)].assign(colour="red")
    pd.testing.assert_frame_equal(served.predict(shuffled), served.predict(features))


def test_a_missing_feature_is_named(served: mlflow.pyfunc.PyFuncModel, features: pd.DataFrame) -> None:
    with pytest.raises(MlflowException, match=r"Model is missing inputs \['days_since_last'\]"):
        served.predict(features.drop(columns="days_since_last"))


def test_nulls_are_refused(served: mlflow.pyfunc.PyFuncModel, features: pd.DataFrame) -> None:
    with pytest.raises(InputError, match="Column 'cutoff' has nulls"):
        served.predict(features.assign(cutoff=pd.NaT))


def test_ids_of_another_type_are_refused(served: mlflow.pyfunc.PyFuncModel, features: pd.DataFrame) -> None:
    with pytest.raises(MlflowException, match="Incompatible input types for column customer_id"):
        served.predict(features.reset_index().assign(customer_id="C7"))


def test_scores_that_would_know_the_future_are_refused_unless_allowed(
    served: mlflow.pyfunc.PyFuncModel, features: pd.DataFrame
) -> None:
    past = features.assign(cutoff=features["cutoff"] - pd.Timedelta(days=1))
    with pytest.raises(ModelError, match="would know the future"):
        served.predict(past)
    pd.testing.assert_series_equal(
        served.predict(past, params={"allow_past": True})["p_churn"], served.predict(features)["p_churn"]
    )


def test_without_ids_rows_keep_their_labels(served: mlflow.pyfunc.PyFuncModel, features: pd.DataFrame) -> None:
    nameless = features.reset_index(drop=True).set_axis(range(7, 7 + len(features)))
    assert served.predict(nameless)["customer_id"].tolist() == nameless.index.tolist()


@pytest.mark.parametrize(
    ("ids", "kind"),
    [(pd.Series([1, 2], dtype="int32"), "long"), (pd.Series(["a", "b"]), "string"), (pd.Series([1.5, 2.5]), "Any")],
)
def test_the_signature_has_the_ids_of_the_log(fitted: list[Fitted], ids: pd.Series, kind: str) -> None:
    found = signature(fitted[0].scorer, pd.DataFrame({"customer_id": ids}))
    assert not found.inputs.inputs[0].required
    assert f"{found.inputs.inputs[0].type!r}".removeprefix("DataType.") == kind
    assert found.outputs.input_names()[:2] == ["customer_id", "cutoff"]


def test_the_requirements_are_those_installed(full_store: Path) -> None:
    lines = next(full_store.rglob("requirements.txt")).read_text().splitlines()
    assert {"regulars", "lightgbm", "pandas", "scipy"} <= {line.partition("==")[0] for line in lines}
    assert all("==" in line for line in lines)
