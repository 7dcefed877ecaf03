"""A customer out of tables of scores in databases: every cutoff, the manifests with them, and nothing else."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from regulars.errors import InputError
from regulars.predict import Inputs, destination_of
from regulars.predict.destinations import sqlite_table
from regulars.predict.erase import Sought, files_in
from regulars.predict.erase_in_databases import erase_found, search_all
from tests.predict.destinations.made_up import MadeUp, scores_of

NAMES = ("shop.duckdb", "shop.sqlite")
SOUGHT = Sought("7", "c0123456789abcdef")
FIRST, LATER = (MadeUp(scores_of(900, cutoff, texts=False)) for cutoff in ("2024-01-01", "2024-02-01"))
# Removes the customer, and is killed before the database is told to keep that.
KILLED = """
import os, signal, sys
from pathlib import Path
from regulars.predict.erase import Sought
from regulars.predict.erase_in_databases import Database, erase_found, search_all
class Killing:
    def __init__(self, connection): self.connection = connection
    def execute(self, sql, values=()):
        if sql == "COMMIT":
            os.kill(os.getpid(), signal.SIGKILL)
        return self.connection.execute(sql, values)
erase = Database.erase
Database.erase = lambda self, table, sought: erase(Database(Killing(self.connection), self.kind), table, sought)
sought = Sought("7", "c")
for found in list(search_all(Path(sys.argv[1]), sought)):
    erase_found(found, sought)
"""


def query(file: Path, sql: str) -> list[tuple[Any, ...]]:
    opened = duckdb.connect(str(file)) if file.suffix == ".duckdb" else sqlite3.connect(file)
    with closing(opened) as database:
        return database.execute(sql).fetchall()


@pytest.fixture(params=NAMES)
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A database with scores at two cutoffs, and a table of somebody else."""
    path = tmp_path / str(request.param)
    for scores in (FIRST, LATER):
        place = destination_of(str(path), "weekly")
        place.check(Inputs(None, {}))
        place.write(scores, scores.content)
    opened = duckdb.connect(str(path)) if path.suffix == ".duckdb" else sqlite3.connect(path)
    with closing(opened) as database:
        database.execute("CREATE TABLE orders AS SELECT 7 AS customer_id, '2024-01-01' AS cutoff")
        database.commit()
    return path


def test_the_customer_goes_from_every_cutoff_and_the_manifests_say_so(file: Path) -> None:
    (found,) = search_all(file, SOUGHT)
    assert (found.rows, found.left, found.has_manifest) == (2, 1798, True)
    assert str(found.table).endswith("weekly")
    erase_found(found, SOUGHT)
    assert list(search_all(file, SOUGHT)) == []
    assert query(file, "SELECT count(*) FROM weekly WHERE customer_id <> 7") == [(1798,)]
    assert query(file, "SELECT customer_id FROM orders") == [(7,)], "not written by us"
    for customers, content in query(file, "SELECT customers, content FROM weekly_manifest"):
        assert (customers, json.loads(content)["rows"], json.loads(content)["rows_forgotten"]) == (899, 899, 1)
    place = destination_of(str(file), "weekly")
    assert place.find("made for 2024-02-01"), "whole, as its manifest says"


@pytest.mark.slow
def test_a_kill_midway_leaves_all_rows_and_the_next_one_removes_them(file: Path) -> None:
    made = subprocess.run([sys.executable, "-c", KILLED, file], capture_output=True, text=True, check=False)
    assert made.returncode == -signal.SIGKILL, made.stderr
    (found,) = search_all(file, SOUGHT)
    assert found.rows == 2
    assert {customers for (customers,) in query(file, "SELECT customers FROM weekly_manifest")} == {900}
    erase_found(found, SOUGHT)
    assert list(search_all(file, SOUGHT)) == []


def test_sqlite_keeps_no_byte_of_an_id(tmp_path: Path) -> None:
    file, sought = tmp_path / "shop.db", Sought("00123", "c")
    scores = MadeUp(scores_of(900))
    destination_of(str(file)).write(scores, scores.content)
    assert b"00123" in file.read_bytes()
    for found in list(search_all(file, sought)):
        erase_found(found, sought)
    assert b"00123" not in file.read_bytes()


def test_databases_are_found_in_folders_by_what_they_are(file: Path) -> None:
    (file.parent / "other.db").write_text("no database")
    assert files_in([file.parent]) == [file]


def test_one_that_another_program_holds_is_said_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_table, "WAIT_SECONDS", 0.1)
    file = tmp_path / "shop.sqlite"
    destination_of(str(file)).write(FIRST, FIRST.content)
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(InputError, match="database is locked"):
            list(search_all(file, SOUGHT))
