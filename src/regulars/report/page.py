"""The page: one HTML file with everything in it, the manager's part first and the statistician's folded below."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from regulars.definitions import DEFINITIONS
from regulars.errors import InputError
from regulars.languages import Language
from regulars.languages.pages import page_in
from regulars.report import customers, intervals, views, words
from regulars.report.accuracy import backtest_pictures_of_page, frequency_label
from regulars.report.calls import call_lists, title_of_calls
from regulars.report.canvas import letters_for
from regulars.report.changes import changes, plain_segment, title_of_changes
from regulars.report.contenders import lifetime_rival, title_of
from regulars.report.content import ReportContent
from regulars.report.course import forecast_course
from regulars.report.difference import difference_in_words
from regulars.report.drivers import drivers_shown
from regulars.report.feeds import feeds_shown
from regulars.report.first_actions import first_actions
from regulars.report.judgement import badge, warnings
from regulars.report.list_totals import list_profit, list_totals
from regulars.report.moves import pictures_of
from regulars.report.newcomers import newcomers
from regulars.report.next_sale import next_sale_shown
from regulars.report.rivals import at_list_size, five_rivals
from regulars.report.terms import Terms
from regulars.report.tiles import new_customers_in_words, tiles
from regulars.report.words import Money

FILTERS = (
    *(words.number, words.percent, words.signed, words.minus, words.day),
    *(words.in_words, title_of, frequency_label, plain_segment),
)


def render(content: ReportContent, language: Language = "en") -> str:
    """Write the report as one self-contained HTML page.

    Parameters
    ----------
    content : ReportContent
        Scores, and whatever else there is; for a part that is None the page says why it is absent.
    language : {"en", "zh"}
        Of the page.

    Returns
    -------
    str
        HTML with its styles and pictures inside: no script, nothing from elsewhere. The same
        content gives the same text.

    Raises
    ------
    InputError
        If there are no scores.

    Examples
    --------
    >>> scores = pd.DataFrame({
    ...     "customer_id": ["<b>", "c2"], "cutoff": pd.Timestamp("1998-07-01"), "horizon_days": 180,
    ...     "last_order": pd.Timestamp("1998-06-01"),
    ...     "p_churn": [0.9, 0.4], "expected_purchases": [0.1, 1.2], "expected_spend": [3.0, 40.0], "clv": [5.0, 70.0]})
    >>> page = render(ReportContent(shop="Bread & butter", scores=scores))
    >>> page.startswith("<!doctype html>"), "Bread &amp; butter" in page
    (True, True)
    """
    if content.scores.empty:
        raise InputError("There are no scores to report on. Score at a cutoff that has customers before it.")
    with letters_for(language):
        return words.unbroken(page_in(language, _in_english(content)))


def _in_english(content: ReportContent) -> str:
    money = Money(content.currency)
    shown = environment()
    shown.filters |= {"money": money, "rough_money": lambda value: words.rough(value, money)}
    return shown.get_template("page.html").render(
        content=content,
        term=Terms(),
        definitions=DEFINITIONS,
        **_manager(content, money),
        **_backtest(content),
        gate=views.gate_marks(content.verdict) if content.verdict else [],
        certified=views.certificate_groups(content.certificate) if content.certificate else [],
        unidentified=views.unidentified(content.certificate),
        ledger_totals=views.ledger_totals(content.ledger) if content.ledger else [],
    )


def environment() -> Environment:
    """Templates of this room, with the filters that write figures as people read them."""
    environment = Environment(
        loader=PackageLoader("regulars.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update({function.__name__: function for function in FILTERS})
    environment.filters["money"] = words.money
    return environment


def _manager(content: ReportContent, money: Money) -> dict[str, Any]:
    """What the manager's part shows: judgement, figures, lists and pictures."""
    scores, values = content.scores, _values(content)
    moved = changes(content.states)
    bands = customers.risk_bands(scores)
    valued = bool(scores["clv"].gt(0).any())
    return {
        "headline": views.Headline.of(scores),
        "badge": badge(content.grade, has_list=content.targets is not None),
        "warnings": warnings(content),
        "tiles": tiles(content, money),
        "course": forecast_course(content.past, content.forecast, content.backtest, money),
        "new_customers": new_customers_in_words(content.past, money),
        "difference": difference_in_words(content, money),
        "changes": moved,
        "changes_title": title_of_changes(moved) if moved else "",
        "calls": (calls := call_lists(content.targets, content.states, scores)),
        "calls_title": title_of_calls(calls, money),
        "first_actions": first_actions(content.targets, money),
        "list_profit": list_profit(content.targets_summary, money),
        "list_totals": list_totals(content.targets_summary, content.targets, money),
        "newcomers": newcomers(content.states, content.dynamics),
        "moves": pictures_of(content.dynamics, money),
        "drivers": drivers_shown(content.drivers),
        "next_sale": next_sale_shown(content.pairs),
        "feeds": feeds_shown(content.feeds),
        "concentration": customers.concentration(values) if values else None,
        "best": [] if content.value_reasons is None else views.best_customers(scores, content.value_reasons, money),
        "rising": views.rising_customers(scores),
        "usual_value": "" if content.value_reasons is None else views.usual_order_value(content.value_reasons, money),
        "risk_and_value": customers.risk_and_value(bands, money) if valued else None,
        "alive_map": customers.alive_map(content.alive) if content.alive else None,
    }


def _values(content: ReportContent) -> dict[str, pd.Series]:
    """What customers brought in the last year, or so far, and are expected to; nothing where the log has no money."""
    values: dict[str, pd.Series] = {}
    features = content.features
    for name, column in (("last year’s revenue", "net_365"), ("revenue so far", "net_total")):
        if features is not None and column in features and not values:
            values[name] = features[column]
    values["the value to come"] = content.scores["clv"]
    return {name: held for name, held in values.items() if held.gt(0).any()}


def _backtest(content: ReportContent) -> dict[str, Any]:
    """The backtest in tables and pictures; without an origin there is none."""
    backtest: Mapping[str, Any] | None = content.backtest
    if not backtest or not backtest["origins"]:
        return {"backtest": None, "skipped": list(backtest["skipped"]) if backtest else []}
    rival, targets = lifetime_rival(backtest), content.targets
    listed = 0 if targets is None else len(targets)
    return {
        "backtest": backtest,
        "skipped": list(backtest["skipped"]),
        "rival": title_of(rival) if rival else "the lifetime model",
        "rivals": five_rivals(backtest),
        "at_list_size": at_list_size(backtest, listed, len(content.scores)),
        "interval_rows": intervals.by_group(backtest),
        "dates": intervals.next_dates(backtest),
        "totals_held": intervals.totals_held(backtest),
        **backtest_pictures_of_page(backtest),
    }
