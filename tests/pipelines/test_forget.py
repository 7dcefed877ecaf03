"""The verb `forget`: out of every table, out of every later run, with a certificate, whatever interrupts it."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from regulars.cli.app import app
from regulars.predict import destination_of
from regulars.retention.records import hashed
from tests.forked import Server
from tests.pipelines.conftest import CUTOFF, Place, Trained
from tests.predict.destinations.made_up import MadeUp, scores_of
from tests.servers import PASSWORD, Postgres, Storage


def rows_of(place: Place, name: str) -> pd.DataFrame:
    path = place.folder / name
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path)


def holding(folder: Path, text: str) -> list[str]:
    """Files that hold a text, but for the log."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "orders.csv"]
    return sorted(path.relative_to(folder).as_posix() for path in files if text.encode() in path.read_bytes())


@pytest.fixture
def bare(tmp_path: Path) -> Place:
    """A log with its parameters and no model; 300 lines of 60 customers."""
    place = Place(tmp_path / "shop")
    place.folder.mkdir()
    rows = [f"buyer-{1000 + k % 60},2024-{1 + k % 6:02}-{1 + k % 28:02},{k}.50" for k in range(300)]
    (place.folder / "orders.csv").write_text("\n".join(["customer_id,date,amount", *rows]) + "\n")
    (place.folder / "params.yaml").write_text(
        'transactions: {path: orders.csv}\nmlflow: {tracking_uri: "sqlite:///store/mlflow.db"}\n'
        "campaign: {history: history.parquet, exclude: exclude.csv}\n"
    )
    (place.folder / "exclude.csv").write_text("customer_id\nbuyer-1007\nbuyer-1008\n")
    history = pd.DataFrame({"customer": [hashed("buyer-1007"), hashed("buyer-1008")], "campaign": ["a", "a"]})
    history.to_parquet(place.folder / "history.parquet", index=False)
    return place


def test_a_forgotten_customer_is_in_no_table_and_no_later_run(trained: Trained, place: Place) -> None:
    place.score("scores.parquet")
    place.score("scores.csv")
    target = ("target", "--scores", place.folder / "scores.parquet", "--out", place.folder / "targets.csv")
    place.json(*target, "--layout", "klaviyo", "--let-go", place.folder / "let-go.parquet")
    old, listed = (place.folder / "scores.parquet").read_bytes(), (place.folder / "targets.csv").read_bytes()
    gone = rows_of(place, "targets.csv").query("group == 'treat'")["customer_id"].iloc[0]
    asked = ("forget", gone, "--in", place.folder / "scores.parquet", "--in", place.folder)
    dry = place.json(*asked, "--dry-run")
    assert (place.folder / "scores.parquet").read_bytes() == old
    assert not (place.folder / "store" / "forgotten.parquet").exists()

    told = place.json(*asked)
    assert {Path(table["path"]).name for table in told["tables"]} == {
        "scores.parquet",
        "scores.csv",
        "targets.csv",
        "targets.klaviyo.csv",
    }
    assert told["tables"] == dry["tables"]
    assert told["log_rows_left_out"] == (trained.log["customer_id"] == gone).sum()
    assert holding(place.folder, gone) == []
    assert gone in (place.folder / "orders.csv").read_text(), "the log is the user's"

    edited, manifest = place.folder / "scores.parquet", place.folder / "scores.parquet.manifest.json"
    assert json.loads(manifest.read_text())["rows"] == len(pd.read_parquet(edited))
    assert place.score("again.parquet", "--cutoff", CUTOFF)
    assert gone not in set(rows_of(place, "again.parquet")["customer_id"])
    assert len(rows_of(place, "again.parquet")) == len(rows_of(place, "scores.parquet"))
    (place.folder / "old.parquet").write_bytes(old)
    made = place.run("target", "--scores", place.folder / "old.parquet", "--out", place.folder / "targets.csv")
    assert "Left out of the table: 1 rows of customers who were forgotten." in made.stderr
    assert gone not in set(rows_of(place, "targets.csv")["customer_id"])
    (place.folder / "targets.csv").write_bytes(listed)
    measure = ("measure", "--targets", place.folder / "targets.csv", "--out", place.folder / "effects.csv")
    made = place.run(*measure, "--set", f"campaign.history={place.folder / 'history.csv'}")
    assert made.exit_code == 0, made.stderr
    assert "1 rows of customers who were forgotten" in made.stderr
    assert hashed(gone) not in (place.folder / "history.csv").read_text()
    ledger = place.json("validate")["ledger"]
    assert ("forgotten customer", told["log_rows_left_out"]) in [(e["reason"], e["rows"]) for e in ledger["entries"]]
    assert f"There is no customer '{gone}' in the log" in place.run("customer", gone).stderr


def test_no_artefact_of_training_holds_an_id(trained: Trained) -> None:
    store = trained.place.folder / "store"
    files = [path for path in store.rglob("*") if path.is_file()]
    assert {"mlflow.db", "scorer.json", "churned.txt", "MLmodel", "reference.json"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        for encoding in ("utf-8", "utf-16-le"):
            assert "shopper-".encode(encoding) not in content, path


def test_it_looks_into_the_campaign_history_and_leaves_files_of_yours(bare: Place) -> None:
    made = bare.run("forget", "buyer-1007")
    assert made.exit_code == 0, made.stderr
    assert "exclude.csv names the customer. Change it, or give it with --in." in made.stdout
    assert rows_of(bare, "history.parquet")["customer"].tolist() == [hashed("buyer-1008")]
    assert holding(bare.folder, "buyer-1007") == ["exclude.csv"]
    assert bare.json("forget", "buyer-1007", "--in", bare.folder / "exclude.csv")["recorded_before"]
    assert (bare.folder / "exclude.csv").read_text() == "customer_id\nbuyer-1008\n"


def test_an_e_mail_of_an_export_is_found_however_it_is_written(bare: Place) -> None:
    rows = [f"#{k},Buyer{k % 60}@Example.com,paid,{k}.50,2024-{1 + k % 6:02}-{1 + k % 28:02},mug" for k in range(300)]
    header = "Name,Email,Financial Status,Total,Created at,Lineitem name"
    (bare.folder / "orders.csv").write_text("\n".join([header, *rows]) + "\n")
    told = bare.json("forget", " Buyer7@EXAMPLE.com")
    assert told["log_rows_left_out"] == 5
    assert bare.json("forget", "buyer7@example.com")["recorded_before"]
    assert bare.run("forget", "Buyer7@elsewhere.com").exit_code == 1
    (bare.folder / "orders.csv").write_text("customer_id,date,amount\nAnn@x.com,2024-01-01,1\nann@x.com,2024-01-01,1\n")
    assert bare.json("forget", "Ann@x.com")["log_rows_left_out"] == 1, "in any other log the case of an id counts"


def test_a_file_of_attributes_is_named_and_left(bare: Place) -> None:
    pd.DataFrame({"customer_id": ["buyer-1007", "buyer-1"], "city": ["a", "b"]}).to_csv(
        bare.folder / "who.csv", index=False
    )
    made = bare.run("forget", "buyer-1007", "--set", f"customers.path={bare.folder / 'who.csv'}", "--dry-run")
    assert "who.csv names the customer" in made.stdout


def test_files_of_yours_that_call_the_id_otherwise_are_named_and_changed_if_asked(bare: Place) -> None:
    who, contacts = bare.folder / "who.csv", bare.folder / "contacts.csv"
    who.write_text("client;city\nbuyer-1007;a\nb;c\n")
    contacts.write_text("customer,contacted_at\nbuyer-1007,2024-01-01\nb,2024-01-01\n")
    mapped = (
        "--set",
        f"customers={{path: {who}, columns: {{customer_id: client, city: city}}}}",
        "--set",
        f"feeds={{contacts: {{path: {contacts}, columns: {{customer_id: customer, day: contacted_at}}}}}}",
    )
    made = bare.run("forget", "buyer-1007", *mapped)
    assert [name in made.stdout for name in ("who.csv names", "contacts.csv names")] == [True, True], made.stdout
    assert bare.run("forget", "buyer-1007", *mapped, "--in", who, "--in", contacts).exit_code == 0
    assert (who.read_text(), contacts.read_text()) == ("client;city\nb;c\n", "customer,contacted_at\nb,2024-01-01\n")


def test_the_certificate_names_what_was_touched_and_not_the_customer(bare: Place) -> None:
    pd.DataFrame({"customer_id": ["buyer-1007", "b"]}).to_csv(bare.folder / "of-buyer-1007.csv", index=False)
    told = bare.json("forget", "buyer-1007", "--in", bare.folder / "of-buyer-1007.csv")
    certificate = json.loads(Path(told["certificate"]).read_text())
    (run,) = certificate["runs"]
    assert run["finished"]
    assert [table["rows"] for table in run["tables"]] == [1, 1]
    assert b"buyer-1007" not in Path(told["certificate"]).read_bytes()
    assert certificate["customer"] == told["customer"] in pd.read_parquet(told["recorded_in"])["customer"].tolist()


def test_an_unknown_customer_ends_with_exit_code_1_and_is_recorded_all_the_same(bare: Place) -> None:
    made = bare.run("forget", "buyer-9")
    assert made.exit_code == 1
    assert "The customer was found nowhere: check the id. It is recorded all the same" in made.stdout
    assert bare.run("forget", "buyer-9").exit_code == 0, "recorded before, and nothing is left to do"
    with (bare.folder / "orders.csv").open("a") as log:
        log.write("buyer-9,2024-06-01,3.00\n")
    entries = bare.json("validate")["ledger"]["entries"]
    assert [entry["rows"] for entry in entries if entry["reason"] == "forgotten customer"] == [1]


def test_a_page_that_shows_the_customer_is_named_and_ends_with_exit_code_1(bare: Place) -> None:
    (bare.folder / "page.html").write_text("<h1>buyer-1007</h1>")
    made = bare.run("forget", "buyer-1007", "--in", bare.folder / "page.html")
    assert made.exit_code == 1
    assert "page.html shows this id. Delete it, or make it again." in made.stdout
    (bare.folder / "page.html").unlink()
    assert bare.run("forget", "buyer-1007").exit_code == 0


def test_a_page_with_a_short_id_is_named_to_look_at_and_decides_nothing(bare: Place) -> None:
    page = bare.folder / "page.html"
    page.write_text("<p>an order within 5 or 7 days</p>")
    unknown = bare.run("forget", "5", "--in", page)
    assert unknown.exit_code == 1
    assert "The customer was found nowhere" in unknown.stdout
    (bare.folder / "scores.csv").write_text("customer_id,orders\n7,2\n8,7\n")
    made = bare.run("forget", "7", "--in", page, "--in", bare.folder / "scores.csv")
    assert made.exit_code == 0
    assert "page.html: it shows this id, which is so short" in made.stdout
    assert (bare.folder / "scores.csv").read_text() == "customer_id,orders\n8,7\n"
    again = bare.json("forget", "7", "--in", page)
    assert ([Path(shown).name for shown in again["pages_to_look_at"]], again["pages_to_make_again"]) == (
        [page.name],
        [],
    )


def test_what_cannot_be_searched_is_refused_before_anything_is_changed(bare: Place) -> None:
    for words, problem in (
        (("buyer-1007", "--in", bare.folder / "none.csv"), "There is no file or folder"),
        ((" ",), "The id of the customer is empty"),
    ):
        made = bare.run("forget", *words)
        assert made.exit_code == 1
        assert problem in made.stderr
    assert not (bare.folder / "store").exists()
    assert (
        "Part of the log, which regulars only reads"
        in bare.run("forget", "buyer-1007", "--in", bare.folder / "orders.csv").stderr
    )


def test_elsewhere_it_refuses_to_guess_which_log_is_meant(
    bare: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run in another folder, it would search the demo's log, change this one, and put the list where no run looks."""
    (elsewhere := tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(elsewhere)
    log = (bare.folder / "orders.csv").read_bytes()
    for given in (bare.folder, bare.folder / "orders.csv"):
        made = CliRunner().invoke(app, ["forget", "buyer-1007", "--in", str(given)])
        assert made.exit_code == 1
        assert "No log is named (transactions.path), and" in made.stderr
    assert (bare.folder / "orders.csv").read_bytes() == log
    assert not list(elsewhere.iterdir())


def test_parts_of_killed_jobs_go_and_the_certificate_names_them(bare: Place) -> None:
    (left := bare.folder / ".scores.parquet.parts").mkdir()
    (left / "00000.arrow").write_bytes(b"buyer-1007")
    dry = bare.run("forget", "buyer-1007", "--in", bare.folder, "--dry-run")
    assert f"Would be removed whole: {left}, parts of scores that a killed job left." in dry.stdout
    told = bare.json("forget", "buyer-1007", "--in", bare.folder)
    assert told["unfinished_scores"] == [str(left)]
    assert not left.exists()


def test_databases_are_searched_and_the_certificate_names_the_table(bare: Place) -> None:
    scores = MadeUp(scores_of(20))
    for name in ("shop.sqlite", "shop.duckdb"):
        destination_of(str(bare.folder / name)).write(scores, scores.content)
    told = bare.json("forget", "00007", "--in", bare.folder)
    assert [(Path(each["path"]).name, each["table"], each["rows"], each["left"]) for each in told["tables"]] == [
        ("shop.duckdb", "main.scores", 1, 19),
        ("shop.sqlite", "scores", 1, 19),
    ]
    again = bare.run("forget", "00007", "--in", bare.folder / "shop.duckdb")
    assert "The customer is in none of the 2 places that were searched." in again.stdout


def test_servers_are_searched_and_the_certificate_names_them_without_a_secret(
    bare: Place, postgres: Postgres, s3: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    postgres.execute("DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public")
    scores, stored = MadeUp(scores_of(20)), "s3://shop/nightly/scores.parquet"
    for place in (postgres.url, stored):
        destination_of(place, own=bare.folder).write(scores, scores.content)
    log = s3.put("nightly/log.csv", (bare.folder / "orders.csv").read_bytes() + b"00007,2024-01-01,3.00\n")
    words = ("00007", "--transactions", log, "--in", postgres.url, "--in", "s3://shop/nightly/")
    dry = bare.json("forget", *words, "--dry-run")
    told = bare.json("forget", *words)
    assert [(each["path"], each.get("table"), each["rows"], each["left"]) for each in told["tables"]] == [
        (postgres.url, "public.scores", 1, 19),
        (stored, None, 1, 19),
    ]
    assert (told["tables"], told["log_rows_left_out"]) == (dry["tables"], 1)
    certificate = Path(told["certificate"]).read_text()
    assert [table["path"] for table in json.loads(certificate)["runs"][0]["tables"]] == [postgres.url, stored]
    assert PASSWORD not in certificate
    again = bare.run("forget", *words)
    assert again.exit_code == 0
    assert "Part of the log, which regulars only reads, and left as it is: 's3://shop/nightly/log.csv'." in again.stderr
    assert "The customer is in none of the 3 places that were searched." in again.stdout


def test_a_log_that_cannot_be_read_does_not_stop_it(bare: Place) -> None:
    (bare.folder / "orders.csv").write_text("customer_id,date\n")
    made = bare.run("forget", "buyer-1007")
    assert made.exit_code == 0
    assert "The log was not searched" in made.stdout
    assert rows_of(bare, "history.parquet")["customer"].tolist() == [hashed("buyer-1008")]


def test_a_folder_that_takes_no_files_is_searched_too(bare: Place) -> None:
    folder = bare.folder / "archive"
    while (room := 4_080 - len(str(folder))) > 1:  # a path so long that no draft has room beside the table
        folder /= "x" * min(room - 1, 200)
    folder.mkdir(parents=True)
    (folder / "a.csv").write_text("customer_id\nb\n")
    told = bare.json("forget", "buyer-1007", "--in", bare.folder / "archive")
    (run,) = json.loads(Path(told["certificate"]).read_text())["runs"]
    assert (run["finished"], told["files_searched"]) == (True, 2)


# Forgets, and is killed as the third of the tables named `table-` is about to be replaced.
KILLED = """
import itertools, os, signal, sys
from pathlib import Path
from regulars.cli import main
replace, tables = Path.replace, itertools.count(1)
def replace_or_die(aside, place):
    if Path(place).name.startswith("table-") and next(tables) == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return replace(aside, place)
Path.replace = replace_or_die
sys.argv[0] = "regulars"
main()
"""


def test_after_a_kill_the_next_run_completes_it(bare: Place, forks: Server) -> None:
    table = pd.DataFrame({"customer_id": [f"buyer-{1000 + k % 60}" for k in range(24_000)], "x": range(24_000)})
    places = [bare.folder / f"table-{k}.csv" for k in range(8)]
    for path in places:
        table.to_csv(path, index=False)
    before = {path: path.stat().st_ino for path in places}
    killed = forks.begin(KILLED, "forget", "buyer-1007", "--params", "params.yaml", "--in", ".", cwd=bare.folder)
    assert killed.wait() == -signal.SIGKILL, killed.said()
    assert sum(path.stat().st_ino != before[path] for path in places) == 2, "it was killed midway"
    left = holding(bare.folder, "buyer-1007")
    assert len([name for name in left if name.startswith("table-")]) == 6
    assert [path.name for path in bare.folder.iterdir() if path.name.startswith(".regulars-")], "drafts are left"
    (bare.folder / "exclude.csv").write_text("customer_id\nx\n")
    told = bare.json("forget", "buyer-1007", "--in", bare.folder)
    assert told["recorded_before"]
    assert holding(bare.folder, "buyer-1007") == []
    assert [len(pd.read_csv(path)) for path in places] == [23_600] * 8
    assert not list(bare.folder.glob(".*"))
    runs = json.loads(Path(told["certificate"]).read_text())["runs"]
    assert [run["finished"] for run in runs] == [False, True]
