"""Pages told anew: texts and labels change, marks and names do not."""

from __future__ import annotations

from regulars.languages.pages import left_in_english, page_in

PAGE = """<!doctype html>
<html lang="en">
<head><title>Customer 7</title>
<style>p { color: red; }</style></head>
<body>
<div class="page"><p data-label="Orders">New customers &amp; <b>all customers</b></p>
<span class="code">models:/all of it</span>
</div>
</body>
</html>
"""


def test_english_stays_to_the_byte() -> None:
    assert page_in("en", PAGE) == PAGE


def test_texts_labels_language_and_fonts_change_and_code_does_not() -> None:
    told = page_in("zh", PAGE)
    assert '<html lang="zh-CN">' in told
    assert "<title>客户7</title>" in told
    assert '<p data-label="订单数">' in told
    assert "<b>全部客户</b>" in told
    assert '<span class="code">models:/all of it</span>' in told
    assert "Noto Sans CJK SC" in told
    assert "New customers &amp; " in told  # not known as it stands


def test_what_stays_english_is_counted_at_the_end_of_the_page() -> None:
    told = page_in("zh", PAGE.replace("<b>", "Who knows what that is? <i>&lt;i&gt; is there</i><b>"))
    assert left_in_english(told) == ["New customers & Who knows what that is?", "<i> is there"]
    assert "本页有2处文字暂无中文，保留英文。" in told
    assert "暂无中文" not in page_in("zh", PAGE)
