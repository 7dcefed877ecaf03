from __future__ import annotations

import re

import pytest

from tests.pipelines.conftest import Trained


@pytest.fixture(scope="module")
def page(trained: Trained) -> str:
    told = trained.place.json("report", "--out", trained.place.folder / "report.html")
    assert told["customers"] > 1000
    return (trained.place.folder / "report.html").read_text(encoding="utf-8")


def test_one_page_that_needs_nothing_else(page: str) -> None:
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert not re.findall(r"""(?:src|href)\s*=\s*["'](?:https?:)?//""", page)
    assert "<script src" not in page


def test_it_tells_of_this_model_and_this_log(page: str, trained: Trained) -> None:
    assert trained.told["model_version"] in page
    assert "1998-03-01" in page
    assert "shopper-" in page, "the page is for people who are to call customers"
    assert page.count("<li>raises the value: ") >= 10, "why the most valuable are"


def test_written_again_it_is_the_same(page: str, trained: Trained) -> None:
    made = trained.place.run("report", "--out", trained.place.folder / "again.html")
    assert made.exit_code == 0
    assert (trained.place.folder / "again.html").read_text(encoding="utf-8") == page
