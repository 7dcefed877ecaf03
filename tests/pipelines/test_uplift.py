"""`regulars uplift`: from the file of a randomised campaign to predictions, a judgement and advice."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import regulars as rg
from regulars.cli.app import app
from regulars.errors import InputError, ParamsError
from tests.retention.uplift.trials import visits


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    visits(1000).to_csv(tmp_path / "campaign.csv", index=False)
    (tmp_path / "params.yaml").write_text("seed: 0\n")
    return tmp_path


def run(folder: Path, *words: object, out: str = "uplift.parquet", campaign: str = "campaign.csv") -> Result:
    files = ["--params", folder / "params.yaml", "--campaign", folder / campaign, "--out", folder / out]
    return CliRunner().invoke(app, [str(word) for word in ("uplift", *files, *words)])


def test_predictions_and_their_judgement_are_written_and_shown(folder: Path) -> None:
    made = run(folder)
    assert made.exit_code == 0, made.stderr
    assert "visit, mail: the contact raises it by" in made.stdout
    assert "In visit, by AIPW." in made.stdout
    assert "everybody" in made.stdout
    table = pd.read_parquet(folder / "uplift.parquet")
    assert len(table) == 1000
    manifest = json.loads((folder / "uplift.parquet.manifest.json").read_text())
    assert manifest["judged"][0]["recommended"] in made.stdout or manifest["judged"][0]["in_words"][-1] in made.stdout
    told = json.loads(run(folder, "--json").stdout)
    assert told["rows"] == 1000
    assert told["judged"] == manifest["judged"]


def test_the_same_file_gives_the_same_bytes_and_python_the_same_table(folder: Path) -> None:
    run(folder)
    first = (folder / "uplift.parquet").read_bytes()
    run(folder)
    assert (folder / "uplift.parquet").read_bytes() == first
    found = rg.uplift(folder / "campaign.csv")
    pd.testing.assert_frame_equal(found.frame, pd.read_parquet(folder / "uplift.parquet"), check_dtype=False)


def test_a_campaign_that_cannot_be_used_leaves_every_file_as_it_was(folder: Path) -> None:
    (folder / "uplift.parquet").write_text("of an earlier run")
    visits(1000).drop(columns="group").to_csv(folder / "nobody.csv", index=False)
    made = run(folder, campaign="nobody.csv")
    assert made.exit_code == 1
    assert "no column says who was contacted" in made.stderr
    assert (folder / "uplift.parquet").read_text() == "of an earlier run"
    assert run(folder, campaign="missing.csv").exit_code == 1
    assert run(folder, out="campaign.csv").exit_code == 1


def test_arguments_that_cannot_be_used_are_refused_in_words() -> None:
    with pytest.raises(ParamsError, match="share"):
        rg.uplift(visits(400), share=1.5)
    with pytest.raises(InputError, match=r"There is no campaign file 'nowhere\.csv'"):
        rg.uplift("nowhere.csv")
