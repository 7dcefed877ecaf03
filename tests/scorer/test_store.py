from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from regulars.errors import ModelError
from regulars.features.measures import MEASURES
from regulars.features.past import Past
from regulars.learners import LogOddsShift, Scales
from regulars.lifetime.models.paid_share import PaidShare
from regulars.scorer import Scorer
from regulars.transactions import Transactions
from tests.scorer.conftest import CUTOFF

FILES = ("scorer.json", "churned.txt", "purchases.txt", "spend.txt", "manifest.json")


@pytest.fixture(scope="module")
def saved(scorer: Scorer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("saved") / "scorer"
    scorer.save(folder)
    return folder


@pytest.mark.slow
def test_saved_and_loaded_it_scores_the_same_bits(
    every: Scorer, log_of: Callable[[Scorer], Transactions], tmp_path: Path
) -> None:
    every.save(tmp_path / "scorer")
    loaded = Scorer.load(tmp_path / "scorer")
    assert (loaded.version, loaded.notes, loaded.ensemble) == (every.version, every.notes, every.ensemble)
    log = log_of(every)
    pd.testing.assert_frame_equal(loaded.score(log, CUTOFF), every.score(log, CUTOFF), check_exact=True)


def test_saving_again_gives_the_same_bytes(scorer: Scorer, saved: Path, tmp_path: Path) -> None:
    Scorer.load(saved).save(tmp_path / "again")
    assert sorted(file.name for file in saved.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (saved / name).read_bytes()


@pytest.mark.slow
def test_nothing_that_executes_and_no_customer_is_kept(saved: Path, tx: Transactions) -> None:
    customers = [row[0] for row in tx.connection.execute("SELECT DISTINCT customer_id FROM lines").fetchall()]
    for file in saved.iterdir():
        text = file.read_text(encoding="utf-8")  # fails on a pickle
        assert not [customer for customer in customers if f'"{customer}"' in text]
        assert str(saved) not in text
    json.loads((saved / "scorer.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("place", [0.0, 0.1, 0.37, 0.5, 0.73, 0.9, 1.0])
def test_a_flipped_bit_is_refused(saved: Path, tmp_path: Path, name: str, place: float) -> None:
    folder = tmp_path / "scorer"
    shutil.copytree(saved, folder)
    content = bytearray((folder / name).read_bytes())
    content[int(place * (len(content) - 1))] ^= 1
    (folder / name).write_bytes(content)
    with pytest.raises(ModelError, match=r"is not what was saved|cannot be read"):
        Scorer.load(folder)


@pytest.mark.parametrize("name", FILES)
def test_a_lost_file_is_named(saved: Path, tmp_path: Path, name: str) -> None:
    shutil.copytree(saved, tmp_path / "scorer")
    (tmp_path / "scorer" / name).unlink()
    with pytest.raises(ModelError, match=rf"cannot be read: {name}: No such file"):
        Scorer.load(tmp_path / "scorer")


def test_a_manifest_of_another_scorer_is_refused(saved: Path, scorer: Scorer, tmp_path: Path) -> None:
    shutil.copytree(saved, tmp_path / "scorer")
    manifest = tmp_path / "scorer" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(scorer.version, "0" * 12))
    with pytest.raises(ModelError, match=f"has the version {scorer.version}, its manifest says 000000000000"):
        Scorer.load(tmp_path / "scorer")


OF_ANOTHER_VERSION = "was trained by another version of regulars"


def saved_otherwise(saved: Path, folder: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    """A model as another version of regulars would have saved it: its checksums and its version hold."""
    shutil.copytree(saved, folder)
    values = json.loads((folder / "scorer.json").read_text())
    change(values)
    content = (json.dumps(values, indent=1, sort_keys=True) + "\n").encode()
    (folder / "scorer.json").write_bytes(content)
    manifest = json.loads((folder / "manifest.json").read_text())
    files = manifest["files"] | {"scorer.json": hashlib.sha256(content).hexdigest()}
    listed = (json.dumps(files, indent=1, sort_keys=True) + "\n").encode()
    version = hashlib.sha256(listed).hexdigest()[:12]
    (folder / "manifest.json").write_text(json.dumps({"files": files, "version": version}))
    return folder


def test_a_model_saved_as_it_was_is_read(saved: Path, scorer: Scorer, tmp_path: Path) -> None:
    """What the tests of other versions change is the fields alone."""
    assert Scorer.load(saved_otherwise(saved, tmp_path / "scorer", lambda values: None)).version == scorer.version


def test_a_model_that_lacks_a_field_is_refused_in_words(saved: Path, tmp_path: Path) -> None:
    names = list(json.loads((saved / "scorer.json").read_text()))
    for name in names:
        folder = saved_otherwise(saved, tmp_path / name, lambda values, name=name: values.pop(name))
        with pytest.raises(ModelError, match=f"{OF_ANOTHER_VERSION}.*it lacks '{name}'"):
            Scorer.load(folder)


@pytest.mark.parametrize("name", ["horizon_days", "lifetime", "churn", "seed"])
def test_a_model_that_lacks_a_setting_is_refused_in_words(saved: Path, tmp_path: Path, name: str) -> None:
    folder = saved_otherwise(saved, tmp_path / "scorer", lambda values: values["settings"].pop(name))
    with pytest.raises(ModelError, match=f"{OF_ANOTHER_VERSION}.*it lacks '{name}'"):
        Scorer.load(folder)


@pytest.mark.parametrize("name", ["settings", "feature_names", "lifetime", "absence", "ensemble", "notes", "format"])
def test_a_field_of_another_kind_is_refused_in_words(saved: Path, tmp_path: Path, name: str) -> None:
    folder = saved_otherwise(saved, tmp_path / "scorer", lambda values: values.update({name: 7}))
    with pytest.raises(ModelError, match=f"{OF_ANOTHER_VERSION}.*its fields are others"):
        Scorer.load(folder)


def test_a_field_of_a_later_version_is_refused_in_words(saved: Path, tmp_path: Path) -> None:
    folder = saved_otherwise(saved, tmp_path / "scorer", lambda values: values["absence"].update(later=1))
    with pytest.raises(ModelError, match=OF_ANOTHER_VERSION):
        Scorer.load(folder)


def test_a_field_with_a_usual_value_is_not_filled_in(saved: Path, tmp_path: Path) -> None:
    """Its absence would be scored as something that nobody trained."""
    folder = saved_otherwise(saved, tmp_path / "scorer", lambda values: values["settings"]["lifetime"].pop("margin"))
    with pytest.raises(ModelError, match=OF_ANOTHER_VERSION):
        Scorer.load(folder)


def test_another_catalogue_is_refused(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MEASURES, "lines", partial(Past.total, column="return_lines"))
    with pytest.raises(ModelError, match="was trained with another catalogue of features"):
        Scorer.load(saved)


class TestVersion:
    def test_it_is_a_short_checksum(self, scorer: Scorer) -> None:
        assert len(scorer.version) == 12
        int(scorer.version, 16)

    @pytest.mark.slow
    def test_scorers_that_differ_have_versions_that_differ(self, scorer: Scorer, cross_fitted: Scorer) -> None:
        assert scorer.ensemble is not None
        shifted = scorer.ensemble.churn.calibrated(LogOddsShift(0.123))
        scaled = scorer.ensemble.purchases.calibrated(Scales({"lifetime": 1.1, "lightgbm": 1.0}))
        others = [
            cross_fitted,
            replace(scorer, ensemble=None),
            replace(scorer, ensemble=replace(scorer.ensemble, churn=shifted)),
            replace(scorer, ensemble=replace(scorer.ensemble, purchases=scaled)),
            replace(scorer, ensemble=replace(scorer.ensemble, purchase_intervals=None)),
            replace(scorer, ensemble=replace(scorer.ensemble, spend_intervals=None)),
            replace(scorer, ensemble=replace(scorer.ensemble, totals={})),
            replace(scorer, settings=replace(scorer.settings, seed=1)),
            replace(scorer, feature_names=scorer.feature_names[::-1]),
            replace(scorer, lifetime=replace(scorer.lifetime, kept=0.5)),
            replace(scorer, lifetime=replace(scorer.lifetime, paid=PaidShare(0.5, 2.0))),
        ]
        versions = [scorer.version, *(other.version for other in others)]
        assert len(set(versions)) == len(versions)
