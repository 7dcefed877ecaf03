"""What the lifetime models say of every customer: how often, for how much, still there or not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.errors import ModelError
from regulars.lifetime.base import TransactionModel
from regulars.lifetime.certified import fit_certified
from regulars.lifetime.gammagamma import GammaGamma
from regulars.lifetime.registry import model_from_dict, transaction_model

Floats = NDArray[np.float64]

DAYS_PER_YEAR = 365
VERDICTS = ("pass", "warning", "failure")
QUANTITIES = ("p_alive", "p_purchase", "expected_purchases", "order_value", "expected_spend")


@dataclass(frozen=True)
class LifetimeValue:
    """A purchase model and a spend model, fitted at one cutoff.

    Parameters
    ----------
    purchases : TransactionModel
        Fitted on frequency, recency and T in days.
    spend : GammaGamma or None
        Fitted on the mean money of repeat order days; None where it could not be fitted.
    order_value : float
        Mean money of an order day over all customers (NaN without money); stands in for the
        spend model where there is none.
    net_share : float
        Net over gross money of the history: what is left of a purchase after returns.
    notes : tuple of str
        Fallbacks, by name.
    certificate : dict, optional
        What the checks of a certified fit said; not kept with the parameters.
    """

    purchases: TransactionModel
    spend: GammaGamma | None
    order_value: float
    net_share: float
    notes: tuple[str, ...] = ()
    certificate: dict[str, Any] | None = None

    @classmethod
    def fit(
        cls, model: str, summary: pd.DataFrame, *, gross: float, net: float, orders: float, certified: bool = False
    ) -> Self:
        """Fit both models on the summary of one cutoff.

        Parameters
        ----------
        model : str
            Name of the purchase model, as in `lifetime.model`.
        summary : DataFrame
            frequency, recency, T in days and monetary_value (NaN without money).
        gross, net, orders : float
            Money before and after returns, and order days, of the whole history.
        certified : bool
            Whether to check the fits, which takes seconds; a purchase model that fails is replaced
            by name. Without it only a model that cannot be fitted is.
        """
        purchases, fallback = _purchase_model(model, summary, certified=certified)
        spend, note = _spend_model(summary) if np.isfinite(gross) else (None, "")
        return cls(
            purchases=purchases,
            spend=spend,
            order_value=gross / orders,
            net_share=_net_share(gross, net),
            notes=tuple(said for said in (fallback, note) if said),
            certificate=_certificate(purchases, spend, fallback) if certified else None,
        )

    def quantities(self, summary: pd.DataFrame, horizon_days: int) -> pd.DataFrame:
        """P(alive), and purchases and net spend in the next `horizon_days`, of every customer.

        Returns
        -------
        DataFrame
            Index as in `summary`; `p_alive`, `p_purchase` (R, the probability of at least one
            order day), `expected_purchases`, `order_value` (net money of an order day) and
            `expected_spend`. The last two are NaN without money.
        """
        order_value = self.net_share * self._order_value(summary)
        expected = self.purchases.expected_purchases(summary, horizon_days)
        return pd.DataFrame(
            {
                "p_alive": self.purchases.probability_alive(summary),
                "p_purchase": self.purchases.probability_of_purchase(summary, horizon_days),
                "expected_purchases": expected,
                "order_value": order_value,
                "expected_spend": expected * order_value,
            },
            index=summary.index,
        )

    def profile(self, summary: pd.DataFrame, horizon_days: int, clv_horizon_days: int, annual_rate: float) -> Floats:
        """Discounted purchases over the CLV horizon for each purchase expected in `horizon_days`."""
        rate_per_day = np.log1p(annual_rate) / DAYS_PER_YEAR
        return self.purchases.time_profile(summary, horizon_days, clv_horizon_days, rate_per_day)

    def _order_value(self, summary: pd.DataFrame) -> Floats:
        if self.spend is None:
            return np.full(len(summary), self.order_value)
        return self.spend.expected_spend(summary)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without the certificate, which belongs to the fit."""
        return {
            "purchases": self.purchases.to_dict(),
            "spend": self.spend.to_dict() if self.spend else None,
            "order_value": None if np.isnan(self.order_value) else self.order_value,
            "net_share": None if np.isnan(self.net_share) else self.net_share,
            "notes": list(self.notes),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""

        def number(value: float | None) -> float:
            return float("nan") if value is None else value

        purchases, spend = model_from_dict(values["purchases"]), values["spend"]
        return cls(
            purchases=cast(TransactionModel, purchases),
            spend=cast(GammaGamma, model_from_dict(spend)) if spend else None,
            order_value=number(values["order_value"]),
            net_share=number(values["net_share"]),
            notes=tuple(values["notes"]),
        )


def _purchase_model(name: str, summary: pd.DataFrame, *, certified: bool) -> tuple[TransactionModel, str]:
    if not certified:
        with suppress(ModelError):
            return transaction_model(name).fit(summary), ""
    fitted = fit_certified(name, summary)
    return fitted.model, fitted.fallback


def _net_share(gross: float, net: float) -> float:
    """What is left of a purchase after returns; all of it where nothing was bought for money."""
    if np.isnan(gross):
        return gross
    return float(np.clip(net / gross, 0.0, 1.0)) if gross > 0 else 1.0


def _spend_model(summary: pd.DataFrame) -> tuple[GammaGamma | None, str]:
    try:
        return GammaGamma().fit(summary), ""
    except ModelError as error:
        return None, f"the mean order value of all customers stands in for gamma_gamma ({error})"


def _certificate(purchases: TransactionModel, spend: GammaGamma | None, fallback: str) -> dict[str, Any]:
    """Both certificates as one: the worse verdict, every check, and what stands in for what."""
    both = [model.certificate_ for model in (purchases, spend) if model is not None]
    checks = [{"model": one.model, **check} for one in both for check in one.to_dict()["checks"]]
    return {
        "verdict": max((one.verdict for one in both), key=VERDICTS.index),
        "fallback": purchases.name if fallback else None,
        "checks": checks,
        "metrics": {f"{one.model}.{name}": value for one in both for name, value in one.metrics().items()},
    }
