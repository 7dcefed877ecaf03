from __future__ import annotations

import json
from pathlib import Path

import pytest
from mlflow.data import get_source

from regulars.tracking.datasets import dataset_of, training_input
from regulars.transactions import Transactions, read_transactions
from tests.tracking.conftest import made_up_log


@pytest.fixture(scope="module")
def tx() -> Transactions:
    log = made_up_log(10).assign(client=lambda rows: "shopper-" + rows["customer_id"].astype(str), qty=1)
    return read_transactions(
        log, {"customer_id": "client", "ordered_at": "date", "amount": "amount", "quantity": "qty"}
    )


def test_columns_are_the_users_with_their_types(tx: Transactions) -> None:
    columns = json.loads(dataset_of(tx, "orders.csv").schema)["mlflow_colspec"]
    assert {column["name"]: column["type"] for column in columns} == {
        "client": "string",
        "date": "datetime",
        "amount": "double",
        "qty": "long",
    }


def test_the_digest_tells_logs_apart_and_no_customer_is_told(tx: Transactions) -> None:
    told, other = dataset_of(tx, "orders.csv"), dataset_of(read_transactions(made_up_log(11)), "orders.csv")
    assert told.digest == tx.data_hash[:12] != other.digest
    assert json.loads(told.profile)["customers"] == 10
    assert "shopper" not in json.dumps(told.to_dictionary())


@pytest.mark.parametrize(
    ("path", "name", "kind", "address"),
    [
        ("/home/ann/orders.csv", "orders.csv", "local", "/home/ann/orders.csv"),
        (
            "s3://bucket/log.csv?s3_secret_access_key=S3cr3t",
            "log.csv",
            "s3",
            "s3://bucket/log.csv?s3_secret_access_key=***",
        ),
        ("postgresql://ann:S3cr3t@db/shop", "shop", "postgresql", "postgresql://ann:***@db/shop"),
        ("/", "log", "local", "/"),
    ],
)
def test_a_source_without_its_secrets(tx: Transactions, path: str, name: str, kind: str, address: str) -> None:
    told = dataset_of(tx, path)
    assert (told.name, told.source_type, json.loads(told.source)) == (name, kind, {"uri": address})


def test_mlflow_finds_a_file_again(tx: Transactions, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("client\n")
    assert Path(get_source(training_input(dataset_of(tx, str(file)))).load()) == file
