"""What a model was trained on, and what it is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator

from regulars.report.card.content import CardContent
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


def trained_on(content: CardContent) -> Lines:
    """The history that it learned from, and what became of the rows of the log."""
    yield from facts(_history(content))
    yield ""
    ledger = content.tx.ledger
    rows = [
        [f"{entry.outcome}: {entry.reason}", number(entry.rows), number(entry.customers), money(entry.money)]
        for entry in ledger.entries
    ]
    total = ["**in the log**", number(ledger.rows), number(ledger.customers), money(ledger.money)]
    yield from table(["what became of the whole log", "rows", "customers", "money"], [*rows, total])
    if content.findings:
        yield ""
        yield from bullets(f"{found.severity}: {plain(f'{found.what}. {found.to_do}')}" for found in content.findings)


def _history(content: CardContent) -> Iterator[tuple[str, str]]:
    history, windows, features = content.history, content.windows, content.features
    span = f"{history.first_day(windows)} to {history.last_day(windows)}, {number(content.history_days)} days"
    yield "log", f"{plain(content.log_name)}, hash of its content `{content.tx.data_hash[:12]}…`"
    yield "order days", f"{span} before the cutoff {windows.cutoff}"
    yield "rows known before it", number(content.tx.rows_before(windows))
    yield "customers", number(len(features))
    yield "days with an order", number(features["frequency"].sum() + len(features))
    if "net_total" in features:
        yield "money, net", money(math.fsum(features["net_total"]))
    yield "features", number(len(content.scorer.feature_names))


def made_of(content: CardContent) -> Lines:
    """The weight of each base model, what it was fitted on, and the notes of the fit."""
    scorer = content.scorer
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
    yield from bullets(plain(note) for note in content.notes)
    yield from bullets(_warnings(content))


def _share(weight: float | None) -> str:
    return UNKNOWN if weight is None else percent(weight)


def _warnings(content: CardContent) -> Iterator[str]:
    """What the certificate of the lifetime fit warns of."""
    certificate = content.scorer.lifetime.certificate or {"checks": []}
    for check in certificate["checks"]:
        if check["verdict"] in ATTENTION:
            yield f"{check['verdict']} of the certificate, {title_of(check['model'])}: {plain(check['sentence'])}"
