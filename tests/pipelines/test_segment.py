"""The verb `segment`, from the command line to the table."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from typer.testing import CliRunner

from regulars.cli.app import app
from regulars.loyalty import dynamics, segment
from regulars.transactions import Transactions


def test_the_table_is_what_python_gives_and_its_manifest_adds_up(tmp_path: Path, cdnow: Transactions) -> None:
    out = tmp_path / "states.parquet"
    asked = ["segment", "--transactions", "demo", "--cutoff", "1998-01-01", "--out", str(out)]
    told = json.loads(CliRunner().invoke(app, [*asked, "--json"]).stdout)
    in_words = CliRunner().invoke(app, asked).stdout
    assert "are falling off; the first 10 by spend" in in_words
    assert "not a customer" in in_words
    for part in (
        "The last 180 days beside the 180 before: ",
        "Revenue retention: gross ",
        "order day 2",
        "1997-12",
        "Gini",
        " of the money in the weakest months (a quarter of all), and ",
        "Left out are months that begin in the log's first 90 days",
        "score the customers too: regulars score --transactions demo --cutoff 1998-01-01 --out scores.parquet",
    ):
        assert part in in_words
    written = pd.read_parquet(out)
    pd.testing.assert_frame_equal(written, segment(cdnow, "1998-01-01"), check_dtype=False)
    manifest = json.loads((tmp_path / "states.parquet.manifest.json").read_text())
    assert manifest["rows"] == told["rows"] == sum(told["customers_by_segment"].values()) == len(written)
    assert sum(sum(row.values()) for row in manifest["moves_between_stages"].values()) == len(written)
    assert manifest["falling_off"] == int(written["falling_off"].sum()) > 0
    assert manifest["dynamics"] == told["dynamics"] == json.loads(json.dumps(dynamics(cdnow, "1998-01-01").to_dict()))
    assert sum(cohort["size"] for cohort in told["dynamics"]["cohorts"]) == len(written)


def test_a_young_log_says_what_it_cannot_compare(tmp_path: Path) -> None:
    rows = [f"c{k % 40},2024-01-{1 + k % 20:02},{5 + k}.00" for k in range(80)]
    (tmp_path / "orders.csv").write_text("\n".join(["customer_id,date,amount", *rows]))
    asked = ["segment", "--transactions", str(tmp_path / "orders.csv"), "--out", str(tmp_path / "states.csv")]
    cost = ["--set", "loyalty.acquisition_cost=30", "--set", "windows.horizon_days=20", "--cutoff", "2024-02-01"]
    made = CliRunner().invoke(app, asked)
    assert made.exit_code == 0, made.stderr
    assert "Periods of 180 days are not compared: the log is shorter than two of them" in made.stdout
    paid = CliRunner().invoke(app, [*asked, *cost]).stdout
    assert "1 of 1 cohorts have earned back 30.00 a customer, half of these by month 0" in paid
    assert (
        "No cohort has earned back 9,000.00 a customer yet."
        in CliRunner().invoke(app, [*asked, *cost, "--set", "loyalty.acquisition_cost=9000"]).stdout
    )
