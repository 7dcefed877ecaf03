"""The folder that MLflow stores for a model: the scorer, a thin pyfunc around it, its signature."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import mlflow.pyfunc
import pandas as pd
from mlflow.models import Model, ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import AnyType

from regulars import tables
from regulars.errors import ModelError
from regulars.files import scratch
from regulars.scorer import Scorer

PYFUNC = Path(__file__).with_name("pyfunc_model.py")
SCORER_FOLDER = "artifacts/scorer"
# What decides the numbers of a score. Named outright: MLflow would need minutes to find them out.
REQUIREMENTS = ("regulars", "lightgbm", "mlflow", "numpy", "pandas", "scipy")
# Python keeps compiled code in a folder of this name, and runs what it finds there. A file in its place prevents both.
NO_COMPILED_CODE = "__pycache__"
OUTPUT_TYPES = {
    "cutoff": "datetime",
    "horizon_days": "long",
    "first_order": "datetime",
    "last_order": "datetime",
    "orders": "long",
    "next_purchase_date": "datetime",
    "next_purchase_low": "datetime",
    "next_purchase_high": "datetime",
    "reason_1": "string",
    "reason_2": "string",
    "reason_3": "string",
    "model_version": "string",
}


def write_model(folder: Path, scorer: Scorer, example: pd.DataFrame, model: Model) -> None:
    """Write the model folder, and prove that it loads and scores as the scorer does.

    Parameters
    ----------
    folder : path
        Made here; must not exist.
    scorer : Scorer
        The fitted scorer.
    example : DataFrame
        A synthetic feature table, `customer_id` as column or index; kept as the input example.
    model : mlflow.models.Model
        Carries the ids of the model and its run.

    Raises
    ------
    ModelError
        If the written model scores the example differently.
    """
    example = example.reset_index() if example.index.name == "customer_id" else example
    with scratch() as temporary:
        saved = temporary / "scorer"
        scorer.save(saved)
        mlflow.pyfunc.save_model(
            folder,
            python_model=str(PYFUNC),
            artifacts={"scorer": str(saved)},
            signature=signature(scorer, example),
            input_example=example,
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
            mlflow_model=model,
        )
    (folder / NO_COMPILED_CODE).write_bytes(b"")
    scores = mlflow.pyfunc.load_model(str(folder)).predict(example)
    expected = scorer.score_features(example)
    # MLflow widens ids to 64 bits; their values stay
    if not scores.astype({"customer_id": expected["customer_id"].dtype}).equals(expected):
        raise ModelError("The saved model scores its input example differently from the fitted one. Do not use it.")


def signature(scorer: Scorer, example: pd.DataFrame) -> ModelSignature:
    """Return what the model takes and gives.

    Notes
    -----
    `customer_id` is optional, so that it may also be the index, and has the type that it has in
    the example. MLflow's `datetime` refuses text and its `string` refuses timestamps; both are
    written for a `cutoff` in practice, so it is `any` and the scorer reads it. Every feature is a
    double, but for attributes that are categories, which are texts. The parameter `allow_past`
    is that of `Scorer.score`.
    """
    customer_id = _type_of_ids(example["customer_id"])
    texts = scorer.attributes.categories
    inputs = [
        ColSpec(customer_id, "customer_id", required=False),
        ColSpec(AnyType(), "cutoff"),
        *(ColSpec("string" if name in texts else "double", name) for name in scorer.feature_names),
    ]
    outputs = [
        ColSpec(customer_id if name == "customer_id" else OUTPUT_TYPES.get(name, "double"), name)
        for name in tables.SCORES
    ]
    allow_past = ParamSpec("allow_past", "boolean", default=False)
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs), params=ParamSchema([allow_past]))


def _type_of_ids(ids: pd.Series) -> str | AnyType:
    if pd.api.types.is_signed_integer_dtype(ids):
        return "long"
    return "string" if pd.api.types.is_string_dtype(ids) else AnyType()
