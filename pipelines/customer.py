"""Customer: one customer on one page, from the log, and from scores where there are any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from regulars.errors import InputError, MissingModelError
from regulars.languages import Language
from regulars.loyalty import Customer, one_customer
from regulars.params import Params
from regulars.pipelines.campaign_files import read_work_list
from regulars.pipelines.inputs import check_freshness, customers_of, read_feeds, read_log, windows_for
from regulars.pipelines.score import champion_uri, say_horizon
from regulars.predict import PAGE, Inputs, Outlook, check_file, outlook_in, outlook_of, read_table, row_of, write_text
from regulars.progress import step
from regulars.tables import SCORES
from regulars.transactions import Freshness, Transactions


@dataclass(frozen=True, eq=False)
class CustomerShown:
    """One customer; the scores, or why there are none; the row of a work list; and the page, if asked for."""

    customer: Customer
    outlook: Outlook | str
    contact: Mapping[str, Any] | str | None
    freshness: Freshness
    path: Path | None


@dataclass(frozen=True)
class Sources:
    """Where scores are from: a table; else a model; else the champion, if there is one. And a work list, if any."""

    table: Path | None = None
    targets: Path | None = None
    model: str | None = None
    allow_past: bool = False

    def __post_init__(self) -> None:
        if self.table and (self.model or self.allow_past):
            raise InputError("Scores were given, and how to make them (--model or --allow-past). Give one of the two.")


def show_customer(
    params: Params,
    customer_id: str,
    by: Sources,
    *,
    out: Path | None = None,
    today: dt.date | None = None,
    language: Language = "en",
) -> CustomerShown:
    """Look at one customer of the log of `params` at its cutoff, as on the day `today`; write the page, if asked."""
    tables = {"scores_table": by.table, "work_list": by.targets}
    read_from = {name: table for name, table in tables.items() if table}
    path = check_file(out, PAGE, inputs=Inputs.of(params, **read_from)) if out else None
    tx = read_log(params, today=today)
    windows = windows_for(params, tx)
    freshness = check_freshness(params, tx, windows)
    with step("look at the customer"):
        feeds, margin = read_feeds(params), params.lifetime.margin
        customer = one_customer(tx, customer_id, windows, params.loyalty, feeds, margin=margin)
    with step("look at the scores"):
        outlook = _outlook(params, tx, customer, by)
        contact = _contact(customer, by.targets) if by.targets else None
    shown = CustomerShown(customer, outlook, contact, freshness, path)
    if path:
        _write_page(shown, path, language)
    return shown


def _outlook(params: Params, tx: Transactions, customer: Customer, by: Sources) -> Outlook | str:
    windows, customer_id = customer.windows, customer.history.customer_id
    if by.table:
        return outlook_in(read_table(by.table, SCORES, texts=("model_version",)), by.table, customer_id, windows)
    from regulars.tracking.versions import load_registered

    try:
        model = load_registered(by.model or champion_uri(params), params.mlflow.tracking_uri)
    except MissingModelError as missing:
        if by.model:
            raise
        return str(missing)
    trained = windows.moved_to(model.scorer.training_cutoff)
    if windows.before(trained) and not (by.model or by.allow_past):
        return (
            f"The champion was trained on history up to {trained.cutoff}, later than this cutoff; --allow-past uses it."
        )
    say_horizon(params, model.scorer.horizon_days)
    return outlook_of(tx, model, customer_id, windows, customers=customers_of(params), allow_past=by.allow_past)


def _contact(customer: Customer, path: Path) -> Mapping[str, Any] | str:
    return row_of(read_work_list(path), path, customer.history.customer_id, customer.windows)


def _write_page(shown: CustomerShown, path: Path, language: Language) -> None:
    from regulars.report import render_customer

    with step("write the page"):
        age = shown.freshness.in_words
        write_text(render_customer(shown.customer, shown.outlook, shown.contact, age, language), path)
