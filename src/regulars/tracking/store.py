"""The MLflow store: opened quietly, its failures told in one sentence.

An embedded store is a SQLite file with its artefacts in the folder `artifacts` beside it; see
`embedded`. Any other address belongs to a server, which keeps its artefacts where it likes.
"""

from __future__ import annotations

import logging
import socket
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import getproxies, proxy_bypass

from mlflow import MlflowClient
from mlflow.entities import LifecycleStage
from mlflow.environment_variables import MLFLOW_HTTP_REQUEST_MAX_RETRIES, MLFLOW_HTTP_REQUEST_TIMEOUT
from mlflow.exceptions import MlflowException

from regulars.errors import ModelError, RegularsError
from regulars.params import StoreAddress
from regulars.redact import redact, redacted, remember
from regulars.tracking import embedded, schema

PORTS = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306, "mssql": 1433}
REACH_SECONDS = 10.0


@contextmanager
def opened(uri: str, *, create: bool = False) -> Iterator[MlflowClient]:
    """Open the store at `uri` for the enclosed code.

    Parameters
    ----------
    uri : str
        A tracking URI: `sqlite:///models/mlflow.db`, a database URL or the address of a server.
    create : bool
        Make an embedded store that does not exist yet. Without it, reading from a mistyped
        address fails instead of leaving an empty store behind.

    Yields
    ------
    MlflowClient
        For both tracking and registry. While it is open, MLflow logs and warns about nothing.

    Raises
    ------
    ModelError
        If the store does not exist, is locked, unreachable or refuses.
    """
    remember(uri)
    with _quiet():
        with _failures_in_words(uri, Exception):  # the libraries of its databases raise what they like
            client = _client(uri, create=create)
        with _failures_in_words(uri, MlflowException, embedded.DatabaseError, ImportError, OSError):
            yield client


def check_writable(uri: str, experiment: str) -> None:
    """Refuse, before hours of work, a store or an experiment that could not be written after them.

    Raises
    ------
    ModelError
        If an embedded store is read-only, damaged or could not be made, a server does not answer, or the
        experiment was deleted.
    """
    with _quiet(), _failures_in_words(uri, Exception):
        if file := StoreAddress(uri).file:
            embedded.check(file)
        if not exists(uri):
            return
        address = StoreAddress(uri)
        _reach(address)
        made = schema.refuse_others(address, create=True)
    with opened(uri, create=not made) as client:
        _refuse_deleted(client, experiment)


def exists(uri: str) -> bool:
    """Tell whether a store may be at `uri`; of an embedded one this is known."""
    file = StoreAddress(uri).file
    return file is None or file.exists()


def artifact_location(uri: str) -> str | None:
    """Where a new experiment keeps its artefacts: beside the embedded store; a server decides itself."""
    address = StoreAddress(uri)
    if address.file is not None:
        return embedded.artifacts_of(address.file)
    with_server = address.scheme in ("http", "https") or address.startswith("databricks")
    return None if with_server else Path("models", embedded.ARTIFACTS).resolve().as_uri()


def cards_folder(uri: str) -> Path | None:
    """Where model cards are kept: beside the embedded store. Any other store has them with their runs alone."""
    file = StoreAddress(uri).file
    return file and file.parent / "cards"


def trials_file(uri: str) -> Path:
    """Where trials of tuning are kept: beside the embedded store; of any other store under `models` here."""
    file = StoreAddress(uri).file
    return (file.parent if file else Path("models").resolve()) / "tuning.db"


@contextmanager
def alone(uri: str) -> Iterator[None]:
    """Keep other processes from moving aliases or registering meanwhile; a server guards itself."""
    file = StoreAddress(uri).file
    if file is None:
        yield
    else:
        with embedded.locked(file):
            yield


def _refuse_deleted(client: MlflowClient, experiment: str) -> None:
    """Refuse an experiment that MLflow still keeps the name of, but takes no runs for."""
    found = client.get_experiment_by_name(experiment)
    if found and found.lifecycle_stage == LifecycleStage.DELETED:
        raise ModelError(
            f"The MLflow experiment {experiment!r} was deleted, so no run can be logged. Restore it with `mlflow "
            f"experiments restore --experiment-id {found.experiment_id}` (MLFLOW_TRACKING_URI="
            f"{redact(client.tracking_uri)}), or set mlflow.experiment to another name."
        )


def _client(uri: str, *, create: bool) -> MlflowClient:
    address = StoreAddress(uri)
    if address.file:
        embedded.prepare(address.file, create=create)
        uri = embedded.uri_of(address.file)
    else:
        _reach(address)
    schema.refuse_others(address, create=create)
    client = MlflowClient(tracking_uri=str(uri), registry_uri=str(uri))
    if not create:  # with results in hand nobody is impatient
        with _impatient():
            client.search_experiments(max_results=1)
    return client


def _reach(address: StoreAddress) -> None:
    """Fail fast: MLflow tries an address that does not answer for minutes."""
    port = address.port or PORTS.get(address.scheme)
    behind_proxy = address.scheme in getproxies() and not proxy_bypass(address.host)
    if address.host and port and not behind_proxy:
        socket.create_connection((address.host, port), timeout=REACH_SECONDS).close()


@contextmanager
def _impatient() -> Iterator[None]:
    """Let MLflow give up soon on a server that takes calls and does not answer; by itself it insists for minutes."""
    soon = {MLFLOW_HTTP_REQUEST_TIMEOUT: int(REACH_SECONDS), MLFLOW_HTTP_REQUEST_MAX_RETRIES: 1}
    before = {setting: setting.get_raw() for setting in soon}
    for setting, value in soon.items():
        setting.set(value)
    try:
        yield
    finally:
        for setting, raw in before.items():
            setting.unset() if raw is None else setting.set(raw)


@contextmanager
def _quiet() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("mlflow", "alembic")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)


@contextmanager
def _failures_in_words(uri: str, *kinds: type[Exception]) -> Iterator[None]:
    try:
        yield
    except RegularsError:
        raise
    except kinds as error:
        error.args = tuple(redacted(error.args))  # shown as the cause of ours
        reason = redact(str(error).strip().partition("\n")[0]).rstrip(". ")
        raise ModelError(
            f"The MLflow store {redact(uri)} cannot be used: {reason or type(error).__name__}. See that "
            "mlflow.tracking_uri is right, and that the store is reachable, writable and not held by another process."
        ) from error
