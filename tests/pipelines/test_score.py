from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import psycopg
import pytest

from regulars.features import build_features
from regulars.params import MlflowParams
from regulars.tables import SCORES
from regulars.tracking.registry import Registry
from regulars.tracking.store import opened
from regulars.transactions import read_transactions
from tests.forked import Forked, Server
from tests.pipelines.conftest import CUTOFF, REGULARS, Place, Trained
from tests.servers import PASSWORD, Postgres
from tests.writing import writing


@pytest.fixture(scope="module")
def scored(trained: Trained) -> bytes:
    """The bytes of the scores at the cutoff."""
    return trained.place.score("scores.parquet")


def table(scored: bytes, folder: Path) -> pd.DataFrame:
    (folder / "table.parquet").write_bytes(scored)
    return pd.read_parquet(folder / "table.parquet")


class TestTable:
    def test_every_customer_of_the_past_once(self, trained: Trained, scored: bytes, tmp_path: Path) -> None:
        scores = table(scored, tmp_path)
        known = trained.log.loc[trained.log["date"] < pd.Timestamp(CUTOFF), "customer_id"]
        assert tuple(scores.columns) == SCORES
        assert scores["customer_id"].tolist() == sorted(set(known))
        assert (scores["cutoff"] == pd.Timestamp(CUTOFF)).all()

    def test_the_manifest_tells_where_it_comes_from(self, trained: Trained, scored: bytes) -> None:
        told = json.loads((trained.place.folder / "scores.parquet.manifest.json").read_text())
        assert told["sha256"] == hashlib.sha256(scored).hexdigest()
        assert told["rows_in"] == len(trained.log)
        assert told["model_version"] == trained.told["model_version"]
        assert (told["cutoff"], told["training_cutoff"], told["horizon_days"]) == (CUTOFF, CUTOFF, 120)
        assert told["forecast"]["purchases"]["low"] < told["forecast"]["purchases"]["expected"]
        assert b"shopper-" not in json.dumps(told).encode()

    def test_csv_holds_the_same_values(self, trained: Trained, scored: bytes, tmp_path: Path) -> None:
        trained.place.score("scores.csv")
        text = pd.read_csv(trained.place.folder / "scores.csv", parse_dates=[c for c in SCORES if "_date" in c])
        scores = table(scored, tmp_path)
        for name in ("p_churn", "expected_spend", "clv_high", "customer_id", "reason_1"):
            pd.testing.assert_series_equal(text[name], scores[name], check_exact=True, check_dtype=False)

    def test_what_is_told(self, trained: Trained, scored: bytes, tmp_path: Path) -> None:
        told = trained.place.json("score", "--out", trained.place.folder / "again.parquet")
        scores = table(scored, tmp_path)
        assert told["customers"] == len(scores)
        assert told["totals"]["p_churn"] == pytest.approx(scores["p_churn"].sum())
        words = trained.place.run("score", "--out", trained.place.folder / "again.parquet").stdout
        assert f"{len(scores):,} customers scored at {CUTOFF}" in words
        days = told["forecast"]["purchases"]
        assert f"{days['expected']:,.0f} order days expected (90 %: {days['low']:,.0f} to {days['high']:,.0f})" in words
        assert told["forecast"]["basis"] in words
        assert "regulars target" in words


class TestSameBytes:
    def test_again(self, trained: Trained, scored: bytes) -> None:
        assert trained.place.score("again.parquet") == scored
        assert trained.place.score("again.parquet") == scored, "over the old file"

    def test_in_a_process_of_its_own_with_one_thread_another_zone_locale_and_hash_seed(
        self, trained: Trained, scored: bytes
    ) -> None:
        words = [*REGULARS, "score", "--out", "own.parquet"]
        surroundings = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "7"}
        trained.place.fresh(words, OMP_NUM_THREADS="1", **surroundings)
        assert (trained.place.folder / "own.parquet").read_bytes() == scored

    def test_in_another_place(self, place: Place, scored: bytes) -> None:
        assert place.score("moved.parquet") == scored

    def test_whatever_came_after_the_cutoff(self, place: Place, trained: Trained, scored: bytes) -> None:
        log, cutoff = trained.log, pd.Timestamp(CUTOFF)
        past, future = log[log["date"] < cutoff], log[log["date"] >= cutoff]
        swapped = future.assign(amount=future["amount"] * -3, customer_id=future["customer_id"].to_numpy()[::-1])
        returned = past.assign(date=cutoff, amount=-past["amount"])
        strangers = past.assign(customer_id="aa-" + past["customer_id"], date=cutoff + pd.Timedelta(days=9))
        for name, parts in {"cut": [past], "corrupted": [strangers, swapped, past, returned]}.items():
            pd.concat(parts).to_csv(place.folder / f"{name}.csv", index=False)
            assert place.score(f"{name}.parquet", "--transactions", place.folder / f"{name}.csv") == scored, name

    def test_whatever_the_kind_of_file(self, place: Place, trained: Trained, scored: bytes) -> None:
        trained.log.sample(frac=1.0, random_state=2).to_parquet(place.folder / "orders.parquet")
        assert place.score("scores.parquet", "--transactions", place.folder / "orders.parquet") == scored


WHOLE = """
import sys
from regulars.cli import main
sys.argv = ["regulars", "score", "--out", *sys.argv[1:]]
main()
"""
# Killed once the table and its manifest stand, before what they were made from is removed.
WHOLE_AND_KILLED = (
    """
import os, signal
from pathlib import Path
from regulars.files import Drafts
close = Drafts.close
def close_or_die(drafts):
    if Path("scores.parquet.manifest.json").exists():
        os.kill(os.getpid(), signal.SIGKILL)
    close(drafts)
Drafts.close = close_or_die
"""
    + WHOLE
)
# Scores in twenty parts, and ends itself by a signal once so many of them are finished. What is asked to end in words
# goes on with no further part until it was told to.
IN_PARTS = """
import os, sys, threading
from functools import partial
import regulars.pipelines.score as flow
from regulars.cli import main
from regulars.predict.engine import Here
from regulars.predict.part_files import PartFiles
until, by, *words = sys.argv[1:]
write, ending, told = PartFiles.write, threading.Lock(), threading.Event()
def write_and_end(files, *part):
    made = write(files, *part)
    if len(list(files.folder.glob("*.json"))) >= int(until):
        if ending.acquire(blocking=False):
            os.kill(os.getpid(), int(by))
        told.wait()
    return made
Here.give_up = lambda engine: told.set()
if int(until):
    PartFiles.write = write_and_end
flow.score_log = partial(flow.score_log, parts=20)
sys.argv = ["regulars", "score", "--out", *words]
main()
"""


def begin_in_parts(
    forks: Server, place: Place, name: str, *, until: int = 0, by: signal.Signals = signal.SIGKILL
) -> Forked:
    """Begin to score in twenty parts; it ends by a signal once so many of them are finished, without a number never."""
    return forks.begin(IN_PARTS, until, int(by), name, cwd=place.folder)


class TestKilled:
    """kill -9 in the midst of it: the next run goes on, gives the same bytes, and leaves nothing behind."""

    @staticmethod
    def run(forks: Server, place: Place, name: str, *, until: int = 0, by: signal.Signals = signal.SIGKILL) -> str:
        """Score in twenty parts, to the end or to a signal. What it said."""
        process = begin_in_parts(forks, place, name, until=until, by=by)
        said = process.said()
        ended = -by if by == signal.SIGKILL else 128 + by
        assert process.returncode == (ended if until else 0), said
        return said

    def test_the_next_run_goes_on_where_it_was_killed(self, forks: Server, place: Place, scored: bytes) -> None:
        before = sorted(place.folder.rglob("*"))
        for until in (3, 15):
            self.run(forks, place, "scores.parquet", until=until)
            assert until <= len(list(place.folder.glob(".*.parts/*/*.json"))) < 20
            assert not (place.folder / "scores.parquet").exists()
        kept = {file: file.stat().st_mtime_ns for file in place.folder.glob(".*.parts/*/*.json")}
        assert len(kept) >= 15
        made = place.run("score", "--out", place.folder / "scores.csv")
        assert made.exit_code == 0, "another table is not in the way"
        self.run(forks, place, "scores.parquet")
        assert (place.folder / "scores.parquet").read_bytes() == scored
        made_now = {"scores.parquet", "scores.parquet.manifest.json", "scores.csv", "scores.csv.manifest.json"}
        assert {path.name for path in set(place.folder.rglob("*")) - set(before)} == made_now

    def test_told_to_end_it_says_so_once_keeps_parts_and_nothing_else(
        self, forks: Server, place: Place, scored: bytes
    ) -> None:
        before = set(place.folder.iterdir())
        said = self.run(forks, place, "scores.parquet", until=4, by=signal.SIGTERM).splitlines()
        assert said[-1] == "Stopped. No table or report was left half-written."
        assert sum("Stopped" in line or "Traceback" in line or "error" in line for line in said) == 1, said
        assert any("The parts that are finished are kept: the next run goes on from them." in line for line in said)
        assert [path.name for path in set(place.folder.iterdir()) - before] == [".scores.parquet.parts"]
        found = re.search(
            r"(\d+) of 20 parts were finished by an earlier run", self.run(forks, place, "scores.parquet")
        )
        assert found
        assert int(found[1]) >= 4
        assert (place.folder / "scores.parquet").read_bytes() == scored
        assert not list(place.folder.glob(".*"))

    def test_once_the_table_stands_the_next_run_has_nothing_to_do_and_leaves_nothing(
        self, forks: Server, place: Place, scored: bytes
    ) -> None:
        before = set(place.folder.rglob("*"))
        process = forks.begin(WHOLE_AND_KILLED, "scores.parquet", cwd=place.folder)
        assert process.wait() == -signal.SIGKILL, process.said()
        assert len(list(place.folder.glob(".*"))) == 2, "parts and a draft are left"
        made = place.run("score", "--out", place.folder / "scores.parquet")
        assert TestNothingToDo.SAID in made.stderr
        assert (place.folder / "scores.parquet").read_bytes() == scored
        made_now = {"scores.parquet", "scores.parquet.manifest.json"}
        assert {path.name for path in set(place.folder.rglob("*")) - before} == made_now

    def test_at_any_moment(self, forks: Server, place: Place, scored: bytes) -> None:
        """As often as REGULARS_KILLS says, at moments drawn at random from the time that it takes."""
        before = sorted(place.folder.rglob("*"))
        start = time.monotonic()
        self.run(forks, place, "other.parquet")
        took = time.monotonic() - start
        for moment in np.random.default_rng(0).uniform(0.2, 1.0, int(os.environ.get("REGULARS_KILLS", "2"))):
            with begin_in_parts(forks, place, "scores.parquet") as process:
                time.sleep(moment * took)
                process.kill()
            table = place.folder / "scores.parquet"
            assert not table.exists() or table.read_bytes() == scored, moment
        self.run(forks, place, "scores.parquet")
        assert (place.folder / "scores.parquet").read_bytes() == scored
        made_now = [f"{name}.parquet{more}" for name in ("other", "scores") for more in ("", ".manifest.json")]
        assert sorted(path.name for path in set(place.folder.rglob("*")) - set(before)) == sorted(made_now)

    def test_a_forgotten_customer_is_not_left_in_parts(self, forks: Server, place: Place) -> None:
        self.run(forks, place, "scores.parquet", until=5)
        assert list(place.folder.glob(".*.parts"))
        place.score("scores.csv")
        customer = pd.read_csv(place.folder / "scores.csv")["customer_id"].iloc[0]
        assert place.run("forget", customer, "--in", place.folder / "scores.csv").exit_code == 0
        assert not list(place.folder.glob(".*.parts"))

    def test_two_at_once_give_the_same_bytes(self, forks: Server, place: Place, scored: bytes) -> None:
        both = [forks.begin(WHOLE, "scores.parquet", cwd=place.folder) for _ in range(2)]
        said = [process.said() for process in both]
        assert [process.returncode for process in both] == [0, 0], said
        assert (place.folder / "scores.parquet").read_bytes() == scored
        assert not list(place.folder.glob(".*"))


@contextmanager
def small_disk(folder: Path, options: str) -> Iterator[Path]:
    """A real disk of its own; needs the right to mount one."""
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


class TestDisks:
    """What a disk refuses is told in words, and nothing is left on it."""

    @staticmethod
    def refused(place: Place, out: Path) -> str:
        made = place.run("score", "--out", out)
        assert (made.exit_code, made.stdout) == (1, "")
        assert "Traceback" not in made.stderr
        return made.stderr

    def test_full_while_parts_are_kept(self, place: Place, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", "size=64k") as disk:
            said = self.refused(place, disk / "scores.parquet")
            assert "A part of the scores cannot be kept" in said
            assert "No space left on device. Free space, or give another --out." in said
            assert not list(disk.iterdir())

    def test_full_while_the_table_is_written(self, place: Place, tmp_path: Path) -> None:
        place.score("scores.csv")
        parts = 400_000  # bytes: room for the parts, and not for the table beside them
        assert (place.folder / "scores.csv").stat().st_size > parts
        with small_disk(tmp_path / "disk", f"size={parts}") as disk:
            assert "No space left on device" in self.refused(place, disk / "scores.csv")
            assert not list(disk.iterdir())

    def test_read_only_is_refused_before_the_log_is_read(self, place: Place, tmp_path: Path) -> None:
        with small_disk(tmp_path / "disk", "size=1m,ro") as disk:
            said = self.refused(place, disk / "scores.parquet")
            assert "takes no files (Read-only file system): give another --out" in said
            assert "read transactions" not in said


@pytest.mark.parametrize("how", ["appended to", "replaced"])
def test_a_log_that_changes_while_it_is_read_is_refused_and_used_by_the_next_run(
    place: Place, scored: bytes, how: str
) -> None:
    log, out = place.folder / "orders.csv", place.folder / "scores.parquet"
    before = log.read_bytes()
    for words in (("score", "--out", out), ("train", "--force", "the tests go on")):
        with writing(how, log):
            made = place.run(*words)
        assert made.exit_code == 1
        assert "orders.csv changed while it was read" in " ".join(made.stderr.split())
        log.write_bytes(before)
    assert list(place.folder.glob("*scores*")) == []
    with opened(place.store) as client:
        assert len(client.search_model_versions()) == 1
    assert place.score("scores.parquet") == scored


class TestNothingToDo:
    """The same log, model, cutoff and parameters, and a table that is whole: nothing is read, scored or written."""

    SAID = "Nothing to do: the log, the model, the cutoff and the parameters are those"

    @pytest.fixture
    def done(self, place: Place) -> Place:
        place.score("scores.parquet")
        return place

    @staticmethod
    def again(place: Place, *words: object, name: str = "scores.parquet") -> bool:
        """Whether scoring again finds nothing to do."""
        file = place.folder / name
        before = {path: path.stat().st_mtime_ns for path in place.folder.rglob("*")}
        made = place.run("score", "--out", file, *words)
        assert made.exit_code == 0, made.stderr
        told_so = TestNothingToDo.SAID in made.stderr
        same = before == {path: path.stat().st_mtime_ns for path in place.folder.rglob("*")}
        assert told_so == same
        return told_so

    def test_the_same_again_is_told_as_it_was(self, done: Place) -> None:
        table, manifest = done.folder / "scores.parquet", done.folder / "scores.parquet.manifest.json"
        first = done.json("score", "--out", done.folder / "first.parquet")
        assert self.again(done)
        told = done.json("score", "--out", table)
        assert told == {**first, "path": str(table), "manifest": str(manifest), "unchanged": True}
        assert f"{told['customers']:,} customers scored at {CUTOFF}" in done.run("score", "--out", table).stdout

    def test_a_wrong_call_is_refused_all_the_same(self, done: Place) -> None:
        made = done.run("score", "--out", done.folder / "scores.parquet", "--master", "local[2]")
        assert made.exit_code == 1
        assert "only Spark has one. Add --engine spark" in made.stderr

    def test_neither_mlflow_nor_a_learner_is_loaded(self, done: Place) -> None:
        code = """
import sys
from regulars.cli.app import app
app(["score", "--out", "scores.parquet"], standalone_mode=False)
print("loaded:", *sorted({"mlflow", "lightgbm", "sklearn"} & set(sys.modules)))
"""
        same_code = {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}
        assert done.fresh([sys.executable, "-c", code], **same_code).rstrip().endswith("loaded:")

    def test_a_copied_log_of_the_same_content_is_the_same(self, done: Place) -> None:
        log = done.folder / "orders.csv"
        log.write_bytes(log.read_bytes())
        assert self.again(done)

    def test_whatever_has_changed_is_scored_again(self, done: Place, trained: Trained) -> None:
        log, table = done.folder / "orders.csv", done.folder / "scores.parquet"
        trained.log[:-1].to_csv(log, index=False)
        assert not self.again(done)
        assert self.again(done)
        assert not self.again(done, "--cutoff", "1998-04-01")
        assert not self.again(done)
        assert not self.again(done, "--set", "transactions.returns=drop")
        assert not self.again(done, "--model", "models:/regulars/1")
        assert not self.again(done)
        table.write_bytes(table.read_bytes()[:-1] + b"?")
        assert not self.again(done)
        assert not self.again(done, name="other.parquet")
        (done.folder / "scores.parquet.manifest.json").unlink()
        assert not self.again(done)
        assert self.again(done)

    def test_another_champion_and_a_forgotten_customer_change_it(self, done: Place, trained: Trained) -> None:
        with opened(done.store) as client:
            client.set_model_version_tag("regulars", "1", "regulars.model_version", "another")
        assert not self.again(done)
        assert done.run("forget", trained.log["customer_id"].iloc[0], "--in", done.folder).exit_code == 0
        assert not self.again(done)

    def test_the_limit_of_age_still_holds(self, done: Place) -> None:
        late = ("--cutoff", "1998-09-19")
        assert not self.again(done, *late)
        assert self.again(done, *late)
        refused = done.run(
            "score", "--out", done.folder / "scores.parquet", *late, "--set", "transactions.max_age_days=80"
        )
        assert refused.exit_code == 1
        assert "allows 80 days" in refused.stderr

    def test_lines_of_days_to_come_are_looked_at_again(self, place: Place, trained: Trained) -> None:
        log = trained.log.copy()
        log.loc[log.index[-1], "date"] = pd.Timestamp.now() + pd.Timedelta(days=9)
        log.to_csv(place.folder / "orders.csv", index=False)
        place.score("scores.parquet")
        assert not self.again(place)


def test_plain_mlflow_gives_the_same_scores(trained: Trained, scored: bytes, tmp_path: Path) -> None:
    features = build_features(read_transactions(trained.place.folder / "orders.csv"), CUTOFF)
    features.to_parquet(tmp_path / "features.parquet")
    code = """
import sys, mlflow, pandas as pd
features = pd.read_parquet(sys.argv[1] + "/features.parquet")
model = mlflow.pyfunc.load_model("models:/regulars@champion")
model.predict(features).to_parquet(sys.argv[1] + "/by_index.parquet", index=False)
model.predict(features.reset_index()).to_parquet(sys.argv[1] + "/by_column.parquet", index=False)
try:
    model.predict(features.drop(columns="tenure"))
except Exception as error:
    print(error)
"""
    said = trained.place.fresh(
        [sys.executable, "-c", code, tmp_path],
        MLFLOW_TRACKING_URI=trained.place.store,
        MLFLOW_ALLOW_PICKLE_DESERIALIZATION="false",
        OMP_NUM_THREADS="2",
    )
    assert "tenure" in said
    scores = table(scored, tmp_path)
    for name in ("by_index", "by_column"):
        pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / f"{name}.parquet"), scores, check_exact=True)


class TestRefused:
    """Exit code 1, one message, nothing written."""

    @staticmethod
    def refused(place: Place, said: str, *words: object) -> None:
        before = sorted(place.folder.rglob("*"))
        made = place.run("score", "--out", place.folder / "refused.parquet", *words)
        assert (made.exit_code, made.stdout) == (1, "")
        assert [line for line in made.stderr.splitlines() if line.startswith("error:")]
        assert "Traceback" not in made.stderr
        assert said in made.stderr
        assert sorted(place.folder.rglob("*")) == before

    def test_no_champion_names_the_challenger(self, place: Place) -> None:
        with opened(place.store) as client:
            client.delete_registered_model_alias("regulars", "champion")
        self.refused(place, "has no champion. Its challenger is version 1")
        self.refused(place, '`regulars promote 1 --reason "..."`')
        assert place.score("asked.parquet", "--model", "models:/regulars/1")

    @pytest.mark.parametrize(
        ("uri", "said"),
        [
            ("models:/regulars/9", "no version '9'. It has the versions 1"),
            ("models:/regulars@champoin", "no version 'champoin'"),
            ("models:/regular@champion", "no registered model 'regular' (did you mean 'regulars'?)"),
            ("regulars", "is not the address of a model"),
        ],
    )
    def test_an_unknown_model(self, place: Place, uri: str, said: str) -> None:
        self.refused(place, said, "--model", uri)

    def test_the_past_unless_it_is_asked_for(self, place: Place) -> None:
        self.refused(place, "--allow-past", "--cutoff", "1998-02-01")
        assert place.score("past.parquet", "--cutoff", "1998-02-01", "--allow-past")

    def test_the_demos_log_for_want_of_another(self, place: Place) -> None:
        (place.folder / "params.yaml").write_text(f"mlflow: {{tracking_uri: {place.store}}}")
        self.refused(place, "No log is named, so CDNOW, the demo's, would be scored")
        self.refused(place, "trained on 'orders.csv'. Name the log: --transactions")

    def test_a_log_that_lacks_what_the_model_needs(self, place: Place) -> None:
        columns = "transactions.columns={customer_id: customer_id, ordered_at: date}"
        self.refused(place, "The feature table lacks 'net_total', 'gross_total', 'spend_rate' and", "--set", columns)
        self.refused(place, "which come from money", "--set", columns)

    def test_a_changed_model(self, place: Place) -> None:
        file = next((place.folder / "store").rglob("churned.txt"))
        file.write_bytes(file.read_bytes().replace(b"leaf_value=", b"leaf_value=0", 1))
        self.refused(place, "is not what was registered")


def test_champions_come_and_go(place: Place) -> None:
    moves = place.json("history")["moves"]
    assert [(move["from"], move["to"], move["action"]) for move in moves] == [(None, "1", "promote")]
    assert place.run("history").stdout.count("promote") == 1
    made = place.run("promote", "1", "--reason", "again")
    assert made.exit_code == 0
    assert "is the champion already" in made.stderr
    assert place.json("promote", "1", "--reason", "again") == {"moved": False, "champion": "1"}
    assert place.run("rollback", "--reason", "worse").exit_code == 1
    assert "no earlier champion" in place.run("rollback", "--reason", "worse").stderr
    assert Registry(MlflowParams(tracking_uri=place.store)).champion() == "1"


class TestAge:
    STALE = "1998-09-19"  # 81 days after the last day of the log

    def test_the_age_of_the_log_stands_in_output_json_manifest_and_report(self, place: Place) -> None:
        table = place.folder / "old.parquet"
        made = place.run("score", "--cutoff", self.STALE, "--out", table)
        assert made.exit_code == 0
        assert "The last line of the log is of 1998-06-30, 81 days before the cutoff 1998-09-19." in made.stderr
        assert "The last line before the cutoff 1998-09-19 is of 1998-06-30, 81 days earlier." in made.stdout
        told = json.loads((place.folder / "old.parquet.manifest.json").read_text())["log"]
        assert (told["age_days"], told["usual_gap_days"], told["last_line"]) == (81, 1, "1998-06-30")
        again = place.json("score", "--cutoff", self.STALE, "--out", table)["log"]
        assert again == {**told, "warnings": again["warnings"]}
        assert len(again["warnings"]) == 1
        targeted = place.json("target", "--scores", table, "--out", place.folder / "list.csv")
        assert targeted["log"] == again
        assert place.run("report", "--cutoff", self.STALE, "--out", place.folder / "r.html").exit_code == 0
        assert "is of <time>1998-06-30</time>, 81 days earlier." in (place.folder / "r.html").read_text()

    def test_a_log_older_than_its_limit_is_refused_by_score_and_target(self, place: Place) -> None:
        table, limit = place.folder / "old.parquet", ("--set", "transactions.max_age_days=80")
        refused = place.run("score", "--cutoff", self.STALE, "--out", table, *limit)
        assert refused.exit_code == 1
        assert "allows 80 days" in refused.stderr
        assert not table.exists()
        place.score("old.parquet", "--cutoff", self.STALE)
        target = ("target", "--scores", table, "--out", place.folder / "list.csv", *limit)
        assert "allows 80 days" in place.run(*target).stderr
        (place.folder / "old.parquet.manifest.json").unlink()
        assert "Nothing tells how old the log" in place.run(*target).stderr
        assert not (place.folder / "list.csv").exists()

    def test_a_dead_feed_is_refused_where_the_cutoff_is_the_latest(self, place: Place) -> None:
        latest = ("score", "--cutoff", "latest", "--out", place.folder / "latest.parquet")
        assert "days before the day of this run. Usually no more than 1 day" in place.run(*latest).stderr
        assert place.run(*latest, "--set", "transactions.max_age_days=3000").exit_code == 1


def rows_in(place: Place, out: str) -> pd.DataFrame:
    """The scores in a place, by a reader that is not ours; days as texts."""
    file = place.folder / out
    if out.endswith("/"):
        table = pd.read_parquet(file)
    elif out.endswith(".duckdb"):
        with closing(duckdb.connect(str(file), read_only=True)) as database:
            table = database.execute("FROM scores").df()
    else:
        with closing(sqlite3.connect(file)) as database:
            table = pd.read_sql("SELECT * FROM scores", database)
    return plain(table)


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Days as texts, nothing as None, and no types of one reader or another."""
    days = table.select_dtypes("datetime").columns
    table = table.assign(**{name: table[name].dt.strftime("%Y-%m-%d") for name in days})
    return table.astype(object).where(table.notna(), None)[list(SCORES)].sort_values("customer_id", ignore_index=True)


@pytest.mark.parametrize("out", ["scores/", "shop.duckdb", "shop.sqlite"])
class TestPlaces:
    """The same scores in a folder of many cutoffs, and in databases."""

    def test_they_are_those_of_a_file_and_are_not_made_twice(
        self, place: Place, scored: bytes, tmp_path: Path, out: str
    ) -> None:
        address = f"{place.folder}/{out}"
        told = place.json("score", "--out", address)
        expected = plain(table(scored, tmp_path))
        pd.testing.assert_frame_equal(rows_in(place, out), expected)
        assert told["customers"] == len(expected)
        assert told["path"].startswith(address)
        assert (told["table"], told["unchanged"]) == (None if out.endswith("/") else "scores", False)
        again = place.run("score", "--out", address)
        assert "Nothing to do: the log, the model" in again.stderr
        assert f"{len(expected):,} customers scored at {CUTOFF}" in again.stdout
        assert place.json("score", "--out", address) == {**told, "unchanged": True}
        later = place.json("score", "--out", address, "--cutoff", "1998-04-01")
        assert place.json("score", "--out", address)["unchanged"], "scores of both cutoffs are there"
        if out.endswith("/"):
            made = place.run("target", "--scores", later["path"], "--out", place.folder / "targets.csv")
            assert made.exit_code == 0, made.stderr


def test_a_table_of_postgresql_is_written_once_and_replaced_whole(
    place: Place, scored: bytes, tmp_path: Path, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    place_of = ("score", "--out", postgres.url, "--table", "nightly")
    try:
        told = place.json(*place_of)
        again = place.run(*place_of)
        assert "Nothing to do: the log, the model" in again.stderr
        place.json(*place_of, "--cutoff", "1998-04-01")
        postgres.execute(f"DELETE FROM nightly WHERE cutoff = '{CUTOFF}' AND p_churn > 0.5")
        assert not place.json(*place_of)["unchanged"], "rows are missing"
        with psycopg.connect(postgres.url, password=PASSWORD) as server:
            found = server.execute("SELECT * FROM nightly WHERE cutoff = %s", [CUTOFF])
            rows = pd.DataFrame(found.fetchall(), columns=[column.name for column in found.description or ()])
        for name in ("cutoff", "first_order", "last_order"):
            rows[name] = pd.to_datetime(rows[name])
        expected = plain(table(scored, tmp_path))
        assert plain(rows)["p_churn"].tolist() == expected["p_churn"].tolist()
        assert plain(rows)[["customer_id", "cutoff", "reason_1"]].equals(
            expected[["customer_id", "cutoff", "reason_1"]]
        )
        assert PASSWORD not in json.dumps(told) + again.stdout + again.stderr
    finally:
        postgres.execute("DROP TABLE IF EXISTS nightly, nightly_manifest")


def test_a_database_is_written_by_the_run_after_a_kill(
    forks: Server, place: Place, scored: bytes, tmp_path: Path
) -> None:
    before = set(place.folder.iterdir())
    TestKilled.run(forks, place, "shop.sqlite", until=9)
    assert not (place.folder / "shop.sqlite").exists()
    assert "parts were finished by an earlier run" in TestKilled.run(forks, place, "shop.sqlite")
    pd.testing.assert_frame_equal(rows_in(place, "shop.sqlite"), plain(table(scored, tmp_path)))
    assert [path.name for path in set(place.folder.iterdir()) - before] == ["shop.sqlite"], "nothing else is left"


def test_a_customer_is_forgotten_in_a_folder_of_cutoffs(place: Place) -> None:
    place.json("score", "--out", f"{place.folder}/scores/")
    customer = rows_in(place, "scores/")["customer_id"].iloc[0]
    made = place.run("forget", customer, "--in", place.folder / "scores")
    assert made.exit_code == 0, made.stderr
    assert customer not in set(rows_in(place, "scores/")["customer_id"])
    assert [path.name for path in (place.folder / "scores").rglob("*")] == [f"cutoff={CUTOFF}", "scores.parquet"]
