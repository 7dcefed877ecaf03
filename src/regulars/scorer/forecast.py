"""What all customers together are expected to do in the window."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

if TYPE_CHECKING:
    from regulars.value import TotalInterval


@dataclass(frozen=True)
class Total:
    """A sum over all customers, and its 90 % interval; None without test windows."""

    expected: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class WindowTotals:
    """What customers bring in a window, all together.

    Parameters
    ----------
    purchases : Total
        Order days.
    spend : Total or None
        Net money; None without any.
    windows : float
        Past test windows that the intervals are based on; overlapping ones count as what they cover together. 0 without
        intervals.
    """

    purchases: Total
    spend: Total | None
    windows: float

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        spend = values["spend"]
        return cls(Total(**values["purchases"]), Total(**spend) if spend else None, values["windows"])

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "purchases": vars(self.purchases),
            "spend": vars(self.spend) if self.spend else None,
            "windows": self.windows,
        }


class Forecast(WindowTotals):
    """The shop as a whole in the window: what its known customers will bring."""

    @classmethod
    def of(cls, scores: pd.DataFrame, intervals: Mapping[str, TotalInterval]) -> Forecast:
        """Add up scores of one cutoff; the same to the last bit in any order of rows.

        Parameters
        ----------
        scores : DataFrame
            `expected_purchases` (order days) and `expected_spend` (money), one row a customer.
        intervals : mapping of str to TotalInterval
            For `purchases` and `spend`, where there are any.

        Returns
        -------
        Forecast
        """
        money = scores["expected_spend"].notna().all()
        return cls(
            _total(scores["expected_purchases"], intervals.get("purchases")),
            _total(scores["expected_spend"], intervals.get("spend")) if money else None,
            intervals["purchases"].windows if "purchases" in intervals else 0.0,
        )

    @property
    def basis(self) -> str:
        """What the intervals are based on, in words."""
        if not self.windows:
            return "No past test window shows how large forecast errors are, so the totals have no range."
        if self.windows < 2:
            return (
                "The range is a guess: it comes from a single test window of this log, and from forecast errors that "
                "are typical elsewhere."
            )
        return (
            f"The range comes from past forecast errors: {self.windows:.2g} test windows of this log, and errors that "
            "are typical elsewhere. It does not cover a change that is larger than these."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON, and what the intervals are based on."""
        return {**super().to_dict(), "basis": self.basis}


def _total(expected: pd.Series, interval: TotalInterval | None) -> Total:
    total = math.fsum(expected)
    low, high = interval.around(total) if interval else (None, None)
    return Total(total, low, high)
