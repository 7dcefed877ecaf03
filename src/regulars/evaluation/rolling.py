"""The rolling origin: every contender predicts from the past, then the window is opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars import tables
from regulars.blas import one_thread
from regulars.evaluation.baselines import calibrate_amount, calibrate_rule, choose_hiatus, past_purchase_rate
from regulars.evaluation.interval_forecasts import IntervalForecasts
from regulars.evaluation.trials import CHAMPION, DAYS_SINCE_LAST, HIATUS, OURS, UNTUNED
from regulars.progress import note, step
from regulars.scorer import LIFETIME_CANDIDATES, History, Predicted, Scorer, ScorerSettings, TrainingRows, fit_scorer
from regulars.scorer.base_models import fit_churn_trees
from regulars.scorer.design import plain_design
from regulars.windows import Windows, last_close

PREDICTED = ("p_churn", "expected_purchases", "expected_spend")

Predictions = Mapping[str, Any]


@dataclass(frozen=True)
class Rolled:
    """Predictions and actual outcomes at every origin.

    Parameters
    ----------
    predictions : DataFrame
        `tables.PREDICTIONS`.
    frequency : DataFrame
        `origin`, `customer_id`, `frequency` at the origin.
    interval_forecasts : IntervalForecasts or None
        Intervals and dates of ours, and the actual outcomes; None where no origin was tried.
    skipped : tuple of str
        Origins that could not be tried, with the reason.
    """

    predictions: pd.DataFrame
    frequency: pd.DataFrame
    interval_forecasts: IntervalForecasts | None
    skipped: tuple[str, ...]


@one_thread()
def roll(
    history: History,
    origins: Sequence[Windows],
    settings: ScorerSettings,
    *,
    champion: Scorer | None = None,
    untuned: ScorerSettings | None = None,
) -> Rolled:
    """Fit and predict at every origin from its past alone, and set the outcomes beside.

    Parameters
    ----------
    history : History
        Looks at the log.
    origins : sequence of Windows
        Cutoffs whose label windows have closed.
    settings : ScorerSettings
    champion : Scorer, optional
        The champion, where it is to be tried: its settings are refitted with its features at the
        same origins; the model itself has seen their outcomes.
    untuned : ScorerSettings, optional
        The settings as they were before tuning, tried beside `settings` where they differ.
    """
    predictions, frequencies, interval_forecasts, skipped = [], [], [], []
    known_until = last_close(origins)
    for windows in origins:
        with step(f"origin {windows.cutoff}"):
            scorer = fit_scorer(history, windows, settings)
            if scorer.ensemble is None:
                skipped.append(f"{windows.cutoff}: {scorer.fallback}")
                continue
            predicted = scorer.predict(history.features(windows))
            predictions.append(_at_origin(history, windows, scorer, predicted, champion, untuned))
            frequencies.append(_frequency(history, windows))
            interval_forecasts.append(IntervalForecasts.at(history, windows, scorer, predicted, known_until))
        history.release()
    for reason in skipped:
        note(f"origin skipped, {reason}")
    return Rolled(
        pd.concat(predictions, ignore_index=True) if predictions else pd.DataFrame(columns=list(tables.PREDICTIONS)),
        pd.concat(frequencies, ignore_index=True) if frequencies else pd.DataFrame(),
        IntervalForecasts.together(interval_forecasts),
        tuple(skipped),
    )


def _at_origin(
    history: History,
    windows: Windows,
    scorer: Scorer,
    predicted: Predicted,
    champion: Scorer | None,
    untuned: ScorerSettings | None,
) -> pd.DataFrame:
    contenders: dict[str, Predictions] = {
        OURS: _of_prediction(predicted),
        **predicted.of_base_models,
        "lightgbm_features": _of_features_alone(history, windows, scorer),
        **{model: _of_lifetime(history, windows, model) for model in LIFETIME_CANDIDATES},
        **_of_rules(history, windows, scorer),
    }
    if champion is not None:
        seen = history.seeing(champion.feature_names)
        contenders[CHAMPION] = _of_settings(seen, windows, champion.settings)
    if untuned is not None and untuned != scorer.settings:
        contenders[UNTUNED] = _of_settings(history, windows, untuned)
    return pd.concat(_beside_outcomes(history, windows, contenders), ignore_index=True)[list(tables.PREDICTIONS)]


def _beside_outcomes(
    history: History, windows: Windows, contenders: Mapping[str, Predictions]
) -> Iterator[pd.DataFrame]:
    labels = history.labels(windows)
    for name in sorted(contenders):
        predicted = {column: contenders[name].get(column, np.nan) for column in PREDICTED}
        yield pd.DataFrame(
            {
                "origin": pd.Timestamp(windows.cutoff).as_unit("us"),
                "customer_id": labels.index,
                "contender": name,
                **predicted,
                "actual_purchases": labels["purchases"].to_numpy(),
                "actual_spend": labels["spend"].to_numpy(),
            }
        )


def _frequency(history: History, windows: Windows) -> pd.DataFrame:
    frequency = history.features(windows)["frequency"].reset_index()
    return frequency.assign(origin=pd.Timestamp(windows.cutoff).as_unit("us"))


def _of_prediction(predicted: Predicted) -> Predictions:
    return {name: getattr(predicted, name) for name in PREDICTED}


def _of_settings(history: History, windows: Windows, settings: ScorerSettings) -> Predictions:
    return _of_prediction(fit_scorer(history, windows, settings).predict(history.features(windows)))


def _of_lifetime(history: History, windows: Windows, model: str) -> Predictions:
    quantities = history.lifetime(windows, model).quantities(history.summary(windows), windows.horizon_days)
    return {
        "p_churn": 1.0 - quantities["p_purchase"].to_numpy(),
        "expected_purchases": quantities["expected_purchases"].to_numpy(),
        "expected_spend": quantities["expected_spend"].to_numpy(),
    }


def _of_features_alone(history: History, windows: Windows, scorer: Scorer) -> Predictions:
    """A churn booster fitted on the same slices without anything of the lifetime models."""
    names, model = list(scorer.feature_names), scorer.lifetime.purchases.name
    known, seed = history.as_of(windows), scorer.settings.seed
    slices, attributes = _slices(windows, scorer), scorer.attributes
    rows = TrainingRows.stack(known, slices, names, model, attributes=attributes, seed=seed)
    now = plain_design(history.features(windows), names, attributes)
    trees = fit_churn_trees(rows.seeing([str(name) for name in now]), scorer.settings)
    return {"p_churn": trees.predict(now)}


def _slices(windows: Windows, scorer: Scorer) -> list[Windows]:
    return [windows.moved_to(day) for day in scorer.ensemble.slices] if scorer.ensemble else []


def _of_rules(history: History, windows: Windows, scorer: Scorer) -> dict[str, Predictions]:
    """Naive rules, calibrated to probabilities and totals on the slices that the scorer learns from."""
    slices = _slices(windows, scorer)
    known = history.as_of(windows)
    outcomes = pd.concat([known.labels(closed) for closed in slices])
    then = [_rule_values(history, closed) for closed in slices]
    at_origin = _rule_values(history, windows)
    predicted: dict[str, Predictions] = {}
    for rule, now in at_origin.items():
        values = np.concatenate([of_slice[rule] for of_slice in then])
        figures = {"p_churn": calibrate_rule(values, outcomes["churned"].to_numpy()).p_churn(now)}
        if rule == "frequency":
            rates = [_past_rate(history, closed) for closed in slices]
            level = calibrate_amount(np.concatenate(rates), outcomes["purchases"].to_numpy())
            figures["expected_purchases"] = level.expected(_past_rate(history, windows))
        if rule.startswith("past_spend"):
            figures["expected_spend"] = calibrate_amount(values, outcomes["spend"].to_numpy()).expected(now)
        predicted[rule] = figures
    days = np.concatenate([of_slice[DAYS_SINCE_LAST] for of_slice in then])
    hiatus = choose_hiatus(days, outcomes["churned"].to_numpy())
    return {**predicted, HIATUS: {"p_churn": hiatus.p_churn(at_origin[DAYS_SINCE_LAST])}}


def _rule_values(history: History, windows: Windows) -> dict[str, np.ndarray]:
    features = history.features(windows)
    values = {rule: features[rule].to_numpy() for rule in (DAYS_SINCE_LAST, "frequency")}
    if history.tx.has_money:
        values["past_spend_window"] = history.past(windows)["spend"].to_numpy()
        values["past_spend_ever"] = features["net_total"].to_numpy()
    return values


def _past_rate(history: History, windows: Windows) -> np.ndarray:
    features = history.features(windows)
    return past_purchase_rate(features["frequency"], features["tenure"], windows.horizon_days)
