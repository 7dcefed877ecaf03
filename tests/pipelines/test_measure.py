"""`regulars measure`: files in, files out, and the history that grows by one campaign at a time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from regulars.cli.app import app
from regulars.predict import read_table
from regulars.tables import CAMPAIGN_HISTORY, MEASURED
from tests.predict.conftest import write_table
from tests.retention.campaigns import Played, play

PARAMS = """
transactions: {path: orders.csv}
lifetime: {margin: 0.5}
campaign: {name: spring, start: 2024-01-01, history: history.parquet}
"""


def run(folder: Path, *words: object) -> Result:
    params = ["measure", "--params", folder / "params.yaml", "--targets", folder / "targets.csv"]
    return CliRunner().invoke(app, [str(word) for word in (*params, "--out", folder / "effects.csv", *words)])


def told(folder: Path, *words: object) -> Any:
    made = run(folder, *words, "--json")
    assert made.exit_code == 0, made.stderr
    return json.loads(made.stdout)


def put(played: Played, folder: Path) -> Path:
    write_table(played.targets, folder / "targets.csv")
    played.lines.to_csv(folder / "orders.csv", index=False)
    (folder / "params.yaml").write_text(PARAMS)
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return put(play(600, effect=0.4), tmp_path)


def test_it_writes_effects_their_manifest_and_the_history(folder: Path) -> None:
    made = told(folder)
    effects = read_table(folder / "effects.csv", MEASURED)
    assert tuple(effects.columns) == MEASURED
    manifest = json.loads((folder / "effects.csv.manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256((folder / "effects.csv").read_bytes()).hexdigest()
    assert manifest["verdict"] == made["verdict"]
    assert (made["start"], made["start_from"]) == ("2024-01-01", "campaign.start")
    assert tuple(pd.read_parquet(folder / "history.parquet").columns) == CAMPAIGN_HISTORY


@pytest.mark.parametrize("history", ["history.parquet", "history.csv"])
def test_a_campaign_is_kept_once_however_often_it_is_measured(folder: Path, history: str) -> None:
    words = ["--set", f"campaign.history={history}"]
    assert told(folder, *words)["campaigns"] == 1
    once = (folder / history).read_bytes()
    assert told(folder, *words)["campaigns"] == 1
    assert (folder / history).read_bytes() == once
    targets = read_table(folder / "targets.csv")
    write_table(targets.assign(campaign="007"), folder / "targets.csv")  # a name that a CSV reader takes for a number
    assert told(folder, *words)["campaigns"] == 2
    both = told(folder, *words)
    assert [row["campaign"] for row in both["track_record"]] == ["spring", "007"]
    assert both["keeping_cost"]["campaigns"] == 2
    shown = run(folder, *words, "--set", "loyalty.acquisition_cost=60").stdout
    assert "So far, 2 measured campaigns: expected profit" in shown
    assert "Winning one costs 60.00" in shown


def test_it_says_in_words_what_it_found(folder: Path) -> None:
    made = run(folder)
    assert made.exit_code == 0, made.stderr
    assert "spring: it paid. Profit because of the campaign" in made.stdout
    assert "history.parquet" in made.stdout
    alone = run(folder, "--set", "campaign.history=null")
    assert "set campaign.history to a file" in alone.stdout


def test_parameters_of_another_campaign_do_not_move_the_window(folder: Path) -> None:
    made = told(folder, "--set", "campaign.name=summer", "--set", "campaign.start=2024-06-01")
    assert (made["start"], made["start_from"]) == ("2024-01-02", "the first day of contact")


def test_the_feed_of_contacts_shows_who_of_the_controls_was_contacted(folder: Path) -> None:
    targets = read_table(folder / "targets.csv")
    controls = targets.loc[targets["group"] == "control", "customer_id"]
    feed = pd.DataFrame({"who": controls.iloc[: len(controls) // 2], "sent": "2024-01-10"})
    feed.to_csv(folder / "contacts.csv", index=False)
    given = "feeds={contacts: {path: contacts.csv, columns: {customer_id: who, day: sent}}}"
    made = told(folder, "--set", given)
    assert made["contacted"] == {"treat": 0.0, "control": pytest.approx(0.5, abs=0.01)}
    assert "of the control group were contacted after all" in made["in_words"]
    assert "no feed of contacts was given" in told(folder)["in_words"]


def test_nothing_is_written_where_it_cannot_be_measured(folder: Path) -> None:
    targets = read_table(folder / "targets.csv")
    write_table(targets[targets["group"] == "treat"], folder / "targets.csv")
    made = run(folder)
    assert made.exit_code == 1
    assert "has no control group" in made.stderr
    assert not (folder / "effects.csv").exists()
    assert not (folder / "history.parquet").exists()


def test_a_history_that_is_something_else_is_refused_and_stays(folder: Path) -> None:
    write_table(pd.DataFrame({"customer": ["a"]}), folder / "history.parquet")
    before = (folder / "history.parquet").read_bytes()
    made = run(folder)
    assert made.exit_code == 1
    assert "is not the table that is expected: it lacks campaign" in made.stderr
    assert (folder / "history.parquet").read_bytes() == before
    assert not (folder / "effects.csv").exists()


@pytest.mark.parametrize("name", ["orders.csv", "targets.csv"])
def test_no_result_goes_over_what_is_read(folder: Path, name: str) -> None:
    made = run(folder, "--set", f"campaign.history={name}")
    assert made.exit_code == 1
    assert "is read from" in made.stderr


def test_the_list_has_to_be_one(folder: Path) -> None:
    write_table(pd.DataFrame({"customer_id": [1]}), folder / "targets.csv")
    assert "Give the file that `regulars target` wrote." in run(folder).stderr
