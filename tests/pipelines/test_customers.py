"""A file of customers along the whole way: validate, train, score, verify, target, and the model in MLflow."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import pytest

import regulars as rg
from tests.pipelines.conftest import CUTOFF, PARAMS, Place

CUSTOMERS = """
customers: {path: known.csv, columns: {customer_id: id, region: Region, age: Age, mailing: Mailing}, valid_from: Since}
"""


@pytest.fixture(scope="module")
def known(shop: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Any]:
    """A shop with a file of customers, trained once."""
    place = Place(tmp_path_factory.mktemp("known"))
    log = shop.assign(customer_id="shopper-" + shop["customer_id"])  # ids that nothing else looks like
    ids = pd.Index(sorted(log["customer_id"].unique()))
    some = pd.DataFrame(
        {"id": ids, "Since": "1997-01-01", "Region": [("north", "south")[k % 2] for k in range(len(ids))]}
    )
    some["Age"], some["Mailing"] = range(len(ids)), ["yes", "no", None] * (len(ids) // 3) + ["no"] * (len(ids) % 3)
    some["Age"] = 20 + some["Age"] % 40
    later = some.head(50).assign(Since="1998-04-01", Age=99)
    strangers = some.head(3).assign(id=["nobody 1", "nobody 2", "nobody 3"])
    pd.concat([some.iloc[:-20], later, strangers]).to_csv(place.folder / "known.csv", index=False)
    log.to_csv(place.folder / "orders.csv", index=False)
    asked = PARAMS.replace("origins: 1", "origins: 0") + CUSTOMERS + "campaign: {consent: mailing}\n"
    (place.folder / "params.yaml").write_text(asked)
    (place.folder / "store").mkdir()
    return place, place.json("train", "--force", "the tests go on")


def test_every_row_is_accounted_for(known: tuple[Place, Any]) -> None:
    place, told = known
    n = len(pd.read_csv(place.folder / "known.csv"))
    expected = [("used", n - 3), ("excluded", 3)]
    assert [(entry["outcome"], entry["rows"]) for entry in told["customers"]["entries"]] == expected
    assert told["customers"]["without_row"] == 20
    shown = place.run("validate")
    assert "3 rows of 3 customers (customer without transactions)" in shown.stdout
    assert "The attribute mailing says whom a campaign may contact (campaign.consent): no feature." in shown.stderr


def test_scores_name_the_file_in_their_manifest_and_no_id(known: tuple[Place, Any]) -> None:
    place, _ = known
    place.score("scores.parquet")
    manifest = json.loads((place.folder / "scores.parquet.manifest.json").read_text())
    assert manifest["customers"]["attributes"] == ["region", "age"]
    assert len(manifest["customers"]["data_hash"]) == 64
    files = [file for file in (place.folder / "store").rglob("*") if file.is_file() and file.suffix != ".db"]
    assert not [file for file in files if b"shopper-" in file.read_bytes()]


def test_without_the_file_scoring_asks_for_it_by_name(known: tuple[Place, Any]) -> None:
    made = known[0].run(
        "score",
        "--out",
        known[0].folder / "none.parquet",
        "--set",
        "customers.path=null",
        "--set",
        "campaign.consent=null",
    )
    assert made.exit_code == 1
    assert "trained with attributes of customers, and region, age are not given" in made.stderr


def test_the_future_changes_nothing(known: tuple[Place, Any]) -> None:
    told = known[0].json("verify-leakage")
    assert told["holds"]
    assert "attributes changed" in {trial["corruption"] for trial in told["corruptions"]}


def test_only_who_consents_in_the_file_is_contacted(known: tuple[Place, Any]) -> None:
    place, _ = known
    place.score("scores.parquet")
    made = place.json("target", "--scores", place.folder / "scores.parquet", "--out", place.folder / "targets.csv")
    assert "gave no consent to any of the channels" in json.dumps(made)
    file = pd.read_csv(place.folder / "known.csv")
    allowed = set(file.loc[file["Mailing"] == "yes", "id"])
    assert set(pd.read_csv(place.folder / "targets.csv")["customer_id"]) <= allowed
    file.loc[file.index[60:65], "Mailing"] = "perhaps"
    file.to_csv(place.folder / "unclear.csv", index=False)
    words = ("--scores", place.folder / "scores.parquet", "--out", place.folder / "unclear-targets.csv")
    made = place.run("target", *words, "--set", "customers.path=unclear.csv")
    assert "count as without consent: 'perhaps' (5)." in made.stderr.replace("\n", " ")


def test_results_do_not_go_over_the_file(known: tuple[Place, Any]) -> None:
    made = known[0].run("score", "--out", known[0].folder / "known.csv")
    assert made.exit_code == 1
    assert "it is the file of customers" in made.stderr


def test_the_model_as_mlflow_serves_it(known: tuple[Place, Any]) -> None:
    from mlflow import pyfunc, tracking

    place, told = known
    tracking.set_tracking_uri(place.store)  # kept in the environment, which every verb reads
    try:
        model = pyfunc.load_model(told["model_uri"])
    finally:
        tracking.set_tracking_uri(None)
    types = {column["name"]: column["type"] for column in model.metadata.get_input_schema().to_dict()}
    assert (types["region"], types["age"]) == ("string", "double")
    columns = {"customer_id": "id", "region": "Region", "age": "Age"}
    customers = rg.read_customers(place.folder / "known.csv", columns, valid_from="Since")
    tx = rg.read_transactions(place.folder / "orders.csv")
    scorer = rg.load_scorer(told["model_uri"], place.store)
    expected = scorer.score(tx, CUTOFF, customers=customers)
    pd.testing.assert_frame_equal(model.predict(rg.build_features(tx, CUTOFF, customers).reset_index()), expected)


def test_one_customer_is_scored_with_the_file(known: tuple[Place, Any]) -> None:
    place, _ = known
    place.score("scores.parquet")
    scores = pd.read_parquet(place.folder / "scores.parquet")
    shown = place.json("customer", scores["customer_id"].iloc[0])
    assert shown["scores"]["p_churn"] == pytest.approx(scores["p_churn"].iloc[0], abs=0)


def test_monitor_knows_the_file(known: tuple[Place, Any]) -> None:
    place, _ = known
    place.score("scores.parquet")
    told = place.run("monitor", "--scores", place.folder / "scores.parquet", "--json")
    assert "columns" in json.loads(told.stdout), told.stderr
