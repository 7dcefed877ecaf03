"""Object storage: a real S3 server, Parquet, CSV and JSON lines."""

from __future__ import annotations

import gzip
import io
import re

import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.transactions import read_transactions
from tests.servers import PASSWORD, Storage

pytestmark = pytest.mark.slow

FRAME = pd.DataFrame({"customer_id": ["a", "b"], "date": ["2024-01-01", "2024-01-02"], "amount": [1.5, 2.25]})


def parquet(frame: pd.DataFrame) -> bytes:
    kept = io.BytesIO()
    frame.to_parquet(kept)
    return kept.getvalue()


def test_files_of_every_kind_are_read(s3: Storage) -> None:
    put = [
        s3.put("one/log.parquet", parquet(FRAME)),
        s3.put("one log.csv", FRAME.to_csv(index=False, sep=";").encode()),
        s3.put("packed/log.csv.gz", gzip.compress(FRAME.to_csv(index=False).encode())),
        s3.put("lines.jsonl", FRAME.to_json(orient="records", lines=True).encode()),
    ]
    for source in put:
        tx = read_transactions(source)
        assert (tx.n_customers, tx.ledger.to_dict()["in"]["money"]) == (2, 3.75), source


def test_globs_and_folders_are_read_whole(s3: Storage) -> None:
    for month in (1, 2, 3):
        s3.put(f"log/month={month}/part.parquet", parquet(FRAME.assign(date=f"2024-0{month}-01")))
    assert read_transactions("s3://shop/log/").ledger.rows == 6
    assert read_transactions("s3://shop/log/*/part.parquet").ledger.rows == 6
    assert read_transactions("s3://shop/log/month=2/*").ledger.rows == 2


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("s3://shop/nothing.csv", "cannot be read: .*404"),
        ("s3://shop/*.parquet", "No file matches"),
        ("s3://nobody/*.parquet", "cannot be read: .*NoSuchBucket"),
    ],
)
def test_what_is_not_there_is_said(s3: Storage, source: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        read_transactions(source)
    assert PASSWORD not in str(refused.value)


@pytest.mark.parametrize("endpoint", ["http://[::1", "127.0.0.1:9000", "http://"])
def test_a_broken_endpoint_is_named(s3: Storage, monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    with pytest.raises(InputError, match=f"AWS_ENDPOINT_URL is {re.escape(repr(endpoint))}; it should be an address"):
        read_transactions("s3://shop/*.parquet")


def test_a_server_that_is_not_there_is_one_clear_error(s3: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(InputError, match="cannot be read: "):
        read_transactions("s3://shop/*.parquet")
