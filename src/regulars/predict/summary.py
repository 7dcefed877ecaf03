"""What a scores table says as a whole: kept in its manifest, and told again from there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from regulars.predict.destinations import Placed
from regulars.scorer.forecast import Forecast
from regulars.scorer.forecast_context import ForecastContext
from regulars.transactions import AttributeLedger, Freshness
from regulars.windows import RunDay, as_day


@dataclass(frozen=True)
class Summary:
    """A scores table in a few figures.

    Parameters
    ----------
    customers : int
    cutoff : datetime.date
    horizon_days : int
    totals : mapping of str to float or None
        Exact sums of `p_churn`, `expected_purchases`, `expected_spend`, `clv`; None without money.
    forecast : Forecast
    context : ForecastContext or None
        Past windows and new customers beside the forecast; None in a manifest from before there were any.
    freshness : Freshness
    model_uri, model_version : str
    attribute_ledger : AttributeLedger or None
        What became of the rows of attributes; None where none were read.
    """

    customers: int
    cutoff: dt.date
    horizon_days: int
    totals: Mapping[str, float | None]
    forecast: Forecast
    context: ForecastContext | None
    freshness: Freshness
    model_uri: str
    model_version: str
    attribute_ledger: AttributeLedger | None = None

    @property
    def has_money(self) -> bool:
        """Whether the log carries money."""
        return self.totals["expected_spend"] is not None

    @classmethod
    def of_manifest(cls, content: Mapping[str, Any], run_day: RunDay) -> Self:
        """Read it from a manifest."""
        return cls(
            content["rows"],
            as_day(content["cutoff"]),
            content["horizon_days"],
            content["totals"],
            Forecast.from_dict(content["forecast"]),
            ForecastContext.from_dict(content["beside"]) if "beside" in content else None,
            Freshness.of_manifest(content["log"], run_day),
            content["model_uri"],
            content["model_version"],
        )


@dataclass(frozen=True)
class ScoresTable:
    """Scores where they stand.

    Parameters
    ----------
    summary : Summary
    placed : Placed
        Where they and their manifest are.
    is_unchanged : bool
        Whether they were there already, and nothing was written.
    """

    summary: Summary
    placed: Placed
    is_unchanged: bool = False
