"""The page says what it was told, all of it and nothing else, and needs nothing from elsewhere."""

from __future__ import annotations

import dataclasses
import math
import re
from collections import Counter
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from regulars.errors import InputError
from regulars.loyalty.repeat_orders import Conversion
from regulars.report import ReportContent, render
from regulars.report.calls import call_lists
from regulars.report.newcomers import newcomers
from regulars.report.views import certificate_groups, gate_marks, profits
from regulars.report.words import minus
from regulars.scorer.forecast import Forecast, Total

EVIL = "<script>alert(1)</script>"
SECTIONS = ("summary", "forecast", "changes", "calls", "newcomers", "moves", "concentration", "statistician")
FOLDED = ("trust", "intervals", "rivals", "orders", "risk", "alive", "gate", "ledger", "meanings")
INLINE = {"time", "strong", "em", "button", "b"}
VOID = {"meta", "br", "hr", "img", "input", "link"}
NAMESPACES = {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
PICTURES = 10


class Page(HTMLParser):
    """Tags in balance, ids, references and visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.tags: Counter[str] = Counter()
        self.headings: list[int] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        self.text = " ".join("".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)
        if tag not in INLINE:
            self.words.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "title"} & set(self.open):
            self.words.append(data)

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        for name, value in attrs:
            value = value or ""
            if name == "id":
                self.ids.append(value)
            if name in {"href", "xlink:href"} and value.startswith("#"):
                self.references.append(value[1:])
            if name == "popovertarget":
                self.references.append(value)
            if name in {"aria-labelledby", "aria-describedby"}:
                self.references.append(value)
            self.references.extend(re.findall(r"url\(#([^)]*)\)", value))


@pytest.fixture(scope="module")
def html(content: ReportContent) -> str:
    return render(content)


@pytest.fixture(scope="module")
def page(html: str) -> Page:
    return Page(html)


@pytest.fixture(scope="module")
def bare(scores: pd.DataFrame) -> Page:
    """A page of scores without money, and nothing else."""
    return Page(render(ReportContent("Bare", scores.assign(expected_spend=np.nan, clv=np.nan))))


def test_nothing_comes_from_elsewhere(html: str, page: Page) -> None:
    assert set(re.findall(r"https?://[^\s\"'<>)]+", html)) <= NAMESPACES
    assert not re.findall(r"@import|@font-face|url\((?!#)", html)
    assert not re.findall(r"(?:src|href)=\"(?!#|data:image/png;base64,)", html)
    assert page.tags["script"] == page.tags["link"] == page.tags["iframe"] == 0
    assert len(html.encode()) < 3_000_000


def test_tags_balance_ids_are_unique_and_references_hit(page: Page, bare: Page) -> None:
    for each in (page, bare):
        assert each.open == []
        assert [name for name, times in Counter(each.ids).items() if times > 1] == []
        assert set(each.references) <= set(each.ids)


def test_headings_go_down_one_step_at_a_time(page: Page, bare: Page) -> None:
    for each in (page, bare):
        assert each.headings[0] == 1
        assert each.headings.count(1) == 1
        assert max(np.diff(each.headings)) <= 1


def test_every_picture_says_what_it_shows(html: str, page: Page) -> None:
    labelled = r'<svg [^>]*role="img" aria-labelledby="(\w+)-alt"[^>]*>\s*<title id="\1-alt">([^<]{30,})</title>'
    titles = re.findall(labelled, html)
    assert len(titles) == page.tags["svg"] == PICTURES
    assert len(set(titles)) == PICTURES


def test_text_from_data_is_escaped(html: str) -> None:
    assert EVIL not in html
    assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2  # the customer's id, and a reason
    assert '<p class="shop">Spring &amp; summer</p>' in html


@pytest.mark.slow
def test_text_from_data_is_escaped_wherever_it_can_stand(content: ReportContent, backtest: dict[str, Any]) -> None:
    poisoned = dataclasses.replace(
        content,
        shop=EVIL,
        currency="<b>",
        grade={"letter": "D", "marks": [{"name": EVIL, "points": 0, "sentence": EVIL}]},
        age=(EVIL, EVIL),
        model=dataclasses.replace(content.model, uri=EVIL, version=EVIL, lifetime_model=EVIL),
        targets=content.targets.assign(offer=EVIL, channel=EVIL),
        targets_summary={**content.targets_summary, "in_words": EVIL, "kept_out": [[EVIL, 1]]},
        backtest={
            **backtest,
            "skipped": [EVIL],
            "notes": [EVIL],
            "profit": [{"offer": EVIL, "contender": EVIL, "empc": 1.0}],
        },
        verdict={"passed": False, "checks": [{"passed": False, "blocking": True, "sentence": EVIL}]},
        certificate={"verdict": EVIL, "checks": [{"verdict": EVIL, "sentence": EVIL}]},
        ledger={**content.ledger, "entries": [{**content.ledger["entries"][0], "reason": EVIL}], "adjustments": []},
        findings=[{"severity": EVIL, "what": EVIL, "to_do": EVIL}],
        columns=[
            dict.fromkeys(("ours", "theirs", "holds", "smallest", "largest"), EVIL) | {"absent": 0, "examples": [EVIL]}
        ],
        notes=[EVIL],
    )
    assert "<script" not in render(poisoned)


@pytest.mark.slow
def test_the_same_content_gives_the_same_bytes_and_is_left_as_it_was(content: ReportContent, html: str) -> None:
    before = content.scores.copy()
    assert render(content) == html
    pd.testing.assert_frame_equal(content.scores, before)


def test_every_section_stands_in_the_contents(html: str, page: Page, bare: Page) -> None:
    for each in (page, bare):
        assert [name for name in each.ids if name in {*SECTIONS, *FOLDED}] == [*SECTIONS, *FOLDED]
    assert re.findall(r'<a href="#(\w+)">', html.split("<nav")[1].split("</nav>")[0]) == list(SECTIONS)


def test_the_managers_part_is_open_and_the_statisticians_is_folded(html: str) -> None:
    manager, statistician = html.split('<section id="statistician"')
    assert "<details id" not in manager
    assert re.findall(r'<details id="(\w+)">', statistician) == list(FOLDED)


def test_the_tiles_add_up_and_stand_beside_past_windows(content: ReportContent, page: Page) -> None:
    scores, past = content.scores, content.past
    assert past is not None
    assert past.last is not None
    tiles = page.text.split("In short")[-1].split("Arrows:")[0]
    assert "Customer outlook, 1 March to 29 May 2024" in page.text
    assert f"{300 - scores['p_churn'].sum():,.0f} of 300 customers" in page.text
    for value in (scores["expected_spend"].sum(), scores["clv"].sum(), scores["expected_purchases"].sum()):
        assert f"{value:,.0f}" in tiles
    assert "90 % range 5,000 to 6,400" in tiles.replace("\N{NO-BREAK SPACE}", " ") or "90 % range" in tiles
    assert f"Last 90 days {past.last.money:,.0f}" in tiles
    assert f"Last 90 days {past.last.order_days:,}" in tiles


def test_the_grade_stands_at_the_head_with_its_reason(content: ReportContent, page: Page) -> None:
    assert content.grade is not None
    head = page.text.split("Contents")[0].split("In short")[0]
    assert f"Grade {content.grade['letter']}" in head
    assert "! 4 % of amounts are zero. Look at them." not in head  # the mark is drawn by the style
    assert "amounts are zero. Look at them." in head


def test_every_term_opens_a_definition_with_formula_and_columns(html: str) -> None:
    opened = re.findall(r'class="term" popovertarget="([\w-]+)"', html)
    assert len(opened) >= 15
    for name in opened:
        body = html.split(f'popover id="{name}"')[1].split("</button></span>")[0]
        assert "<b>Formula</b>" in body
        assert "<b>Columns</b>" in body


def test_the_moves_add_up(content: ReportContent, page: Page, bare: Page) -> None:
    assert content.dynamics is not None
    latest = content.dynamics.latest
    assert latest is not None
    kept, lost = latest.customers["kept"], latest.customers["lost"]
    assert f"{kept} of {latest.before} customers were kept, {lost} were lost" in page.text
    assert f"make {latest.now} now" in page.text
    assert "How the customers move is not shown" in bare.text


@pytest.mark.slow
def test_a_log_that_is_too_short_to_compare_periods_says_so(content: ReportContent, short: ReportContent) -> None:
    assert content.dynamics is not None
    young = dataclasses.replace(content.dynamics, movements=[])
    text = Page(render(dataclasses.replace(short, dynamics=young))).text
    assert "Periods are not compared, because the log is shorter than two of 90 days" in text


def test_the_call_list_shows_the_treated_alone_with_what_they_bought(content: ReportContent, page: Page) -> None:
    assert content.targets is not None
    treated = content.targets[content.targets["group"] == "treat"]
    held_out = content.targets[content.targets["group"] == "control"]
    listed = page.text.split("Whom to call this week")[-1].split("New customers")[0]
    first = treated[treated["kind"] == "keep"].head(10)
    assert all(str(customer) in listed for customer in first["customer_id"])
    assert not any(re.search(rf"\b{customer} ", listed) for customer in held_out["customer_id"])
    assert "2023-12-01 3 120.00" in listed
    assert "The rates of an offer are assumed until a campaign has been measured" in listed


def test_the_most_valuable_stand_with_what_raises_their_value(page: Page, scores: pd.DataFrame) -> None:
    listed = page.text.split("Why so valuable")[1].split("For the statistician")[0]
    best = scores.sort_values("clv", ascending=False, kind="stable")["customer_id"].head(10)
    assert all(re.search(rf"{re.escape(name)} [\d.,]+ [<>\s\d]+% {re.escape(name)}", listed) for name in best)


@pytest.mark.slow
def test_without_reasons_for_the_value_that_is_said(short: ReportContent) -> None:
    text = Page(render(dataclasses.replace(short, value_reasons=None))).text
    assert "no reasons for the value came with this report" in text
    assert "Why so valuable" not in text


def test_the_backtest_says_better_worse_or_tie(page: Page, backtest: dict[str, Any]) -> None:
    compared = page.text.split("The five rivals that matter")[1].split("Left out")[0]
    said = Counter(re.findall(r"\] (better|worse|tie)\b", compared))
    rows = [row for row in backtest["comparisons"] if row["metric"] in ("log_loss", "auc")]
    assert said == Counter(row["verdict"] for row in rows)
    assert "Origin skipped: 2023-06-01: too early" in page.text


def test_each_ranking_has_a_row_with_what_it_would_earn() -> None:
    earned = [("regulars", "a", 2.0), ("regulars", "b", 1.0), ("hiatus", "a", 3.0)]
    told = profits({"profit": [dict(zip(("contender", "offer", "empc"), row, strict=True)) for row in earned]})
    assert told.offers == ("a", "b")
    assert told.rows == (("hiatus", (3.0, None)), ("regulars", (2.0, 1.0)))
    assert profits({}).rows == ()


def test_percent_signs_stay_with_their_figures(html: str) -> None:
    assert " %" not in html


@pytest.mark.slow
def test_totals_come_with_intervals_and_what_they_rest_on(short: ReportContent, page: Page) -> None:
    assert short.forecast is not None
    assert "90 % range 5,000 to 6,400" in page.text
    assert "90 % range 1,000 to 1,500" in page.text
    assert "2.8 test windows of this log" in page.text
    guess = dataclasses.replace(short.forecast, windows=1.0)
    assert "it comes from a single test window" in Page(render(dataclasses.replace(short, forecast=guess))).text
    unknown = Forecast(Total(1.0, None, None), None, 0.0)
    text = Page(render(dataclasses.replace(short, forecast=unknown))).text
    assert "No past test window shows how large forecast errors are" in text
    assert "no range known" in text


def test_intervals_and_dates_are_compared_with_what_happened(page: Page, backtest: dict[str, Any]) -> None:
    told = page.text.split("Do ranges and dates hold?")[1].split("Is it better than simpler rules?")[0]
    means = {(row["outcome"], row["group"]): row for row in backtest["coverage"] if row["origin"] == "mean"}
    for group, name in (("all", "all customers"), ("active", "bought within one horizon before"), ("6", "most active")):
        inside = f"{100 * means['purchases', group]['coverage']:.1f}"
        assert re.search(rf"{name}( sixth)? [\d,]+ >?\s?{re.escape(inside)}\s% 3.00 ", told)
    held = sum(row["inside"] for row in backtest["totals"])
    assert f"{held} of {len(backtest['totals'])} forecast totals held" in told
    assert "the one who returns first in 100 % of cases" in told.replace("\N{NO-BREAK SPACE}", " ")
    assert "10.0 days off on average" in told


def test_gate_certificate_ledger_and_findings_are_told(content: ReportContent, page: Page) -> None:
    assert content.verdict is not None
    assert f"The gate {'lets' if content.verdict['passed'] else 'refuses'} this model" in page.text
    for check in content.verdict["checks"]:
        assert minus(check["sentence"]) in page.text
    for told in (
        "! warning MBG/NBD: The slope is a little steep.",
        "came in 1,203 300 12,345.50",
        "excluded missing date 1 0 5.50",
        "amounts are rounded to 4 digits: 3 rows, +0.01",
        "Booked after adjustments: 12,340.01.",
        "customer_id Cust ID text 0 – – amount paid number 2,001 −3.5 99 1.5, 2",
        "! warning 4 % of amounts are zero. Look at them.",
        "blend weights estimated out of time",
    ):
        assert told in page.text


@pytest.mark.slow
def test_the_certificate_says_each_thing_once_what_needs_attention_first(short: ReportContent) -> None:
    checks = [
        {"model": "mbg_nbd", "name": "finite", "verdict": "pass", "sentence": "All is finite."},
        {"model": "mbg_nbd", "name": "starts", "verdict": "warning", "sentence": "Starts differ."},
        {"model": "gamma_gamma", "name": "finite", "verdict": "pass", "sentence": "All is finite."},
    ]
    groups = certificate_groups({"checks": checks})
    assert groups == [
        ("What needs attention", [("warning", "MBG/NBD", "Starts differ.")]),
        ("What holds", [("pass", "MBG/NBD and Gamma-Gamma", "All is finite.")]),
    ]
    text = Page(render(dataclasses.replace(short, certificate={"verdict": "warning", "checks": checks}))).text
    assert text.index("What needs attention ! warning") < text.index("1 check holds")
    assert "All is finite." not in text  # what holds stands on the card


@pytest.mark.parametrize(("verdict", "mark"), [("pass", "passed"), ("warning", "warning"), ("failure", "warning")])
def test_a_certificate_that_warned_is_no_plain_pass(verdict: str, mark: str) -> None:
    check = {
        "name": "certificate",
        "passed": True,
        "blocking": True,
        "sentence": verdict,
        "figures": {"verdict": verdict},
    }
    refused = {"name": "tried", "passed": False, "blocking": True, "sentence": "none"}
    assert gate_marks({"checks": [check, refused]}) == [(mark, verdict), ("failed", "none")]


@pytest.mark.slow
def test_an_unidentified_p_alive_is_called_so(content: ReportContent, page: Page) -> None:
    leaving = {"model": "mbg_nbd", "name": "leaving", "verdict": "warning", "sentence": "Nobody left."}
    text = Page(render(dataclasses.replace(content, certificate={"verdict": "warning", "checks": [leaving]}))).text
    assert "Not identified on this log. Nobody left." in text
    assert "not identified" not in page.text.lower()


def test_nobody_is_said_to_leave_who_only_does_not_order(page: Page) -> None:
    assert "are expected to order" in page.text
    assert not re.search(r"\b(leaver|expected to leave|probability of leaving|is leaving)", page.text)


def test_every_absent_part_is_said(bare: Page) -> None:
    for sentence in (
        "Money is not in the log, so nothing here is valued.",
        "The forecast is not drawn beside the past",
        "What changed is not shown",
        "New customers are not shown",
        "No past window could be tested",
        "There is no picture of risk and value",
        "There is no work list in this report",
        "Whether the probabilities can be trusted is not shown",
        "Predicted and actual orders are not compared",
        "Whether intervals hold is not shown",
        "Concentration of value is not shown",
        "P(alive) is not shown",
        "There is no comparison with simpler rules",
        "There is no verdict",
        "There is no fit certificate",
        "There are no notes",
        "There is no ledger",
        "There are no findings on the data",
        "Which model made the scores was not passed",
    ):
        assert sentence in bare.text
    assert bare.tags["svg"] == 0
    assert "nan" not in bare.text.lower().split()
    assert "None" not in bare.text


@pytest.mark.slow
def test_a_backtest_without_origins_counts_as_none(content: ReportContent) -> None:
    empty = {name: [] for name in ("origins", "metrics", "comparisons", "profit", "calibration", "gain", "notes")}
    empty |= {"purchases_by_frequency": [], "spend_deciles": [], "skipped": ["2023-06-01: too early"]}
    text = Page(render(dataclasses.replace(content, backtest=empty))).text
    assert "There is no comparison with simpler rules" in text
    assert "Origin skipped: 2023-06-01: too early" in text


def test_ids_keep_the_value_that_they_had(content: ReportContent) -> None:
    assert content.targets is not None
    numbered = content.targets.assign(customer_id=range(10_000, 10_000 + len(content.targets)))
    shown = [row["customer_id"] for each in call_lists(numbered, None, content.scores) for row in each.rows]
    assert set(shown) <= set(numbered["customer_id"])
    assert len(shown) >= 10


@pytest.mark.slow
def test_money_is_written_with_its_currency(short: ReportContent) -> None:
    text = Page(render(dataclasses.replace(short, currency="£"))).text
    assert f"£{short.scores['expected_spend'].sum():,.0f}" in text
    assert "Money is in £." in text


@pytest.mark.slow
def test_one_customer_is_enough(scores: pd.DataFrame) -> None:
    assert Page(render(ReportContent("One", scores.head(1)))).open == []


def test_no_scores_are_refused(scores: pd.DataFrame) -> None:
    with pytest.raises(InputError, match=r"There are no scores to report on\. Score at a cutoff"):
        render(ReportContent("None", scores.head(0)))


def test_a_log_of_less_than_a_year_tells_no_share_of_a_year(content: ReportContent) -> None:
    assert content.dynamics is not None
    nobody = {days: Conversion(4, *[np.zeros(days)] * 3, customers=9) for days in (170, 370)}
    dynamics = {days: dataclasses.replace(content.dynamics, habit=habit) for days, habit in nobody.items()}
    young, old = (newcomers(content.states, found) for found in dynamics.values())
    assert young is not None
    assert old is not None
    assert math.isnan(young.habit)
    assert old.habit == 0
