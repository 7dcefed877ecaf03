"""Scores in tables of databases: real ones, and what holds for every kind."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import psycopg
import pyarrow as pa
import pytest

from regulars.errors import InputError
from regulars.predict import Inputs, destination_of
from regulars.predict.destinations import Destination
from regulars.predict.part_files import UndeliveredError
from regulars.tables import SCORES
from tests.predict.destinations.made_up import DAYS, CutOffError, Interrupted, MadeUp, scores_of
from tests.servers import PASSWORD, Postgres

ROOT = Path(__file__).parents[3]
NOTHING = Inputs(None, {})
FIRST = MadeUp(scores_of(1000))
AGAIN = MadeUp(scores_of(1000, seed=1)[5:])
LATER = MadeUp(scores_of(300, "2024-02-01"))


@dataclass(frozen=True)
class Database:
    """A database without tables, and a way into it that is not ours."""

    out: str
    query: Callable[[str], list[tuple[Any, ...]]]

    def destination(self, table: str | None = None) -> Destination:
        return destination_of(self.out, table)

    def write(self, scores: MadeUp, table: str | None = None) -> None:
        place = self.destination(table)
        place.check(NOTHING)
        place.write(scores, scores.content)

    def holds(self, *written: MadeUp, table: str = "scores") -> bool:
        """Whether the table holds exactly these scores, and one manifest for each."""
        rows = self.query(f"SELECT {', '.join(SCORES)} FROM {table} ORDER BY cutoff, customer_id")
        manifests = self.query(f"SELECT content FROM {table}_manifest ORDER BY cutoff")
        told = [{key: json.loads(text)[key] for key in FIRST.content} for (text,) in manifests]
        return plain(rows) == [row for scores in written for row in rows_of(scores)] and told == [
            scores.content for scores in written
        ]


def rows_of(scores: MadeUp) -> list[list[Any]]:
    frame = scores.frame.astype(object).where(scores.frame.notna(), None)
    return [
        [value.date().isoformat() if name in DAYS and value else value for name, value in zip(frame, row, strict=True)]
        for row in frame.itertuples(index=False)
    ]


def plain(rows: list[tuple[Any, ...]]) -> list[list[Any]]:
    return [[value.isoformat() if isinstance(value, dt.date) else value for value in row] for row in rows]


def with_duckdb(file: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    def query(sql: str) -> list[tuple[Any, ...]]:
        with closing(duckdb.connect(str(file))) as database:
            return database.execute(sql).fetchall()

    return query


def with_sqlite(file: Path) -> Callable[[str], list[tuple[Any, ...]]]:
    def query(sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(file, isolation_level=None)) as database:
            return database.execute(sql).fetchall()

    return query


def with_postgres(url: str) -> Callable[[str], list[tuple[Any, ...]]]:
    def query(sql: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(url, password=PASSWORD) as database:
            made = database.execute(sql)
            return made.fetchall() if made.description else []

    return query


@pytest.fixture
def on_server(postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """An empty database of PostgreSQL; parts would go to a folder of the test."""
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(ROOT)])))
    postgres.execute("DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS sales CASCADE; CREATE SCHEMA public")
    return Database(postgres.url, with_postgres(postgres.url))


@pytest.fixture(params=["duckdb", "sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "postgres":
        made: Database = request.getfixturevalue("on_server")
        return made
    if request.param == "duckdb":
        return Database(str(tmp_path / "shop.duckdb"), with_duckdb(tmp_path / "shop.duckdb"))
    return Database(str(tmp_path / "shop.sqlite"), with_sqlite(tmp_path / "shop.sqlite"))


FILES = pytest.mark.parametrize("database", ["duckdb", "sqlite"], indirect=True)


class TestRows:
    @pytest.mark.medium
    def test_a_cutoff_is_replaced_whole_and_others_stay(self, database: Database) -> None:
        database.write(FIRST)
        assert database.holds(FIRST)
        database.write(FIRST)
        assert database.holds(FIRST), "the same scores twice leave the same rows"
        database.write(LATER)
        assert database.holds(FIRST, LATER)
        database.write(AGAIN)
        assert database.holds(AGAIN, LATER), "who has no score any more has no row"

    def test_whole_numbers_stay_numbers(self, database: Database) -> None:
        numbers = MadeUp(scores_of(300, texts=False))
        database.write(numbers)
        assert database.holds(numbers)

    @pytest.mark.medium
    def test_tables_of_one_database_do_not_touch(self, database: Database) -> None:
        database.query("CREATE TABLE orders AS SELECT 1 AS a")
        database.write(FIRST)
        database.write(LATER, "vip")
        assert database.holds(FIRST)
        assert database.holds(LATER, table="vip")
        assert database.query("SELECT * FROM orders") == [(1,)]

    @pytest.mark.medium
    @FILES
    def test_columns_in_another_order_are_filled_by_name(self, database: Database) -> None:
        database.write(FIRST)
        database.query(f"CREATE TABLE turned AS SELECT {', '.join(reversed(SCORES))} FROM scores LIMIT 0")
        database.write(LATER, "turned")
        assert database.holds(LATER, table="turned")


class TestMidway:
    @pytest.mark.medium
    def test_an_error_midway_leaves_the_rows_as_they_were(self, database: Database) -> None:
        database.write(FIRST)
        with pytest.raises(CutOffError):
            database.write(Interrupted(AGAIN.frame))
        assert database.holds(FIRST)
        with pytest.raises(CutOffError):
            database.write(Interrupted(LATER.frame))
        assert database.holds(FIRST)

    @pytest.mark.medium
    @FILES
    def test_an_error_midway_leaves_no_file_that_was_not_there(self, database: Database) -> None:
        with pytest.raises(CutOffError):
            database.write(Interrupted(FIRST.frame))
        assert not list(Path(database.out).parent.iterdir())
        database.write(FIRST)
        assert database.holds(FIRST)

    @pytest.mark.slow
    def test_a_kill_midway_leaves_the_rows_as_they_were(self, database: Database) -> None:
        database.write(FIRST)
        code = """
import os, signal, sys
from regulars.predict import destination_of
from tests.predict.destinations.made_up import MadeUp, scores_of
class Killed(MadeUp):
    def tables(self):
        yield next(super().tables())
        os.kill(os.getpid(), signal.SIGKILL)
scores = Killed(scores_of(60_000, seed=1), rows_at_once=50_000)
destination_of(sys.argv[1]).write(scores, scores.content)
"""
        made = subprocess.run([sys.executable, "-c", code, database.out], capture_output=True, check=False)
        assert made.returncode == -signal.SIGKILL, made.stderr
        assert database.holds(FIRST)
        database.write(AGAIN)
        assert database.holds(AGAIN)


class TestFound:
    @pytest.mark.medium
    def test_what_was_made_from_the_same_is_found_while_no_row_is_missing(self, database: Database) -> None:
        assert database.destination().find("made for 2024-01-01") is None
        database.write(LATER)
        database.write(FIRST)
        for scores in (FIRST, LATER):
            placed = database.destination().find(scores.content["inputs"])
            assert placed
            assert dict(placed.content) == {**scores.content, "table": "scores"}
            assert placed.table == "scores"
        assert database.destination().find("made for 2024-03-01") is None
        assert database.destination("vip").find("made for 2024-01-01") is None
        database.query("DELETE FROM scores WHERE customer_id = '00007'")
        assert database.destination().find("made for 2024-01-01") is None


class TestRefused:
    @staticmethod
    def refused(database: Database, table: str | None = None, scores: MadeUp | None = None) -> str:
        with pytest.raises(InputError) as refused:
            database.write(scores, table) if scores else database.destination(table).check(NOTHING)
        return str(refused.value)

    def test_a_table_with_other_columns_is_named_with_them_and_left(self, database: Database) -> None:
        kept = [name for name in SCORES if name not in ("p_lost", "clv")]
        database.query(f"CREATE TABLE scores AS SELECT 7 AS mine, {', '.join(f'1 AS {name}' for name in kept)}")
        said = self.refused(database)
        assert "has other columns than scores: it lacks p_lost, clv; it also has mine. Nothing was changed" in said
        assert "give another --table, or rename this one" in said
        assert database.query("SELECT count(*), min(mine) FROM scores") == [(1, 7)]

    @FILES
    def test_a_table_of_manifests_with_other_columns_too(self, database: Database) -> None:
        database.query("CREATE TABLE scores_manifest AS SELECT 1 AS cutoff")
        assert "it lacks customers, model_version, inputs, content" in self.refused(database)

    @pytest.mark.medium
    def test_ids_of_another_type_are_not_forced_into_it(self, database: Database) -> None:
        database.write(MadeUp(scores_of(300, texts=False)))
        said = self.refused(database, scores=FIRST)
        assert "customer_id is " in said
        assert database.holds(MadeUp(scores_of(300, texts=False)))

    @pytest.mark.medium
    @FILES
    @pytest.mark.parametrize("name", ['x"; DROP TABLE orders; --', "a b", "", "7days", "x" * 51, "a.b.c", "é" * 26])
    def test_a_hostile_name_is_no_name(self, database: Database, name: str) -> None:
        database.query("CREATE TABLE orders AS SELECT 1 AS a")
        assert "--table is" in self.refused(database, name)
        assert database.query("SELECT * FROM orders") == [(1,)]

    @pytest.mark.medium
    @FILES
    def test_a_name_in_another_script_and_a_word_of_sql_are_names(self, database: Database) -> None:
        for name in ("Kundenwert_für_März", "select"):
            database.write(LATER, name)
            assert database.query(f'SELECT count(*) FROM "{name}"') == [(300,)]


@FILES
class TestFiles:
    """What holds where the database is a file."""

    @pytest.fixture
    def database(self, request: pytest.FixtureRequest, tmp_path: Path) -> Database:
        file = tmp_path / f"shop.{request.param}"
        return Database(str(file), {"duckdb": with_duckdb, "sqlite": with_sqlite}[request.param](file))

    @pytest.fixture
    def file(self, database: Database) -> Path:
        return Path(database.out)

    def test_a_database_is_known_by_its_content_under_any_name(self, database: Database, file: Path) -> None:
        database.write(FIRST)
        file.rename(file.with_name("warehouse"))
        place = destination_of(str(file.with_name("warehouse")))
        assert place == type(database.destination())(file.with_name("warehouse"), database.destination().table)

    def test_a_file_that_is_no_database_is_left(self, database: Database, file: Path) -> None:
        file.write_text("my notes, which are long enough")
        assert "is no database of DuckDB or SQLite" in TestRefused.refused(database)
        assert file.read_text() == "my notes, which are long enough"

    @pytest.mark.medium
    def test_an_empty_file_becomes_one(self, database: Database, file: Path) -> None:
        file.touch()
        database.write(FIRST)
        assert database.holds(FIRST)

    def test_the_log_and_the_store_are_not_written_to(self, database: Database, file: Path) -> None:
        database.query("CREATE TABLE orders AS SELECT 1 AS a")
        for inputs in (Inputs(str(file), {}), Inputs(None, {"the customers": file})):
            with pytest.raises(InputError, match="is read from"):
                database.destination().check(inputs)

    def test_a_folder_that_is_not_there(self, database: Database, file: Path) -> None:
        with pytest.raises(InputError, match="does not exist"):
            destination_of(str(file.parent / "no" / file.name)).check(NOTHING)

    @pytest.mark.skipif(os.getuid() == 0, reason="root may write everything")
    def test_a_file_that_may_not_be_written(self, database: Database, file: Path) -> None:
        database.write(FIRST)
        file.chmod(0o400)
        assert "cannot be written" in TestRefused.refused(database)

    @pytest.mark.slow
    def test_a_file_that_another_program_holds_is_said_before_the_work(
        self, database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("regulars.predict.destinations.sqlite_table.WAIT_SECONDS", 0.1)
        database.write(FIRST)
        hold = {
            "duckdb": "import duckdb; held = duckdb.connect(sys.argv[1])",
            "sqlite": "import sqlite3; held = sqlite3.connect(sys.argv[1]); held.execute('BEGIN EXCLUSIVE')",
        }[file.suffix[1:]]
        code = f"import sys; {hold}; print('held', flush=True); input()"
        words = [sys.executable, "-c", code, str(file)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
            assert holder.stdout
            assert holder.stdout.readline() == "held\n"
            said = TestRefused.refused(database)
            with pytest.raises(UndeliveredError, match="no other program holds it"):
                database.destination().write(AGAIN, AGAIN.content)
            holder.communicate("\n")
        assert "cannot be written" in said
        assert "no other program holds it" in said
        assert database.holds(FIRST)


def test_a_schema_of_duckdb_has_to_be_there(tmp_path: Path) -> None:
    file = tmp_path / "shop.duckdb"
    with pytest.raises(InputError, match=r"has no schema 'sales' yet"):
        destination_of(str(file), "sales.scores").check(NOTHING)
    query = with_duckdb(file)
    query("CREATE TABLE orders AS SELECT 1 AS a")
    with pytest.raises(InputError, match=r"There is no schema 'sales' .*the database has: main"):
        destination_of(str(file), "sales.scores").check(NOTHING)
    query("CREATE SCHEMA sales")
    destination_of(str(file), "sales.scores").write(FIRST, FIRST.content)
    assert query("SELECT count(*) FROM sales.scores") == [(1000,)]
    assert query("SELECT cutoff, customers FROM sales.scores_manifest") == [(dt.date(2024, 1, 1), 1000)]


def test_days_are_days_in_duckdb(tmp_path: Path) -> None:
    destination_of(str(tmp_path / "shop.duckdb")).write(FIRST, FIRST.content)
    frame = duckdb.connect(str(tmp_path / "shop.duckdb"), read_only=True).sql("FROM scores").df()
    expected = FIRST.frame.astype(dict.fromkeys(DAYS, "datetime64[us]"))
    pd.testing.assert_frame_equal(
        frame.sort_values("customer_id", ignore_index=True).astype(expected.dtypes), expected, check_exact=True
    )


@pytest.mark.slow
class TestServer:
    """What holds where the database is on a server."""

    def test_the_key_is_the_customer_and_the_cutoff(self, on_server: Database) -> None:
        on_server.write(FIRST)
        with pytest.raises(psycopg.errors.UniqueViolation):
            on_server.query("INSERT INTO scores SELECT * FROM scores LIMIT 1")
        days = on_server.query("SELECT pg_typeof(cutoff)::text, pg_typeof(clv)::text FROM scores LIMIT 1")
        assert days == [("date", "double precision")]

    def test_a_server_that_stops_midway_leaves_the_table_as_it_was(
        self, on_server: Database, postgres: Postgres
    ) -> None:
        class Stopped(MadeUp):
            def tables(self) -> Iterator[pa.Table]:
                for number, table in enumerate(super().tables()):
                    if number == 1:
                        postgres.stop(signal.SIGQUIT)
                    yield table

        on_server.write(FIRST)
        try:
            with pytest.raises(UndeliveredError, match=r"cannot be written: .*Nothing was changed\. Check the address"):
                on_server.write(Stopped(AGAIN.frame))
        finally:
            postgres.start()
        assert on_server.holds(FIRST)
        on_server.write(AGAIN)
        assert on_server.holds(AGAIN)

    def test_a_server_that_stops_before_it_answers_the_last_word_may_hold_all_or_nothing(
        self, on_server: Database
    ) -> None:
        on_server.write(FIRST)
        # A check of the server's own that ends the connection while it commits.
        on_server.query("""
            CREATE FUNCTION leave() RETURNS trigger LANGUAGE plpgsql AS
              'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
            CREATE CONSTRAINT TRIGGER leaving AFTER INSERT ON scores_manifest DEFERRABLE INITIALLY DEFERRED
              FOR EACH ROW EXECUTE FUNCTION leave()""")
        with pytest.raises(UndeliveredError, match=r"may hold the new scores, or be as it was: .* Run again"):
            on_server.write(AGAIN)
        assert on_server.holds(FIRST)
        on_server.query("DROP TRIGGER leaving ON scores_manifest")
        on_server.write(AGAIN)
        assert on_server.holds(AGAIN)

    def test_a_server_that_is_not_there_and_a_wrong_password_are_said_before_the_work(
        self, on_server: Database, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with pytest.raises(InputError, match=r"cannot be written: .*onnect.* whether the server is up"):
            destination_of("postgresql://shop@127.0.0.1:1/shop").check(NOTHING)
        monkeypatch.setenv("PGPASSWORD", "not-the-s3cret")
        said = TestRefused.refused(on_server)
        assert "password authentication failed" in said
        assert "not-the-s3cret" not in said

    def test_a_password_in_the_address_is_refused_and_not_shown(self, on_server: Database) -> None:
        secret = "hunter2-and-more"
        with pytest.raises(InputError, match=r"Take it out of --out and put it into .* PGPASSWORD") as refused:
            destination_of(on_server.out.replace("shop@", f"shop:{secret}@")).check(NOTHING)
        assert secret not in str(refused.value)

    def test_missing_rights_are_said_before_the_work_and_nothing_is_made(self, on_server: Database) -> None:
        on_server.write(FIRST)
        on_server.query(f"""
            DROP ROLE IF EXISTS reader; CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}';
            GRANT USAGE ON SCHEMA public TO reader; GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader""")
        as_reader = Database(on_server.out.replace("shop@", "reader@"), on_server.query)
        assert "permission denied for table scores. Nothing was changed" in TestRefused.refused(as_reader)
        assert "permission denied for schema public" in TestRefused.refused(as_reader, "other")
        assert as_reader.destination().find("made for 2024-01-01"), "reading is allowed"
        on_server.query("GRANT INSERT, DELETE, UPDATE ON ALL TABLES IN SCHEMA public TO reader")
        as_reader.write(AGAIN)
        assert on_server.holds(AGAIN), "who may write rows need not be allowed to make tables"
        on_server.query("DROP OWNED BY reader")
        assert on_server.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(2,)]

    def test_a_schema_has_to_be_there(self, on_server: Database) -> None:
        assert "There is no schema 'sales'" in TestRefused.refused(on_server, "sales.scores")
        on_server.query("CREATE SCHEMA sales")
        on_server.write(FIRST, "sales.scores")
        assert on_server.holds(FIRST, table="sales.scores")

    def test_the_table_of_the_log_is_refused_and_others_beside_it_are_not(self, on_server: Database) -> None:
        with pytest.raises(InputError, match=r"is read from: it is the log\. Give another --table"):
            on_server.destination().check(Inputs(None, {}, (on_server.out, "scores")))
        on_server.destination().check(Inputs(None, {}, (on_server.out, "orders")))

    def test_parts_lie_on_this_machine(self, on_server: Database, tmp_path: Path) -> None:
        place = destination_of(on_server.out, own=tmp_path / "models")
        assert place.local_path.parent == tmp_path / "models"
        assert place.local_path != destination_of(on_server.out, "vip", own=tmp_path / "models").local_path
