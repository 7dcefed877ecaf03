"""What goes with loyalty, on the page: the clear stands open, all else is folded, nothing leaves no section."""

from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from regulars.loyalty import LoyaltyIndex
from regulars.loyalty.associations.driver import POINTS, RATIO, SHARE, Driver, drivers_frame
from regulars.loyalty.associations.estimates import Estimate
from regulars.report import ReportContent, render
from regulars.report.drivers import drivers_shown
from regulars.windows import Windows


def finding(driver: str, measure: str, figures: tuple[float, float, float], adjusted: str, meaning: str) -> Driver:
    return Driver(driver, "those", "others", measure, Estimate(*figures), 150, 200, adjusted, meaning)


def found() -> pd.DataFrame:
    clear, unclear = (0.1, 0.05, 0.2), (0.1, -0.05, 0.2)
    products = [finding("last_product", POINTS, clear, "orders", f"Product {k} loses customers.") for k in range(4)]
    return drivers_frame(
        [
            finding("discount_share_of_orders", SHARE, clear, "", "A tenth of the orders had a discount."),
            finding("several_channels", RATIO, (1.5, 1.2, 1.8), "", "Plain: half as much again."),
            finding("several_channels", RATIO, (1.1, 0.9, 1.3), "orders", "No clear difference: <b>channels</b>."),
            finding("spending_less", POINTS, unclear, "orders", "No clear difference: small orders."),
            *products,
        ]
    )


def test_the_clear_stands_open_and_no_question_takes_all_the_room() -> None:
    shown = drivers_shown(found())
    assert shown is not None
    assert shown.title == "Product 0 loses customers"
    assert shown.counted == "4 of 6 comparisons show a clear difference."
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
    page = render(dataclasses.replace(short, drivers=found()))
    assert page.count('<section id="drivers"') == 1
    assert '<a href="#drivers">What goes with loyalty</a>' in page
    assert "5 more comparisons" in page
    assert "<b>channels</b>" not in page


@pytest.mark.medium
def test_without_findings_there_is_no_section(short: ReportContent) -> None:
    for nothing in (None, drivers_frame([])):
        page = render(dataclasses.replace(short, drivers=nothing))
        assert 'id="drivers"' not in page
        assert "#drivers" not in page


def test_the_shops_own_index_says_its_weights_and_a_tie(content: ReportContent) -> None:
    weights = pd.DataFrame(
        [("orders", 0.8, 0.6, 1.0), ("breadth", 0.1, -0.1, 0.3)], columns=["measure", "weight", "low", "high"]
    )
    index = LoyaltyIndex(pd.DataFrame(), weights, 0.7, 0.69, -0.01, 0.03, Windows.at("2023-12-01", 90), 300)
    page = render(dataclasses.replace(content, drivers=found(), index=index))
    assert "gives weight to orders so far (+0.80, 95\N{NO-BREAK SPACE}% interval +0.60 to +1.00)." in page
    assert "(a tie) days since the last order alone" in page
    assert "different things tried" not in page
