"""The report in Chinese: no sentence of it is left in English."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd
import pytest

from regulars.languages.pages import left_in_english
from regulars.report import ReportContent, render

pytestmark = pytest.mark.slow

# Sentences of the made-up business alone.
INVENTED = ("ordered <script>", "The slope is a little steep", "A tenth of the orders had a discount")


@pytest.fixture(scope="module")
def chinese(whole: ReportContent) -> str:
    return render(whole, "zh")


def left(page: str) -> list[str]:
    return [text for text in left_in_english(page) if not any(words in text for words in INVENTED)]


def test_no_sentence_of_the_whole_page_is_english(chinese: str) -> None:
    assert left(chinese) == []
    assert '<html lang="zh-CN">' in chinese


def test_nor_is_one_where_parts_are_absent(scores: pd.DataFrame, content: ReportContent) -> None:
    assert left(render(ReportContent(shop="Spring", scores=scores), "zh")) == []
    assert left(render(replace(content, targets=None, targets_summary=None), "zh")) == []


def test_pictures_are_told_too_and_every_text_of_theirs_is_a_figure_or_chinese(chinese: str) -> None:
    texts = re.findall(r"<text\b[^>]*>([^<]*)</text>", chinese)
    english = [text for text in texts if re.search(r"[a-z]{2} [a-z]{2}", text)]
    assert len(texts) > 50
    assert english == []
    assert "截至该日的90天收入（只计期初已有客户）" in texts


def test_drawing_goes_on_as_before_in_english(chinese: str, content: ReportContent) -> None:
    assert "<text" in chinese
    assert "<text" not in render(content)
