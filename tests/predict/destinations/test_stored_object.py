"""Scores in object storage: a real S3 server."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.predict import Inputs, TableFile, destination_of
from regulars.predict.destinations import Destination
from regulars.predict.part_files import UndeliveredError
from tests.predict.destinations.made_up import CutOffError, Interrupted, MadeUp, scores_of
from tests.servers import PASSWORD, Storage

pytestmark = pytest.mark.slow

NOTHING = Inputs(None, {})
FIRST = MadeUp(scores_of(1000))
AGAIN = MadeUp(scores_of(1000, seed=1)[5:])


def place(folder: Path, name: str = "nightly/scores.parquet", bucket: str = "shop") -> Destination:
    return destination_of(f"s3://{bucket}/{name}", own=folder / "models")


def write(to: Destination, scores: MadeUp) -> None:
    to.check(NOTHING)
    to.write(scores, scores.content)


def content(s3: Storage, name: str = "nightly/scores.parquet") -> bytes:
    found: bytes = s3.client.get_object(Bucket="shop", Key=name)["Body"].read()
    return found


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_an_object_has_the_bytes_of_a_file_and_its_manifest(s3: Storage, tmp_path: Path, ending: str) -> None:
    to = place(tmp_path, f"scores.{ending}")
    TableFile(tmp_path / f"scores.{ending}").write(FIRST, FIRST.content)
    for scores in (AGAIN, FIRST):
        write(to, scores)
    assert content(s3, f"scores.{ending}") == (tmp_path / f"scores.{ending}").read_bytes()
    manifest = json.loads(content(s3, f"scores.{ending}.manifest.json"))
    assert manifest["sha256"] == hashlib.sha256(content(s3, f"scores.{ending}")).hexdigest()
    assert {name: manifest[name] for name in FIRST.content} == FIRST.content
    assert list((tmp_path / "models").iterdir()) == []


def test_what_was_made_from_the_same_is_found_while_it_is_whole(s3: Storage, tmp_path: Path) -> None:
    to = place(tmp_path)
    assert to.find("made for 2024-01-01") is None
    write(to, FIRST)
    placed = to.find("made for 2024-01-01")
    assert placed
    assert placed.path == "s3://shop/nightly/scores.parquet"
    assert not placed.is_file
    s3.put("nightly/scores.parquet", b"something else")
    assert to.find("made for 2024-01-01") is None


def test_an_error_midway_leaves_the_object_as_it_was(s3: Storage, tmp_path: Path) -> None:
    write(place(tmp_path), FIRST)
    before = content(s3)
    with pytest.raises(CutOffError):
        write(place(tmp_path), Interrupted(AGAIN.frame))
    assert content(s3) == before
    assert list((tmp_path / "models").iterdir()) == []


def test_a_bucket_or_a_server_that_is_not_there_is_one_clear_error(
    s3: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InputError, match="There is no bucket 'nobody'"):
        place(tmp_path, bucket="nobody").check(NOTHING)
    with pytest.raises(UndeliveredError, match=r"cannot be written: .*environment \(AWS_\.\.\.\)") as refused:
        place(tmp_path, bucket="nobody").write(FIRST, FIRST.content)
    assert PASSWORD not in str(refused.value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    with pytest.raises(InputError, match="cannot be written: "):
        place(tmp_path).check(NOTHING)


@pytest.mark.parametrize("name", ["", "scores", "scores.xlsx", ".parquet"])
def test_an_address_that_is_no_table_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"should be s3://bucket/path, ending in \.parquet or \.csv"):
        place(tmp_path, name).check(NOTHING)


def test_the_log_and_a_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it is the log"):
        place(tmp_path).check(Inputs(None, {}, ("s3://shop/nightly/scores.parquet", None)))
    with pytest.raises(InputError, match="--table is 'vip'"):
        destination_of("s3://shop/scores.parquet", "vip")
