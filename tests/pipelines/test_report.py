from __future__ import annotations

import re

import pandas as pd
import pytest

from regulars.languages.pages import left_in_english
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
    assert "Customer outlook, 1 March to 28 June 1998" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert '<p class="shop">orders.csv</p>' in page
    assert "Grade " in page.split("In short")[0], "the verdict stands first"
    assert "shopper-" in page, "the page is for people who are to call customers"
    best = page.split("Why so valuable")[1].split("</table>")[0]
    assert best.count('data-label="Why">–') == 0, "why the most valuable are"


def test_written_again_it_is_the_same(page: str, trained: Trained) -> None:
    made = trained.place.run("report", "--out", trained.place.folder / "again.html")
    assert made.exit_code == 0
    assert (trained.place.folder / "again.html").read_text(encoding="utf-8") == page


def test_a_list_that_was_made_is_shown_as_it_is(trained: Trained) -> None:
    folder, place = trained.place.folder, trained.place
    place.score("scores.parquet")
    place.json("target", "--scores", folder / "scores.parquet", "--out", folder / "few.csv", "--set", "campaign.days=1")
    place.json("report", "--out", folder / "few.html", "--targets", folder / "few.csv")
    page = (folder / "few.html").read_text(encoding="utf-8")
    first = pd.read_csv(folder / "few.csv")["customer_id"][0]
    assert "30 of" in page
    called = page.split('<section id="calls"')[1].split("</section>")[0]
    assert "this week" in called
    assert first in called


def test_what_is_no_work_list_is_refused(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.score("scores.csv")
    made = trained.place.run("report", "--out", folder / "none.html", "--targets", folder / "scores.csv")
    assert made.exit_code == 1
    assert "is not the table that is expected: it lacks campaign, group" in made.stderr
    assert not (folder / "none.html").exists()


def test_without_offers_it_shows_who_is_due_and_who_falls_off(trained: Trained) -> None:
    folder = trained.place.folder
    trained.place.json("report", "--out", folder / "due.html", "--set", "offers=[]")
    page = (folder / "due.html").read_text(encoding="utf-8")
    assert "no offers are stated" in page
    assert "Due this week by their own rhythm" in page
    assert "Falling off: " in page


def test_in_chinese_no_sentence_is_english(trained: Trained) -> None:
    page = trained.place.folder / "chinese.html"
    trained.place.json("report", "--out", page, "--lang", "zh")
    told = page.read_text(encoding="utf-8")
    assert '<html lang="zh-CN">' in told
    assert left_in_english(told) == []
