"""The page of one customer: whole, quiet, harmless, and of nobody else."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from regulars.languages import Language
from regulars.languages.pages import left_in_english
from regulars.loyalty import one_customer
from regulars.params import LoyaltyParams
from regulars.report import render_customer
from regulars.transactions import read_transactions
from regulars.windows import Windows

EVIL = "<script>alert(1)</script>"
AGE = "The last line before the cutoff 2024-06-01 is of 2024-02-01, 121 days earlier."


def page(*, money: bool = True, language: Language = "en") -> str:
    frame = pd.DataFrame(
        {
            "c": [EVIL, EVIL, "someone-else", EVIL],
            "d": ["2024-01-01", "2024-02-01", "2024-02-01", "2024-02-01"],
            "m": [5.0, 70.0, 99.0, -5.0],
            "p": [EVIL, "tea", "cup", "tea"],
        }
    )
    columns = {"customer_id": "c", "ordered_at": "d", "product_id": "p", **({"amount": "m"} if money else {})}
    tx = read_transactions(frame, columns)
    customer = one_customer(tx, EVIL, Windows.at("2024-06-01", 30), LoyaltyParams())
    return render_customer(customer, f"There is no store {EVIL}.", EVIL, AGE, language)


@pytest.mark.medium
def test_it_is_one_file_without_scripts_and_nothing_from_elsewhere() -> None:
    made = page()
    assert "<script" not in made
    assert not re.search(r'(?:src|href)="(?!#)', made)
    assert "someone-else" not in made
    assert "&lt;script&gt;" in made


@pytest.mark.medium
def test_it_has_every_part_and_a_picture_with_words() -> None:
    made = page()
    for title in ("What to do", "Facts", "Last orders", "Rhythm", "States", "Outlook"):
        assert f">{title}</h2>" in made
    assert "2 order days, the last 121 days before the cutoff" in made
    assert "lines below are what was given back" in made
    svg = re.search(r"<svg.*?</svg>", made, re.DOTALL)
    assert svg
    ElementTree.fromstring(svg[0])


@pytest.mark.slow
def test_the_same_customer_gives_the_same_bytes() -> None:
    assert page() == page()


@pytest.mark.slow
@pytest.mark.parametrize("money", [True, False])
def test_a_log_without_money_shows_days(money: bool) -> None:
    assert ("The log has no money" in page(money=money) or "the log has no money" in page(money=money)) is not money


@pytest.mark.medium
def test_in_chinese_nothing_but_the_words_of_others_is_english() -> None:
    made = page(language="zh")
    assert left_in_english(made) == [f"There is no store {EVIL}."]
    for title in ("行动建议", "基本情况", "最近订单", "购买节奏", "状态", "展望"):
        assert f">{title}</h2>" in made
    assert "2个下单日，最近一次在截止日前121天" in made
