"""`regulars uplift` and `rg.uplift`: files in, predictions and a judgement out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import regulars as rg
from regulars.cli.app import app
from regulars.errors import InputError, ParamsError
from regulars.predict import read_table
from tests.retention.campaigns import play
from tests.retention.uplift.trials import draw, visits


def run(folder: Path, *words: object, campaign: str = "campaign.csv", out: str = "uplift.csv") -> Result:
    (folder / "params.yaml").touch()
    given = ("uplift", "--params", folder / "params.yaml", "--campaign", folder / campaign, "--out", folder / out)
    return CliRunner().invoke(app, [str(word) for word in (*given, *words)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    visits(800).to_csv(tmp_path / "campaign.csv", index=False)
    return tmp_path


def test_it_writes_predictions_and_the_judgement_beside_them(folder: Path) -> None:
    made = run(folder, "--json")
    assert made.exit_code == 0, made.stderr
    told = json.loads(made.stdout)
    table = read_table(folder / "uplift.csv")
    assert len(table) == 800
    assert table["customer_id"].dtype == "int64"
    manifest = json.loads((folder / "uplift.csv.manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256((folder / "uplift.csv").read_bytes()).hexdigest()
    assert manifest["judged"] == told["judged"]
    rules = [rule["name"] for rule in told["judged"][0]["policies"]]
    assert {"nobody", "everybody", "random", "silence", "risk", "response", "uplift"} <= set(rules)
    before = (folder / "uplift.csv").read_bytes()
    assert run(folder).exit_code == 0
    assert (folder / "uplift.csv").read_bytes() == before


def test_the_terminal_shows_rules_side_by_side(folder: Path) -> None:
    said = run(folder).stdout
    assert "In visit, by AIPW." in said
    for rule in ("nobody", "everybody", "random", "silence", "risk", "response", "uplift"):
        assert f"\n  {rule} " in said
    assert "no column to rank by value, profit" in said


def test_a_campaign_that_was_not_randomised_writes_nothing(folder: Path) -> None:
    frame = visits(800)
    frame.assign(group=["mail" if loyal > 0.5 else "control" for loyal in frame["loyal"]]).to_csv(
        folder / "campaign.csv", index=False
    )
    made = run(folder)
    assert made.exit_code == 1
    assert "was not randomised" in made.stderr
    assert not (folder / "uplift.csv").exists()


def test_the_campaign_is_not_written_over(folder: Path) -> None:
    before = (folder / "campaign.csv").read_bytes()
    assert run(folder, out="campaign.csv").exit_code == 1
    assert (folder / "campaign.csv").read_bytes() == before


def test_an_unknown_key_is_refused_with_the_nearest(folder: Path) -> None:
    made = run(folder, "--set", "uplift.outcome=visit")
    assert made.exit_code == 1
    assert "uplift.outcome: unknown key (did you mean 'outcomes'?)" in made.stderr


def test_the_campaign_history_can_be_given_as_it_is(tmp_path: Path) -> None:
    played = play(900, effect=0.4)
    history = rg.measure(played.targets, played.log(), margin=0.5).records
    again = history.assign(campaign="summer")
    pd.concat([history, again]).to_parquet(tmp_path / "history.parquet", index=False)
    made = run(tmp_path, "--json", campaign="history.parquet", out="uplift.parquet")
    assert made.exit_code == 0, made.stderr
    told = json.loads(made.stdout)
    assert [one["outcome"] for one in told["judged"]] == ["ordered", "profit"]
    assert [one["in_money"] for one in told["judged"]] == [False, True]
    assert not {"customer", "campaign", "revenue", "margin", "order_days", "redeemed"} & set(told["features"])
    assert told["judged"][0]["effect"]["low"] > 0.2
    table = pd.read_parquet(tmp_path / "uplift.parquet")
    assert list(table)[:3] == ["customer", "campaign", "arm"]
    assert len(table) == 1800


@pytest.mark.parametrize("column", ["customer_id", "Customer ID", "customer"])
def test_customers_who_were_forgotten_are_left_out(folder: Path, column: str) -> None:
    visits(800).rename(columns={"customer_id": column}).to_csv(folder / "campaign.csv", index=False)
    (folder / "orders.csv").write_text("customer_id,date,amount\n7,2024-01-01,5\n8,2024-01-02,5\n")
    (folder / "params.yaml").write_text("transactions: {path: orders.csv}\n")
    forgotten = CliRunner().invoke(app, ["forget", "--params", str(folder / "params.yaml"), "--", "7"])
    assert forgotten.exit_code == 0, forgotten.stderr
    made = run(folder)
    assert made.exit_code == 0, made.stderr
    written = pd.read_csv(folder / "uplift.csv")
    assert len(written) == 799
    assert 7 not in written["customer" if column == "customer" else "customer_id"].tolist()


def test_ids_keep_their_zeros_however_their_column_is_written(folder: Path) -> None:
    frame = visits(400)
    frame.insert(0, "Customer ID", [f"{number:05}" for number in frame.pop("customer_id")])
    frame.to_csv(folder / "campaign.csv", index=False)
    assert run(folder, out="uplift.parquet").exit_code == 0
    assert pd.read_parquet(folder / "uplift.parquet")["customer_id"].iloc[0] == "00001"


def test_from_python_frames_and_paths_give_the_same(folder: Path) -> None:
    by_path = rg.uplift(folder / "campaign.csv", outcomes=["visit"])
    by_frame = rg.uplift(pd.read_csv(folder / "campaign.csv"), outcomes="visit", control="control")
    assert by_path.to_dict() == by_frame.to_dict()


def test_from_python_arguments_are_checked(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"share is 2; expected: a number above 0 and below 1"):
        rg.uplift(draw(400).frame, share=2)
    with pytest.raises(ParamsError, match=r"outcomes is 5; expected: a list of columns"):
        rg.uplift(draw(400).frame, outcomes=5)  # type: ignore[arg-type]
    with pytest.raises(ParamsError, match=r"seed is -1; expected a whole number, 0 or more"):
        rg.uplift(draw(400).frame, seed=-1)
    with pytest.raises(InputError, match="There is no campaign file"):
        rg.uplift(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match=r"should end in \.parquet or \.csv"):
        rg.uplift(tmp_path / "nothing.xlsx")
