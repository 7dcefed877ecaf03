"""The verb `segment`, from the command line to the table."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from regulars.cli.app import app
from regulars.loyalty import segment
from regulars.transactions import Transactions


def test_the_table_is_what_python_gives_and_its_manifest_adds_up(tmp_path: Path, cdnow: Transactions) -> None:
    out = tmp_path / "states.parquet"
    asked = ["segment", "--transactions", "demo", "--cutoff", "1998-01-01", "--out", str(out)]
    told = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    in_words = CliRunner().invoke(app, asked).stdout
    assert "are falling off; the first 10 by spend" in in_words
    assert "not a customer" in in_words
    written = pd.read_parquet(out)
    pd.testing.assert_frame_equal(written, segment(cdnow, "1998-01-01"), check_dtype=False)
    manifest = json.loads((tmp_path / "states.parquet.manifest.json").read_text())
    assert manifest["rows"] == told["rows"] == sum(told["customers_by_segment"].values()) == len(written)
    assert sum(sum(row.values()) for row in manifest["moves_between_stages"].values()) == len(written)
    assert manifest["falling_off"] == int(written["falling_off"].sum()) > 0
