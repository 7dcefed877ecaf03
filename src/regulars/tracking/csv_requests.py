"""Requests in CSV to a model that MLflow serves."""

from __future__ import annotations

from typing import Any

import numpy as np
from mlflow.types import DataType, Schema


def read_any_as_text() -> None:
    """Let MLflow read CSV for a model of which a column takes any type: such a column is read as text.

    MLflow asks its schema for the types to read with, and the schema knows none where one column takes any, as `cutoff`
    does: every request in CSV would be answered by 400. Schemas that name a type for every column are not affected.
    """
    Schema.pandas_types = _types_of_text


def _types_of_text(schema: Schema) -> list[Any]:
    return [
        column.type.to_pandas() if isinstance(column.type, DataType) else np.dtype(object) for column in schema.inputs
    ]
