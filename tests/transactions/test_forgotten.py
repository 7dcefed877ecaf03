from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pandas as pd
import pytest

from regulars.errors import InputError, ParamsError
from regulars.transactions import Forgotten, read_transactions
from regulars.transactions.forgotten import remember_to_forget, salt_of

DAY = dt.date(2024, 5, 1)
LOG = pd.DataFrame(
    {
        "customer_id": [7, 7, 8, 9],
        "date": pd.to_datetime(["2024-01-01", "2024-02-01", "2024-01-05", "2024-01-06"]),
        "amount": [10.0, -4.0, 3.0, 2.0],
    }
)


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A list that names customer 7."""
    file = tmp_path / "models" / "forgotten.parquet"
    remember_to_forget(file, "7", DAY)
    return file


def test_lines_of_a_forgotten_customer_are_excluded_with_a_ledger_line(listed: Path) -> None:
    tx = read_transactions(LOG, forgotten=listed)
    ends = {entry.reason: (entry.outcome, entry.rows, entry.customers) for entry in tx.ledger.entries}
    assert ends == {"purchase": ("used", 2, 2), "forgotten customer": ("excluded", 2, 1)}
    assert tx.n_customers == 2
    assert tx.data_hash == read_transactions(LOG[LOG["customer_id"] != 7]).data_hash


@pytest.mark.medium
@pytest.mark.parametrize("kind", ["int32", "float64", "str"])
def test_an_id_is_the_same_customer_whatever_its_type(listed: Path, kind: str) -> None:
    tx = read_transactions(LOG.astype({"customer_id": kind}), forgotten=listed)
    assert tx.n_customers == 2


@pytest.mark.medium
def test_an_id_that_only_looks_alike_is_another_customer(listed: Path) -> None:
    log = LOG.assign(customer_id=["007", "7a", "7.5", "-7"])
    assert read_transactions(log, forgotten=listed).n_customers == 3  # the line of "7a" is a return
    assert "forgotten customer" not in read_transactions(log, forgotten=listed).ledger.frame["reason"].tolist()


def test_the_quarantine_does_not_keep_what_is_forgotten(listed: Path, tmp_path: Path) -> None:
    log = LOG.assign(amount=[10.0, None, None, 2.0])
    read_transactions(log, quarantine=tmp_path / "excluded.parquet", forgotten=listed)
    assert pd.read_parquet(tmp_path / "excluded.parquet")["customer_id"].tolist() == [8]


def test_neither_file_holds_the_id_and_the_salt_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "forgotten.parquet"
    known, is_new = remember_to_forget(file, "shopper-4711", DAY)
    assert is_new
    assert b"shopper-4711" not in file.read_bytes() + salt_of(file).read_bytes()
    assert stat.S_IMODE(salt_of(file).stat().st_mode) == 0o600
    assert pd.read_parquet(file).to_dict("records") == [
        {"customer": known.mark("shopper-4711"), "recorded_on": "2024-05-01"}
    ]
    assert remember_to_forget(tmp_path / "other" / "forgotten.parquet", "shopper-4711", DAY)[0].recorded != (
        known.recorded
    ), "another shop has another salt"


def test_recording_again_changes_nothing(listed: Path) -> None:
    before = listed.read_bytes()
    assert not remember_to_forget(listed, 7.0, dt.date(2024, 6, 1))[1]
    assert listed.read_bytes() == before
    assert remember_to_forget(listed, 8, DAY)[0].among([7, "8", 9]).tolist() == [True, True, False]


@pytest.mark.parametrize("damage", ["no salt", "wrong salt", "no table", "no list"])
def test_a_list_and_its_salt_are_refused_without_each_other(listed: Path, damage: str) -> None:
    if damage == "no salt":
        salt_of(listed).unlink()
    elif damage == "wrong salt":
        salt_of(listed).write_text("salt")
    elif damage == "no list":
        listed.unlink()
    else:
        listed.write_bytes(b"PAR1")
    with pytest.raises(InputError, match="Restore both files from a backup"):
        read_transactions(LOG, forgotten=listed)


def test_a_list_that_is_named_has_to_be_there(tmp_path: Path) -> None:
    with pytest.raises(ParamsError, match=r"no-such\.parquet', and there is no such list. Name the forgotten.parquet"):
        read_transactions(LOG, forgotten=tmp_path / "no-such.parquet")


def test_nobody_is_forgotten_where_there_is_no_list(tmp_path: Path) -> None:
    assert Forgotten.read(tmp_path / "forgotten.parquet") is None
