"""Training that is killed, or run twice at once: whole models in the registry, and the same bytes."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mlflow.artifacts import download_artifacts

from experiments.worlds import pausing_shop
from regulars.errors import ModelError
from regulars.params import MlflowParams
from regulars.tracking.registry import Registry
from regulars.tracking.store import opened
from regulars.tracking.versions import load_scorer
from tests.forked import Forked, Server
from tests.pipelines.test_same_bytes import PARAMS

# Trains, and keeps temporary files in a folder of its own. It is killed when it asks the store to write for the n-th
# time; all that it asked for before is listed.
TRAIN = """
import os, signal, sys, tempfile
from functools import wraps
from mlflow import MlflowClient
from regulars.cli import main
tempfile.tempdir, until, asked = os.path.abspath("temporary"), int(sys.argv[1]), []
def counted(do):
    @wraps(do)
    def doing(*words, **more):
        if len(asked) == until:
            os.kill(os.getpid(), signal.SIGKILL)
        asked.append(do.__name__)
        return do(*words, **more)
    return doing
for name in vars(MlflowClient):
    if name.startswith(("create", "log", "set", "delete", "finalize")):
        setattr(MlflowClient, name, counted(getattr(MlflowClient, name)))
sys.argv = ["regulars", "train", "--force", "the tests go on"]
try:
    main()
finally:
    open("asked.txt", "w").write(" ".join(asked))
"""
# The same, but killed while MLflow copies the model by way of a temporary folder of its own.
TRAIN_IN_COPY = (
    """
import os, shutil, signal, tempfile
tempfile.tempdir = os.path.abspath("temporary")
shutil.move = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
"""
    + TRAIN
)
NEVER = -1
WHOLE = {"FINISHED", "READY"}
# Promotes, and is killed after the move is recorded, before it takes place.
PROMOTE = """
import os, signal, sys
from mlflow import MlflowClient
from regulars.errors import ModelError
from regulars.params import MlflowParams
from regulars.tracking.registry import Registry
MlflowClient.set_registered_model_alias = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
Registry(MlflowParams(tracking_uri=sys.argv[1])).promote(1, reason="again")
"""
# How often training is killed here. All of an evening: REGULARS_KILLS=30 pytest tests/pipelines/test_train_faults.py
KILLS = int(os.environ.get("REGULARS_KILLS", "4"))


class Shop:
    """A folder in which a small shop is trained on."""

    def __init__(self, folder: Path, forks: Server, empty_store: Path) -> None:
        self.folder, self.forks = folder, forks
        self.uri = f"sqlite:///{folder / 'store' / 'mlflow.db'}"
        (folder / "temporary").mkdir(parents=True)
        (folder / "params.yaml").write_text(PARAMS)
        pausing_shop(120, 130).to_csv(folder / "orders.csv", index=False)
        shutil.copytree(empty_store, folder / "store")

    def begin(self, until: int = NEVER, code: str = TRAIN) -> Forked:
        return self.forks.begin(code, until, cwd=self.folder)

    def train(self) -> None:
        said = (process := self.begin()).said()
        assert process.returncode == 0, said[-2000:]

    @property
    def versions(self) -> list[str]:
        with opened(self.uri) as client:
            return sorted(str(each.version) for each in client.search_model_versions("name = 'regulars'"))

    def content(self) -> dict[str, bytes]:
        """Every file of the champion's scorer, and of the tables of its run."""
        with opened(self.uri) as client:
            version = client.get_model_version_by_alias("regulars", "champion")
            source = client.get_model_version_download_uri("regulars", version.version)
            model = Path(download_artifacts(source, tracking_uri=self.uri)) / "artifacts"
            tables = Path(client.download_artifacts(version.run_id, "tables"))
        return {
            file.relative_to(below).as_posix(): file.read_bytes()
            for below in (model, tables)
            for file in below.rglob("*")
            if file.is_file()
        }

    def states(self) -> tuple[set[str], set[str]]:
        """Folders of the artefacts of runs that finished and of models that are ready; how the others ended."""
        with opened(self.uri) as client:
            experiment = client.get_experiment_by_name("regulars").experiment_id
            runs = {run.info.artifact_uri: run.info.status for run in client.search_runs([experiment])}
            models = {model.artifact_location: str(model.status) for model in client.search_logged_models([experiment])}
        ended = {**runs, **models}
        kept = {place.removeprefix("file://") for place, status in ended.items() if status in WHOLE}
        return kept, set(ended.values()) - WHOLE

    def strays(self) -> list[str]:
        """Files that a training that was not disturbed does not leave."""
        kept, _ = self.states()
        files = [file for file in self.folder.rglob("*") if file.is_file()]
        loose = [file for file in files if not any(str(file).startswith(f"{place}/") for place in kept)]
        return sorted(file.name for file in loose)


Open = Callable[[str], Shop]


@pytest.fixture(scope="module")
def opened_shop(forks: Server, empty_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Open:
    return lambda name: Shop(tmp_path_factory.mktemp("faults") / name, forks, empty_store)


@pytest.fixture(scope="module")
def undisturbed(opened_shop: Open) -> Shop:
    """The shop, trained on once."""
    shop = opened_shop("undisturbed")
    shop.train()
    return shop


def test_killed_at_any_moment_it_leaves_whole_models_and_the_next_run_gives_the_same_bytes(
    opened_shop: Open, undisturbed: Shop
) -> None:
    """By the clock and by what the store is asked for, in turns."""
    asked, strays = (undisturbed.folder / "asked.txt").read_text().split(), undisturbed.strays()
    start = time.monotonic()
    undisturbed.train()
    took, draw = time.monotonic() - start, np.random.default_rng(0)
    shop = opened_shop("killed")
    for number in range(KILLS):
        at = int(draw.integers(len(asked))) if number % 2 else NEVER
        with shop.begin(at) as process:
            if at == NEVER:
                time.sleep(draw.uniform(0, took))
                process.kill()
            process.wait()
        for version in shop.versions:
            load_scorer(f"models:/regulars/{version}", shop.uri)
        assert set(shop.versions) <= {"1"}
    shop.train()
    assert shop.content() == undisturbed.content()
    assert shop.versions == ["1"]
    assert len(Registry(MlflowParams(tracking_uri=shop.uri)).history()) == 1
    assert shop.states()[1] <= {"KILLED", "FAILED"}
    assert shop.strays() == strays


def test_killed_while_a_library_has_temporary_files_it_leaves_none(opened_shop: Open, undisturbed: Shop) -> None:
    shop = opened_shop("copying")
    with shop.begin(NEVER, code=TRAIN_IN_COPY) as process:
        assert process.wait() == -signal.SIGKILL
    assert any("tmp" in place.name for place in (shop.folder / "temporary").rglob("*")), "MLflow was copying"
    shop.train()
    assert shop.content() == undisturbed.content()
    assert not list((shop.folder / "temporary").iterdir())


def test_a_move_that_was_killed_once_it_was_recorded_is_told_once(
    forks: Server, undisturbed: Shop, tmp_path: Path
) -> None:
    shutil.copytree(undisturbed.folder / "store", tmp_path / "store")
    uri = f"sqlite:///{tmp_path / 'store' / 'mlflow.db'}"
    with opened(uri) as client:
        client.delete_registered_model_alias("regulars", "champion")
    assert forks.begin(PROMOTE, uri, cwd=tmp_path).wait() == -signal.SIGKILL
    registry = Registry(MlflowParams(tracking_uri=uri))
    assert registry.champion() is None
    registry.promote(1, reason="once more")
    assert (registry.champion(), len(registry.history())) == ("1", 1)
    with pytest.raises(ModelError, match="no earlier champion to go back to"):
        registry.rollback(reason="there was none")


def test_two_at_once_register_one_model(opened_shop: Open, undisturbed: Shop) -> None:
    shop = opened_shop("twice")
    both = [shop.begin() for _ in range(2)]
    said = [process.said()[-2000:] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert shop.versions == ["1"]
    assert shop.content() == undisturbed.content()
    assert len(Registry(MlflowParams(tracking_uri=shop.uri)).history()) == 1
