"""A scorer on disk: JSON, booster text and a manifest; nothing that executes when it is read."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

from regulars.errors import ModelError, ParamsError
from regulars.features import catalogue_hash
from regulars.learners import Booster
from regulars.lifetime import LifetimeValue
from regulars.params.boosting import by_main_name
from regulars.scorer.ensemble import Ensemble
from regulars.scorer.scorer import Scorer

FORMAT = 6
SCORER, MANIFEST = "scorer.json", "manifest.json"


def save(scorer: Scorer, folder: Path) -> None:
    """Write the files of a scorer into `folder`, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    files = _files(scorer)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (folder / MANIFEST).write_bytes(_json({"files": _checksums(files), "version": scorer.version}))


def load(folder: Path) -> Scorer:
    """Read a scorer whose files are what its manifest says.

    Raises
    ------
    ModelError
        If a file is missing or differs, or the catalogue has changed since.
    """
    checksums, version = _manifest(folder)
    contents = {name: _read(folder, name) for name in checksums}
    changed = sorted(name for name, digest in _checksums(contents).items() if digest != checksums[name])
    if changed:
        raise _damaged(folder, f"{', '.join(changed)} differs from the manifest")
    values = json.loads(contents[SCORER])
    _check_settings(folder, values["settings"])
    names = tuple(values["feature_names"])
    if values["format"] != FORMAT or values["catalogue"] != catalogue_hash(names):
        raise ModelError(
            "The model was trained with another catalogue of features than this version of regulars has. "
            "Train again, or use the version it was trained with."
        )

    def booster(outcome: str) -> Booster:
        return Booster(contents[_trees_file(outcome)].decode())

    scorer = Scorer(
        settings=values["settings"],
        training_cutoff=dt.date.fromisoformat(values["training_cutoff"]),
        feature_names=names,
        lifetime=LifetimeValue.from_dict(values["lifetime"]),
        ensemble=values["ensemble"] and Ensemble.from_dict(values["ensemble"], booster),
        notes=tuple(values["notes"]),
    )
    if scorer.version != version:
        raise _damaged(folder, f"its content has the version {scorer.version}, its manifest says {version}")
    return scorer


def _check_settings(folder: Path, settings: dict[str, Any]) -> None:
    """Refuse LightGBM parameters that cannot be set: a backtest fits the champion again with them."""
    try:
        by_main_name(settings["churn"])
    except ParamsError as refused:
        raise ModelError(f"The model in {folder} has settings that cannot be used; train again. {refused}") from None


def version_of(scorer: Scorer) -> str:
    """First 12 hex digits of the checksum over the content."""
    return hashlib.sha256(_json(_checksums(_files(scorer)))).hexdigest()[:12]


def _files(scorer: Scorer) -> dict[str, bytes]:
    ensemble = scorer.ensemble
    values = {
        "format": FORMAT,
        "settings": scorer.settings,
        "training_cutoff": scorer.training_cutoff.isoformat(),
        "catalogue": catalogue_hash(scorer.feature_names),
        "feature_names": list(scorer.feature_names),
        "lifetime": scorer.lifetime.to_dict(),
        "ensemble": ensemble and ensemble.to_dict(),
        "notes": list(scorer.notes),
    }
    trees = (
        {_trees_file(outcome): booster.text.encode() for outcome, booster in ensemble.boosters()} if ensemble else {}
    )
    return {SCORER: _json(values), **trees}


def _trees_file(outcome: str) -> str:
    return f"{outcome}.txt"


def _json(values: Any) -> bytes:
    return (json.dumps(values, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _manifest(folder: Path) -> tuple[dict[str, str], str]:
    try:
        manifest = json.loads(_read(folder, MANIFEST))
        return dict(manifest["files"]), str(manifest["version"])
    except (ValueError, KeyError, TypeError):
        raise _damaged(folder, f"{MANIFEST} is damaged") from None


def _damaged(folder: Path, found: str) -> ModelError:
    return ModelError(
        f"The model in {folder} is not what was saved: {found}. Do not use it; train again or restore the files."
    )


def _checksums(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ModelError(f"The model in {folder} cannot be read: {name}: {error.strerror}.") from None
