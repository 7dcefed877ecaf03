"""How the customers move: who comes, stays and leaves, cohorts, repeat orders, and how the money is spread."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.columns import plain_records, plain_row, plain_value
from regulars.features import available, build_features_at
from regulars.loyalty.cohorts import Cohorts, cohorts
from regulars.loyalty.concentration import Concentration
from regulars.loyalty.first_orders import by_first_order, kinds_of
from regulars.loyalty.months import loyal_share, months
from regulars.loyalty.movements import Movement, movements, movements_frame
from regulars.loyalty.order_course import order_course
from regulars.loyalty.repeat_orders import Conversion, conversion
from regulars.loyalty.tenure import Tenure, counted, course_of, everybody
from regulars.loyalty.tiers import yearly
from regulars.params import LoyaltyParams, loyalty_rules
from regulars.transactions import Transactions, needed_log
from regulars.windows import Windows, cutoff_day

USED = {"tenure", "gap_first", "days_to_habit", "net_365", "orders_365"}
HORIZON_DAYS = 180  # the default of `windows.horizon_days`
SECOND, HABIT = 2, 4  # order days


@dataclass(frozen=True, eq=False)
class Dynamics:
    """How the customers of a log move, up to a cutoff; aggregates alone, no customer.

    Parameters
    ----------
    windows : Windows
        The cutoff, and the horizon as the length of the periods that are compared.
    movements : list of Movement
        The last period beside the one before it, at this cutoff and at the first days of months before; empty where the
        log is shorter than two periods.
    months : DataFrame
        Whole calendar months; columns as in `months.COLUMNS`.
    loyal_orders : int
        Order days before a month that make a customer loyal in it (`loyalty.advocate_orders`).
    loyal_share : tuple of float
        Share of the money that loyal customers bring, in the weakest quarter of the months and in all; of the months
        after the log's first 90 days.
    cohorts : Cohorts
        Customers by the month of their first order.
    tenure : Tenure
        Repeat orders by months since the first order, and where their course bends.
    by_first_order : DataFrame
        The same by kind of first order; columns as in `first_orders.COLUMNS`.
    order_course : DataFrame
        The first ten order days of the customers who have ten; columns as in `order_course.COLUMNS`.
    second, habit : Conversion
        From the first order day to the second, and to the fourth.
    concentration : Concentration
        Of the net spend of the last 365 days (order days where the log has no money).
    acquisition_cost : float, Series or None
        What winning a customer cost: `loyalty.acquisition_cost`, or by the feed of costs for each cohort.
    margin : float
        Share of net money that is margin.
    """

    windows: Windows
    movements: list[Movement]
    months: pd.DataFrame
    loyal_orders: int
    loyal_share: tuple[float, float]
    cohorts: Cohorts
    tenure: Tenure
    by_first_order: pd.DataFrame
    order_course: pd.DataFrame
    second: Conversion
    habit: Conversion
    concentration: Concentration
    acquisition_cost: float | pd.Series | None
    margin: float

    def __repr__(self) -> str:
        return f"<Dynamics before {self.windows.cutoff}: {len(self.months)} whole months>"

    @property
    def latest(self) -> Movement | None:
        """The movement at the cutoff; None where the log is shorter than two periods."""
        return self.movements[-1] if self.movements else None

    @property
    def movements_frame(self) -> pd.DataFrame:
        """The movements as a table, one row a cutoff."""
        return movements_frame(self.movements)

    @property
    def payback(self) -> pd.DataFrame | None:
        """What customers of each cohort brought against what winning one cost; None where that is not stated."""
        if self.acquisition_cost is None or self.months["money"].isna().all():
            return None
        return self.cohorts.payback(self.acquisition_cost, margin=self.margin)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain values, ready for JSON."""
        weakest, always = self.loyal_share
        payback = self.payback
        return {
            "horizon_days": self.windows.horizon_days,
            "movements": [plain_row(movement.row()) for movement in self.movements],
            "months": plain_records(self.months),
            "loyal_orders": self.loyal_orders,
            "cohorts": self.cohorts.to_list(),
            "tenure": self.tenure.to_dict(),
            "tenure_by_first_order": plain_records(self.by_first_order),
            "order_course": plain_records(self.order_course),
            "second_order": self.second.to_dict(),
            "habit": self.habit.to_dict(),
            "concentration": self.concentration.to_dict(),
            "loyal_share_of_money": {"weakest_months": plain_value(weakest), "all_months": plain_value(always)},
            "payback": None if payback is None else plain_records(payback.reset_index()),
        }


def dynamics(
    tx: Transactions,
    cutoff: str | dt.date,
    *,
    horizon_days: int = HORIZON_DAYS,
    rules: LoyaltyParams | None = None,
    margin: float = 1.0,
) -> Dynamics:
    """How the customers move, up to a cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day.
    horizon_days : int
        Length of the periods that are compared: whoever has not ordered for so long is lost.
    rules : LoyaltyParams, optional
        The block `loyalty` of the parameters; its defaults if not given.
    margin : float
        Share of net money that is margin, for the payback.

    Raises
    ------
    InsufficientHistoryError
        If no customer bought before the cutoff.

    Examples
    --------
    >>> import regulars as rg
    >>> found = rg.dynamics(rg.read_transactions("demo"), cutoff="1998-01-01")
    >>> found.latest.customers
    {'new': 0, 'back': 94, 'kept': 6249, 'lost': 16622}
    """
    day = cutoff_day(cutoff, needed_log(tx, "dynamics").last_day)
    return dynamics_of(tx, Windows(day, horizon_days), loyalty_rules(rules), margin=margin)


def dynamics_of(
    tx: Transactions, windows: Windows, rules: LoyaltyParams, *, margin: float, costs: pd.Series | None = None
) -> Dynamics:
    """How the customers move, by the parameters of a run.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    windows : Windows
        The cutoff, before which history ends, and the label window after it.
    rules : LoyaltyParams
        The block `loyalty` of the parameters.
    margin : float
        Share of revenue that is profit, in (0, 1].
    costs : Series, optional
        What winning a customer cost, by the first day of the month of the first order; it replaces
        `loyalty.acquisition_cost`.

    Returns
    -------
    Dynamics
    """
    used = [feature for feature in available(tx.columns) if feature.name in USED]
    features = build_features_at(tx, [windows.cutoff], used)[windows.cutoff]
    by_tenure = counted(tx, windows, kinds_of(tx, windows))
    by_month = months(tx, windows, loyal_orders=rules.advocate_orders)
    return Dynamics(
        windows,
        movements(tx, windows),
        by_month,
        rules.advocate_orders,
        loyal_share(by_month, tx.first_day),
        cohorts(tx, windows),
        course_of(*everybody(by_tenure)),
        by_first_order(by_tenure),
        order_course(tx, windows),
        conversion(features, order=SECOND),
        conversion(features, order=HABIT),
        Concentration.of(yearly(features)),
        rules.acquisition_cost if costs is None else costs,
        margin,
    )
