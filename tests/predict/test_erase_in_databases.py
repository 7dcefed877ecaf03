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
import psycopg
import pytest

from regulars.errors import InputError
from regulars.predict import Inputs, destination_of
from regulars.predict.destinations import sqlite_table
from regulars.predict.erase import Sought, files_in
from regulars.predict.erase_anywhere import erase_found, search_all
from tests.predict.destinations.made_up import MadeUp, scores_of
from tests.servers import PASSWORD, Postgres

NAMES = ("shop.duckdb", "shop.sqlite")
SOUGHT = Sought("7", "c0123456789abcdef")
FIRST, LATER = (MadeUp(scores_of(900, cutoff, texts=False)) for cutoff in ("2024-01-01", "2024-02-01"))
# Removes the customer, and is killed before the database is told to keep that.
KILLED = """
import os, signal, sys
from pathlib import Path
from regulars.predict.erase import Sought
from regulars.predict.erase_anywhere import erase_found, search_all
from regulars.predict.erase_in_databases import Database
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


@pytest.mark.slow
class TestServer:
    """Tables of scores on a server, in two schemas, beside a table of somebody else."""

    @pytest.fixture
    def address(self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
        monkeypatch.setenv("PGPASSWORD", PASSWORD)
        postgres.execute("""
            DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS sales CASCADE;
            CREATE SCHEMA public; CREATE SCHEMA sales;
            CREATE TABLE orders AS SELECT 7 AS customer_id, '2024-01-01' AS cutoff""")
        for scores in (FIRST, LATER):
            destination_of(postgres.url, "weekly", own=tmp_path).write(scores, scores.content)
        texts = MadeUp(scores_of(20))
        destination_of(postgres.url, "sales.scores", own=tmp_path).write(texts, texts.content)
        return postgres.url

    @staticmethod
    def query(address: str, sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(address, password=PASSWORD) as database:
            made = database.execute(sql)
            return made.fetchall() if made.description else []

    @staticmethod
    def forget(address: str, customer: str) -> list[tuple[str | None, int, int]]:
        sought = Sought(customer, "c")
        found = list(search_all(address, sought))
        for one in found:
            erase_found(one, sought)
        return [(one.table, one.rows, one.left) for one in found]

    def test_the_customer_goes_from_every_cutoff_and_schema_and_the_manifests_say_so(
        self, address: str, tmp_path: Path
    ) -> None:
        assert self.forget(address, "7") == [("public.weekly", 2, 1798)]
        assert self.forget(address, "00007") == [("sales.scores", 1, 19)]
        assert self.forget(address, "7") == self.forget(address, "00007") == []
        assert self.query(address, "SELECT count(*), count(*) FILTER (WHERE customer_id = 7) FROM weekly") == [
            (1798, 0)
        ]
        assert self.query(address, "SELECT customer_id FROM orders") == [(7,)], "not written by us"
        for customers, content in self.query(address, "SELECT customers, content FROM weekly_manifest"):
            assert (customers, json.loads(content)["rows"], json.loads(content)["rows_forgotten"]) == (899, 899, 1)
        assert destination_of(address, "weekly", own=tmp_path).find("made for 2024-02-01"), "whole, as it says"

    def test_a_server_that_goes_away_at_the_last_word_has_removed_all_or_nothing_and_the_next_run_completes_it(
        self, address: str
    ) -> None:
        # A check of the server's own that ends the connection while it commits.
        self.query(
            address,
            """
            CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER leaving AFTER UPDATE ON weekly_manifest DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION leave()""",
        )
        with pytest.raises(InputError, match=r"may have removed the customer, or be as it was: .* Run again"):
            self.forget(address, "7")
        assert self.query(address, "SELECT sum(customers) FROM weekly_manifest") == [(1800,)]
        assert self.query(address, "SELECT count(*) FROM weekly WHERE customer_id = 7") == [(2,)]
        self.query(address, "DROP TRIGGER leaving ON weekly_manifest")
        assert self.forget(address, "7") == [("public.weekly", 2, 1798)]

    @pytest.mark.parametrize("strings", ["on", "off"])
    def test_no_id_is_taken_for_sql(self, address: str, strings: str) -> None:
        hostile = r"\'; DROP TABLE orders; --?"
        self.query(address, f"ALTER ROLE shop SET standard_conforming_strings = {strings}")
        try:
            with psycopg.connect(address, password=PASSWORD) as database:
                database.execute("UPDATE sales.scores SET customer_id = %s WHERE customer_id = '00007'", [hostile])
            assert self.forget(address, hostile) == [("sales.scores", 1, 19)]
        finally:
            self.query(address, "ALTER ROLE shop RESET standard_conforming_strings")
        assert self.query(address, "SELECT customer_id FROM orders") == [(7,)]

    def test_a_role_that_may_only_read_is_told_so_and_nothing_is_changed(self, address: str) -> None:
        self.query(
            address,
            f"""
            DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}';
            GRANT USAGE ON SCHEMA public TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader""",
        )
        with pytest.raises(InputError, match=r"permission denied for table weekly.*Nothing was changed") as refused:
            self.forget(address.replace("shop@", "reader@"), "7")
        assert PASSWORD not in str(refused.value)
        assert self.query(address, "SELECT count(*) FROM weekly WHERE customer_id = 7") == [(2,)]
        self.query(address, "DROP OWNED BY reader")

    def test_a_password_in_the_address_is_refused_and_not_shown(self, address: str) -> None:
        secret = "hunter2-and-more"
        with pytest.raises(InputError, match=r"Take it out of --in and put it into .* PGPASSWORD") as refused:
            self.forget(address.replace("shop@", f"shop:{secret}@"), "7")
        assert secret not in str(refused.value)
