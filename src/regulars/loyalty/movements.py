"""Who came, stayed, came back and left between two periods of equal length, and what that did to the money."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.features import reading_facts
from regulars.transactions import Transactions
from regulars.windows import Windows

AT_MOST = 12  # cutoffs that are compared with the period before, a month apart
KINDS = ("new", "back", "kept", "lost")
COLUMNS = (
    "cutoff",
    *(f"customers_{name}" for name in ("before", *KINDS, "now")),
    *(f"money_{name}" for name in ("before", "new", "back", "more", "less", "lost", "returns", "now")),
    *("retention", "gross_retention", "net_retention", "half_life_days", "worth_of_point"),
)


@dataclass(frozen=True)
class Movement:
    """Customers and money of the period before a cutoff, beside the period before that.

    A period is one horizon long, so that whoever is lost has not ordered for a horizon: the label of churn. Whoever
    ordered in both periods is kept; in the later one alone new, or back where there was an order before both; in the
    earlier one alone lost.

    Parameters
    ----------
    windows : Windows
        The periods are `[cutoff - horizon_days, cutoff)` and `[cutoff - 2 horizon_days, cutoff - horizon_days)`.
    customers : dict of str to int
        Customers of each kind.
    money : dict of str to float
        Net money of the periods, `before` and `now`, and what lies between: of `new` and `back` customers; `more` of
        those of the earlier period who brought more; `less` of kept ones; `lost` with the lost; `returns` of customers
        who ordered in neither period. `theirs_before` is of the customers of the earlier period. NaN without
        money.
    """

    windows: Windows
    customers: dict[str, int]
    money: dict[str, float]

    @property
    def before(self) -> int:
        """Customers who ordered in the earlier period."""
        return self.customers["kept"] + self.customers["lost"]

    @property
    def now(self) -> int:
        """Customers who ordered in the later period."""
        return self.customers["kept"] + self.customers["new"] + self.customers["back"]

    @property
    def retention(self) -> float:
        """Share of the customers of the earlier period who ordered in the later one; NaN where there were none."""
        return self.customers["kept"] / self.before if self.before else math.nan

    @property
    def net_retention(self) -> float:
        """Money now of the earlier period's customers, as a share of theirs then: above 1, growth outweighs loss."""
        return self._kept_share("more", "less", "lost")

    @property
    def gross_retention(self) -> float:
        """The same without what kept customers spend more than then: at most 1."""
        return self._kept_share("less", "lost")

    @property
    def half_life_days(self) -> float:
        """Days until half of the customers would have stopped at this retention; NaN where none, or all, were kept."""
        if not 0 < self.retention < 1:
            return math.nan
        return self.windows.horizon_days * math.log(0.5) / math.log(self.retention)

    @property
    def worth_of_point(self) -> float:
        """What a retention one percentage point higher would have brought: what so many of the lost had brought before.

        Those who are lost usually brought less than those who are kept, and it is of the lost that more would be kept.
        """
        if not self.customers["lost"]:
            return math.nan
        return 0.01 * self.before * -self.money["lost"] / self.customers["lost"]

    def _kept_share(self, *parts: str) -> float:
        then = self.money["theirs_before"]
        return 1 + sum(self.money[part] for part in parts) / then if then > 0 else math.nan

    def row(self) -> dict[str, Any]:
        """One row of `movements`."""
        counts = {"before": self.before, **self.customers, "now": self.now}
        return {
            "cutoff": pd.Timestamp(self.windows.cutoff),
            **{f"customers_{name}": counts[name] for name in ("before", *KINDS, "now")},
            **{name: self.money[name.removeprefix("money_")] for name in COLUMNS if name.startswith("money_")},
            **{name: getattr(self, name) for name in COLUMNS[-5:]},
        }


def movements(tx: Transactions, windows: Windows) -> list[Movement]:
    """Compare the last period with the one before it, at this cutoff and at the first days of the months before it.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff, and the horizon as the length of a period.

    Returns
    -------
    list of Movement
        Earliest first, 12 at most; those that the log does not reach back two periods for are left out.
    """
    asked = windows.monthly(tx.first_day, horizons=2, at_most=AT_MOST)
    with reading_facts(tx, windows) as (connection, facts):
        found = [connection.execute(_movement_sql(facts, each, has_money=tx.has_money)).fetchall() for each in asked]
    return [_movement(each, rows, has_money=tx.has_money) for each, rows in zip(asked, found, strict=True)]


def movements_frame(found: list[Movement]) -> pd.DataFrame:
    """One row a cutoff; columns as in `COLUMNS`."""
    return pd.DataFrame([movement.row() for movement in found], columns=list(COLUMNS))


def _movement_sql(facts: str, windows: Windows, *, has_money: bool) -> str:
    """Customers of each kind, their net money before and now, and the sums of what rose and of what fell."""
    earlier = windows.before_cutoff()
    now, before = windows.past_sql("day"), earlier.past_sql("day")
    net = "net" if has_money else "CAST(NULL AS DECIMAL(38, 4))"
    return f"""
        WITH customers AS (
          SELECT count(*) FILTER (lines > 0 AND {now}) AS orders_now,
            count(*) FILTER (lines > 0 AND {before}) AS orders,
            count(*) FILTER (lines > 0 AND {earlier.before_cutoff().history_sql("day")}) AS orders_earlier,
            coalesce(sum({net}) FILTER ({now}), 0) AS money_now, coalesce(sum({net}) FILTER ({before}), 0) AS money
          FROM {facts} GROUP BY customer_id)
        SELECT CASE WHEN orders_now > 0 AND orders > 0 THEN 'kept' WHEN orders > 0 THEN 'lost'
            WHEN orders_now > 0 AND orders_earlier > 0 THEN 'back' WHEN orders_now > 0 THEN 'new' ELSE 'neither' END,
          count(*), sum(money)::DOUBLE, sum(money_now)::DOUBLE,
          sum(greatest(money_now - money, 0))::DOUBLE, sum(least(money_now - money, 0))::DOUBLE
        FROM customers GROUP BY ALL"""


def _movement(windows: Windows, rows: list[tuple[Any, ...]], *, has_money: bool) -> Movement:
    nothing = 0.0 if has_money else math.nan
    counts = {kind: count for kind, count, *_ in rows}
    amounts = {kind: tuple(amounts) if has_money else (nothing,) * 4 for kind, _, *amounts in rows}
    of = {kind: amounts.get(kind, (nothing,) * 4) for kind in (*KINDS, "neither")}
    return Movement(windows, {kind: counts.get(kind, 0) for kind in KINDS}, dict(_money(of)))


def _money(of: Mapping[str, tuple[float, ...]]) -> Iterator[tuple[str, float]]:
    """The parts of the money, of amounts before, now, more and less of each kind of customer."""
    yield "before", math.fsum(before for before, *_ in of.values())
    yield "now", math.fsum(now for _, now, *_ in of.values())
    for kind, name in (("new", "new"), ("back", "back"), ("neither", "returns")):
        yield name, of[kind][2] + of[kind][3]
    yield "more", of["kept"][2] + of["lost"][2]
    yield "less", of["kept"][3]
    yield "lost", of["lost"][3]
    yield "theirs_before", of["kept"][0] + of["lost"][0]
