"""Files that another process writes to while they are read: refused, whatever of it a pass may have seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.transactions import read_transactions
from regulars.transactions.feeds.read_feed import read_feed
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
