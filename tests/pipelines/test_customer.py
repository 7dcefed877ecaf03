"""The verb `customer`, from the command line: with a champion, with a table, and with neither."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from regulars.cli.app import app
from tests.pipelines.conftest import CUTOFF, Place, Trained


@pytest.fixture(scope="module")
def scores(trained: Trained) -> pd.DataFrame:
    trained.place.score("for_one.parquet")
    trained.place.score("for_one.csv")
    return pd.read_parquet(trained.place.folder / "for_one.parquet")


@pytest.fixture(scope="module")
def someone(scores: pd.DataFrame) -> str:
    return str(scores.sort_values("orders")["customer_id"].iloc[-1])


def test_the_champion_scores_the_customer_as_among_all(trained: Trained, scores: pd.DataFrame, someone: str) -> None:
    told = trained.place.json("customer", someone)
    row = scores.set_index("customer_id").loc[someone]
    for name in ("p_churn", "expected_spend", "clv", "clv_low", "clv_high", "model_version", "orders"):
        assert told["scores"][name] == row[name], name
    assert told["scores"]["next_purchase_date"] == f"{row['next_purchase_date']:%Y-%m-%d}"
    assert told["scores"]["value_reasons"]
    assert told["without_scores"] is None
    assert (told["customer_id"], told["cutoff"], told["page"]) == (someone, CUTOFF, None)


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_table_of_scores_stands_in_for_the_model(
    trained: Trained, scores: pd.DataFrame, someone: str, ending: str
) -> None:
    table = trained.place.folder / f"for_one.{ending}"
    told = trained.place.json("customer", someone, "--scores", table)
    assert told["scores"]["p_churn"] == scores.set_index("customer_id").loc[someone, "p_churn"]
    assert told["scores"]["source"] == str(table)


def test_a_work_list_says_what_to_offer_and_whom_not_to_contact(trained: Trained, scores: pd.DataFrame) -> None:
    folder = trained.place.folder
    offer = "offers=[{name: voucher, channel: phone, contact_cost: 0.1, incentive_cost: 1, accept_rate: 0.5, "
    offer += "winback_rate: 0.2, redeem_rate: 1}]"
    asked = ["--scores", folder / "for_one.parquet", "--out", folder / "for_one_targets.csv", "--set", offer]
    trained.place.json("target", *asked, "--set", "campaign.control_share=0.3")
    listed = pd.read_csv(folder / "for_one_targets.csv", dtype=str)
    for group, title in (("treat", "contact on"), ("control", "do not contact")):
        name = listed.loc[listed["group"] == group, "customer_id"].iloc[0]
        words = ["customer", name, "--scores", folder / "for_one.csv", "--targets", folder / "for_one_targets.csv"]
        assert trained.place.json(*words)["contact"]["group"] == group
        assert f"\nWhat to do\n  {title}" in trained.place.run(*words).stdout
    nobody = next(iter(set(scores["customer_id"]) - set(listed["customer_id"])))
    told = trained.place.json("customer", nobody, "--targets", folder / "for_one_targets.csv")
    assert told["contact"].endswith(f"has no row of this customer; it was made at {CUTOFF}.")


def test_in_words_it_says_what_to_do_and_why(trained: Trained, someone: str) -> None:
    made = trained.place.run("customer", someone)
    assert made.exit_code == 0, made.stderr
    assert made.stdout.startswith(f"Customer {someone}, known up to {CUTOFF}\n")
    for title in ("What to do", "Facts", "Last orders", "Rhythm", "States", "What has changed since", "Outlook"):
        assert f"\n{title}" in made.stdout
    assert "why this risk" in made.stdout
    assert "lifetime value" in made.stdout


def test_nobody_else_is_named_and_nothing_is_kept_with_the_model(place: Place, trained: Trained, someone: str) -> None:
    before = {path for path in place.folder.rglob("*") if path.is_file()}
    out = place.folder / "one.html"
    made = place.run("customer", someone, "--out", out)
    assert made.exit_code == 0, made.stderr
    others = set(trained.log["customer_id"]) - {someone}
    page = out.read_text(encoding="utf-8")
    assert someone in page
    assert not [name for name in others if f">{name}<" in page or f" {name}" in page or f"{name}," in made.stdout]
    assert made.stdout.count("shopper-") == page.count("shopper-") - 1 == 1  # the page has it as its title, too
    assert {path for path in place.folder.rglob("*") if path.is_file()} - before == {out}


def test_a_cutoff_before_the_champions_training_leaves_facts_and_says_why(trained: Trained, someone: str) -> None:
    told = trained.place.json("customer", someone, "--cutoff", "1998-01-01")
    assert told["scores"] is None
    assert told["without_scores"].startswith(f"The champion was trained on history up to {CUTOFF}")
    assert told["states"]["orders"] == len(told["order_days"])
    assert trained.place.json("customer", someone, "--cutoff", "1998-01-01", "--allow-past")["scores"] is not None


def test_a_model_that_is_named_has_to_be_there(trained: Trained, someone: str) -> None:
    made = trained.place.run("customer", someone, "--model", "models:/nobody@champion")
    assert made.exit_code == 1
    assert "There is no registered model 'nobody'" in made.stderr


def test_an_unknown_customer_is_one_error_with_the_nearest(trained: Trained, someone: str) -> None:
    made = trained.place.run("customer", someone.upper() + "x", "--json")
    assert made.exit_code == 1
    error = json.loads(made.stdout)["error"]
    assert error.startswith(f"There is no customer '{someone.upper()}x' in the log.")
    assert f"'{someone}'" in error


def test_integer_ids_stay_integers_and_facts_stand_alone_without_a_store(shop: pd.DataFrame, tmp_path: Path) -> None:
    log = shop.assign(customer_id=shop["customer_id"].astype("int64") - 400)
    log.to_parquet(tmp_path / "orders.parquet", index=False)
    store = f"mlflow.tracking_uri=sqlite:///{tmp_path / 'none.db'}"
    asked = [
        "customer",
        "--transactions",
        str(tmp_path / "orders.parquet"),
        "--set",
        store,
        "--cutoff",
        CUTOFF,
        "--json",
    ]
    told = json.loads(CliRunner().invoke(app, [*asked, "--", str(log["customer_id"].min())]).stdout)
    assert told["customer_id"] == told["states"]["customer_id"] == log["customer_id"].min() < 0
    assert told["scores"] is None
    assert told["without_scores"].startswith("There is no MLflow store")
    assert not (tmp_path / "none.db").exists()


def test_scores_and_a_model_exclude_each_other(trained: Trained, someone: str) -> None:
    made = trained.place.run("customer", someone, "--scores", "scores.csv", "--model", "models:/regulars/1")
    assert made.exit_code == 1
    assert "Give one of the two" in made.stderr


@pytest.mark.parametrize("out", ["page.pdf", "orders.csv", "nowhere/page.html"])
def test_the_page_is_refused_where_it_cannot_be_before_the_work(trained: Trained, someone: str, out: str) -> None:
    made = trained.place.run("customer", someone, "--out", trained.place.folder / out)
    assert made.exit_code == 1
    assert "read transactions" not in made.stderr
