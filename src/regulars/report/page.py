"""The page: one HTML file with everything in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from regulars.errors import InputError
from regulars.loyalty.concentration import share_of_top
from regulars.report import customers, intervals, views, words
from regulars.report.accuracy import frequency_label
from regulars.report.contenders import CONTENDERS, lifetime_rival, ranked, title_of
from regulars.report.content import ReportContent
from regulars.report.moves import pictures_of
from regulars.report.pictures import backtest_pictures

FILTERS = (
    *(words.number, words.money, words.percent, words.signed, words.minus, words.day, words.dated),
    *(title_of, frequency_label),
)


def render(content: ReportContent) -> str:
    """Write the report as one self-contained HTML page.

    Parameters
    ----------
    content : ReportContent
        Scores, and whatever else there is; for a part that is None the page says why it is absent.

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
    ...     "p_churn": [0.9, 0.4], "expected_purchases": [0.1, 1.2], "expected_spend": [3.0, 40.0], "clv": [5.0, 70.0]})
    >>> page = render(ReportContent(title="Customers & friends", scores=scores))
    >>> page.startswith("<!doctype html>"), "<h1>Customers &amp; friends</h1>" in page
    (True, True)
    """
    if content.scores.empty:
        raise InputError("There are no scores to report on. Score at a cutoff that has customers before it.")
    page = (
        environment()
        .get_template("page.html")
        .render(
            content=content,
            headline=views.Headline.of(content.scores),
            **_customers(content),
            moves=pictures_of(content.dynamics),
            **_accuracy(content.backtest),
            gate=views.gate_marks(content.verdict) if content.verdict else [],
            certified=views.certificate_groups(content.certificate) if content.certificate else [],
            unidentified=views.unidentified(content.certificate),
            ledger_totals=views.ledger_totals(content.ledger) if content.ledger else [],
        )
    )
    return page.replace(" %", f"{words.NARROW}%")  # no line breaks there, whoever wrote the sentence


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
    return environment


def _customers(content: ReportContent) -> dict[str, Any]:
    """Risk, value and who is alive, in tables and pictures."""
    scores, features, alive, targets = content.scores, content.features, content.alive, content.targets
    bands, values = customers.risk_bands(scores), _values(content)
    valued = bool(scores["clv"].gt(0).any())
    treated = None if targets is None else targets.loc[targets["group"] == "treat", "customer_id"]
    listed = None if treated is None else scores["customer_id"].isin(treated)
    return {
        "bands": bands.to_dict("records"),
        "work_list": [] if targets is None else views.work_list(targets),
        "due": [] if content.states is None else views.due_this_week(content.states),
        "falling_off": [] if content.states is None else views.falling_off(content.states),
        "best": [] if content.value_reasons is None else views.best_customers(scores, content.value_reasons),
        "tops": [(name, share_of_top(held)) for name, held in values.items()],
        "risk_and_value": customers.risk_and_value(bands) if valued else None,
        "risk_map": customers.risk_map(scores, listed) if valued else None,
        "concentration": customers.concentration(values) if values else None,
        "alive_map": customers.alive_map(alive) if alive else None,
        "where_customers_are": customers.where_customers_are(features, alive)
        if alive and features is not None
        else None,
    }


def _values(content: ReportContent) -> dict[str, pd.Series]:
    """What customers are expected to bring, and have brought so far; nothing where the log has no money."""
    values = {"lifetime value": content.scores["clv"]}
    if content.features is not None and "net_total" in content.features:
        values["spend so far"] = content.features["net_total"]
    return {name: held for name, held in values.items() if held.gt(0).any()}


def _accuracy(backtest: Mapping[str, Any] | None) -> dict[str, Any]:
    """The backtest in tables and pictures; without an origin there is none."""
    if not backtest or not backtest["origins"]:
        return {"backtest": None, "skipped": list(backtest["skipped"]) if backtest else []}
    rival = lifetime_rival(backtest)
    return {
        "backtest": backtest,
        "skipped": list(backtest["skipped"]),
        "rival": title_of(rival) if rival else "the lifetime model",
        "contenders": [(title_of(name), CONTENDERS.get(name, ("", ""))[1]) for name in ranked(backtest)],
        "questions": list(views.backtest_tables(backtest)),
        "origins": views.origins(backtest),
        "profits": views.profits(backtest),
        "frequency_rows": views.frequency_rows(backtest),
        "interval_rows": intervals.by_group(backtest),
        "total_rows": intervals.of_all_together(backtest),
        "dates": intervals.next_dates(backtest),
        **backtest_pictures(backtest),
    }
