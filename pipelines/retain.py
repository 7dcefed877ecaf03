"""Retain: from a scores table to the work list, with its control group."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import pandas as pd

from regulars.errors import InputError
from regulars.features.last_orders import build_consents, build_last_products, build_margins
from regulars.files import whole_files
from regulars.languages import Language
from regulars.languages.tables import table_in
from regulars.loyalty import first_of_each, liked_products
from regulars.params import LOG, Params
from regulars.pipelines.campaign_files import lists_read, read_history_of, read_lists
from regulars.pipelines.inputs import parts_without_forgotten, read_log, windows_for
from regulars.predict import TABLE, Inputs, TableParts, check_file, draft_manifest, draft_table, read_manifest
from regulars.progress import step
from regulars.retention import LearnedRates, Power, Targets, learned_rates, make_targets
from regulars.retention.checks import NEEDED, REASONS, check_stated
from regulars.retention.crm import Layout, contacts_for, suppression_for
from regulars.transactions import Freshness, Transactions, run_day
from regulars.windows import Windows, as_day

TOLD = (*REASONS, "opening", "next_product_why")  # columns with sentences
FROM_LOG = ("unit_cost", "product_id")  # columns for which the log is read again


@dataclass(frozen=True)
class Targeted:
    """A work list on disk, beside it what a mail tool imports, and where it was asked for the list of those let go."""

    targets: Targets
    path: Path
    freshness: Freshness | None
    rates: LearnedRates | None = None
    more: tuple[tuple[str, Path], ...] = ()

    @property
    def power(self) -> Power:
        """How large an effect the list can show."""
        return Power.of(self.targets.frame)


def target_scores(
    params: Params,
    scores: Path,
    out: Path,
    *,
    let_go: Path | None = None,
    layout: Layout | None = None,
    language: Language = "en",
    today: dt.date | None = None,
) -> Targeted:
    """Choose whom to contact from a scores table, as on the day `today`; write the work list."""
    check_stated(params.offers)
    inputs = Inputs.of(params, scores_table=scores, **lists_read(params))
    path = check_file(out, TABLE, inputs=inputs)
    more = [check_file(file, inputs=inputs) for file in _files_for(layout, path)]
    gone = [check_file(let_go, TABLE, inputs=inputs)] if let_go else []
    table = parts_without_forgotten(params, TableParts.open(scores, NEEDED, texts=(*REASONS, "model_version")))
    freshness = _freshness(params, scores, today)
    targets, rates = choose(params, table, _log_at(params, table, today))
    targets = replace(targets, frame=table_in(language, targets.frame, TOLD))
    with step("write the work list"), whole_files() as files:
        told = {**targets.to_dict(), "rates": list(rates.in_words), "log": freshness.to_dict() if freshness else None}
        draft_manifest(files, path, draft_table(files, targets.frame, path), told)
        if layout:
            for made, file in zip((contacts_for, suppression_for), more, strict=True):
                draft_table(files, table_in(language, made(layout, targets), ["Reason"]), file)
        for file in gone:
            draft_manifest(files, file, draft_table(files, targets.let_go, file), {"rows": targets.let_go_customers})
    named = [(f"for {layout}", file) for file in more] + [("let go", file) for file in gone]
    return Targeted(targets, path, freshness, rates, tuple(named))


def choose(
    params: Params, scores: pd.DataFrame | TableParts, log: tuple[Transactions, Windows] | None
) -> tuple[Targets, LearnedRates]:
    """Choose whom to contact, by rates learned so far; `log` tells margins and last products where it is mapped to."""
    rates = _rates(params)
    lists = read_lists(params, build_consents(*log) if log and params.campaign.consent == LOG else None)
    sold = log if log and "product_id" in log[0].columns else None
    with step("choose whom to contact"):
        targets = make_targets(
            scores,
            params.offers,
            params.campaign,
            margin=params.lifetime.margin,
            margins=build_margins(*log) if log else None,
            products=build_last_products(*log) if log else None,
            next_sale=partial(first_of_each, *sold) if sold else None,
            liked=partial(liked_products, *sold) if sold else None,
            lists=lists,
            rates=rates,
        )
    return targets, rates


def _rates(params: Params) -> LearnedRates:
    """What the campaign history says about the offers, and of single customers."""
    history = read_history_of(params)
    rates = learned_rates(history, params.offers)
    if history is None:
        return rates
    from regulars.retention.uplift.for_lists import with_individual_effects  # loads LightGBM

    return with_individual_effects(rates, history, params.offers, seed=params.seed)


def _files_for(layout: Layout | None, path: Path) -> list[Path]:
    """What a mail tool imports, beside the work list: contacts, and whom it may not write to."""
    if layout is None:
        return []
    return [path.with_name(f"{path.stem}.{layout}{part}.csv") for part in ("", "-suppress")]


def _log_at(params: Params, table: TableParts, today: dt.date | None) -> tuple[Transactions, Windows] | None:
    """The log at the cutoff of the scores, where it is to tell margins, products or consents."""
    mapped = set(FROM_LOG) & set(params.transactions.columns.mapped())
    if not len(table) or not (mapped or params.campaign.consent == LOG):
        return None
    tx = read_log(params, today=today)
    cutoff, latest = _cutoff_of(table), windows_for(params, tx).cutoff
    if (behind := (latest - cutoff).days) > 0:
        raise InputError(
            f"The scores were made at {cutoff}, but the log goes on to {latest}, {behind} days later: they do not "
            f"know the latest orders. Score again, or give the cutoff of the scores (--cutoff {cutoff})."
        )
    return tx, Windows(cutoff, params.windows.horizon_days)


def _cutoff_of(table: TableParts) -> dt.date:
    """The cutoff of a table that has rows."""
    first_part = next(table.parts(["cutoff"]))
    return as_day(pd.Timestamp(first_part["cutoff"].iloc[0]).date())


def _freshness(params: Params, scores: Path, today: dt.date | None) -> Freshness | None:
    """How old the log of a scores table is, by its manifest; refused where it is older than the limit."""
    limit, log = params.transactions.max_age_days, read_manifest(scores).get("log")
    if log is None:
        if limit is not None:
            raise InputError(
                f"Nothing tells how old the log of {str(scores)!r} is, but transactions.max_age_days is {limit}: its "
                "manifest is not there or says nothing of it. Score again, and keep the manifest beside the table."
            )
        return None
    freshness = Freshness.of_manifest(log, run_day(params.transactions.timezone, today))
    freshness.check(limit)
    return freshness
