from __future__ import annotations

import importlib.util
import marshal
import tempfile
from contextlib import suppress
from pathlib import Path

import mlflow.pyfunc
import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException

from regulars.errors import ModelError, ParamsError
from regulars.params import Params
from regulars.scorer import store
from regulars.tracking.registry import Registry
from regulars.tracking.store import opened
from regulars.tracking.versions import load_scorer
from tests.tracking.conftest import Fitted, log_one

pytestmark = pytest.mark.slow


def moves(registry: Registry) -> list[tuple[str | None, str, str]]:
    history = registry.history()
    return list(zip(history["from"], history["to"], history["action"], strict=True))


def test_promotion_moves_the_champion_and_is_recorded(full: Params, fitted: list[Fitted]) -> None:
    registry = Registry(full.mlflow)
    registry.promote("1", reason="first")
    move = registry.promote("challenger", reason=" beats it by 3 % ")
    assert (move.from_version, move.to_version, registry.champion()) == ("1", "3", "3")
    champion = load_scorer("models:/regulars@champion", full.mlflow.tracking_uri)
    assert champion.version == fitted[2].scorer.version

    history = registry.history()
    assert list(history) == ["when", "from", "to", "grade", "action", "reason", "forced"]
    assert history["when"].is_monotonic_increasing
    assert str(history["when"].dtype) == "datetime64[us, UTC]"
    assert history.iloc[1].drop("when").tolist() == ["1", "3", "B", "promote", "beats it by 3 %", False]


def test_whoever_promotes_what_the_gate_refused_forces_it(full: Params, fitted: list[Fitted]) -> None:
    registry = Registry(full.mlflow)
    registry.promote(1, reason="first")
    log_one(full, fitted[1], grade="D", passed=False)
    assert registry.promote(2, reason="the board wants it").forced
    assert not registry.promote(3, reason="newer").forced
    assert not registry.rollback(reason="to go back takes no force").forced
    assert registry.history()["grade"].tolist() == ["B", "D", "B", "D"]


def test_a_version_that_was_deleted_has_no_grade_in_the_history(full: Params) -> None:
    registry = Registry(full.mlflow)
    for version in (1, 2):
        registry.promote(version, reason="newer")
    with opened(full.mlflow.tracking_uri) as client:
        client.delete_model_version("regulars", "1")
    assert registry.history()["grade"].tolist() == [None, "B"]


def test_promoting_the_champion_again_records_nothing(full: Params) -> None:
    registry = Registry(full.mlflow)
    registry.promote(1, reason="first")
    again = registry.promote(1, reason="again")
    assert again.from_version == again.to_version == "1"
    assert len(registry.history()) == 1


def test_a_version_of_another_catalogue_of_features_is_not_put_in_charge(
    full: Params, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = Registry(full.mlflow)
    registry.promote(1, reason="first")
    monkeypatch.setattr(store, "catalogue_hash", lambda *_: "another")
    with pytest.raises(ModelError, match=r"Version 2 .* cannot be loaded\. The model was trained with another"):
        registry.promote(2, reason="newer")
    assert registry.champion() == "1"


def test_a_version_that_cannot_be_read_is_named_by_its_address(full: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy that was read is gone by the time that somebody looks for it."""
    monkeypatch.setattr(store, "FORMAT", store.FORMAT + 1)
    with pytest.raises(ModelError, match="by another version of regulars") as refused:
        load_scorer("models:/regulars/2", full.mlflow.tracking_uri)
    assert "The model in models:/regulars/2/artifacts/scorer was trained" in str(refused.value)
    assert tempfile.gettempdir() not in str(refused.value)


def test_rollback_goes_back_one_promotion_at_a_time(full: Params) -> None:
    registry = Registry(full.mlflow)
    for version in (1, 2, 3):
        registry.promote(version, reason="newer")
    assert registry.rollback(reason="worse").to_version == "2"
    assert registry.rollback(reason="worse still").to_version == "1"
    with pytest.raises(ModelError, match="no earlier champion to go back to"):
        registry.rollback(reason="all bad")
    registry.promote(3, reason="mended")
    assert registry.rollback(reason="no").to_version == "1"
    assert moves(registry)[3:] == [
        ("3", "2", "rollback"),
        ("2", "1", "rollback"),
        ("1", "3", "promote"),
        ("3", "1", "rollback"),
    ]


def test_rollback_after_returning_to_an_older_version(full: Params) -> None:
    registry = Registry(full.mlflow)
    for version in (1, 2, 1):
        registry.promote(version, reason="to and fro")
    assert [registry.rollback(reason="back").to_version for _ in range(2)] == ["2", "1"]
    with pytest.raises(ModelError, match="no earlier champion"):
        registry.rollback(reason="back")


def test_rollback_respects_an_alias_moved_by_hand(full: Params) -> None:
    registry = Registry(full.mlflow)
    with opened(full.mlflow.tracking_uri) as client:
        client.set_registered_model_alias("regulars", "champion", "2")
    registry.promote(3, reason="newer")
    assert registry.rollback(reason="worse").to_version == "2"


def test_no_champion_names_the_challenger_and_what_to_run(full: Params) -> None:
    with pytest.raises(ModelError, match=r"no champion. Its challenger is version 3: .* `regulars promote 3 --reason"):
        load_scorer("models:/regulars@champion", full.mlflow.tracking_uri)


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        (
            "models:/regular@champion",
            r"no registered model 'regular' \(did you mean 'regulars'\?\); registered: regulars",
        ),
        (
            "models:/regulars@champoin",
            "no version 'champoin'. It has the versions 1, 2, 3 and the aliases ch.* = 3",
        ),
        ("models:/regulars/9", "no version '9'. It has the versions 1, 2, 3"),
        ("models:/regulars", "is not the address of a model. Write it as models:/<name>@<alias>"),
        ("runs:/abc/model", "is not the address of a model"),
        ("", "is not the address of a model"),
    ],
)
def test_an_unknown_model_is_named(full: Params, uri: str, said: str) -> None:
    with pytest.raises(ModelError, match=said):
        load_scorer(uri, full.mlflow.tracking_uri)


def test_the_default_store_is_that_of_the_environment(full: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", full.mlflow.tracking_uri)
    assert load_scorer("models:/regulars/1").feature_names


def place_of(store: Params, version: str) -> Path:
    """The folder of a registered model."""
    with opened(store.mlflow.tracking_uri) as client:
        return Path(client.get_model_version_download_uri("regulars", version).removeprefix("file://"))


@pytest.mark.parametrize("name", ["scorer.json", "manifest.json", "pyfunc_model.py", "MLmodel"])
def test_a_changed_file_is_refused(full: Params, tmp_path: Path, name: str) -> None:
    file = next(place_of(full, "2").rglob(name))
    file.write_bytes(file.read_bytes() + b" ")
    named = rf"Version 2 of model 'regulars' is not what was registered: (artifacts/scorer/)?{name} was changed "
    with pytest.raises(ModelError, match=named):
        load_scorer("models:/regulars/2", full.mlflow.tracking_uri)
    with pytest.raises(ModelError, match="is not what was registered"):
        Registry(full.mlflow).promote(2, reason="would break the night run")
    assert Registry(full.mlflow).champion() is None
    assert load_scorer("models:/regulars/1", full.mlflow.tracking_uri), "the others are not touched"


def test_planted_compiled_code_is_refused_by_its_name(full: Params, tmp_path: Path) -> None:
    """Python runs a compiled file in place of the code that it was made from, if the time in it matches."""
    place = place_of(full, "2")
    source, proof = place / "pyfunc_model.py", tmp_path / "run by somebody else's code"
    planted = place / "__pycache__" / Path(importlib.util.cache_from_source("pyfunc_model.py")).name
    evil = compile(f"open({str(proof)!r}, 'w').close()", str(source), "exec")
    header = [b"\0" * 4, *(int(n).to_bytes(4, "little") for n in (source.stat().st_mtime, source.stat().st_size))]
    (place / "__pycache__").unlink()
    (place / "__pycache__").mkdir()
    planted.write_bytes(b"".join([importlib.util.MAGIC_NUMBER, *header]) + marshal.dumps(evil))
    named = r"__pycache__/pyfunc_model\S+pyc was added, __pycache__ is missing"
    with pytest.raises(ModelError, match=named):
        load_scorer("models:/regulars/2", full.mlflow.tracking_uri)
    with pytest.raises(ModelError, match=named):
        Registry(full.mlflow).promote(2, reason="would run it")
    assert not proof.exists()
    with suppress(MlflowException):
        mlflow.pyfunc.load_model(str(place))
    assert proof.exists(), "plain MLflow runs it, so this test can fail"


@pytest.mark.parametrize("name", ["scorer.json", "manifest.json", "pyfunc_model.py", "MLmodel"])
def test_a_file_cut_short_or_swapped_for_that_of_another_version_is_refused(full: Params, name: str) -> None:
    file, other = (next(place_of(full, version).rglob(name)) for version in ("2", "1"))
    whole = file.read_bytes()
    changes = {whole[: len(whole) // 2], b"", other.read_bytes()} - {whole}  # the code is the same in all versions
    for content in changes:
        file.write_bytes(content)
        with pytest.raises(ModelError, match=rf"is not what was registered: (artifacts/scorer/)?{name} was changed "):
            load_scorer("models:/regulars/2", full.mlflow.tracking_uri)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("code.py", "import os"),
        ("python_model.pkl", "\x80\x04."),
        ("artifacts/scorer/__pycache__/x.pyc", "x"),
        ("registered_model_meta", "code: x.py"),
        ("registered_model_meta", "\x00"),
    ],
)
def test_an_added_file_is_refused_by_its_name(full: Params, name: str, content: str) -> None:
    file = place_of(full, "2") / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(content)
    with pytest.raises(ModelError, match=f"{name} was added"):
        load_scorer("models:/regulars/2", full.mlflow.tracking_uri)


@pytest.mark.filterwarnings("ignore")  # MLflow's own, on pandas 3
def test_a_model_that_plain_mlflow_has_loaded_stays_what_it_was(full: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", full.mlflow.tracking_uri)
    place = place_of(full, "2")
    before = {file.relative_to(place).as_posix() for file in place.rglob("*")}
    mlflow.pyfunc.load_model("models:/regulars/2")
    added = {file.relative_to(place).as_posix() for file in place.rglob("*")} - before
    assert added <= {"registered_model_meta"}
    assert load_scorer("models:/regulars/2", full.mlflow.tracking_uri).feature_names


def test_lost_files_are_named(full: Params, tmp_path: Path) -> None:
    (tmp_path / "store" / "artifacts").rename(tmp_path / "gone")
    with pytest.raises(ModelError, match="Version 2 of model 'regulars' has lost its files"):
        load_scorer("models:/regulars/2", full.mlflow.tracking_uri)


def test_a_move_that_fails_leaves_alias_and_history(full: Params, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(full.mlflow)
    registry.promote(1, reason="first")

    def fails(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(MlflowClient, "set_registered_model_alias", fails)
    with pytest.raises(ModelError, match="disk full"):
        registry.promote(2, reason="second")
    assert registry.champion() == "1"
    assert len(registry.history()) == 1


@pytest.mark.parametrize("reason", ["", "  ", "x" * 1001])
def test_a_move_wants_a_reason(full: Params, reason: str) -> None:
    with pytest.raises(ParamsError, match="A reason of 1 to 1000 characters is expected"):
        Registry(full.mlflow).promote(1, reason=reason)


def test_the_gate_settles_who_is_in_charge(full: Params) -> None:
    registry = Registry(full.mlflow)
    assert registry.settle("1", passed=False, reasons=["worse than the naive rules"]) is None
    assert registry.champion() is None
    insisted = registry.settle("1", passed=False, reasons=["worse"], force="the board wants it")
    assert insisted
    assert (insisted.reason, insisted.forced) == ("forced: the board wants it", True)
    passed = registry.settle("2", passed=True, reasons=["better than both"])
    assert passed
    assert (passed.reason, passed.forced, registry.champion()) == ("better than both", False, "2")


def test_a_long_verdict_is_shortened_not_refused(full: Params) -> None:
    move = Registry(full.mlflow).settle("1", passed=True, reasons=["origin 2011-06-01 was tried."] * 100)
    assert move
    assert len(move.reason) <= 1000
    assert move.reason.endswith("…")
