"""What was trained, and which model is champion: runs and the registry, on MLflow.

The only room that imports `mlflow`.
"""

import os
import warnings

# Set before mlflow is first imported: nothing here may need the network or draw on the terminal.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # mlflow warns of its own parts while they are imported
    import mlflow.pyfunc
    import mlflow.store.tracking.sqlalchemy_store  # noqa: F401
