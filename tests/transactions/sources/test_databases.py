"""Databases: real ones, read only, copied once."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from regulars.errors import InputError
from regulars.transactions import read_transactions
from tests.servers import PASSWORD, Postgres

pytestmark = pytest.mark.slow

COLUMNS = {"customer_id": "client", "ordered_at": "bought", "amount": "paid"}
ROWS = "('007', '2024-01-05', 10.25), ('007', '2024-02-01', 3), ('b', '2024-01-09', 0.1), (NULL, '2024-01-09', 5)"
SHOP = f"""CREATE TABLE orders (client text, bought date, paid numeric(9,2)); INSERT INTO orders VALUES {ROWS};
           CREATE TABLE other (id integer)"""


@pytest.fixture
def duckdb_file(tmp_path: Path) -> Path:
    with closing(duckdb.connect(str(tmp_path / "shop.anything"))) as database:
        database.execute(SHOP)
    return tmp_path / "shop.anything"


@pytest.fixture
def sqlite_file(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.executescript(SHOP)
    return tmp_path / "shop.db"


@pytest.fixture
def shop(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    postgres.execute("DROP SCHEMA IF EXISTS public CASCADE; DROP SCHEMA IF EXISTS sales CASCADE; CREATE SCHEMA public")
    postgres.execute(SHOP)
    return postgres.url


def check_orders(source: object, table: str | None = "orders") -> None:
    tx = read_transactions(source, COLUMNS, table=table)
    assert (tx.n_customers, str(tx.first_day), str(tx.last_day)) == (2, "2024-01-05", "2024-02-01")
    assert tx.ledger.to_dict()["in"] == {"rows": 4, "customers": 2, "money": 18.35}
    assert {customer for (customer,) in tx.connection.execute("SELECT customer_id FROM lines").fetchall()} == {
        "007",
        "b",
    }


def test_a_table_of_duckdb(duckdb_file: Path) -> None:
    check_orders(duckdb_file)
    check_orders(duckdb_file, "SELECT * FROM orders WHERE paid < 100")


def test_a_table_of_sqlite(sqlite_file: Path) -> None:
    check_orders(sqlite_file)
    check_orders(sqlite_file, "SELECT * FROM orders WHERE paid < 100")


def test_a_table_of_postgres(shop: str) -> None:
    check_orders(shop)
    check_orders(shop, "SELECT * FROM orders WHERE paid < 100")


def test_the_only_table_needs_no_name_and_schemas_are_found(postgres: Postgres, shop: str) -> None:
    postgres.execute('DROP TABLE other; CREATE SCHEMA sales; CREATE VIEW sales."Old ""orders" AS SELECT * FROM orders')
    check_orders(shop, 'sales.Old "orders')
    postgres.execute("DROP SCHEMA sales CASCADE")
    check_orders(shop, None)


def test_a_table_that_is_not_there_is_named_with_those_that_are(
    duckdb_file: Path, sqlite_file: Path, shop: str
) -> None:
    for source in (duckdb_file, sqlite_file, shop):
        with pytest.raises(InputError, match=r"There is no table 'order' \(did you mean 'orders'\?\); .*orders, other"):
            read_transactions(source, COLUMNS, table="order")
        with pytest.raises(InputError, match=r"No table is named; the database has: orders, other\."):
            read_transactions(source, COLUMNS)


@pytest.mark.parametrize("table", ["orders; DROP TABLE orders", 'orders"; DROP TABLE orders; --', "orders WHERE true"])
def test_a_name_of_a_table_is_never_sql(duckdb_file: Path, sqlite_file: Path, shop: str, table: str) -> None:
    for source in (duckdb_file, sqlite_file, shop):
        with pytest.raises(InputError, match="There is no table"):
            read_transactions(source, COLUMNS, table=table)
        check_orders(source)


@pytest.mark.parametrize(
    "query", ["SELECT 1; DROP TABLE orders", "WITH gone AS (SELECT 1) DELETE FROM orders", "SELECT * FROM nowhere"]
)
def test_a_query_reads_and_nothing_else(duckdb_file: Path, sqlite_file: Path, shop: str, query: str) -> None:
    for source in (duckdb_file, sqlite_file, shop):
        with pytest.raises(InputError, match="cannot be read"):
            read_transactions(source, COLUMNS, table=query)
        check_orders(source)


def test_a_query_of_duckdb_sees_no_file(duckdb_file: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: Cannot access file"):
        read_transactions(duckdb_file, COLUMNS, table=f"SELECT * FROM read_csv('{__file__}')")


def test_passwords_stay_in_the_environment(shop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="holds a password") as refused:
        read_transactions(shop.replace("shop@", f"shop:{PASSWORD}@"), COLUMNS, table="orders")
    assert PASSWORD not in str(refused.value)
    monkeypatch.setenv("PGPASSWORD", "wrong")
    with pytest.raises(InputError, match="password authentication failed") as refused:
        read_transactions(shop, COLUMNS, table="orders")
    assert "wrong" not in str(refused.value)


def test_a_server_that_is_not_there_is_one_clear_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pytest.importorskip("duckdb_extension_postgres_scanner", reason="regulars[postgres] is not installed")
    with pytest.raises(InputError, match=r"cannot be read: .*onnect"):
        read_transactions("postgresql://shop@127.0.0.1:1/shop", COLUMNS, table="orders")


def test_bytes_that_are_no_text_are_refused_without_showing_them(tmp_path: Path) -> None:
    for kind in ("TEXT", "BLOB"):
        with closing(sqlite3.connect(tmp_path / f"{kind}.db")) as database:
            database.execute("CREATE TABLE orders (client, bought, paid)")
            for client in (b"good", b"secret-\xff", b"Zo\xc3\xab", b"secret-\xfe"):
                database.execute(f"INSERT INTO orders VALUES (CAST(? AS {kind}), '2024-01-05', 1)", [client])
            database.commit()
        with pytest.raises(InputError) as error:
            read_transactions(tmp_path / f"{kind}.db", COLUMNS)
        said = str(error.value)
        assert "column 'client' holds bytes that are no UTF-8 text in row 2 and 1 more of the rows near it" in said
        assert "secret" not in said
    clients = "SELECT * FROM orders WHERE hex(client) NOT LIKE '%F_'"
    tx = read_transactions(tmp_path / "BLOB.db", COLUMNS, table=clients)
    assert tx.connection.execute("SELECT customer_id FROM lines ORDER BY 1").fetchall() == [("Zoë",), ("good",)]


def test_one_customer_in_several_types_of_sqlite_is_one(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as database:
        database.execute("CREATE TABLE orders (client, bought, paid)")
        for client in (12345, 12345.0, "12345", "12345.0"):
            database.execute("INSERT INTO orders VALUES (?, '2024-01-05', 1)", [client])
        database.commit()
    tx = read_transactions(tmp_path / "shop.db", COLUMNS)
    assert tx.connection.execute("SELECT DISTINCT customer_id FROM lines").fetchall() == [(12345,)]


def test_a_damaged_database_is_one_clear_error(sqlite_file: Path) -> None:
    sqlite_file.write_bytes(sqlite_file.read_bytes()[:5000])
    with pytest.raises(InputError, match="cannot be read: "):
        read_transactions(sqlite_file, COLUMNS, table="orders")


def test_a_server_that_goes_away_midway_is_one_clear_error(postgres: Postgres, shop: str, tmp_path: Path) -> None:
    leaving = "pg_terminate_backend(pg_backend_pid()) FROM generate_series(1, 2) AS g"
    for table in (f"SELECT orders.*, g FROM orders, (SELECT {leaving}) AS gone(g)", "leaving"):
        if table == "leaving":
            postgres.execute(f"CREATE VIEW leaving AS SELECT orders.*, g FROM orders, (SELECT {leaving}) AS gone(g)")
        with pytest.raises(InputError, match=r"cannot be read: .*Check the address, the rights and the query, and"):
            read_transactions(shop, COLUMNS, table=table, quarantine=tmp_path / "quarantine.parquet")
    assert list(tmp_path.iterdir()) == []
    check_orders(shop)
