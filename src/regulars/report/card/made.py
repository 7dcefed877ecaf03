"""What a model was trained on, and what it is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator

from regulars.evaluation import Run
from regulars.report.card.markdown import Lines, bullets, facts, plain, table
from regulars.report.contenders import title_of
from regulars.report.views import ATTENTION
from regulars.report.words import UNKNOWN, money, number, percent

BASE_MODELS = {
    "lifetime": "{lifetime}, a lifetime model",
    "lightgbm": "LightGBM",
    "regression": "regression",
    "spend_so_far": "everything spent so far",
    "order_days_times_value": "expected order days × money of one so far",
}


def trained_on(run: Run) -> Lines:
    """The history that it learned from, and what became of the rows of the log."""
    yield from facts(_history(run))
    yield ""
    ledger = run.tx.ledger
    rows = [
        [f"{entry.outcome}: {entry.reason}", number(entry.rows), number(entry.customers), money(entry.money)]
        for entry in ledger.entries
    ]
    total = ["**in the log**", number(ledger.rows), number(ledger.customers), money(ledger.money)]
    yield from table(["what became of the whole log", "rows", "customers", "money"], [*rows, total])
    if run.findings:
        yield ""
        yield from bullets(f"{found.severity}: {plain(f'{found.what}. {found.to_do}')}" for found in run.findings)


def _history(run: Run) -> Iterator[tuple[str, str]]:
    history, windows, features = run.history, run.windows, run.so_far
    span = f"{history.first_day(windows)} to {history.last_day(windows)}, {number(run.history_days)} days"
    yield "log", f"{plain(run.log_name)}, hash of its content `{run.tx.data_hash[:12]}…`"
    yield "order days", f"{span} before the cutoff {windows.cutoff}"
    yield "rows known before it", number(run.tx.rows_before(windows))
    yield "customers", number(len(features))
    yield "days with an order", number(features["frequency"].sum() + len(features))
    if "net_total" in features:
        yield "money, net", money(math.fsum(features["net_total"]))
    yield "features", number(len(run.scorer.feature_names))
    if known := run.history.customers:
        names = ", ".join(name for name in run.scorer.feature_names if name in known.names)
        told = f"{plain(run.customers_name)}, hash of its content `{known.data_hash[:12]}…`: {names or 'none of use'}"
        yield "attributes of customers", told
    if own := run.params.transactions.own_columns:
        yield "own columns of the log", ", ".join(f"{plain(name)} ({plain(theirs)})" for name, theirs in own.items())
    if declared := run.tx.own_features:
        yield "own features", "; ".join(f"{plain(one.name)}: {plain(one.meaning)}" for one in declared)


def made_of(run: Run) -> Lines:
    """The weight of each base model, what it was fitted on, and the notes of the fit."""
    scorer = run.scorer
    lifetime = title_of(scorer.lifetime.purchases.name)
    ensemble = scorer.ensemble
    if ensemble is None:
        yield f"One model: {lifetime}, a lifetime model. No past window had closed that LightGBM could learn from."
    else:
        weights = [ensemble.churn.weights, ensemble.purchases.weights, ensemble.spend.weights if ensemble.spend else {}]
        rows = [
            [title.format(lifetime=lifetime), *(_share(of.get(name)) for of in weights)]
            for name, title in BASE_MODELS.items()
        ]
        yield from table(["base model", "churn", "order days", "money"], rows)
        yield ""
        cutoffs = ", ".join(str(day) for day in ensemble.slices)
        yield f"LightGBM and the regressions were fitted at {len(ensemble.slices)} past cutoffs: {cutoffs}."
    yield ""
    yield from bullets(plain(note) for note in run.notes)
    yield from bullets(_warnings(run))


def _share(weight: float | None) -> str:
    return UNKNOWN if weight is None else percent(weight)


def _warnings(run: Run) -> Iterator[str]:
    """What the certificate of the lifetime fit warns of."""
    for check in run.certificate["checks"]:
        if check["verdict"] in ATTENTION:
            yield f"{check['verdict']} of the certificate, {title_of(check['model'])}: {plain(check['sentence'])}"
