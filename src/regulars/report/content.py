"""What a report is told: tables and plain values, each of which may be missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from regulars.arrays import Floats

if TYPE_CHECKING:
    from regulars.loyalty import Dynamics, FromFeed, LoyaltyIndex, Segmented
    from regulars.scorer import Forecast, Scorer
    from regulars.scorer.like_for_like import LikeForLike

MOST_FREQUENT = 30
RECENCIES = 60


class AliveModel(Protocol):
    """A fitted lifetime model, as far as the grid asks it."""

    def probability_alive(self, summary: pd.DataFrame) -> ArrayLike:
        """P(alive) of each row of frequency, recency, T."""


@dataclass(frozen=True, eq=False)
class AliveGrid:
    """P(alive) over frequency and recency, for customers who first ordered `tenure` days ago.

    Parameters
    ----------
    frequencies : float array of shape (columns,)
        Order days after the first one, evenly spaced.
    recencies : float array of shape (rows,)
        Days from the first to the last order day, evenly spaced and ascending.
    tenure : float
        Days from the first order day to the cutoff (T), the same everywhere.
    probabilities : float array of shape (rows, columns)
    """

    frequencies: Floats
    recencies: Floats
    tenure: float
    probabilities: Floats

    @classmethod
    def of(cls, model: AliveModel, summary: pd.DataFrame) -> Self | None:
        """Ask a model over the range of its customers; None where nobody came back.

        Parameters
        ----------
        model : AliveModel
            Fitted in days.
        summary : DataFrame
            `frequency`, `recency`, `T` in days. The grid runs to the longest T and to the
            frequency that 99.5 % of repeat buyers stay below, 30 at most.
        """
        repeat = summary.loc[summary["frequency"] > 0, "frequency"]
        if repeat.empty:
            return None
        tenure = float(summary["T"].max())
        frequencies = np.arange(1.0, min(MOST_FREQUENT, max(5.0, float(np.ceil(repeat.quantile(0.995))))) + 1)
        recencies = np.linspace(0, tenure, RECENCIES + 1)[1:]
        frequency, recency = (axis.ravel() for axis in np.meshgrid(frequencies, recencies))
        asked = pd.DataFrame({"frequency": frequency, "recency": recency, "T": tenure})
        alive = np.asarray(model.probability_alive(asked), dtype=np.float64)
        return cls(frequencies, recencies, tenure, alive.reshape(len(recencies), len(frequencies)))


@dataclass(frozen=True)
class ModelFacts:
    """Which scorer made the scores, and in which terms it counts money.

    Parameters
    ----------
    version : str
        First 12 hex digits of the checksum of the scorer's content.
    uri : str, optional
        Where it is registered.
    training_cutoff : datetime.date
        Nothing from this day on has touched a parameter.
    lifetime_model : str
        Name of the purchase model, such as "mbg_nbd".
    clv_horizon_days : int
        Over which CLV adds up margin.
    annual_discount_rate, margin : float
        Terms of the CLV.
    """

    version: str
    uri: str | None
    training_cutoff: dt.date
    lifetime_model: str
    clv_horizon_days: int
    annual_discount_rate: float
    margin: float

    @classmethod
    def of(cls, scorer: Scorer, uri: str | None) -> Self:
        """Facts of a fitted scorer, and where it is registered.

        Parameters
        ----------
        scorer : Scorer
            Fitted.
        uri : str or None
            Address of the registered model, if it is registered.

        Returns
        -------
        ModelFacts
        """
        terms = scorer.settings.lifetime
        return cls(
            version=scorer.version,
            uri=uri,
            training_cutoff=scorer.training_cutoff,
            lifetime_model=scorer.lifetime.purchases.name,
            clv_horizon_days=terms.clv_horizon_days,
            annual_discount_rate=terms.annual_discount_rate,
            margin=terms.margin,
        )


@dataclass(frozen=True, eq=False)
class ReportContent:
    """All that a report can show; a part that is None is reported as absent.

    Parameters
    ----------
    shop : str
        What the shop is called.
    scores : DataFrame
        `tables.SCORES`, one row a customer, all at one cutoff.
    forecast : Forecast, optional
        What all customers together are expected to do, with intervals.
    model : ModelFacts, optional
    targets : DataFrame, optional
        `tables.TARGETS`.
    targets_summary : mapping, optional
        `Targets.to_dict()`.
    states : Segmented, optional
        The loyalty states now and at an earlier cutoff: moves between segments, new customers, and who is due and who
        falls off where there is no work list.
    value_reasons : DataFrame, optional
        `Explanation.value_reasons` of `most_valuable(scores)`, index `customer_id`.
    features : DataFrame, optional
        The feature table at the cutoff, for `frequency`, `recency` and `net_total`.
    alive : AliveGrid, optional
    backtest : mapping, optional
        `Backtest.summary()`.
    verdict : mapping, optional
        `Verdict.to_dict()`: what the gate decided.
    grade : mapping, optional
        `Grade.to_dict()`: the letter and its marks.
    certificate : mapping, optional
        The fit certificate of the lifetime model, `to_dict()`.
    ledger : mapping, optional
        `Ledger.to_dict()`.
    findings : sequence of mapping, optional
        Findings of the data-quality report.
    columns : sequence of mapping, optional
        What the columns of the log hold: `columns` of the data-quality report.
    notes : sequence of str
        Fallbacks and other things to know, in words.
    age : sequence of str
        How old the log is, in words; then what to beware of.
    dynamics : Dynamics, optional
        How the customers move, up to the cutoff.
    drivers : DataFrame, optional
        `tables.DRIVERS`: what goes with loyalty.
    index : LoyaltyIndex, optional
        The shop's own index of loyalty: weights and verdict.
    pairs : DataFrame, optional
        From `loyalty.top_pairs`: products that sell together.
    feeds : mapping of str to FromFeed
        What feeds tell, by their names.
    past : LikeForLike, optional
        Past windows, counted as the forecast counts.
    currency : str, optional
        Sign or code that is written before amounts.
    """

    shop: str
    scores: pd.DataFrame
    forecast: Forecast | None = None
    model: ModelFacts | None = None
    targets: pd.DataFrame | None = None
    targets_summary: Mapping[str, Any] | None = None
    states: Segmented | None = None
    value_reasons: pd.DataFrame | None = None
    features: pd.DataFrame | None = None
    alive: AliveGrid | None = None
    backtest: Mapping[str, Any] | None = None
    verdict: Mapping[str, Any] | None = None
    grade: Mapping[str, Any] | None = None
    certificate: Mapping[str, Any] | None = None
    ledger: Mapping[str, Any] | None = None
    findings: Sequence[Mapping[str, Any]] | None = None
    columns: Sequence[Mapping[str, Any]] = ()
    notes: Sequence[str] = ()
    age: Sequence[str] = ()
    dynamics: Dynamics | None = None
    drivers: pd.DataFrame | None = None
    index: LoyaltyIndex | None = None
    pairs: pd.DataFrame | None = None
    feeds: Mapping[str, FromFeed] = field(default_factory=dict)
    past: LikeForLike | None = None
    currency: str | None = None
