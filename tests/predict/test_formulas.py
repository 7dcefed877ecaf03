"""A CSV file of ours holds no text that a spreadsheet runs, and is read back as it was."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.predict import read_table
from tests.predict.conftest import write_table

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
texts = st.text("=+-@\t\r\n'\"a1,; \\＝", min_size=1, max_size=6)


def cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


@pytest.mark.slow
@given(st.lists(texts, min_size=1, max_size=5, unique=True))
def test_every_text_is_harmless_and_comes_back(tmp_path_factory: pytest.TempPathFactory, ids: list[str]) -> None:
    path = tmp_path_factory.mktemp("t") / "scores.csv"
    for frame in (
        pd.DataFrame({"customer_id": ids, "reason_1": [f"{one}x" for one in ids]}),
        pd.DataFrame({"customer_id": ["x", *ids], "day": 1}).astype({"customer_id": object}),
    ):
        write_table(frame, path)
        assert not [cell for cell in cells(path) if cell.startswith(SIGNS)]
        back = read_table(path)
        for name in {"customer_id", "reason_1"} & set(frame):
            whole = name == "customer_id" and frame[name].map(_is_whole).all()
            assert back[name].tolist() == (frame[name].astype(int) if whole else frame[name]).tolist()


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdecimal() and str(int(text)) == text


def test_what_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path: Path) -> None:
    ids = ["=HYPERLINK(1)", "+1", "-5", "@x", "'=1", "'a", "a=1", "\ttab"]
    write_table(pd.DataFrame({"customer_id": ids, "clv": [-1.5, *range(7)]}), tmp_path / "scores.csv")
    said = (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()
    assert said[1:6] == ["'=HYPERLINK(1),-1.5", "'+1,0.0", "'-5,1.0", "'@x,2.0", "''=1,3.0"]
    back = read_table(tmp_path / "scores.csv")
    assert back["customer_id"].tolist() == ids
    assert back["clv"].tolist() == [-1.5, *range(7)]


def test_numbers_stay_numbers(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [-5, 7], "clv": [-1.5, 2.0], "day": pd.array([None, -1], dtype="Int64")})
    write_table(frame, tmp_path / "scores.csv")
    assert (tmp_path / "scores.csv").read_text() == "customer_id,clv,day\n-5,-1.5,\n7,2.0,-1\n"
    assert read_table(tmp_path / "scores.csv")["customer_id"].tolist() == [-5, 7]


def test_parquet_keeps_texts_as_they_are(tmp_path: Path) -> None:
    write_table(pd.DataFrame({"customer_id": ["=1"]}), tmp_path / "scores.parquet")
    assert pd.read_parquet(tmp_path / "scores.parquet")["customer_id"].tolist() == ["=1"]
