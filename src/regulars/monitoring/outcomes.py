"""What was predicted beside what followed, once the window of the scores has ended in the log."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.evaluation.coverage import ACTIVE
from regulars.evaluation.metrics import auc, brier, equal_mass_bins, expected_calibration_error, log_losses
from regulars.evaluation.trials import OURS
from regulars.monitoring.findings import Finding, Severity
from regulars.scorer import Forecast
from regulars.scorer.forecast import Total

SIGMAS = 3.0
LEAST_BIAS, LEAST_AUC, LEAST_COVERAGE = 0.02, 0.02, 0.05  # differences that are no finding, however sure they are
INTERVAL = 0.90
NAMES = {"purchases": "Order days", "spend": "Money"}


@dataclass(frozen=True)
class TotalOutcome:
    """A total of all customers: forecast, its 90 % interval where there is one, and actual."""

    name: str
    expected: float
    low: float | None
    high: float | None
    actual: float

    @property
    def title(self) -> str:
        """What is added up."""
        return NAMES[self.name]

    @property
    def is_inside(self) -> bool | None:
        """Whether the actual total lies in the interval; None without one."""
        return None if self.low is None or self.high is None else bool(self.low <= self.actual <= self.high)


@dataclass(frozen=True)
class Campaign:
    """What work lists made from these scores brought, by the campaign history: profit, and its standard error."""

    name: str
    expected: float
    realised: float
    error: float


@dataclass(frozen=True)
class Outcomes:
    """The scores in hindsight.

    Parameters
    ----------
    customers : int
        Customers scored, and in the log still.
    churn, predicted_churn : float
        Shares: actual, and predicted in the mean.
    churn_error : float
        Standard error of the actual share, if the predictions were right.
    auc, auc_error, log_loss, brier, calibration_error : float
    skill, skill_error : float
        Log-loss of one probability for all, the predicted mean, minus that of the scores, with its standard error.
    calibration : tuple of mappings
        Ten equal groups by prediction: customers, predicted, actual.
    totals : tuple of TotalOutcome
    coverage : mapping of str to (float, int)
        Share of the active customers inside their 90 % intervals, by outcome, and how many they are.
    campaigns : tuple of Campaign
    """

    customers: int
    churn: float
    predicted_churn: float
    churn_error: float
    auc: float
    auc_error: float
    log_loss: float
    brier: float
    calibration_error: float
    skill: float
    skill_error: float
    calibration: tuple[Mapping[str, float], ...]
    totals: tuple[TotalOutcome, ...]
    coverage: Mapping[str, tuple[float, int]]
    campaigns: tuple[Campaign, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: null for what is not defined, as AUC is where all customers did the same."""
        figures = {name: value if value == value else None for name, value in asdict(self).items()}
        totals = [{**asdict(total), "inside": total.is_inside} for total in self.totals]
        coverage = {name: {"inside": share, "customers": n} for name, (share, n) in self.coverage.items()}
        return {**figures, "totals": totals, "coverage": coverage}


def outcomes(
    scores: pd.DataFrame,
    labels: pd.DataFrame,
    intervals: pd.DataFrame,
    active: pd.Series,
    forecast: Forecast,
    campaigns: Sequence[Campaign] = (),
) -> Outcomes:
    """Judge scores by what their customers did.

    Parameters
    ----------
    scores : DataFrame
        Index `customer_id`; the scores table.
    labels, intervals : DataFrame
        From `build_labels` and `Scorer.predict_intervals`, same index.
    active : Series of bool
        Who bought within one horizon before the cutoff; same index.
    forecast : Forecast
        Of all that were scored.
    campaigns : sequence of Campaign
    """
    p, churned = scores["p_churn"].to_numpy(np.float64), (labels["purchases"] == 0).to_numpy().astype(np.float64)
    n, area = len(p), auc(churned, p)
    plain = np.full(n, p.mean())
    gains = log_losses(churned, plain) - log_losses(churned, p)
    return Outcomes(
        customers=n,
        churn=float(churned.mean()),
        predicted_churn=float(p.mean()),
        churn_error=math.sqrt(float((p * (1 - p)).sum())) / n,
        auc=area,
        auc_error=_auc_error(area, churned),
        log_loss=float(log_losses(churned, p).mean()),
        brier=brier(churned, p),
        calibration_error=expected_calibration_error(churned, p),
        skill=float(gains.mean()),
        skill_error=float(gains.std() / math.sqrt(n)),
        calibration=tuple(_calibration(p, churned)),
        totals=tuple(_totals(forecast, labels)),
        coverage=dict(_coverage(intervals[active.to_numpy()], labels[active.to_numpy()])),
        campaigns=tuple(campaigns),
    )


def _auc_error(area: float, churned: Floats) -> float:
    """Standard error of an AUC (Hanley & McNeil 1982, Radiology 143)."""
    gone, here = float(churned.sum()), float((1 - churned).sum())
    if not gone or not here:
        return math.nan
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    spread = area * (1 - area) + (gone - 1) * (q1 - area**2) + (here - 1) * (q2 - area**2)
    return math.sqrt(max(spread, 0.0) / (gone * here))


def _calibration(p: Floats, churned: Floats) -> Iterator[dict[str, float]]:
    groups = equal_mass_bins(p)
    for group in np.unique(groups):
        rows = groups == group
        yield {
            "customers": int(rows.sum()),
            "predicted": float(p[rows].mean()),
            "actual": float(churned[rows].mean()),
        }


def _totals(forecast: Forecast, labels: pd.DataFrame) -> Iterator[TotalOutcome]:
    parts: dict[str, Total | None] = {"purchases": forecast.purchases, "spend": forecast.spend}
    for name, total in parts.items():
        if total is not None and labels[name].notna().all():
            # of each customer at least 0, as `expected_spend` is
            actual = float(labels[name].clip(lower=0).sum())
            yield TotalOutcome(name, total.expected, total.low, total.high, actual)


def _coverage(intervals: pd.DataFrame, labels: pd.DataFrame) -> Iterator[tuple[str, tuple[float, int]]]:
    for name in NAMES:
        low, high = intervals[f"{name}_low"], intervals[f"{name}_high"]
        if len(labels) and low.notna().all():
            actual = labels[name].clip(lower=0)
            yield name, (float(((low <= actual) & (actual <= high)).mean()), len(labels))


@dataclass(frozen=True)
class BacktestFigures:
    """What the backtest gave at its origins: AUC, churn bias, and the mean coverage of active customers."""

    auc: tuple[float, ...] = ()
    churn_bias: tuple[float, ...] = ()
    coverage: Mapping[str, float] | None = None

    @property
    def missing(self) -> list[str]:
        """What outcomes cannot be compared with, in words."""
        told = (
            "The model has no backtest, so ranking and coverage cannot be compared with it; calibration is compared "
            "with chance alone. Train on a longer log, or with a shorter horizon, to have one."
        )
        return [] if self.auc else [told]

    @classmethod
    def of(cls, backtest: Mapping[str, Any] | None) -> BacktestFigures:
        """Read the summary of a backtest; nothing where there is none."""
        ours = [row for row in (backtest or {}).get("metrics", []) if row["contender"] == OURS]
        by_origin = [row for row in ours if row["origin"] not in ("mean", "worst") and row["value"] is not None]
        means = [
            row for row in (backtest or {}).get("coverage", []) if row["origin"] == "mean" and row["group"] == ACTIVE
        ]
        return cls(
            tuple(row["value"] for row in by_origin if row["metric"] == "auc"),
            tuple(row["value"] for row in by_origin if row["metric"] == "churn_bias"),
            {row["outcome"]: row["coverage"] for row in means if row["coverage"] is not None},
        )


def outcome_findings(found: Outcomes, backtest: BacktestFigures) -> Iterator[Finding]:
    """Findings on accuracy, totals and coverage, the most serious first."""
    yield from _skill(found)
    yield from _ranking(found, backtest)
    yield from _bias(found, backtest)
    for total in found.totals:
        if total.is_inside is False:
            yield Finding(
                "totals",
                Severity.LOOK,
                f"{total.title} of all customers: {total.actual:,.0f} actual, {total.expected:,.0f} forecast "
                f"(90 %: {total.low:,.0f} to {total.high:,.0f}).",
            )
    for name, (inside, n) in found.coverage.items():
        given = (backtest.coverage or {}).get(name)
        if given is not None and given - inside > max(LEAST_COVERAGE, SIGMAS * math.sqrt(given * (1 - given) / n)):
            yield Finding(
                "coverage",
                Severity.LOOK,
                f"{NAMES[name]}: {100 * inside:.1f} % of {n:,} active customers inside their 90 % intervals; "
                f"{100 * given:.1f} % in the backtest.",
            )
    for campaign in found.campaigns:
        if campaign.realised + 1.645 * campaign.error < 0:
            yield Finding(
                "campaign",
                Severity.LOOK,
                f"The campaign {campaign.name!r}, listed from these scores, lost money: {campaign.realised:,.0f} "
                f"realised (standard error {campaign.error:,.0f}), {campaign.expected:,.0f} expected.",
            )


def _skill(found: Outcomes) -> Iterator[Finding]:
    if found.skill + SIGMAS * found.skill_error < 0 or found.auc + SIGMAS * found.auc_error < 0.5:
        yield Finding(
            "no_skill",
            Severity.STOP,
            f"In hindsight the scores were worse than one probability for all: log-loss {found.log_loss:.4f} against "
            f"{found.log_loss + found.skill:.4f}; AUC {found.auc:.3f}.",
        )


def _ranking(found: Outcomes, backtest: BacktestFigures) -> Iterator[Finding]:
    if not backtest.auc or math.isnan(found.auc_error):
        return
    lowest = min(backtest.auc)
    if lowest - found.auc > max(LEAST_AUC, SIGMAS * found.auc_error * math.sqrt(2)):
        yield Finding(
            "ranking",
            Severity.LOOK,
            f"The scores ranked churners worse than in the backtest: AUC {found.auc:.3f}, at its worst origin "
            f"{lowest:.3f}.",
        )


def _bias(found: Outcomes, backtest: BacktestFigures) -> Iterator[Finding]:
    bias, worst = found.predicted_churn - found.churn, max(map(abs, backtest.churn_bias), default=0.0)
    if abs(bias) > worst + max(LEAST_BIAS, SIGMAS * found.churn_error):
        known = f"; at most {100 * worst:.1f} % off in the backtest" if backtest.churn_bias else ""
        yield Finding(
            "calibration",
            Severity.LOOK,
            f"{100 * found.churn:.1f} % of the customers did not buy; {100 * found.predicted_churn:.1f} % were "
            f"predicted, too {'many' if bias > 0 else 'few'}{known}.",
        )
