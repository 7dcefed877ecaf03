from __future__ import annotations

import copy
import sys
from pathlib import Path
from types import FrameType

import pytest

from regulars.params import StoreAddress, load_params, store_address


@pytest.mark.parametrize(
    ("uri", "file", "scheme", "host", "port"),
    [
        ("sqlite:////srv/mlflow.db", Path("/srv/mlflow.db"), "sqlite", "", None),
        ("sqlite:////srv/mlflow.db?timeout=5", Path("/srv/mlflow.db"), "sqlite", "", None),
        ("sqlite:///:memory:", None, "sqlite", "", None),
        ("https://ann:secret@mlflow:5000/team", None, "https", "mlflow", 5000),
        ("postgresql+psycopg://db/log", None, "postgresql", "db", None),
        ("databricks", None, "", "", None),
    ],
)
def test_the_parts(uri: str, file: Path | None, scheme: str, host: str, port: int | None) -> None:
    address = StoreAddress(uri)
    assert (address.file, address.scheme, address.host, address.port) == (file, scheme, host, port)
    assert address == uri


def test_a_relative_file_is_absolute_from_then_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert StoreAddress("sqlite:///models/mlflow.db").file == tmp_path / "models" / "mlflow.db"


def test_a_port_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="Port out of range"):
        StoreAddress("http://host:99999")


def test_parameters_bring_it_taken_apart_and_nothing_does_so_again(tmp_path: Path) -> None:
    uri = f"sqlite:///{tmp_path}/mlflow.db"
    parsed = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal parsed
        parsed += event == "call" and frame.f_code is store_address._file.__code__

    sys.setprofile(count)
    try:
        address = load_params(overrides=[f"mlflow.tracking_uri={uri}"], environment={}).mlflow.tracking_uri
        assert StoreAddress(address) is address
    finally:
        sys.setprofile(None)
    assert parsed == 1
    assert isinstance(address, StoreAddress)
    assert address.file == tmp_path / "mlflow.db"


def test_a_copy_keeps_its_parts() -> None:
    address = StoreAddress("http://mlflow:5000")
    assert copy.deepcopy(address).port == 5000
