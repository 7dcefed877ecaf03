from __future__ import annotations

import hashlib
import json

import pandas as pd

from regulars.params import load_params
from regulars.pipelines.campaign_files import read_lists
from regulars.predict import read_table
from regulars.tables import TARGETS
from tests.pipelines.conftest import CUTOFF, Trained


def test_the_work_list(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.score("scores.parquet")
    told = trained.place.json("target", "--scores", folder / "scores.parquet", "--out", folder / "targets.parquet")
    targets, scores = read_table(folder / "targets.parquet"), read_table(folder / "scores.parquet")
    assert tuple(targets.columns) == TARGETS
    assert targets["customer_id"].is_unique
    assert set(targets["customer_id"]) <= set(scores["customer_id"])
    assert told["contacted"] == (targets["group"] == "treat").sum()
    assert told["control"] == (targets["group"] == "control").sum() > 0
    manifest = json.loads((folder / "targets.parquet.manifest.json").read_text())
    assert manifest["sha256"] == hashlib.sha256((folder / "targets.parquet").read_bytes()).hexdigest()
    assert "shopper-" not in json.dumps(manifest)


def test_from_csv_or_parquet_again_and_again_it_is_the_same_list(trained: Trained) -> None:
    folder = trained.place.folder
    lists = []
    for scores in ("scores.parquet", "scores.csv", "scores.csv"):
        trained.place.score(scores)
        made = trained.place.run("target", "--scores", folder / scores, "--out", folder / "targets.csv")
        assert made.exit_code == 0, made.stderr
        lists.append((folder / "targets.csv").read_bytes())
    assert len(set(lists)) == 1
    assert "are to be contacted" in made.stdout
    assert len(pd.read_csv(folder / "targets.csv")) > 0


def test_a_budget_is_kept(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.score("scores.parquet")
    words = [
        "target",
        "--scores",
        folder / "scores.parquet",
        "--out",
        folder / "few.csv",
        "--set",
        "campaign.budget=40",
    ]
    told = trained.place.json(*words)
    few = read_table(folder / "few.csv")
    assert 0 < few.loc[few["group"] == "treat", "expected_cost"].sum() <= 40
    assert told["budget"] == 40


def test_without_offers_it_is_refused_with_an_example(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.score("scores.parquet")
    made = trained.place.run(
        "target", "--scores", folder / "scores.parquet", "--out", folder / "none.csv", "--set", "offers=[]"
    )
    assert made.exit_code == 1
    assert "no prices are made up" in made.stderr
    assert "offers:\n  - {name: voucher" in made.stderr
    assert not (folder / "none.csv").exists()


def test_files_of_exclusions_consents_and_contacts(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.score("scores.parquet")
    plain = ["target", "--scores", folder / "scores.parquet", "--out", folder / "few.csv"]
    trained.place.json(*plain)
    treated = read_table(folder / "few.csv").query("group == 'treat'")
    ids = treated["customer_id"].tolist()
    pd.DataFrame({"customer_id": ids[:2]}).to_csv(folder / "exclude.csv", index=False)
    pd.DataFrame({"customer_id": ids[:20], "channel": "email"}).to_csv(folder / "consent.csv", index=False)
    seen = pd.DataFrame({"who": ids[2:4], "sent": pd.Timestamp(CUTOFF) - pd.Timedelta(days=5)})
    seen.to_parquet(folder / "contacts.parquet")
    feed = "feeds={contacts: {path: contacts.parquet, columns: {customer_id: who, day: sent}}}"
    limits = ("campaign.exclude=exclude.csv", "campaign.consent=consent.csv", feed)
    told = trained.place.json(*plain, *(word for limit in limits for word in ("--set", limit)))
    left = set(read_table(folder / "few.csv").query("group == 'treat'")["customer_id"])
    assert left == set(ids[4:20])
    assert "2 are on the list of exclusions" in told["in_words"]
    assert "2 were contacted within 30 days before the start" in told["in_words"]


def test_files_for_a_mail_tool_and_of_those_let_go(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.score("scores.parquet")
    told = trained.place.json(
        *("target", "--scores", folder / "scores.parquet", "--out", folder / "mail.csv"),
        *("--layout", "klaviyo", "--let-go", folder / "let_go.parquet", "--lang", "zh"),
    )
    contacts = pd.read_csv(folder / "mail.klaviyo.csv")
    suppressed = pd.read_csv(folder / "mail.klaviyo-suppress.csv")
    assert contacts["External ID"].is_unique
    assert contacts["Opening"].str.fullmatch(r"[^a-z]*[\u4e00-\u9fff]：.+。").all()
    assert set(suppressed["Reason"]) == {"对照组"}
    assert set(read_table(folder / "mail.csv")["group"]) == {"treat", "control"}  # `measure` reads it
    assert len(contacts) == told["contacted"]
    assert len(suppressed) == told["control"]
    assert not contacts["External ID"].isin(suppressed["External ID"]).any()
    assert len(read_table(folder / "let_go.parquet")) == told["let_go_customers"]


def test_consents_of_the_log_hold_for_every_channel_and_are_refused_where_it_has_none(trained: Trained) -> None:
    offer = {"contact_cost": 1, "incentive_cost": 1, "accept_rate": 0.1, "winback_rate": 0.1, "redeem_rate": 1}
    offers = [{"name": channel, "channel": channel, **offer} for channel in ("email", "phone")]
    params = load_params({"campaign": {"consent": "log"}, "offers": offers})
    consent = read_lists(params, pd.Series(["ann"])).consent
    assert consent is not None
    assert consent.to_dict("list") == {"customer_id": ["ann", "ann"], "channel": ["email", "phone"]}
    folder = trained.place.folder
    trained.place.score("scores.parquet")
    words = ("--scores", folder / "scores.parquet", "--out", folder / "x.csv", "--set", "campaign.consent=log")
    made = trained.place.run("target", *words)
    assert made.exit_code == 1
    assert "campaign.consent is 'log', but the log does not tell who accepts marketing" in made.stderr
