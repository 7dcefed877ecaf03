"""The log as a dataset of MLflow: its name, a digest, its columns and how long it is; no row and no customer of it."""

from __future__ import annotations

import json

from mlflow.entities import Dataset, DatasetInput, InputTag
from mlflow.types import ColSpec, DataType, Schema
from mlflow.utils.mlflow_tags import MLFLOW_DATASET_CONTEXT

from regulars.params import DEMO
from regulars.redact import log_name, redact
from regulars.tracking.store import opened
from regulars.transactions import Transactions

DIGEST = 12  # hex digits of the hash of the content; MLflow takes up to 36
TYPES = {
    **dict.fromkeys(("DOUBLE", "FLOAT", "DECIMAL"), DataType.double),
    **dict.fromkeys(("TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER"), DataType.integer),
    **dict.fromkeys(("UINTEGER", "BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT"), DataType.long),
    **dict.fromkeys(("DATE", "TIMESTAMP"), DataType.datetime),
    "BOOLEAN": DataType.boolean,
}  # of DuckDB, without what follows: DECIMAL(18,4), TIMESTAMP WITH TIME ZONE, TIMESTAMP_NS; all others are texts


def dataset_of(tx: Transactions, path: str) -> Dataset:
    """Describe a log as MLflow does a dataset.

    Parameters
    ----------
    tx : Transactions
    path : str
        Where it was read from, as `transactions.path` says; secrets in it are hidden.

    Examples
    --------
    >>> from regulars.transactions import read_transactions
    >>> told = dataset_of(read_transactions("demo"), "demo")
    >>> told.name, told.source_type, told.profile
    ('demo', 'regulars', '{"num_rows": 69659, "customers": 23570, "first_day": "1997-01-01", "last_day": "1998-06-30"}')
    """
    extent = {"customers": tx.n_customers, "first_day": str(tx.first_day), "last_day": str(tx.last_day)}
    return Dataset(
        name=log_name(path) or "log",
        digest=tx.data_hash[:DIGEST],
        source_type=_source_type(path),
        source=json.dumps({"uri": redact(path)}),
        schema=json.dumps({"mlflow_colspec": _schema(tx).to_dict()}),
        profile=json.dumps({"num_rows": tx.ledger.rows, **extent}),
    )


def trained_on(run_id: str, tracking_uri: str) -> str | None:
    """What the log that a run was trained on is called; None where the run does not say."""
    with opened(tracking_uri) as client:
        inputs = client.get_run(run_id).inputs
    return next((given.dataset.name for given in inputs.dataset_inputs), None)


def training_input(dataset: Dataset) -> DatasetInput:
    """A dataset as what a run was trained on."""
    return DatasetInput(dataset, [InputTag(MLFLOW_DATASET_CONTEXT, "training")])


def _source_type(path: str) -> str:
    """As MLflow calls files and S3; of a database its own kind."""
    if path == DEMO:
        return "regulars"
    return path.partition("://")[0] if "://" in path else "local"


def _schema(tx: Transactions) -> Schema:
    """The user's columns that were read."""
    kinds = {profile.theirs: profile.kind for profile in tx.profiles}
    return Schema([ColSpec(_type(kind), name) for name, kind in kinds.items()])


def _type(kind: str) -> DataType:
    return TYPES.get(kind.split("(")[0].split("_")[0].split(" ")[0], DataType.string)
