"""The rolling-origin backtest, judged: what each contender got right, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from regulars.blas import one_thread
from regulars.evaluation import curves
from regulars.evaluation.bootstrap import REPLICATES
from regulars.evaluation.compare import BY_NAME, MEAN, WORST, compare, measure, partial
from regulars.evaluation.coverage import ACTIVE, ALL, COVERAGE, TOTALS, coverage, totals
from regulars.evaluation.interval_forecasts import IntervalForecasts
from regulars.evaluation.next_dates import DATES, JUDGED, judge_dates
from regulars.evaluation.profit import assumed_profit
from regulars.evaluation.total_errors import TotalErrors, side_in_words
from regulars.evaluation.trials import OURS, P_CHURN, PURCHASES, SPEND, Trials, read_trials
from regulars.params import OfferParams
from regulars.tables import PREDICTIONS
from regulars.texts import TEXT_DTYPE

SHOWN = (
    "auc",
    "log_loss",
    "brier",
    "ece",
    "lift_at_10",
    "count_bias",
    "count_rmse",
    "poisson_deviance",
    "spend_bias",
    "spend_gini",
    "spend_spearman",
    "spend_decile_wape",
)
BIAS = {"purchases": "count_bias", "spend": "spend_bias"}  # of the totals of `interval_forecasts`
SHOWN_WITH_INTERVAL = ("auc", "log_loss")


@dataclass(frozen=True, eq=False)
class Backtest:
    """Every contender at every origin, measured and compared.

    Parameters
    ----------
    predictions : DataFrame
        `tables.PREDICTIONS`: the only table here with customer ids.
    origins : DataFrame
        Columns `origin`, `customers`, `churn_rate`, `purchases`, `spend`: the actual totals.
    metrics : DataFrame
        See `compare.measure`.
    comparisons : DataFrame
        See `compare.compare`.
    profit : DataFrame
        See `profit.assumed_profit`.
    calibration, gain, purchases_by_frequency, spend_deciles : DataFrame
        See `curves`.
    coverage, totals : DataFrame
        See `coverage`: how often 90 % intervals held, of customers by activity and of the shop as a whole.
    earlier_totals : DataFrame
        See `total_errors.try_totals`: forecast totals alone, at many cutoffs.
    dates : DataFrame
        See `next_dates.judge_dates`.
    skipped : tuple of str
        Origins that could not be tried, with the reason.
    notes : tuple of str
        What a reader should know beside the figures.
    """

    predictions: pd.DataFrame
    origins: pd.DataFrame
    metrics: pd.DataFrame
    comparisons: pd.DataFrame
    profit: pd.DataFrame
    calibration: pd.DataFrame
    gain: pd.DataFrame
    purchases_by_frequency: pd.DataFrame
    spend_deciles: pd.DataFrame
    coverage: pd.DataFrame
    totals: pd.DataFrame
    earlier_totals: pd.DataFrame
    dates: pd.DataFrame
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        days = ", ".join(map(str, self.origins["origin"])) or "no origin"
        return f"<Backtest at {days}: {len(self.contenders)} contenders>"

    @property
    def contenders(self) -> list[str]:
        """Contenders as they are shown: ours first, the others from the lowest log-loss to the highest."""
        means = self.metrics[self.metrics["origin"] == MEAN]
        names = sorted(set(means["contender"]))
        losses = means[means["metric"] == "log_loss"].set_index("contender")["value"].to_dict()
        return sorted(names, key=lambda name: (name != OURS, losses.get(name, math.inf)))

    def value(self, contender: str, metric: str, *, over: str = MEAN) -> float:
        """One metric of one contender: its "mean" over origins, its "worst", or at one origin; nan where absent.

        Parameters
        ----------
        contender : str
            Name of a contender, such as `regulars`.
        metric : str
            Name of a metric, such as `auc`.
        over : str
            "mean", "worst", or an origin as YYYY-MM-DD.

        Returns
        -------
        float
        """
        return self._values.get((contender, metric, over), math.nan)

    @cached_property
    def _values(self) -> dict[tuple[str, str, str], float]:
        """Every metric by contender, name and origin: looked up by the hundred, for the card and for MLflow."""
        at = self.metrics
        keys = zip(at["contender"], at["metric"], at["origin"].astype(TEXT_DTYPE), strict=True)
        return dict(zip(keys, map(float, at["value"]), strict=True))

    def off(self, contender: str, metric: str) -> float:
        """Mean size of a bias over origins: errors of different seasons do not cancel out.

        Parameters
        ----------
        contender : str
            Name of a contender, such as `regulars`.
        metric : str
            Name of a bias, such as `count_bias`.

        Returns
        -------
        float
            nan where it has no value at any origin.
        """
        sizes = list(map(abs, self._at_origins(contender, metric)))
        return math.fsum(sizes) / len(sizes) if sizes else math.nan

    def direction(self, contender: str, metric: str) -> str:
        """On which side of the actual the predictions lay, in words, such as "too high at 2 of 3 origins".

        Parameters
        ----------
        contender : str
            Name of a contender, such as `regulars`.
        metric : str
            Name of a bias, such as `count_bias`.

        Returns
        -------
        str
        """
        return side_in_words(self._at_origins(contender, metric), "origin")

    def total_errors(self, outcome: str) -> TotalErrors:
        """How far forecast totals of "purchases" or "spend" were off: at earlier cutoffs, or without any at origins."""
        days = tuple(str(day) for day in self.origins["origin"])
        at_origins = TotalErrors(days, tuple(self._at_origins(OURS, BIAS[outcome])), are_origins=True)
        return TotalErrors.of(self.earlier_totals, outcome) or at_origins

    def _at_origins(self, contender: str, metric: str) -> list[float]:
        return [self.value(contender, metric, over=str(day)) for day in self.origins["origin"]]

    def table(self) -> pd.DataFrame:
        """The table that people read: a row a contender, means over origins, and how far ours lies from it."""
        rows = {
            contender: {
                **{BY_NAME[name].title: self.value(contender, name) for name in SHOWN},
                **{f"Δ{BY_NAME[name].title} [95 %]": self._difference(contender, name) for name in SHOWN_WITH_INTERVAL},
            }
            for contender in self.contenders
        }
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis("contender")

    def metrics_flat(self) -> dict[str, float]:
        """`contender/metric` to its mean over origins, and `contender/metric/worst`: the defined ones alone.

        First come those of ours that people read in the table, then all others.
        """
        values = {f"{OURS}/{metric}": self.value(OURS, metric) for metric in SHOWN}
        values |= {
            f"{contender}/{metric}{suffix}": self.value(contender, metric, over=over)
            for contender in self.contenders
            for metric in BY_NAME
            for over, suffix in ((MEAN, ""), (WORST, "/worst"))
        }
        values |= {f"{OURS}/{name}": value for name, value in (*self._promised(), *self._dated())}
        return {name: value for name, value in values.items() if not math.isnan(value)}

    def summary(self) -> dict[str, Any]:
        """Aggregates alone, ready for JSON: no customer ids, null for what is undefined."""
        tables = (
            "origins",
            "metrics",
            "comparisons",
            "profit",
            "calibration",
            "gain",
            "purchases_by_frequency",
            "spend_deciles",
            "coverage",
            "totals",
            "earlier_totals",
            "dates",
        )
        return {
            **{name: _records(getattr(self, name)) for name in tables},
            "skipped": list(self.skipped),
            "notes": list(self.notes),
        }

    def _promised(self) -> Iterator[tuple[str, float]]:
        """Coverage and width for all and for the active, as means over origins, and the share of totals that held."""
        means = self.coverage[(self.coverage["origin"] == MEAN) & self.coverage["group"].isin((ALL, ACTIVE))]
        for row in means.to_dict("records"):
            yield from ((f"{row['outcome']}_{name}/{row['group']}", row[name]) for name in ("coverage", "width"))
        for kind, tried in (("totals", self.totals), ("earlier_totals", self.earlier_totals)):
            for outcome, at in tried.groupby("outcome"):
                yield f"{outcome}_{kind}_inside", float(at["inside"].mean())
        for outcome in dict.fromkeys(self.earlier_totals["outcome"]):
            yield f"{outcome}_earlier_totals_off", self.total_errors(str(outcome)).off

    def _dated(self) -> Iterator[tuple[str, float]]:
        """How the dates of the next purchase did, as means over origins."""
        for row in self.dates[self.dates["origin"] == MEAN].to_dict("records"):
            yield from ((f"next_date_{name}", float(row[name])) for name in JUDGED)

    def _difference(self, contender: str, metric: str) -> str:
        at = self.comparisons
        for row in at[(at["contender"] == contender) & (at["metric"] == metric)].itertuples(index=False):
            return f"{row.difference:+.4f} [{row.low:+.4f}, {row.high:+.4f}] {row.verdict}"
        return ""


@one_thread()
def judge(
    predictions: pd.DataFrame,
    frequency: pd.DataFrame | None = None,
    interval_forecasts: IntervalForecasts | None = None,
    earlier_totals: pd.DataFrame | None = None,
    *,
    skipped: Sequence[str] = (),
    notes: Sequence[str] = (),
    offers: Sequence[OfferParams] = (),
    margin: float = 1.0,
    replicates: int = REPLICATES,
    seed: int = 0,
) -> Backtest:
    """Measure and compare all contenders of a predictions table.

    Parameters
    ----------
    predictions : DataFrame
        The columns of `tables.PREDICTIONS`, rows in any order; every contender has all customers
        of every origin. "regulars" is the contender that is judged.
    frequency : DataFrame, optional
        Columns `origin`, `customer_id`, `frequency`, for the table of purchases by frequency.
    interval_forecasts : IntervalForecasts, optional
        Intervals, totals and dates of ours; without them these are not reported.
    earlier_totals : DataFrame, optional
        From `total_errors.try_totals`. Without it, totals are judged at the origins.
    skipped : sequence of str
        Origins that could not be tried, with the reason; passed on.
    notes : sequence of str
        Passed on, with those that arise here.
    offers : sequence of OfferParams
        For the assumed profit; without them there is none.
    margin : float
        Margin as a share of revenue, for the assumed profit.
    replicates, seed : int
        Of the paired bootstrap by customer.

    Raises
    ------
    InputError
        Naming every fault of the table.
    """
    trials = read_trials(predictions)
    return Backtest(
        predictions=predictions[list(PREDICTIONS)],
        origins=_origins(trials),
        metrics=measure(trials),
        comparisons=compare(trials, replicates=replicates, seed=seed),
        profit=assumed_profit(trials, offers, margin=margin),
        calibration=curves.calibration(trials),
        gain=curves.gain(trials),
        purchases_by_frequency=curves.purchases_by_frequency(trials, frequency),
        spend_deciles=curves.spend_deciles(trials),
        coverage=coverage(interval_forecasts.intervals) if interval_forecasts else pd.DataFrame(columns=COVERAGE),
        totals=totals(interval_forecasts.totals) if interval_forecasts else pd.DataFrame(columns=TOTALS),
        earlier_totals=pd.DataFrame(columns=TOTALS) if earlier_totals is None else earlier_totals,
        dates=judge_dates(interval_forecasts.dates) if interval_forecasts else pd.DataFrame(columns=DATES),
        skipped=tuple(skipped),
        notes=(*notes, *partial(trials)),
    )


def _origins(trials: Trials) -> pd.DataFrame:
    rows = [
        (
            str(trial.origin),
            len(trial.customers),
            trial.actual[P_CHURN].mean(),
            trial.actual[PURCHASES].sum(),
            trial.actual[SPEND].sum() if SPEND in trial.actual else math.nan,
        )
        for trial in trials.trials
    ]
    return pd.DataFrame(rows, columns=["origin", "customers", "churn_rate", "purchases", "spend"])


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(k): None if isinstance(v, float) and not math.isfinite(v) else v for k, v in row.items()}
        for row in table.to_dict(orient="records")
    ]
