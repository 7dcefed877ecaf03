"""Why the forecast differs from what the same days brought: the parts multiply to the whole."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from regulars.report import ReportContent
from regulars.report.difference import difference_in_words
from regulars.report.words import Money
from regulars.scorer.window_sums import WindowTotal


def with_past(content: ReportContent, **figures: float) -> ReportContent:
    """A report of ten customers with 4 to order 2 times for 30, beside a year ago."""
    assert content.past is not None
    assert content.past.last is not None
    scores = content.scores.head(10).assign(p_churn=0.6, expected_purchases=0.8, expected_spend=24.0)
    known = {"customers": 10, "ordered": 5, "lately": 5, "kept": 3, "order_days": 10, "money": 300.0} | figures
    before = WindowTotal(content.past.last.windows, **known)
    return dataclasses.replace(content, scores=scores, past=dataclasses.replace(content.past, year_before=before))


LESS = "20 % less than the same days last year: 20 % fewer customers order (4 instead of 5), each as often (2.0 orders)"


@pytest.mark.parametrize(
    ("figures", "parts"),
    [
        ({}, [LESS, "for as much per order ($30.00)."]),
        (
            {"ordered": 2, "order_days": 8, "money": 480.0},
            [
                "50 % less than the same days last year: 100 % more customers order (4 instead of 2)",
                "each 50 % less often (2.0 instead of 4.0 orders)",
                "for 50 % less per order ($30.00 instead of $60.00).",
            ],
        ),
        (
            {"ordered": 4, "order_days": 8, "money": 240.0},
            [
                "As much as the same days last year: as many customers order (4 instead of 4)",
                "each as often (2.0 orders)",
                "for as much per order ($30.00).",
            ],
        ),
    ],
)
def test_it_names_how_many_order_how_often_and_for_how_much(
    content: ReportContent, figures: dict[str, float], parts: list[str]
) -> None:
    assert plain(difference_in_words(with_past(content, **figures), Money("$"))) == ", ".join(parts)


def test_without_money_it_ends_with_the_orders(content: ReportContent) -> None:
    counted = with_past(content, money=np.nan)
    bare = dataclasses.replace(counted, scores=counted.scores.assign(expected_spend=np.nan))
    assert plain(difference_in_words(bare, Money("$"))) == f"{LESS}."


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_young_log_is_compared_with_the_last_window_and_a_younger_one_with_nothing(content: ReportContent) -> None:
    assert content.past is not None
    young = dataclasses.replace(content.past, year_before=None)
    assert "than the last 90 days: " in difference_in_words(dataclasses.replace(content, past=young), Money(None))
    younger = dataclasses.replace(young, last=None)
    assert difference_in_words(dataclasses.replace(content, past=younger), Money(None)) == ""
    assert difference_in_words(dataclasses.replace(content, past=None), Money(None)) == ""
