"""What the lifetime models say of every customer: how often, for how much, still there or not."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, Self, cast

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.errors import ModelError
from regulars.lifetime.diagnostics.certified import fit_certified
from regulars.lifetime.fit.rows import Rows
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.by_name import model_from_dict, transaction_model
from regulars.lifetime.models.first_order import UNLIKE, FirstOrder
from regulars.lifetime.models.gammagamma import GammaGamma, MeanSpend
from regulars.lifetime.models.own_orders import AS_FITTED, OwnOrders
from regulars.lifetime.models.paid_share import ALL_PAID, PaidShare
from regulars.notes import Note

DAYS_PER_YEAR = 365
TAIL = 0.05  # of the order values that the spend model leaves possible for a customer, on either side
VERDICTS = ("pass", "warning", "failure")
SPEND_STAND_IN: Final = "spend_stand_in"
WEIGHTED_MEAN = "a weighted mean of a customer's own order days and all of the shop's stands in for gamma_gamma"
ORDER_VALUE_RANGE = ("order_value_low", "order_value_high")
# What other rooms learn from, as columns `lifetime_...`, and the scale on which a regression takes those that have one.
QUANTITIES = ("p_alive", "p_purchase", "expected_purchases", "order_value", "expected_spend")
COLUMN_SCALES: dict[str, Literal["log_odds", "log_mean"]] = {
    "lifetime_p_purchase": "log_odds",
    "lifetime_expected_purchases": "log_mean",
    "lifetime_expected_spend": "log_mean",
}


@dataclass(frozen=True, eq=False)
class Customers:
    """Customers at one cutoff, checked and compressed once, whatever is asked of them.

    Parameters
    ----------
    summary : DataFrame
        One row a customer.
    rows : Rows
        The same for the purchase model: customers that look alike are one row.
    """

    summary: pd.DataFrame
    rows: Rows


@dataclass(frozen=True)
class LifetimeValue:
    """A purchase model and a spend model, fitted at one cutoff.

    Parameters
    ----------
    purchases : TransactionModel
        Fitted on frequency, recency and T in days.
    spend : GammaGamma or None
        Fitted on the mean money of repeat order days. Where it could not be, one of the shop's mean stands in for it,
        whose `own_orders` say as well how far to go from there to a customer's own mean. None where nothing was paid.
    order_value : float
        Mean money of an order day over all customers, net of the returns known at the cutoff (NaN without money).
    paid : PaidShare
        How likely an order day brings money; the spend model is about those that do.
    own_orders : OwnOrders
        How much a customer's own orders say about the next one, beside the mean of all customers.
    first_order : FirstOrder
        How much the first order tells the spend model, which is fitted on the later ones.
    kept : float
        What is left of the money of order days once the returns that are still to come have come.
    notes : tuple of Note
        Fallbacks, by name.
    certificate : dict, optional
        Results of the checks of a certified fit; not kept with the parameters.
    """

    purchases: TransactionModel
    spend: GammaGamma | None
    order_value: float
    paid: PaidShare = ALL_PAID
    own_orders: OwnOrders = AS_FITTED
    first_order: FirstOrder = UNLIKE
    kept: float = 1.0
    notes: tuple[Note, ...] = ()
    certificate: dict[str, Any] | None = None

    @classmethod
    def fit(
        cls,
        model: str,
        summary: pd.DataFrame,
        *,
        money: float,
        kept: float = 1.0,
        certified: bool = False,
        near: Self | None = None,
    ) -> Self:
        """Fit both models on the summary of one cutoff.

        Parameters
        ----------
        model : str
            Name of the purchase model, as in `lifetime.model`.
        summary : DataFrame
            From `rfm_summary`; money is NaN without any.
        money : float
            Money of all order days, net of the returns known at the cutoff; NaN without any.
        kept : float
            What is left of it once the returns that are still to come have come, as a share.
        certified : bool
            Whether to check the fits, which takes seconds; a purchase model that fails is replaced
            by name. Without it only a model that cannot be fitted is.
        near : LifetimeValue, optional
            The fit at another cutoff, at whose parameters the climbs begin; not read where `certified`, since a
            certificate compares climbs from several starts.
        """
        purchases, fallback = _certified(model, summary) if certified else _purchase_model(model, summary, near)
        has_money, days, paid_days = np.isfinite(money), _order_days(summary), _paid_days(summary)
        repeats, begin = paid_repeats_of(summary), near if near and not certified else None
        spend, note = _spend_model(repeats, begin, money, paid_days) if has_money else (None, "")
        own_orders, first_order = _of_own(spend, repeats, summary) if spend else (AS_FITTED, UNLIKE)
        return cls(
            purchases=purchases,
            spend=spend,
            order_value=float(money / days.sum()),
            paid=PaidShare.fit(paid_days, days) if has_money else ALL_PAID,
            own_orders=own_orders,
            first_order=first_order,
            kept=kept,
            notes=_stand_ins(fallback, note),
            certificate=_certificate(purchases, None if note else spend, fallback) if certified else None,
        )

    def without_data(self) -> Self:
        """The same fits without the customers that they were made on, who are as many as in the log."""
        return replace(
            self, purchases=self.purchases.without_data(), spend=self.spend.without_data() if self.spend else None
        )

    def customers(self, summary: pd.DataFrame) -> Customers:
        """Check and compress a summary, of which more than one question is to be asked."""
        return Customers(summary, self.purchases.rows(summary))

    def quantities(self, customers: Customers | pd.DataFrame, horizon_days: int) -> pd.DataFrame:
        """P(alive), and purchases and net spend in the next `horizon_days`, of every customer.

        Parameters
        ----------
        customers : Customers or DataFrame
            From `customers`, or a summary.
        horizon_days : int

        Returns
        -------
        DataFrame
            Index as in the summary; `p_alive`, `p_purchase` (R, the probability of at least one
            order day), `expected_purchases`, `order_value` (net money of an order day) and
            `expected_spend`; and `order_value_low`, `order_value_high`, between which the customer's own order days
            and the spread of the shop leave the order value. Money is NaN without any.
        """
        known = customers if isinstance(customers, Customers) else self.customers(customers)
        expected = self.expected(known, horizon_days)
        expected.insert(0, "p_alive", self.purchases.probability_alive(known.rows))
        low, high = self._order_value_range(known.summary, expected["order_value"].to_numpy())
        return expected.assign(order_value_low=low, order_value_high=high)

    def expected(self, customers: Customers, horizon_days: int) -> pd.DataFrame:
        """Of the `quantities`, those that are expected: `p_purchase`, `expected_purchases`, and both money columns.

        Parameters
        ----------
        customers : Customers
            From `customers`, at one cutoff.
        horizon_days : int
            Days of the window [cutoff, cutoff + horizon_days).

        Returns
        -------
        DataFrame
            One row a customer, in order days and money.
        """
        summary, rows = customers.summary, customers.rows
        order_value = self._order_values(summary)
        expected = self.purchases.expected_purchases(rows, horizon_days)
        return pd.DataFrame(
            {
                "p_purchase": self.purchases.probability_of_purchase(rows, horizon_days),
                "expected_purchases": expected,
                "order_value": order_value,
                "expected_spend": expected * order_value,
            },
            index=summary.index,
        )

    def profile(self, customers: Customers, horizon_days: int, clv_horizon_days: int, annual_rate: float) -> Floats:
        """Discounted purchases over the CLV horizon for each purchase expected in `horizon_days`.

        Parameters
        ----------
        customers : Customers
            From `customers`, at one cutoff.
        horizon_days : int
            Days of the window [cutoff, cutoff + horizon_days).
        clv_horizon_days : int
            Days that the lifetime value looks ahead.
        annual_rate : float
            Discount rate a year: 0.1 is 10 %.

        Returns
        -------
        ndarray of shape (customers,)
        """
        rate_per_day = np.log1p(annual_rate) / DAYS_PER_YEAR
        return self.purchases.time_profile(customers.rows, horizon_days, clv_horizon_days, rate_per_day)

    def further_order_days_if_back(self, summary: pd.DataFrame, horizon_days: int) -> pd.Series:
        """Order days in the next `horizon_days` of a customer who orders at the cutoff, that order left out.

        The pace is what the model believes after one more order at the cutoff, so the longer the silence before it, the
        slower. Some parameters of Pareto/NBD let it rise for a while, as staying so long speaks for a long life; it
        never counts for more than it would have right after the last order.

        Parameters
        ----------
        summary : DataFrame
            One row a customer: `frequency`, `recency`, `T`, in days.
        horizon_days : int
            Days of the window [cutoff, cutoff + horizon_days).

        Returns
        -------
        Series
            Index as in `summary`; order days.
        """
        at_cutoff, at_once = (_one_more_order(summary, on) for on in (summary["T"], summary["recency"] + 1.0))
        pace = [self.purchases.expected_purchases(history, horizon_days) for history in (at_cutoff, at_once)]
        return pd.Series(np.minimum(*map(np.asarray, pace)), index=summary.index)

    def _share_kept(self, summary: pd.DataFrame) -> Floats:
        """The part of what the spend model expects that stays: of paid order days, less returns."""
        return self.kept * self.paid.expected(_paid_days(summary), _order_days(summary))

    def _order_values(self, summary: pd.DataFrame) -> Floats:
        """The expected money of an order day."""
        if self.spend is None:
            return np.full(len(summary), self.kept * self.order_value)
        return self._share_kept(summary) * self._mean_spend(self.spend, summary).mean()

    def _mean_spend(self, spend: GammaGamma, summary: pd.DataFrame) -> MeanSpend:
        """What the order days after the first tell, and the first one as far as it is like them."""
        first = _values(summary, "first_value")
        return self.first_order.posterior(self.own_orders.applied(spend), paid_repeats_of(summary), first)

    def _order_value_range(self, summary: pd.DataFrame, expected: Floats) -> tuple[Floats, Floats]:
        """The least and most that is likely of the mean money of an order day."""
        if self.spend is None:
            return expected, expected
        share, seen = self._share_kept(summary), self._mean_spend(self.spend, summary)
        low, high = (share * seen.quantile(tail) for tail in (TAIL, 1.0 - TAIL))
        return np.fmin(low, expected), np.fmax(high, expected)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON; without the certificate, which belongs to the fit."""
        return {
            "purchases": self.purchases.to_dict(),
            "spend": self.spend.to_dict() if self.spend else None,
            "order_value": None if np.isnan(self.order_value) else self.order_value,
            "paid": self.paid.to_dict(),
            "own_orders": self.own_orders.to_dict(),
            "first_order": self.first_order.to_dict(),
            "kept": self.kept,
            "notes": [note.to_dict() for note in self.notes],
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
            paid=PaidShare.from_dict(values["paid"]),
            own_orders=OwnOrders.from_dict(values["own_orders"]),
            first_order=FirstOrder.from_dict(values["first_order"]),
            kept=values["kept"],
            notes=tuple(map(Note.from_dict, values["notes"])),
        )


def _stand_ins(purchases: str, spend: str) -> tuple[Note, ...]:
    """Notes of what replaces a model that could not be fitted; empty texts say that nothing had to."""
    notes = Note("lifetime_stand_in", purchases), Note(SPEND_STAND_IN, spend)
    return tuple(note for note in notes if note.text)


def _purchase_model(name: str, summary: pd.DataFrame, near: LifetimeValue | None) -> tuple[TransactionModel, str]:
    with suppress(ModelError):
        model = transaction_model(name)
        begin = near.purchases if near and isinstance(near.purchases, type(model)) else None
        return model.fit(summary, near=begin), ""
    return _certified(name, summary)


def _certified(name: str, summary: pd.DataFrame) -> tuple[TransactionModel, str]:
    fitted = fit_certified(name, summary)
    return fitted.model, fitted.fallback


def _one_more_order(summary: pd.DataFrame, on: pd.Series) -> pd.DataFrame:
    """The same customers, asked at the end of a day on which each orders once more."""
    return pd.DataFrame({"frequency": summary["frequency"] + 1.0, "recency": on, "T": on})


def paid_repeats_of(summary: pd.DataFrame) -> pd.DataFrame:
    """The order days after the first that brought money: how many, and how much on average.

    Gamma-Gamma knows no order day without money. A summary that does not tell them apart has none.

    Examples
    --------
    >>> summary = pd.DataFrame({"frequency": [4.0, 1.0], "monetary_value": [30.0, 0.0], "paid_repeats": [3.0, 0.0]})
    >>> paid_repeats_of(summary).to_dict("list")
    {'frequency': [3.0, 0.0], 'monetary_value': [40.0, 0.0]}
    """
    if "paid_repeats" not in summary:
        return summary[["frequency", "monetary_value"]]
    repeats, money = summary["paid_repeats"], summary["frequency"] * summary["monetary_value"]
    return pd.DataFrame({"frequency": repeats, "monetary_value": (money / repeats).where(repeats > 0, 0.0)})


def _order_days(summary: pd.DataFrame) -> Floats:
    return summary["frequency"].to_numpy(np.float64) + 1.0


def _paid_days(summary: pd.DataFrame) -> Floats:
    if "first_value" not in summary:
        return _order_days(summary)
    return np.asarray(summary["paid_repeats"] + (summary["first_value"] > 0), dtype=np.float64)


def _values(summary: pd.DataFrame, name: Literal["first_value", "last_value"]) -> Floats:
    """Money of the first or last order day; NaN where the summary does not tell it."""
    if name not in summary:
        return np.full(len(summary), np.nan)
    return summary[name].to_numpy(np.float64)


def _spend_model(
    repeats: pd.DataFrame, near: LifetimeValue | None, money: float, paid_days: Floats
) -> tuple[GammaGamma | None, str]:
    """The spend model, or one with the mean of all paid order days that stands in for it, and why it does."""
    if money <= 0:
        return None, "order values are 0: all order days together brought nothing"
    begin = near.spend if near and all(note.code != SPEND_STAND_IN for note in near.notes) else None
    try:
        return GammaGamma().fit(repeats, near=begin), ""
    except ModelError as error:
        mean = float(money / paid_days.sum())  # what p γ / (q − 1) is; it counts as one order day of the customer's own
        return GammaGamma.from_params({"p": 1.0, "q": 2.0, "gamma": mean}), f"{WEIGHTED_MEAN} ({error})"


def _of_own(spend: GammaGamma, repeats: pd.DataFrame, summary: pd.DataFrame) -> tuple[OwnOrders, FirstOrder]:
    """What a customer's own orders count for in the spend model, and then the first of them."""
    own_orders = OwnOrders.fit(spend, repeats, _values(summary, "last_value"))
    return own_orders, FirstOrder.fit(own_orders.applied(spend), repeats, _values(summary, "first_value"))


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
