"""Files that another process writes to while they are read: refused, whatever of it a pass may have seen."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from regulars.errors import InputError
from regulars.transactions import read_transactions
from regulars.transactions.feeds.read_feed import read_feed
from regulars.transactions.sources.files import find_files
from regulars.transactions.sources.stillness import standing_still
from tests.servers import Storage
from tests.writing import WAYS, writing


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of 20,000 lines, in a folder of its own."""
    (tmp_path / "log").mkdir()
    file = tmp_path / "log" / "orders.csv"
    rows = [f"c{k % 5000:06},2024-0{1 + k % 9}-1{k % 10},{k % 90}.50" for k in range(20_000)]
    file.write_text("\n".join(["customer_id,date,amount", *rows]) + "\n")
    return file


@pytest.mark.slow
@pytest.mark.parametrize("how", WAYS)
def test_a_log_that_another_process_writes_to_is_one_clear_error(log: Path, how: str) -> None:
    with writing(how, log), pytest.raises(InputError) as refused:
        read_transactions(str(log.parent))
    assert f"{log.parent} changed while it was read: '{log.parent}/" in str(refused.value)
    assert "was written meanwhile. Nothing was made of it. Run again once it is written." in str(refused.value)


@pytest.mark.parametrize("begun", [True, False])
def test_files_that_nothing_was_written_to_yet_are_ones_that_change(tmp_path: Path, begun: bool) -> None:
    file = tmp_path / "orders.csv"
    if begun:
        file.touch()

    def found_empty() -> None:
        with closing(duckdb.connect()) as connection, standing_still(connection, tmp_path):
            file.touch()
            with pytest.raises(InputError, match=r"orders.csv' is empty") as refused:
                find_files(str(tmp_path))
            file.write_text("customer_id,date,amount\n")
            file.with_name("more.csv").touch()
            raise refused.value

    with pytest.raises(InputError, match=r"changed while it was read: '.*csv' and 1 more was written"):
        found_empty()


def test_a_file_that_stays_empty_is_empty(tmp_path: Path) -> None:
    (tmp_path / "orders.csv").touch()
    with pytest.raises(InputError, match=r"orders.csv' is empty"):
        read_transactions(str(tmp_path))


@pytest.mark.medium
def test_a_log_that_stands_still_is_read_though_others_beside_it_change(log: Path) -> None:
    other = log.with_name("notes.md")
    other.write_text("notes")
    with writing("appended to", other):
        assert read_transactions(str(log.parent)).ledger.rows == 20_000


@pytest.mark.medium
def test_a_feed_too(tmp_path: Path) -> None:
    file = tmp_path / "surveys.csv"
    file.write_text("customer_id,day,score\n" + "a,2024-01-01,9\n" * 20_000)
    with writing("appended to", file), pytest.raises(InputError, match="changed while it was read"):
        read_feed("surveys", str(file))


@pytest.mark.slow
def test_an_object_that_is_sent_again_meanwhile(s3: Storage, log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.transactions import log as module

    address, book = s3.put("orders.csv", log.read_bytes()), module.book

    def sent_again(*words: object) -> None:
        s3.put("orders.csv", log.read_bytes() + b"c1,2024-01-01,1.00\n")
        book(*words)  # type: ignore[arg-type]

    assert read_transactions(address).ledger.rows == 20_000
    monkeypatch.setattr(module, "book", sent_again)
    with pytest.raises(InputError, match=r"orders.csv changed while it was read: 's3://shop/orders.csv' was written"):
        read_transactions(address)
