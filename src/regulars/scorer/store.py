"""What a scorer consists of, on disk: JSON, booster text and a manifest; nothing that executes when it is read.

It knows plain values and texts alone. `Scorer` makes them of itself, and itself of them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from regulars.errors import ModelError, ParamsError
from regulars.features import catalogue_hash
from regulars.scorer.settings import ScorerSettings

FORMAT = 11
SCORER, MANIFEST = "scorer.json", "manifest.json"


class Content(NamedTuple):
    """All of a scorer.

    Parameters
    ----------
    values : mapping
        Plain values for JSON.
    trees : mapping of str to str
        The text of the trees, by outcome.
    """

    values: Mapping[str, Any]
    trees: Mapping[str, str]

    @property
    def version(self) -> str:
        """First 12 hex digits of the checksum over the files."""
        return hashlib.sha256(_json(_checksums(self._files()))).hexdigest()[:12]

    def save(self, folder: Path) -> None:
        """Write the files into `folder`, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        files = self._files()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        (folder / MANIFEST).write_bytes(_json({"files": _checksums(files), "version": self.version}))

    def _files(self) -> dict[str, bytes]:
        catalogue = _catalogue(self.values)
        trees = {_trees_file(outcome): text.encode() for outcome, text in self.trees.items()}
        return {SCORER: _json({**self.values, "format": FORMAT, "catalogue": catalogue}), **trees}


def load(folder: Path) -> tuple[Content, str]:
    """Read files that are what their manifest says, and the version that it names.

    Raises
    ------
    ModelError
        If a file is missing or differs, or the catalogue has changed since.
    """
    checksums, version = _manifest(folder)
    contents = {name: _read(folder, name) for name in checksums}
    changed = sorted(name for name, digest in _checksums(contents).items() if digest != checksums[name])
    if changed:
        raise damaged(folder, f"{', '.join(changed)} differs from the manifest")
    values = json.loads(contents.pop(SCORER))
    if values["format"] != FORMAT:
        raise of_another_version(folder)
    if values["catalogue"] != _catalogue(values):
        raise ModelError(
            "The model was trained with another catalogue of features than this version of regulars has. "
            "Train again, or use the version it was trained with."
        )
    _check_settings(folder, values["settings"])
    return Content(values, {Path(name).stem: text.decode() for name, text in contents.items()}), version


def damaged(folder: Path, found: str) -> ModelError:
    """The error for files that are not what was saved."""
    return ModelError(
        f"The model in {folder} is not what was saved: {found}. Do not use it; train again or restore the files."
    )


def of_another_version(folder: Path, error: Exception | None = None) -> ModelError:
    """The error for a model that is as it was saved, but does not hold what this version of regulars reads."""
    lacks = f"it lacks {error}" if isinstance(error, KeyError) else "its fields are others"
    return ModelError(
        f"The model in {folder} was trained by another version of regulars, and this one cannot read it ({lacks}). "
        "Train again, or use the version that it was trained with."
    )


def _check_settings(folder: Path, settings: dict[str, Any]) -> None:
    """Refuse LightGBM parameters that cannot be set: a backtest fits the champion again with them."""
    try:
        ScorerSettings.from_dict(settings)
    except ParamsError as refused:
        raise ModelError(f"The model in {folder} has settings that cannot be used; train again. {refused}") from None


def _catalogue(values: Mapping[str, Any]) -> str:
    attributes = values.get("attributes", {})
    return catalogue_hash(values["feature_names"], attributes.get("own", ()), attributes.get("declared"))


def _trees_file(outcome: str) -> str:
    return f"{outcome}.txt"


def _json(values: Any) -> bytes:
    return (json.dumps(values, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _manifest(folder: Path) -> tuple[dict[str, str], str]:
    try:
        manifest = json.loads(_read(folder, MANIFEST))
        return dict(manifest["files"]), str(manifest["version"])
    except (ValueError, KeyError, TypeError):
        raise damaged(folder, f"{MANIFEST} is damaged") from None


def _checksums(files: dict[str, bytes]) -> dict[str, str]:
    return {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise ModelError(f"The model in {folder} cannot be read: {name}: {error.strerror}.") from None
