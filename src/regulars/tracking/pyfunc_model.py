"""The registered model as plain MLflow sees it.

MLflow copies this file into the model and runs it when it loads the model ("models from code"),
so nothing is pickled. It stays thin: all that scores is in the installed `regulars`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from mlflow.models import set_model
from mlflow.pyfunc import PythonModel, PythonModelContext

from regulars.errors import InputError, RegularsError
from regulars.scorer import Scorer
from regulars.tracking.csv_requests import read_any_as_text
from regulars.tracking.served_errors import refused


class ScorerModel(PythonModel):  # type: ignore[misc]
    """A saved scorer that answers `predict`."""

    def load_context(self, context: PythonModelContext) -> None:
        """Load the scorer; files that differ from its manifest are refused."""
        read_any_as_text()
        self.scorer = Scorer.load(context.artifacts["scorer"])

    def predict(
        self, context: PythonModelContext, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        """Turn a feature table into the scores table.

        MLflow has checked the columns by now, but lets nulls through.
        """
        try:
            _refuse_nulls(model_input)
            return self.scorer.score_features(model_input, allow_past=bool(params and params["allow_past"]))
        except RegularsError as error:
            raise refused(error) from None


def _refuse_nulls(features: pd.DataFrame) -> None:
    for name in ("customer_id", "cutoff"):
        if name in features and features[name].isna().any():
            raise InputError(f"Column {name!r} has nulls. Every row needs a {name}; drop the others or fill them.")


set_model(ScorerModel())
