"""What is said of a log before anything is fitted."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from regulars import pipelines
from regulars.errors import InputError
from regulars.params import demo_params, load_params
from regulars.pipelines.inputs import read_log
from regulars.pipelines.validate import validate
from tests.pipelines.conftest import Place, Trained
from tests.transactions.example_exports import EXPORTS

LOG = "customer_id,date,amount\n" + "".join(f"{k % 9},1997-{1 + k % 6:02}-{1 + k % 28:02},{k}.25\n" for k in range(90))


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What is noted while a small log stands in for CDNOW."""
    (tmp_path / "orders.csv").write_text(LOG)
    monkeypatch.setattr("regulars.transactions.sources.read.cdnow_file", lambda: tmp_path / "CDNOW_master.txt")
    (tmp_path / "CDNOW_master.txt").write_text("head\n 1 19970101 1 2.00\n 1 19970201 1 2.00\n")
    caplog.set_level("INFO", logger="regulars")
    return caplog.messages


@pytest.mark.parametrize(
    ("text", "falls_back"),
    [("", True), ("transactions: {returns: drop}", True), ("transactions: {path: demo}", False)],
)
def test_a_log_that_nobody_named_is_said_to_be_cdnow(
    tmp_path: Path, text: str, falls_back: bool, said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "params.yaml").write_text(text)
    read_log(load_params(tmp_path / "params.yaml", environment={}))
    assert ("No log is named (transactions.path): using CDNOW, the demo's." in caplog.messages) is falls_back


def test_the_demo_is_named(tmp_path: Path, said: list[str], caplog: pytest.LogCaptureFixture) -> None:
    read_log(demo_params(tmp_path))
    assert not any("No log is named" in message for message in caplog.messages)


def test_the_calendar_is_read_from_the_folder_of_the_parameters_and_its_faults_are_told(
    tmp_path: Path, said: list[str]
) -> None:
    (tmp_path / "shop.yaml").write_text("transactions: {path: orders.csv}\ncalendar: {path: days.csv}\n")
    params = load_params(tmp_path / "shop.yaml", environment={})
    with pytest.raises(InputError, match=r"There is no file .*days.csv', which calendar.path names"):
        validate(params)
    (tmp_path / "days.csv").write_text("day,name\n1997-07-04,holiday\n")
    known = validate(params).known_days
    assert known is not None
    assert known.table["name"].tolist() == ["holiday"]
    assert validate(load_params(overrides=[f"transactions.path={tmp_path}/orders.csv"])).known_days is None


def test_public_holidays_of_the_country_join_the_days_of_the_file(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "days.csv").write_text("day,name\n1997-07-05,sale\n")
    log, file = f"transactions.path={tmp_path}/orders.csv", f"calendar.path={tmp_path}/days.csv"
    alone = validate(load_params(overrides=[log, "calendar.country=US"])).known_days
    both = validate(load_params(overrides=[log, "calendar.country=US", file])).known_days
    assert alone is not None
    assert both is not None
    assert "Independence Day" in set(alone.table["name"])
    assert set(both.table["name"]) - set(alone.table["name"]) == {"sale"}
    with pytest.raises(InputError, match=r"calendar.country is 'USA-New'"):
        validate(load_params(overrides=[log, "calendar.country=USA-New"]))


def test_origins_that_a_backtest_will_skip(tmp_path: Path, said: list[str]) -> None:
    path = f"transactions.path={tmp_path}/orders.csv"
    made = validate(load_params(overrides=[path, "windows.horizon_days=60", "backtest.origins=3"]))
    assert [str(origin.cutoff) for origin in made.origins.kept] == ["1997-04-30"]
    assert made.origins.skipped == (
        "1997-03-01: 59 days of history, 90 needed (one and a half horizons)",
        "1997-03-31: 89 days of history, 90 needed (one and a half horizons)",
    )


def test_why_an_origin_stands_apart_is_told(tmp_path: Path) -> None:
    """Forty customers take turns, thrice as fast in December."""
    days = pd.date_range("2009-10-01", "2011-09-30")
    visits = [(k % 40, day) for k, day in enumerate(days.repeat(np.where(days.month == 12, 30, 10)))]
    pd.DataFrame(visits, columns=["customer_id", "date"]).assign(amount=1.0).to_csv(tmp_path / "orders.csv")
    (tmp_path / "params.yaml").write_text("transactions: {path: orders.csv}\nwindows: {horizon_days: 60}\n")
    place = Place(tmp_path)
    told = place.json("validate")
    assert told["origins"] == ["2010-11-05", "2011-06-03", "2011-07-03", "2011-08-02"]
    (why,) = told["origin_notes"]
    assert why.startswith("origin 2010-11-05 is there for the year's busiest days, 2010-12-01 to 2010-12-28")
    assert why in place.run("validate").stdout


@pytest.mark.parametrize("verb", ["score", "report"])
def test_a_horizon_that_is_not_the_models_is_said(trained: Trained, tmp_path: Path, verb: str) -> None:
    place, out = trained.place, tmp_path / ("page.html" if verb == "report" else "scores.csv")
    said = "Scores are about the model's horizon, 120 days; windows.horizon_days is 90. Train with it to change that."
    assert said in place.run(verb, "--out", out, "--set", "windows.horizon_days=90").stderr
    assert "windows.horizon_days" not in place.run(verb, "--out", out).stderr


def test_a_work_list_is_no_scores_table(trained: Trained, tmp_path: Path) -> None:
    place: Place = trained.place
    place.score("scores.csv")
    place.run("target", "--scores", place.folder / "scores.csv", "--out", tmp_path / "targets.csv")
    made = place.run("target", "--scores", tmp_path / "targets.csv", "--out", tmp_path / "again.csv")
    assert made.exit_code == 1
    assert "it lacks order_value, spend_if_back" in made.stderr
    assert "Columns found: customer_id, campaign, group" in made.stderr
    assert not (tmp_path / "again.csv").exists()


def test_the_past_on_a_page_unless_it_is_asked_for(trained: Trained, tmp_path: Path) -> None:
    words = ["report", "--out", tmp_path / "page.html", "--cutoff", "1998-02-01"]
    assert trained.place.run(*words).exit_code == 1
    assert not (tmp_path / "page.html").exists()
    assert trained.place.run(*words, "--allow-past").exit_code == 0


ODD = "client;date;paid\n00a;31.12.2023;1,50\n00a;02.02.2024;-1\n;03.02.2024;7\nb;05.02.2024;2\n"
ODD_PARAMS = """
transactions: {path: orders.csv, columns: {customer_id: client, ordered_at: date, amount: paid}}
windows: {horizon_days: 30}
"""
READ = """\
column       from    holds                  absent  smallest    largest     such as
customer_id  client  text                        1  -           -
ordered_at   date    text, read as dates         0  2023-12-31  2024-02-05  03.02.2024, 02.02.2024, 31.12.2023
amount       paid    text, read as numbers       0  -1          7           1,50, 2, 7

outcome   reason             rows  customers  money
used      purchase              2          2   3.50
netted    amount below zero     1          0  -1.00
excluded  missing customer      1          0   7.00
total                           4          2   9.50
A customer counts once, in the first line that holds one of their rows.

used: a purchase. netted: no purchase, its money is booked on its own day. excluded: left out.
"""


def test_what_validate_says_of_a_small_log(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(ODD)
    (tmp_path / "params.yaml").write_text(ODD_PARAMS)
    said = Place(tmp_path).run("validate")
    assert said.exit_code == 1
    assert said.stdout[: len(READ)] == READ
    told = json.loads(Place(tmp_path).run("validate", "--json").stdout)
    assert told["ledger"]["in"] == {"rows": 4, "customers": 2, "money": 9.5}
    assert [column["holds"] for column in told["columns"]] == ["text", "text, read as dates", "text, read as numbers"]
    assert told["columns"][0]["examples"] == []
    assert told["refuses_training"]


def test_that_no_origin_is_left_is_said(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(LOG)
    (tmp_path / "params.yaml").write_text("{transactions: {path: orders.csv}, windows: {horizon_days: 120}}")
    said = Place(tmp_path).run("validate")
    assert said.exit_code == 0
    assert "Training would go ahead. But no origin is left for a backtest, so the gate would promote" in said.stdout
    assert re.search(r"\n  ask about fewer days: regulars validate .* --set windows.horizon_days=\d+\n", said.stdout)


def test_that_no_backtest_was_asked_for_is_not_the_fault_of_the_horizon(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").write_text(LOG)
    (tmp_path / "params.yaml").write_text("{transactions: {path: orders.csv}, windows: {horizon_days: 120}}")
    said = Place(tmp_path).run("validate", "--set", "backtest.origins=0")
    assert said.exit_code == 0
    assert "without a backtest (backtest.origins asks for none)" in said.stdout
    assert "shorten" not in said.stdout.split("Training would go ahead")[1]


def test_origins_are_chosen_by_this_flow_alone() -> None:
    """Training, tuning and backtest take the origins that were found here."""
    flows = Path(pipelines.__file__).parent.glob("*.py")
    assert [flow.name for flow in flows if "choose_origins(" in flow.read_text(encoding="utf-8")] == ["validate.py"]


def test_a_known_export_is_told_in_the_text_and_in_json(tmp_path: Path) -> None:
    place = Place(tmp_path)
    (tmp_path / "params.yaml").write_text("seed: 0\n")
    words = ("validate", "--transactions", EXPORTS["shopify"])
    made = place.run(*words)
    assert made.stdout.startswith(
        "The log is read as Shopify's export of orders, recognised by its header (customer_id: "
    )
    assert json.loads(place.run(*words, "--json").stdout)["layout"]["name"] == "shopify"
    other = place.run(*words, "--set", "transactions.layout=etsy")
    assert (other.exit_code, "column 'Sale Date' is missing" in other.stderr) == (1, True)
