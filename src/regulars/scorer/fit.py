"""Fitting a scorer at a training cutoff, from what had closed by then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from regulars.blas import one_thread
from regulars.errors import ModelError
from regulars.features import declarations, own_features
from regulars.lifetime import LifetimeValue
from regulars.lifetime.diagnostics.select import choose_model
from regulars.lifetime.models.base import TransactionModel
from regulars.notes import Note
from regulars.progress import step
from regulars.scorer.absence import Absence
from regulars.scorer.attributes import AttributeColumns
from regulars.scorer.design import design
from regulars.scorer.ensemble import Ensemble, fit_ensemble
from regulars.scorer.history import History
from regulars.scorer.log_totals import day_effects, total_forecast
from regulars.scorer.scorer import Scorer
from regulars.scorer.settings import ScorerSettings
from regulars.scorer.slices import FEWEST_OF_A_CLASS, TrainingRows, training_slices, usable_slices
from regulars.scorer.timing import timing_notes
from regulars.windows import Windows

AUTO = "auto"
LIFETIME_CANDIDATES = ("mbg_nbd", "bg_nbd", "pareto_nbd", "nbd", "mbg_cnbd_k", "bg_cnbd_k")  # the first wins a tie


def fit_scorer(history: History, windows: Windows, settings: ScorerSettings, *, certified: bool = False) -> Scorer:
    """Fit everything that the scores at `windows.cutoff` need.

    Parameters
    ----------
    history : History
        Looks at the log; only what was known at `windows.cutoff` is used.
    windows : Windows
        The training cutoff and the horizon.
    settings : ScorerSettings
    certified : bool
        Whether to check the lifetime fits at the cutoff (`scorer.lifetime.certificate`).

    Returns
    -------
    Scorer
        Lifetime value alone, with a note that says so, where the training slices that had
        closed hold too few customers who bought, or who did not, to learn from.
    """
    with one_thread():
        return _fit(history, windows, settings, certified=certified)


def _fit(history: History, windows: Windows, settings: ScorerSettings, *, certified: bool) -> Scorer:
    history = history.as_of(windows)
    slices = training_slices(history, windows)
    history.prepare([windows, *slices])
    with step("choose the lifetime model", told=certified):
        model, why = lifetime_model(history, slices, settings.lifetime.model)
    lifetime = history.lifetime(windows, model, certified=certified)
    names, attributes, left_out = feature_columns(history, windows)
    with step("fit boosters and regressions", told=certified):
        ensemble, how = _ensemble(history, windows, slices, names, attributes, lifetime, settings)
    absence = Absence.fit(history, windows, slices, lifetime)
    effects = day_effects(history, windows) if ensemble else None
    return Scorer(
        settings=settings,
        training_cutoff=windows.cutoff,
        feature_names=names,
        lifetime=lifetime,
        ensemble=ensemble,
        notes=(
            Note("lifetime_model", why),
            *_sampled(history, windows),
            *how,
            *lifetime.notes,
            *_one_time_buyers(lifetime.purchases),
            *absence.notes,
            *timing_notes(history, windows),
            *(effects.notes(windows) if effects else ()),
            *left_out,
        ),
        absence=absence,
        attributes=attributes,
    )


def feature_columns(history: History, windows: Windows) -> tuple[tuple[str, ...], AttributeColumns, list[Note]]:
    """Which features a scorer takes at a cutoff, how attributes among them become columns, and what is to know."""
    features = history.features(windows)
    attributes, notes = AttributeColumns.fit(features, history.attributes)
    left_out = {"cutoff", *history.attributes} - attributes.names
    own = [feature for feature in own_features(history.tx.columns) if feature.name in attributes.names]
    declared = {name: text for name, text in declarations(history.tx).items() if name in attributes.names}
    columns = tuple(sorted({column for feature in own for column in feature.needs}))
    attributes = replace(attributes, own=columns, declared=declared)
    undated = attributes.names - {feature.name for feature in own} - declared.keys()
    if undated and history.customers and history.customers.days is None:
        text = (
            f"attributes of customers ({', '.join(sorted(undated))}) are taken as the same at all times: "
            "where they were entered later, the backtest looks too good"
        )
        notes.append(Note("attributes_undated", text))
    return tuple(str(name) for name in features if name not in left_out), attributes, notes


def _sampled(history: History, windows: Windows) -> Iterator[Note]:
    """Who was looked at, where that were not all."""
    if history.sample:
        drawn, known = len(history.features(windows)), history.customer_count(windows)
        based = "lifetime models and totals are"
        if history.totals_sample:
            counted = history.totals_sample.share * known
            based = f"totals of past windows on one of about {counted:,.0f}; lifetime models are"
        yield Note(
            "sample",
            f"LightGBM, the regressions and the backtest are based on a random sample of {drawn:,} of the {known:,} "
            f"customers (training.max_customers); {based} based on all, and all are scored",
        )


def _one_time_buyers(model: TransactionModel) -> Iterator[Note]:
    """In BG/NBD and BG/CNBD-k nobody can leave before the second purchase."""
    if getattr(model, "coin_at_birth", None) == 0:
        text = f"p_alive of customers who ordered once is 1: {model.name} lets nobody leave before; read p_churn"
        yield Note("p_alive", text)


def _ensemble(
    history: History,
    windows: Windows,
    slices: Sequence[Windows],
    names: Sequence[str],
    attributes: AttributeColumns,
    lifetime: LifetimeValue,
    settings: ScorerSettings,
) -> tuple[Ensemble | None, list[Note]]:
    model = lifetime.purchases.name
    kept, notes = usable_slices(history, slices, model)
    rows = None
    if kept:
        rows = TrainingRows.stack(history, kept, names, model, attributes=attributes, seed=settings.seed)
    if rows is None or not rows.latest.suffices:
        alone = (
            f"the scorer is the lifetime model alone: no past window of {windows.horizon_days} days that had ended by "
            f"{windows.cutoff} has {FEWEST_OF_A_CLASS} customers who ordered in it and {FEWEST_OF_A_CLASS} who did "
            "not, which boosters need to learn from"
        )
        return None, [Note("lifetime_alone", alone), *notes]
    totals = total_forecast(history, windows, model)
    quantities = lifetime.quantities(history.summary(windows), windows.horizon_days)
    now = design(history.features(windows), names, quantities, attributes)
    rows, shifts = rows.without_shifts(now)
    ensemble, how = fit_ensemble(rows, now, quantities, totals, settings)
    return ensemble, [*how, *totals.notes, *shifts, *notes]


def lifetime_model(history: History, slices: Sequence[Windows], asked: str) -> tuple[str, str]:
    """The purchase model: as asked, or the one that predicted the latest training slice best; and why, in words."""
    default = LIFETIME_CANDIDATES[0]
    if asked != AUTO:
        return asked, f"lifetime model {asked}, as asked"
    if not slices:
        return default, f"lifetime model {default}: no training slice to choose by"
    latest = slices[0]
    counts = history.labels(latest)["purchases"]
    try:
        choice = choose_model(LIFETIME_CANDIDATES, history.summary(latest), counts, latest.horizon_days)
    except ModelError as error:
        return default, f"lifetime model {default}: {error}"
    judged = f"It was judged by the {latest.horizon_days} days from {latest.cutoff}, which no fit had seen."
    return choice.model.name, f"{choice.sentence} {judged}"
