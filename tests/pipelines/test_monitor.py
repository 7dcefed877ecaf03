"""The verb `monitor`: a fine night, a log that drifted, outcomes, and what it refuses."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import psycopg
import pytest

from regulars.tracking.store import opened
from tests.pipelines.conftest import CUTOFF, Place, Trained
from tests.servers import PASSWORD

LATER = "1998-04-01"


@pytest.fixture(scope="module")
def watched(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A trained place with scores at the training cutoff and a month later. Do not change it."""
    place = trained.place.copy(tmp_path_factory.mktemp("watched") / "shop")
    place.score("scores.parquet")
    place.score("later.parquet", "--cutoff", LATER)
    return place


def judged(place: Place, scores: str, log: pd.DataFrame | None = None, *words: object) -> tuple[int, Any]:
    """Exit code and verdict on scores, by another log where one is given."""
    if log is not None:
        log.to_csv(place.folder / "changed.csv", index=False)
        words = ("--transactions", place.folder / "changed.csv", *words)
    made = place.run("monitor", "--scores", place.folder / scores, *words, "--json")
    return made.exit_code, json.loads(made.stdout)


def up_to(log: pd.DataFrame, day: str) -> pd.DataFrame:
    return log[log["date"] < pd.Timestamp(day)]


def test_a_fine_night_a_month_later(watched: Place, trained: Trained) -> None:
    code, told = judged(watched, "later.parquet", up_to(trained.log, LATER))
    assert (code, told["findings"]) == (0, [])
    assert told["in_words"].startswith("Fine: ")
    assert len(told["columns"]) > 30
    assert all(column["usual"] is not None for column in told["columns"])
    assert "Outcomes are not known before 1998-07-30" in " ".join(told["not_judged"])
    tenure = next(column for column in told["columns"] if column["column"] == "tenure")
    assert tenure["psi"] > 0.25, "a cohort that ages moves far, as it did in the month before"


def test_the_next_command_names_the_log_that_was_judged(watched: Place, trained: Trained) -> None:
    half(up_to(trained.log, LATER)).to_csv(watched.folder / "halved.csv", index=False)
    log = watched.folder / "halved.csv"
    made = watched.run("monitor", "--scores", watched.folder / "later.parquet", "--transactions", log)
    assert made.exit_code == 4
    assert f"regulars validate --params {watched.folder / 'params.yaml'} --transactions {log}" in made.stdout


def half(log: pd.DataFrame) -> pd.DataFrame:
    """The lines of every second customer."""
    return log[pd.factorize(log["customer_id"], sort=True)[0] % 2 == 0]


CHANGES: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], int, str, str]] = {
    "halved amounts": (lambda log: log.assign(amount=log["amount"] / 2), 4, "history", "money"),
    "half of the customers vanish": (half, 4, "history", "customers"),
    "halved since training": (
        lambda log: log.assign(amount=log["amount"] / np.where(log["date"] < pd.Timestamp(CUTOFF), 1, 2)),
        3,
        "activity",
        "Money of an order day fell",
    ),
    "rows without a customer": (
        lambda log: pd.concat([log, log.sample(frac=0.3, random_state=0).assign(customer_id=None)]),
        4,
        "ledger",
        "missing customer",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_log_is_noticed_and_the_cause_named_first(watched: Place, trained: Trained, change: str) -> None:
    make, exit_code, code, named = CHANGES[change]
    found, told = judged(watched, "later.parquet", make(up_to(trained.log, LATER)))
    assert found == exit_code
    assert told["findings"][0]["code"] == code
    assert named in told["findings"][0]["sentence"]
    assert told["advice"].startswith("Explain the log first")


def test_a_category_that_was_never_there_is_noticed(watched: Place, trained: Trained) -> None:
    log = up_to(trained.log, LATER)
    kinds = np.where((log["date"] >= pd.Timestamp(CUTOFF)) & (np.arange(len(log)) % 4 == 0), "brand-new", "old")
    mapping = "transactions.columns={customer_id: customer_id, ordered_at: date, amount: amount, category: kind}"
    code, told = judged(watched, "later.parquet", log.assign(kind=kinds), "--set", mapping)
    assert code == 3
    assert told["findings"][0]["code"] == "labels"
    assert "have a category that was never there before, such as 'brand-new'" in told["findings"][0]["sentence"]


def test_outcomes_of_a_window_that_has_ended(watched: Place, trained: Trained) -> None:
    code, told = judged(watched, "scores.parquet")
    found = told["outcomes"]
    assert code in (0, 3)
    assert not {"no_skill", "ranking", "calibration"} & {finding["code"] for finding in told["findings"]}
    window = trained.log[trained.log["date"].between(CUTOFF, "1998-06-28")]
    known = set(up_to(trained.log, CUTOFF)["customer_id"])
    bought = set(window["customer_id"]) & known
    assert found["churn"] == pytest.approx(1 - len(bought) / len(known))
    days = window[window["customer_id"].isin(known)].drop_duplicates(["customer_id", "date"])
    assert next(total for total in found["totals"] if total["name"] == "purchases")["actual"] == len(days)
    assert found["auc"] > 0.7
    assert sum(group["customers"] for group in found["calibration"]) == len(known)
    assert found["coverage"].keys() == {"purchases", "spend"}


def test_outcomes_that_nobody_expected_stop(watched: Place, trained: Trained) -> None:
    log = trained.log
    scores = pd.read_parquet(watched.folder / "scores.parquet")
    loyal = set(scores.nsmallest(len(scores) // 3, "p_churn")["customer_id"])
    after = log["date"] >= pd.Timestamp(CUTOFF)
    back = scores.nlargest(len(scores) // 2, "p_churn").assign(date=pd.Timestamp("1998-04-15"), amount=90.0)
    changed = pd.concat([log[~(after & log["customer_id"].isin(loyal))], back[["customer_id", "date", "amount"]]])
    code, told = judged(watched, "scores.parquet", changed)
    codes = [finding["code"] for finding in told["findings"]]
    assert code == 4
    assert {"no_skill", "calibration", "totals"} <= set(codes)


def test_the_words_give_the_verdict_the_limits_and_what_to_do(watched: Place) -> None:
    made = watched.run("monitor", "--scores", watched.folder / "scores.parquet")
    for part in ("Scores at 1998-03-01 by models:/regulars/1", "The window has ended: of ", "forecast (90 %", "Next:"):
        assert part in made.stdout


def test_verdicts_are_kept_in_mlflow_without_customers(watched: Place, trained: Trained) -> None:
    _, told = judged(watched, "later.parquet", up_to(trained.log, LATER))
    with opened(watched.store) as client:
        run = client.get_run(told["run_id"])
        assert client.get_experiment(run.info.experiment_id).name == "regulars-monitor"
        assert (run.data.tags["regulars.verdict"], run.data.tags["regulars.cutoff"]) == ("fine", LATER)
        assert run.data.metrics["exit_code"] == 0.0
        kept = Path(client.download_artifacts(run.info.run_id, "verdict.json")).read_text()
    assert json.loads(kept)["columns"] == told["columns"]
    held = [
        path for path in (watched.folder / "store").rglob("*") if path.is_file() and b"shopper-" in path.read_bytes()
    ]
    assert held == []


def without_run(told: dict[str, Any]) -> dict[str, Any]:
    """A verdict but for where the scores lie, and the run that keeps it."""
    return {name: value for name, value in told.items() if name not in ("scores", "table", "run_id")}


@pytest.mark.parametrize("place", ["shop.duckdb", "shop.sqlite", "folder/", "s3", "postgres"])
def test_scores_are_judged_alike_wherever_they_were_written(
    watched: Place, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.chdir(tmp_path)
    where, orders = f"{tmp_path}/{place}", watched.folder / "orders.csv"
    log: tuple[object, ...] = ("--transactions", orders)
    if place == "s3":
        where = "s3://shop/nightly/scores.parquet"
        log = ("--transactions", request.getfixturevalue("s3").put("log.csv", orders.read_bytes()))
    elif place == "postgres":
        server = request.getfixturevalue("postgres")
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        server.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
        where, log = server.url, ("--transactions", server.url, "--set", "transactions.table=orders")
        with psycopg.connect(where, password=PASSWORD) as database, database.cursor() as cursor:
            cursor.execute("CREATE TABLE orders (customer_id text, date date, amount double precision)")
            with cursor.copy("COPY orders FROM STDIN (FORMAT csv, HEADER match)") as rows:
                rows.write(orders.read_bytes())
    words = ("--table", "weekly") if place in ("shop.duckdb", "shop.sqlite", "postgres") else ()
    for cutoff in (LATER, CUTOFF):
        made = watched.run("score", "--out", where, "--cutoff", cutoff, *words, *log)
        assert made.exit_code == 0, made.stderr
    latest = "scores.parquet" if place == "s3" else "later.parquet"  # an object holds what was written last
    for name, asked in (("scores.parquet", ("--cutoff", CUTOFF)), (latest, ())):
        _, from_file = judged(watched, name)
        found = watched.run("monitor", "--scores", where, *words, *asked, *log, "--json")
        assert found.exit_code in (0, 3, 4), found.stderr
        assert without_run(json.loads(found.stdout)) == without_run(from_file)


def test_scores_of_another_cutoff_or_table_are_said_with_what_is_there(watched: Place, tmp_path: Path) -> None:
    for name in ("shop.duckdb", "shop.sqlite"):
        assert watched.run("score", "--out", tmp_path / name).exit_code == 0
    for name, words, problem in (
        ("shop.duckdb", ("--cutoff", LATER), f"holds no scores at {LATER}; cutoffs there: {CUTOFF}."),
        ("shop.sqlite", ("--cutoff", LATER), f"holds no scores at {LATER}; cutoffs there: {CUTOFF}."),
        ("shop.duckdb", ("--table", "vip"), "There is no table 'vip' in"),
        ("shop.sqlite", ("--table", "vip"), "the database has: scores, scores_manifest. Give the one"),
        ("none.sqlite", (), "There is no database"),
        ("none.duckdb", (), "There is no database"),
        ("none/", (), "holds no scores; cutoffs there: none."),
        (watched.folder / "scores.parquet", ("--cutoff", LATER), f"were made at {CUTOFF}, not at {LATER}."),
    ):
        made = watched.run("monitor", "--scores", f"{tmp_path}/{name}" if isinstance(name, str) else name, *words)
        assert (made.exit_code, made.stdout) == (1, "")
        assert problem in " ".join(made.stderr.split()), name


@pytest.mark.parametrize("name", ["shop.duckdb", "shop.sqlite"])
def test_a_table_of_a_database_that_lost_rows_is_refused(watched: Place, tmp_path: Path, name: str) -> None:
    assert watched.run("score", "--out", tmp_path / name).exit_code == 0
    connect = duckdb.connect if name.endswith("duckdb") else sqlite3.connect
    with closing(connect(str(tmp_path / name))) as database:
        database.execute("DELETE FROM scores WHERE customer_id = (SELECT min(customer_id) FROM scores)")
        database.commit()
    made = watched.run("monitor", "--scores", tmp_path / name)
    assert made.exit_code == 1
    assert "is not what its manifest says: " in made.stderr


def test_what_cannot_be_judged_is_one_clear_error(watched: Place, trained: Trained, tmp_path: Path) -> None:
    table = pd.read_parquet(watched.folder / "scores.parquet")
    table.iloc[:0].to_parquet(tmp_path / "empty.parquet")
    table.assign(model_version="0123456789ab").to_parquet(tmp_path / "other.parquet")
    table.assign(customer_id="x" + table["customer_id"]).to_parquet(tmp_path / "stranger.parquet")
    table.assign(cutoff=pd.Timestamp("1999-01-01")).to_parquet(tmp_path / "late.parquet")
    trained.log.to_csv(tmp_path / "log.csv", index=False)
    for name, problem in (
        ("empty.parquet", "has no rows"),
        ("other.parquet", "No version of the model 'regulars' has the content 0123456789ab"),
        ("stranger.parquet", "the scores were made from another log"),
        ("late.parquet", "were made at 1999-01-01, but the last order in the log is of 1998-06-30"),
        ("log.csv", "is not the table that is expected: it lacks"),
        ("none.parquet", "There is no table"),
    ):
        made = watched.run("monitor", "--scores", tmp_path / name)
        assert (made.exit_code, made.stdout) == (1, "")
        assert problem in " ".join(made.stderr.split()), name


def test_a_table_that_was_changed_is_refused(watched: Place, place: Place) -> None:
    place.score("scores.parquet")
    table = pd.read_parquet(place.folder / "scores.parquet")
    table.assign(p_churn=0.5).to_parquet(place.folder / "scores.parquet")
    made = place.run("monitor", "--scores", place.folder / "scores.parquet")
    assert made.exit_code == 1
    assert "its checksum differs" in made.stderr


def test_a_model_without_a_reference_is_named_as_such(place: Place, trained: Trained) -> None:
    place.score("later.parquet", "--cutoff", LATER)
    with opened(place.store) as client:
        run = client.get_model_version("regulars", "1").run_id
        files = json.loads(client.get_run(run).data.tags["regulars.files"])
        del files["tables/reference.json"]
        client.set_tag(run, "regulars.files", json.dumps(files))
    next((place.folder / "store").rglob("reference.json")).unlink()
    code, told = judged(place, "later.parquet", up_to(trained.log, LATER))
    assert code == 0
    assert "The model was trained before regulars kept a reference of the log" in told["not_judged"][0]
    assert told["columns"], "features are compared with the log's own past"
