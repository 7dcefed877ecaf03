"""Feeds in the flows: on the table of states, in its manifest, on the page of a customer; nothing without them."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from regulars.cli.app import app
from regulars.loyalty.feeds.from_feed import FINDINGS
from regulars.params import FEEDS, load_params
from regulars.pipelines.campaign_files import read_contacts
from regulars.pipelines.inputs import read_feeds
from tests.loyalty.feeds import invented

CUTOFF = ("--cutoff", "1998-01-01")


@pytest.fixture(scope="module")
def place(shop: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the log, every feed, and parameters that name them."""
    folder = tmp_path_factory.mktemp("feeds")
    shop.to_csv(folder / "orders.csv", index=False)
    for name in FINDINGS:
        getattr(invented, name)(shop).to_csv(folder / f"{name}.csv", index=False)
    feeds = ", ".join(f"{name}: {name}.csv" for name in FINDINGS)
    (folder / "params.yaml").write_text(f"transactions: {{path: orders.csv}}\nfeeds: {{{feeds}}}\n")
    return folder


def run(place: Path, *words: str) -> str:
    made = CliRunner().invoke(app, [*words, "--params", str(place / "params.yaml"), *CUTOFF])
    assert made.exit_code == 0, made.stderr
    return made.stdout


def test_states_carry_what_feeds_tell(place: Path) -> None:
    out = place / "states.parquet"
    told = json.loads(run(place, "segment", "--out", str(out), "--json"))["feeds"]
    assert told.keys() == FINDINGS.keys()
    manifest = json.loads((place / "states.parquet.manifest.json").read_text())
    assert manifest["feeds"] == told
    assert told["surveys"]["findings"][0]["driver"] == "nps"
    assert {"survey_score", "open_complaints", "silent_sign"} <= set(pd.read_parquet(out))
    in_words = run(place, "segment", "--out", str(out))
    assert "Feed surveys, " in in_words
    assert all(row["meaning"] in in_words for found in told.values() for row in found["findings"])


def test_without_feeds_nothing_is_said_of_them(place: Path) -> None:
    out = place / "plain.parquet"
    told = run(place, "segment", "--out", str(out), "--set", "feeds={}")
    assert "Feed" not in told
    assert "survey_score" not in pd.read_parquet(out)


def test_validate_says_what_became_of_the_rows(place: Path) -> None:
    told = json.loads(run(place, "validate", "--json"))["feeds"]
    assert [row["feed"] for row in told] == [name for name in FEEDS if name in FINDINGS]
    assert all(row["rows"] == sum(entry["rows"] for entry in row["entries"]) for row in told)
    assert "Feed complaints, " in run(place, "validate")
    assert "Feed" not in run(place, "validate", "--set", "feeds={}")


def test_the_page_of_a_customer_shows_the_feeds(place: Path, shop: pd.DataFrame) -> None:
    known = invented.known(invented.surveys(shop), shop).dropna(subset="score")
    who = known["customer_id"].iloc[0]
    page = place / "page.html"
    in_words = run(place, "customer", who, "--out", str(page))
    assert "Beside the orders" in in_words
    assert " of 10 on " in page.read_text(encoding="utf-8")
    assert "Beside the orders" not in run(place, "customer", who, "--set", "feeds={}")
    told = json.loads(run(place, "customer", who, "--json"))["feeds"]
    assert told["surveys"]["survey_score"] is not None
    little = json.loads(run(place, "customer", who, "--json", "--set", "lifetime.margin=0.001"))["feeds"]
    assert (told["costs"]["earned_back"], little["costs"]["earned_back"]) == (True, False)


def test_only_what_the_shop_sent_keeps_a_customer_off_the_list(tmp_path: Path) -> None:
    rows = {"customer_id": [1, 2, 3], "day": "2024-03-01", "direction": ["inbound", "outbound", None]}
    pd.DataFrame(rows).to_csv(tmp_path / "contacts.csv", index=False)
    params = load_params(overrides=[f"feeds.contacts={tmp_path}/contacts.csv"])
    contacts = read_contacts(params)
    assert contacts is not None
    assert contacts["customer_id"].tolist() == ["2", "3"]
    assert read_contacts(load_params(overrides=["feeds={}"])) is None
    assert read_feeds(params, ["surveys"]) == {}
