from __future__ import annotations

from pathlib import Path

import pytest

from regulars.errors import InputError
from regulars.predict import Inputs, TableFile, destination_of


@pytest.mark.parametrize("out", ["mysql://shop/scores", "file:///scores.parquet", "https://ann:s3cret@host/x", ""])
def test_what_is_no_place_is_refused_with_the_places_there_are(out: str) -> None:
    with pytest.raises(InputError, match=r"is no place for scores: give a file \(\.parquet, \.csv\)") as refused:
        destination_of(out)
    assert "s3cret" not in str(refused.value)


def test_only_databases_have_tables(tmp_path: Path) -> None:
    for out in ("scores.parquet", "scores/"):
        with pytest.raises(InputError, match=r"--table is 'vip', but '.*' is no database"):
            destination_of(str(tmp_path / out), "vip")


def test_a_folder_needs_its_slash(tmp_path: Path) -> None:
    place = destination_of(str(tmp_path))
    assert place == TableFile(tmp_path)
    with pytest.raises(InputError, match=r"is a folder\. End it in '/' for a file of each cutoff in it"):
        place.check(Inputs(None, {}))


@pytest.mark.parametrize("name", ["x" * 300 + ".db", "scores.xlsx"])
def test_a_path_that_cannot_be_is_refused_in_words(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        destination_of(str(tmp_path / name)).check(Inputs(None, {}))
