"""A customer out of tables in object storage: a real S3 server."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from regulars.errors import InputError
from regulars.predict import TableFile, destination_of, erase_in_storage
from regulars.predict.erase import Sought, erase
from regulars.predict.erase_anywhere import erase_found, places_in, search_all
from regulars.predict.places import manifest_of
from tests.predict.destinations.made_up import MadeUp, scores_of
from tests.servers import PASSWORD, Storage

pytestmark = pytest.mark.slow

SCORES = MadeUp(scores_of(500))
SOUGHT = Sought("00007", "c")


def forget(*addresses: str) -> list[tuple[str, int, int, bool]]:
    found = [found for place in places_in(addresses) for found in search_all(place, SOUGHT)]
    for one in found:
        erase_found(one, SOUGHT)
    return [(str(one.path), one.rows, one.left, one.has_manifest) for one in found]


def content(s3: Storage, name: str) -> bytes:
    found: bytes = s3.client.get_object(Bucket="shop", Key=name)["Body"].read()
    return found


def write(folder: Path, name: str) -> str:
    address = f"s3://shop/{name}"
    destination_of(address, own=folder).write(SCORES, SCORES.content)
    return address


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_an_object_becomes_what_a_file_becomes_and_its_manifest_too(s3: Storage, tmp_path: Path, ending: str) -> None:
    address, file = write(tmp_path, f"nightly/scores.{ending}"), tmp_path / f"scores.{ending}"
    TableFile(file).write(SCORES, SCORES.content)
    erase(file, 1, SOUGHT)
    assert forget(address) == [(address, 1, 499, True)]
    assert content(s3, f"nightly/scores.{ending}") == file.read_bytes()
    assert json.loads(content(s3, f"nightly/scores.{ending}.manifest.json")) == json.loads(
        manifest_of(file).read_text()
    )
    assert destination_of(address, own=tmp_path).find("made for 2024-01-01"), "whole, as its manifest says"
    assert forget(address) == []


def test_all_tables_below_an_address_are_searched(s3: Storage, tmp_path: Path) -> None:
    here = [write(tmp_path, name) for name in ("nightly/a.parquet", "nightly/old/b.csv")]
    s3.put("nightly/targets.csv", b"customer_id,group\n00007,treat\n8,control\n")
    s3.put("nightly/notes.txt", b"00007")
    elsewhere = write(tmp_path, "other/c.parquet")
    targets = ("s3://shop/nightly/targets.csv", 1, 1, False)
    assert forget("s3://shop/nightly/") == [*((one, 1, 499, True) for one in here), targets]
    assert content(s3, "nightly/targets.csv") == b"customer_id,group\n8,control\n"
    assert forget(elsewhere) == [(elsewhere, 1, 499, True)], "was left as it was"


def test_what_was_cut_off_between_manifest_and_table_is_completed_by_the_next_run(
    s3: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, send = write(tmp_path, "scores.parquet"), erase_in_storage.send

    def cut_off(opened: Any, file: Path, key: str) -> None:
        if key.endswith(".parquet"):
            raise OSError("connection reset")
        send(opened, file, key)

    monkeypatch.setattr(erase_in_storage, "send", cut_off)
    with pytest.raises(InputError, match=r"cannot be written: connection reset"):
        forget(address)
    assert destination_of(address, own=tmp_path).find("made for 2024-01-01") is None, "neither counts as whole"
    monkeypatch.setattr(erase_in_storage, "send", send)
    assert forget(address) == [(address, 1, 499, True)]
    manifest = json.loads(content(s3, "scores.parquet.manifest.json"))
    assert (manifest["rows"], manifest["rows_forgotten"]) == (499, 1)
    assert destination_of(address, own=tmp_path).find("made for 2024-01-01")


def test_what_cannot_be_searched_is_said(s3: Storage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for address, problem in (
        ("s3://shop/none.parquet", "There is no object 's3://shop/none.parquet'"),
        ("s3://shop/page.html", "objects that end in .parquet or .csv can"),
        (s3.put("broken.parquet", b"no table"), "'s3://shop/broken.parquet' cannot be read as a table"),
        ("s3://nobody/", "'s3://nobody/' cannot be read"),
    ):
        with pytest.raises(InputError) as refused:
            forget(address)
        assert problem in str(refused.value)
        assert PASSWORD not in str(refused.value)
        assert os.sep + "regulars-" not in str(refused.value), "no file of ours"
