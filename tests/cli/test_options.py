from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pandas as pd
import pytest

from regulars.cli.again import Again
from regulars.cli.options import Call
from regulars.params import DEMO
from tests.cli.conftest import Run

LOG = "customer_id,date,amount\n" + "".join(f"{k % 9},1997-{1 + k % 6:02}-{1 + k % 28:02},{k}.25\n" for k in range(90))


@pytest.fixture
def told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run `validate` with words and return the parameters that reached the flow."""
    (tmp_path / "orders.csv").write_text(LOG)
    got = []

    def validate(params, quarantine):
        got.append(params)
        raise SystemExit(0)

    monkeypatch.setattr("regulars.pipelines.validate.validate", validate)

    def call(*words: object):
        run("validate", *words)
        return got[-1]

    return call


def test_without_any_the_defaults_hold(told) -> None:
    params = told()
    assert (params.transactions.path, params.windows.cutoff, params.seed) == (DEMO, "latest", 0)


def test_options_go_over_the_file_and_set_over_both(told, tmp_path: Path) -> None:
    (tmp_path / "params.yaml").write_text("seed: 1\nwindows: {cutoff: 1997-05-01, horizon_days: 30}\n")
    assert (told().seed, told().windows.horizon_days) == (1, 30)
    params = told("--seed", 2, "--cutoff", "1997-06-01", "--set", "windows.horizon_days=60")
    assert (params.seed, params.windows.cutoff, params.windows.horizon_days) == (2, dt.date(1997, 6, 1), 60)


def test_the_environment_goes_over_the_file(told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "params.yaml").write_text("windows: {horizon_days: 30}\n")
    monkeypatch.setenv("REGULARS__WINDOWS__HORIZON_DAYS", "60")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////tmp/elsewhere.db")
    assert told().windows.horizon_days == 60
    assert told().mlflow.tracking_uri == "sqlite:////tmp/elsewhere.db"
    assert told("--set", "windows.horizon_days=90").windows.horizon_days == 90


def test_a_log_counts_from_where_the_command_runs(told, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "p.yaml").write_text("transactions: {path: orders.csv}\n")
    assert told("--params", "elsewhere/p.yaml").transactions.path == str(tmp_path / "elsewhere" / "orders.csv")
    params = told("--params", "elsewhere/p.yaml", "--transactions", "orders.csv")
    assert params.transactions.path == str(tmp_path / "orders.csv")


@pytest.mark.parametrize("name", ["a: b.csv", "100%.csv", "it's #1.csv", "{x}.csv", "- y.csv", "null"])
def test_a_file_name_is_taken_as_it_is(told, tmp_path: Path, name: str) -> None:
    assert told("--transactions", name).transactions.path == str(tmp_path / name)


def test_the_demo_knows_neither_file_nor_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////tmp/elsewhere.db")
    monkeypatch.setenv("REGULARS__SEED", "9")
    (tmp_path / "params.yaml").write_text("seed: 1\n")
    params = Call(overrides=["windows.horizon_days=60"]).demo_params(Path("demo"))
    assert (params.seed, params.windows.horizon_days) == (0, 60)
    assert params.mlflow.tracking_uri == f"sqlite:///{tmp_path}/demo/mlflow.db"


class TestValidate:
    @pytest.fixture(autouse=True)
    def _log(self, tmp_path: Path) -> None:
        (tmp_path / "orders.csv").write_text(LOG)

    def test_json_is_all_that_stdout_holds(self, run: Run) -> None:
        answer = run("validate", "--transactions", "orders.csv", "--set", "windows.horizon_days=40", "--json")
        assert answer.code == 0
        told = json.loads(answer.stdout)
        assert told["ledger"]["in"]["rows"] == 90
        assert told["refuses_training"] is False
        assert told["cutoff"] == "1997-06-29"
        assert told["horizon_days"] == 40
        assert "read transactions" in answer.stderr

    def test_words_say_the_same(self, run: Run) -> None:
        answer = run("validate", "--transactions", "orders.csv", "--set", "windows.horizon_days=40")
        assert answer.code == 0
        for said in ("Cutoff 1997-06-29, horizon 40 days.", "Training would go ahead.", "purchase"):
            assert said in answer.stdout

    @pytest.mark.medium
    @pytest.mark.parametrize("words", [[], ["--json"]])
    def test_exit_1_where_training_would_be_refused(self, run: Run, tmp_path: Path, words: list[str]) -> None:
        frame = pd.DataFrame({"customer_id": [1, 2], "date": ["1997-01-01", "1997-01-02"], "amount": [1, 2]})
        frame.to_csv(tmp_path / "few.csv", index=False)
        answer = run("validate", "--transactions", "few.csv", *words)
        assert answer.code == 1
        if words:
            assert json.loads(answer.stdout)["refuses_training"] is True
        else:
            assert "Training would be refused." in answer.stdout

    def test_nothing_is_written(self, run: Run, tmp_path: Path) -> None:
        run("validate", "--transactions", "orders.csv")
        assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


def test_the_next_command_repeats_the_options_it_takes() -> None:
    assert Again.of({"set_": None}) == Again("", "")
    asked = {"params": Path("my shop.yaml"), "transactions": "a.csv", "cutoff": "latest", "seed": 3, "set_": ["x=1"]}
    file = " --params 'my shop.yaml' --set x=1"
    assert Again.of(asked) == Again(
        log=" --params 'my shop.yaml' --transactions a.csv --cutoff latest --seed 3 --set x=1", file=file
    )


def test_the_memory_limit_is_an_option_and_is_repeated(told) -> None:
    assert told("--memory-limit", "2GB").transactions.memory_limit == "2GB"
    asked = {"memory_limit": "2GB", "seed": 1, "set_": None}
    assert Again.of(asked) == Again(" --memory-limit 2GB --seed 1", "")
