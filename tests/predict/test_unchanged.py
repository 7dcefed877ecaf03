from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from regulars.params import Params, load_params
from regulars.predict import unchanged
from regulars.predict.unchanged import inputs_of

URI = "models:/regulars@champion"


@pytest.fixture
def params(tmp_path: Path) -> Params:
    """A log, and as much of a store as is looked into."""
    (tmp_path / "orders.csv").write_text("customer_id,date,amount\na,2024-01-01,5\n")
    with sqlite3.connect(tmp_path / "mlflow.db") as store:
        store.executescript("""
            CREATE TABLE registered_model_aliases (name TEXT, alias TEXT, version INTEGER);
            CREATE TABLE model_version_tags (name TEXT, version INTEGER, key TEXT, value TEXT);
            INSERT INTO registered_model_aliases VALUES ('regulars', 'champion', 7), ('regulars', 'challenger', 8);
            INSERT INTO model_version_tags VALUES ('regulars', 7, 'regulars.model_version', 'abc'),
              ('regulars', 7, 'regulars.checksum', '123'), ('regulars', 8, 'regulars.model_version', 'abd');""")
    store.close()
    log, uri = str(tmp_path / "orders.csv"), f"sqlite:///{tmp_path / 'mlflow.db'}"
    return load_params({"transactions": {"path": log}, "mlflow": {"tracking_uri": uri}}, environment={})


def with_log(params: Params, path: str) -> Params:
    return params.model_copy(update={"transactions": params.transactions.model_copy(update={"path": path})})


def test_a_version_is_known_by_alias_and_by_number(params: Params) -> None:
    assert inputs_of(params, URI)
    assert inputs_of(params, "models:/regulars/7")


@pytest.mark.parametrize("uri", ["models:/regulars@challenger", "models:/regulars/9", "models:/other@champion", "x"])
def test_a_version_that_is_not_whole_or_not_there_is_not_known(params: Params, uri: str) -> None:
    assert inputs_of(params, uri) is None


@pytest.mark.parametrize("path", ["postgresql://shop@host/db", "s3://shop/orders.csv", "no/such.csv"])
def test_a_log_that_lies_elsewhere_is_not_known(params: Params, path: str) -> None:
    assert inputs_of(with_log(params, path), URI) is None


def test_a_store_on_a_server_is_not_known(params: Params) -> None:
    mlflow = params.mlflow.model_copy(update={"tracking_uri": "http://127.0.0.1:1"})
    assert inputs_of(params.model_copy(update={"mlflow": mlflow}), URI) is None


def test_a_file_beside_counts_whether_it_is_there_or_not(params: Params, tmp_path: Path) -> None:
    listed = tmp_path / "forgotten.parquet"
    before = inputs_of(params, URI, [listed])
    listed.write_text("")
    assert inputs_of(params, URI, [listed]) not in (None, before)


def test_what_is_not_in_the_file_of_a_database_yet_counts(params: Params, tmp_path: Path) -> None:
    database = sqlite3.connect(tmp_path / "shop.db", isolation_level=None)
    database.executescript("PRAGMA journal_mode = WAL; CREATE TABLE orders (id); PRAGMA wal_checkpoint(TRUNCATE)")
    asked = with_log(params, str(tmp_path / "shop.db"))
    before, file = inputs_of(asked, URI), (tmp_path / "shop.db").read_bytes()
    database.execute("INSERT INTO orders VALUES (1)")
    assert (tmp_path / "shop.db").read_bytes() == file
    assert inputs_of(asked, URI) not in (None, before)
    database.close()


class TestLargeFiles:
    """Known by the times of the system, once these lie back far enough."""

    @pytest.fixture(autouse=True)
    def every_file_is_large(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unchanged, "HASHED_BYTES", 0)

    def test_a_change_just_now_is_not_known(self, params: Params, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(unchanged, "SETTLED_SECONDS", 3600.0)  # just now is a while on a busy machine
        assert inputs_of(params, URI) is None

    def test_another_content_of_the_same_size_and_date_is_another_log(
        self, params: Params, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(unchanged, "SETTLED_SECONDS", -1.0)
        log = Path(params.transactions.path)
        before, times = inputs_of(params, URI), log.stat()
        assert before == inputs_of(params, URI)
        log.write_text(log.read_text().replace(",5", ",6"))
        os.utime(log, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert inputs_of(params, URI) not in (None, before)
