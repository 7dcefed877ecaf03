"""Products that sell together, on the page: a sentence, a row a pair, and no section where there are none."""

from __future__ import annotations

import dataclasses

import pandas as pd

from regulars.report import ReportContent, render
from regulars.report.next_sale import next_sale_shown
from tests.report.conftest import PAIRS


def test_the_first_pair_is_the_finding() -> None:
    shown = next_sale_shown(PAIRS)
    assert shown is not None
    of_them = "40\N{NO-BREAK SPACE}% of earlier buyers went on to it"
    assert shown.title == f"Offer cup to the 1,234 who have tea and not cup: {of_them}"
    assert [row["kind"] for row in shown.rows] == ["goes with it", "small add-on"]


def test_the_page_shows_every_pair_once_and_escapes_it(content: ReportContent) -> None:
    page = render(dataclasses.replace(content, pairs=PAIRS))
    assert page.count('<section id="next-sale"') == 1
    assert '<a href="#next-sale">What to offer next</a>' in page
    assert "<b>pot</b>" not in page
    assert "1.6 times" in page
    assert "30 days" in page


def test_without_pairs_there_is_no_section(content: ReportContent) -> None:
    for nothing in (None, pd.DataFrame()):
        assert "next-sale" not in render(dataclasses.replace(content, pairs=nothing))
