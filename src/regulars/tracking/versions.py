"""Finding versions of a registered model, and loading one only if it is what was registered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlflow import MlflowClient
from mlflow.artifacts import download_artifacts
from mlflow.entities.model_registry import ModelVersion, RegisteredModel
from mlflow.exceptions import MlflowException

from regulars.errors import MissingModelError, ModelError, nearest
from regulars.files import scratch
from regulars.params import load_params
from regulars.params.model_address import CHECKSUM_TAG, CONTENT_TAG, MODEL_URI
from regulars.redact import remember
from regulars.scorer import Scorer
from regulars.tracking.checksums import FILES_TAG, checksum, checksums, differences
from regulars.tracking.model_folder import SCORER_FOLDER
from regulars.tracking.store import opened

CHAMPION, CHALLENGER = "champion", "challenger"
GRADE_TAG, GATE_TAG = "regulars.grade", "regulars.gate"
PASSED, REFUSED = "passed", "refused"


def judgement(grade: str | None, *, passed: bool) -> dict[str, str]:
    """The tags of a run and a version that say how it was judged: its grade, where it has one, and the gate.

    Examples
    --------
    >>> judgement("B", passed=True)
    {'regulars.gate': 'passed', 'regulars.grade': 'B'}
    """
    graded = {GRADE_TAG: grade} if grade else {}
    return {GATE_TAG: PASSED if passed else REFUSED, **graded}


def load_scorer(model_uri: str, tracking_uri: str | None = None) -> Scorer:
    """Load a registered scorer, after checking that its files are those that were registered.

    Parameters
    ----------
    model_uri : str
        `models:/<name>@<alias>` or `models:/<name>/<version>`.
    tracking_uri : str, optional
        The store. Without it that of `./params.yaml` and the environment holds.

    Raises
    ------
    ModelError
        If there is no such model, alias or version, or a file was changed or lost.
    """
    return load_registered(model_uri, tracking_uri or load_params().mlflow.tracking_uri).scorer


@dataclass(frozen=True, eq=False)
class Registered:
    """A scorer from the registry, its address there, and the run that it came from."""

    scorer: Scorer
    uri: str
    run_id: str


def load_registered(model_uri: str, tracking_uri: str) -> Registered:
    """Load a registered scorer as `load_scorer` does, with its run: an alias may lead elsewhere a moment later."""
    with opened(tracking_uri) as client:
        version = version_at(client, model_uri)
        return Registered(scorer_of(client, version), model_uri, str(version.run_id))


def load_content(name: str, content: str, tracking_uri: str) -> Registered:
    """Load the latest version of a registered model with a content version, as `load_registered` does.

    Raises
    ------
    ModelError
        If no version has that content.
    """
    with opened(tracking_uri) as client:
        find_model(client, name)
        versions = client.search_model_versions(f"name = '{name}'")
        same = [version for version in versions if version.tags.get(CONTENT_TAG) == content]
        if not same:
            known = ", ".join(sorted({version.tags.get(CONTENT_TAG, "") for version in versions} - {""})) or "none"
            raise ModelError(
                f"No version of the model {name!r} has the content {content}, which made the scores; registered: "
                f"{known}. Set mlflow.tracking_uri and mlflow.model_name to where it is registered."
            )
        version = max(same, key=lambda each: int(each.version))
        return Registered(scorer_of(client, version), f"models:/{name}/{version.version}", str(version.run_id))


def version_at(client: MlflowClient, model_uri: str) -> ModelVersion:
    """Return the version that a model URI names."""
    remember(model_uri)
    asked = MODEL_URI.fullmatch(model_uri)
    if not asked:
        raise ModelError(
            f"{model_uri!r} is not the address of a model. Write it as models:/<name>@<alias> or "
            "models:/<name>/<version>, as in models:/regulars@champion."
        )
    return find_version(client, asked["name"], asked["alias"] or asked["version"])


def model_or_none(client: MlflowClient, name: str) -> RegisteredModel | None:
    """Return the registered model of that name, with its aliases and tags, where there is one."""
    try:
        return client.get_registered_model(name)
    except MlflowException as error:
        if error.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise
        return None


def find_model(client: MlflowClient, name: str) -> RegisteredModel:
    """Return the registered model of that name; that it is missing is an error."""
    model = model_or_none(client, name)
    if model is None:
        known = [model.name for model in client.search_registered_models()]
        raise MissingModelError(
            f"There is no registered model {name!r}{nearest(name, known)}; registered: {', '.join(known) or 'none'}. "
            "Train one with `regulars train`."
        )
    return model


def aliases_of(model: RegisteredModel) -> dict[str, str]:
    """Return the version of every alias, as text (an embedded store gives numbers, a server text)."""
    return {alias: str(version) for alias, version in model.aliases.items()}


def find_version(client: MlflowClient, name: str, asked: str) -> ModelVersion:
    """Return the version with that number or alias."""
    model = find_model(client, name)
    number = aliases_of(model).get(asked, asked)
    try:
        return client.get_model_version(name, number)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise
    if asked == CHAMPION:
        raise MissingModelError(_no_champion(model))
    aliases = [f"{alias} = {version}" for alias, version in sorted(aliases_of(model).items())]
    versions = sorted(int(version.version) for version in client.search_model_versions(f"name = '{name}'"))
    raise ModelError(
        f"Model {name!r} has no version {asked!r}. It has the versions {', '.join(map(str, versions)) or 'none'} "
        f"and the aliases {', '.join(aliases) or 'none'}."
    )


def _no_champion(model: RegisteredModel) -> str:
    challenger = aliases_of(model).get(CHALLENGER)
    if challenger is None:
        return f"Model {model.name!r} has no champion and no challenger. Train one with `regulars train`."
    return (
        f"Model {model.name!r} has no champion. Its challenger is version {challenger}: read its backtest, then run "
        f'`regulars promote {challenger} --reason "..."`, or use --model models:/{model.name}/{challenger}.'
    )


def scorer_of(client: MlflowClient, version: ModelVersion) -> Scorer:
    """Load the scorer of a version whose files are what was registered; messages name its address, not the copy."""
    with files_of(client, version) as folder:
        copy, address = folder / SCORER_FOLDER, f"models:/{version.name}/{version.version}/{SCORER_FOLDER}"
        try:
            return Scorer.load(copy)
        except ModelError as error:
            told = str(error).replace(str(copy), address)
            raise ModelError(f"Version {version.version} of model {version.name!r} cannot be loaded. {told}") from None


@contextmanager
def files_of(client: MlflowClient, version: ModelVersion) -> Iterator[Path]:
    """Fetch the model folder of a version for the enclosed code; refuse it where it was changed."""
    named = f"Version {version.version} of model {version.name!r}"
    registered = version.tags.get(CHECKSUM_TAG)
    if registered is None:
        raise ModelError(f"{named} was not registered by regulars, so it cannot be checked. Register it by training.")
    with scratch() as temporary:
        source = client.get_model_version_download_uri(version.name, version.version)
        try:
            fetched = download_artifacts(artifact_uri=source, dst_path=str(temporary), tracking_uri=client.tracking_uri)
        except (MlflowException, OSError) as error:
            raise ModelError(
                f"{named} has lost its files: {source} cannot be read. Train again, or restore them."
            ) from error
        found = checksums(Path(fetched))
        if checksum(found) != registered:
            what = differences(found, version.tags.get(FILES_TAG)) or "files were changed"
            raise ModelError(
                f"{named} is not what was registered: {what} (below {source}). Do not use it; restore the files and "
                "remove what was added, promote another version or train again."
            )
        yield Path(fetched)
