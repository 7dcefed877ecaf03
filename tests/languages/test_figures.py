"""Figures in English texts: found whole, and written as Chinese does."""

from __future__ import annotations

import pytest

from regulars.languages.figures import FIGURE, is_on_axis, written


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Of 1,936 customers, 61 % ordered", ["1,936", "61 %"]),
        ("between 2 January and 31 January 2018", ["2 January", "31 January 2018"]),
        ("from 27 December 1998 to 2 January 1999.", ["27 December 1998 to 2 January 1999"]),
        ("AUC 0.805 for EUR 12.50 or −£3,000", ["0.805", "EUR 12.50", "−£3,000"]),
        ("c12 bought 85123A in 1998-07, < 1 %", ["1998-07", "< 1 %"]),
        ("[−0.0591, −0.0506] and 20–40 %", ["−0.0591", "−0.0506", "20", "40 %"]),
    ],
)
def test_figures_are_found_whole_and_codes_are_none(text: str, figures: list[str]) -> None:
    assert FIGURE.findall(text) == figures


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("2 January to 31 January 2018", "2018年1月2日至31日"),
        ("1 March 2024", "2024年3月1日"),
        ("100 %", "100%"),
        ("+11.10 %", "+11.10%"),
        ("2.32M", "232万"),
        ("−10k", "−1万"),
        ("1,936", "1,936"),
    ],
)
def test_figures_are_written_as_chinese_does(english: str, chinese: str) -> None:
    assert written(english) == chinese


def test_months_of_an_axis_are_known_and_words_are_not() -> None:
    assert is_on_axis("1998-Jul")
    assert written("Jul") == "7月"
    assert not is_on_axis("May we")
