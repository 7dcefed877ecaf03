"""Training runs: the inputs, the accuracy, and the model that was fitted."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import pandas as pd
from mlflow import MlflowClient
from mlflow.entities import Dataset, LoggedModelOutput, Metric, Param, RunInfo
from mlflow.exceptions import MlflowException
from mlflow.models import Model

from regulars.errors import ModelError
from regulars.evaluation import Run
from regulars.evaluation.trials import OURS
from regulars.files import scratch
from regulars.params import MlflowParams, Params
from regulars.params.model_address import CHECKSUM_TAG, CONTENT_TAG
from regulars.progress import step
from regulars.redact import redact, redacted
from regulars.scorer import Scorer
from regulars.tracking.checksums import FILES_TAG, as_tag, checksum, checksums, differences
from regulars.tracking.datasets import dataset_of, training_input
from regulars.tracking.embedded import HOME_TAG
from regulars.tracking.model_folder import write_model
from regulars.tracking.open_runs import open_run
from regulars.tracking.registry import register
from regulars.tracking.store import alone, artifact_location, opened
from regulars.tracking.versions import judgement, version_at

Table = pd.DataFrame | Mapping[str, Any]
CARD = "card.md"
REFERENCE = "reference"  # table of the log as training saw it, for the monitor
PARAMS_A_BATCH = 100  # MLflow takes no more at once
DESCRIPTION_TAG = "mlflow.note.content"


@dataclass(frozen=True)
class Logged:
    """A training run and the version that its model is registered as."""

    run_id: str
    version: str
    model_uri: str

    @property
    def card_uri(self) -> str:
        """Where MLflow has the model card."""
        return f"runs:/{self.run_id}/{CARD}"


@dataclass(frozen=True, eq=False)
class Record:
    """All that is logged of a training run.

    Parameters
    ----------
    params : Params
        All parameters; `params.mlflow` says where to.
    scorer : Scorer
        The fitted scorer.
    example : DataFrame
        A synthetic feature table for the model's signature, ids of the log's type.
    metrics : mapping of name to float
        How the scorer did, those that matter most first: MLflow shows them in this order.
    tables : mapping of name to DataFrame or dict
        Aggregates, as CSV or JSON; a table with a `customer_id` is refused.
    pictures : mapping of name to str
        SVG.
    ledger : mapping
        What became of every input row.
    card : str
        The model card, in Markdown: `card.md` of the run.
    description : str
        The card in brief: with the pictures the description of the version, where it is a new one.
    judged : mapping
        From `judgement`: tags of the run and of the version.
    name : str
        What the run is called.
    began : datetime
        When the training began; it ends when all is logged.
    dataset : Dataset
        The log, as `dataset_of` describes it.
    data_hash, code_version : str
        What it was trained on and with.
    notes : sequence of str
        Fallbacks and other things to know; the run's description.
    """

    params: Params
    scorer: Scorer
    example: pd.DataFrame
    metrics: Mapping[str, float]
    tables: Mapping[str, Table]
    pictures: Mapping[str, str]
    ledger: Mapping[str, Any]
    card: str
    description: str
    judged: Mapping[str, str]
    name: str
    began: dt.datetime
    dataset: Dataset
    data_hash: str
    code_version: str
    notes: Sequence[str] = ()

    @classmethod
    def of(
        cls,
        run: Run,
        *,
        began: dt.datetime,
        card: str,
        description: str,
        pictures: Mapping[str, str],
        reference: Mapping[str, Any] | None = None,
    ) -> Self:
        """Take from a finished run what is logged of it; the other parts are made elsewhere."""
        scorer = run.scorer
        return cls(
            params=run.params,
            scorer=scorer,
            example=scorer.example(run.features.index),
            metrics=run.metrics,
            tables={**run.tables(), **({REFERENCE: reference} if reference else {})},
            pictures=pictures,
            ledger=run.tx.ledger.to_dict(),
            card=card,
            description=description,
            judged=judgement(run.grade.letter if run.grade else None, passed=run.verdict.passed),
            name=run.title,
            began=began,
            dataset=dataset_of(run.tx, run.params.transactions.path),
            data_hash=run.tx.data_hash,
            code_version=run.code_version,
            notes=run.notes,
        )


def log_training(record: Record) -> Logged:
    """Log a training run, register its model and make it the challenger.

    Content that is registered already is not registered again: its version becomes the
    challenger.

    Raises
    ------
    ModelError
        If the store fails. The run is then marked as failed and the registry is as it was.
    """
    _refuse_customers({**record.tables, "ledger": record.ledger})
    store, scorer = record.params.mlflow, record.scorer
    tags = {"data_hash": record.data_hash, "code_version": record.code_version, "model_version": scorer.version}
    with opened(store.tracking_uri, create=True) as client, step("log and register the model"):
        written = {**record.judged, **{f"regulars.{key}": value for key, value in tags.items()}}
        written[DESCRIPTION_TAG] = redact("\n\n".join(record.notes))
        experiment, began = experiment_of(client, store), int(record.began.timestamp() * 1000)
        with open_run(client, experiment, redact(record.name), written, began=began) as (run, temporary):
            client.log_inputs(run.run_id, [training_input(record.dataset)])
            _write_artifacts(temporary / "run", record)
            (temporary / "run" / CARD).write_text(redact(record.card), encoding="utf-8")
            client.set_tag(run.run_id, FILES_TAG, as_tag(checksums(temporary / "run")))
            client.log_artifacts(run.run_id, str(temporary / "run"))
            model_id, files = _log_model(client, run, scorer, record.example, temporary / "model")
            _log_numbers(client, run.run_id, record, model_id)
        tags = {CONTENT_TAG: scorer.version, CHECKSUM_TAG: checksum(files), FILES_TAG: as_tag(files)}
        with alone(store.tracking_uri):
            version = register(
                client,
                store.model_name,
                run_id=run.run_id,
                model_id=model_id,
                tags=tags,
                judged=record.judged,
                description=redact(record.description) + _shown(record.pictures, run.run_id),
            )
    return Logged(run.run_id, version, f"models:/{store.model_name}/{version}")


def load_tables(model_uri: str, tracking_uri: str) -> dict[str, Any]:
    """Load the JSON tables that were logged with the run of a registered model, by name.

    Raises
    ------
    ModelError
        If there is no such model, a table is not what was logged, or the store fails.
    """
    with opened(tracking_uri) as client, scratch() as temporary:
        run_id = version_at(client, model_uri).run_id
        try:
            folder = Path(client.download_artifacts(run_id, "tables", str(temporary)))
        except (MlflowException, OSError) as error:
            raise ModelError(
                f"The tables of the run {run_id} of {model_uri} cannot be read. Restore them, or train again."
            ) from error
        _check_tables(folder, client.get_run(run_id).data.tags.get(FILES_TAG), f"{model_uri} (run {run_id})")
        return {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))}


def _check_tables(folder: Path, tag: str | None, whose: str) -> None:
    """Refuse tables that are not what was logged."""
    logged = {name: digest for name, digest in json.loads(tag or "{}").items() if name.startswith("tables/")}
    found = {f"tables/{name}": digest for name, digest in checksums(folder).items()}
    if what := differences(found, as_tag(logged)):
        raise ModelError(
            f"The tables of {whose} are not what was logged: {what}. Do not use them; restore them or train again."
        )


def flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield dotted keys and their values as text, without secrets.

    Examples
    --------
    >>> dict(flat({"seed": 0, "windows": {"cutoff": "latest"}, "offers": [{"name": "voucher"}], "churn": {}}))
    {'seed': '0', 'windows.cutoff': 'latest', 'offers': '[{"name": "voucher"}]'}
    """
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", redact(value) if isinstance(value, str) else json.dumps(redacted(value))


def _refuse_customers(tables: Mapping[str, Table]) -> None:
    for name, table in tables.items():
        columns = {*table.columns, *table.index.names} if isinstance(table, pd.DataFrame) else set(table)
        if "customer_id" in columns:
            raise ModelError(f"Table {name!r} holds customer_id. Only aggregates are logged to MLflow; leave it out.")


def experiment_of(client: MlflowClient, store: MlflowParams) -> str:
    """Return the id of the experiment of a store, which is made where it is missing."""
    with alone(store.tracking_uri):
        found = client.get_experiment_by_name(store.experiment)
        if found:
            return str(found.experiment_id)
        location = artifact_location(store.tracking_uri)
        tags = {HOME_TAG: location} if location else None
        return str(client.create_experiment(store.experiment, artifact_location=location, tags=tags))


def _log_numbers(client: MlflowClient, run_id: str, record: Record, model_id: str) -> None:
    """Log metrics and parameters; metrics of ours are the model's too."""
    now, on = int(time.time() * 1000), {"dataset_name": record.dataset.name, "dataset_digest": record.dataset.digest}
    metrics = [
        Metric(name, float(value), now, 0, model_id=model_id if name.startswith(f"{OURS}/") else None, **on)
        for name, value in record.metrics.items()
    ]
    client.log_batch(run_id, metrics=metrics)
    logged = [Param(key, text) for key, text in flat(record.params.model_dump(mode="json"))]
    for start in range(0, len(logged), PARAMS_A_BATCH):
        client.log_batch(run_id, params=logged[start : start + PARAMS_A_BATCH])


def _shown(pictures: Mapping[str, str], run_id: str) -> str:
    """Markdown that shows pictures of a run on pages of the MLflow server that holds it."""
    return "".join(
        f"\n\n**{name.replace('_', ' ').capitalize()}**\n\n"
        f"![{name}](get-artifact?{urlencode({'path': f'pictures/{name}.svg', 'run_uuid': run_id}, safe='/')})"
        for name in pictures
    )


def _write_artifacts(folder: Path, record: Record) -> None:
    for below in ("tables", "pictures"):
        (folder / below).mkdir(parents=True)
    for name, table in record.tables.items():
        if isinstance(table, pd.DataFrame):
            table.to_csv(folder / "tables" / f"{name}.csv", lineterminator="\n")
        else:
            (folder / "tables" / f"{name}.json").write_text(_json(table), encoding="utf-8")
    for name, svg in record.pictures.items():
        (folder / "pictures" / f"{name}.svg").write_text(svg, encoding="utf-8")
    (folder / "ledger.json").write_text(_json(record.ledger), encoding="utf-8")


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(redacted(values), indent=1, default=str)  # days and exact money as text


def _log_model(
    client: MlflowClient, run: RunInfo, scorer: Scorer, example: pd.DataFrame, folder: Path
) -> tuple[str, dict[str, str]]:
    """Store the model with its run; return its id and the checksums of its files."""
    model = client.create_logged_model(run.experiment_id, name="scorer", source_run_id=run.run_id)
    model_id, place = model.model_id, model.artifact_location
    write_model(folder, scorer, example, Model(artifact_path=place, run_id=run.run_id, model_id=model_id))
    client.log_model_artifacts(model_id, str(folder))
    client.finalize_logged_model(model_id, "READY")
    client.log_outputs(run.run_id, [LoggedModelOutput(model_id, step=0)])
    return model_id, checksums(folder)
