"""What goes with loyalty, on the page: the clear stands open, all else is folded, nothing leaves no section."""

from __future__ import annotations

import dataclasses

import pytest

from regulars.loyalty.associations.driver import drivers_frame
from regulars.loyalty.associations.prices import LEAST_BUYERS, LEAST_PRODUCTS, LEAST_WEEKS
from regulars.report import ReportContent, render
from regulars.report.drivers import drivers_shown
from tests.report.conftest import associated, own_index


def test_the_clear_stands_open_and_no_question_takes_all_the_room() -> None:
    shown = drivers_shown(associated())
    assert shown is not None
    assert shown.title == "Product 0 loses customers"
    assert shown.counted == "4 of 6 comparisons show a clear difference; one in twenty would by chance alone."
    assert shown.knows_discounts
    assert shown.told == (
        "Product 0 loses customers.",
        "Product 1 loses customers.",
        "A tenth of the orders had a discount.",
    )
    assert len(shown.folded) == 5
    assert "Plain: half as much again." in shown.folded


@pytest.mark.medium
def test_the_page_shows_it_once_and_escapes_it(short: ReportContent) -> None:
    page = render(dataclasses.replace(short, drivers=associated()))
    assert page.count('<section id="drivers"') == 1
    assert '<a href="#drivers">What goes with loyalty</a>' in page
    assert "5 more findings" in page
    assert "<b>channels</b>" not in page


@pytest.mark.medium
def test_without_findings_there_is_no_section(short: ReportContent) -> None:
    for nothing in (None, drivers_frame([])):
        page = render(dataclasses.replace(short, drivers=nothing))
        assert 'id="drivers"' not in page
        assert "#drivers" not in page


@pytest.mark.medium
def test_where_nothing_tells_what_a_lower_price_does_it_is_said_why(short: ReportContent) -> None:
    assert (LEAST_PRODUCTS, LEAST_BUYERS, LEAST_WEEKS) == (10, 5, 10), "the sentence says so"
    why = (
        "What a lower price does cannot be told: that takes quantities and ten products whose prices vary, each bought "
        "by about five customers or more in ten weeks."
    )
    found = associated()
    assert why in render(dataclasses.replace(short, drivers=found))
    found.loc[0, "driver"] = "price_response"
    assert why not in render(dataclasses.replace(short, drivers=found))


def test_the_shops_own_index_says_its_weights_and_a_tie(content: ReportContent) -> None:
    page = render(dataclasses.replace(content, drivers=associated(), index=own_index()))
    assert "gives weight to orders so far (+0.80, 95\N{NO-BREAK SPACE}% interval +0.60 to +1.00)." in page
    assert "(a tie) days since the last order alone" in page
    assert "different things tried" not in page
