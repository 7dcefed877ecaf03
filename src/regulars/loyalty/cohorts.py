"""Cohorts: customers by the month of their first order, and what became of them month by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars.columns import plain_value
from regulars.features import reading_facts
from regulars.transactions import Transactions
from regulars.windows import Windows

COLUMNS = ("cohort", "age_months", "size", "active", "order_days", "money")


@dataclass(frozen=True, eq=False)
class Cohorts:
    """Customers by the calendar month of their first order.

    Parameters
    ----------
    cells : DataFrame
        One row a cohort and age, ages without gaps up to the last whole month; columns as in `COLUMNS`: `cohort` is the
        first day of the month, `age_months` counts calendar months from it (0 is the month itself), `size` is the
        number of customers, `active` how many ordered in the month of that age, and `order_days` and net `money` are
        those of that month. Money is NaN where the log has none.
    """

    cells: pd.DataFrame

    def triangle(self, what: str) -> pd.DataFrame:
        """One row a cohort and one column an age; NaN where the month is not over. `what` as in `COLUMNS`."""
        return self.cells.pivot(index="cohort", columns="age_months", values=what)

    @property
    def retention(self) -> pd.DataFrame:
        """Share of each cohort that ordered in the month of each age."""
        return self.triangle("active").div(self.sizes, axis="index")

    @property
    def money_per_customer(self) -> pd.DataFrame:
        """Net money so far, up to each age, for each customer of the cohort, active or not."""
        return self.triangle("money").cumsum(axis="columns").div(self.sizes, axis="index")

    @property
    def sizes(self) -> pd.Series:
        """Customers of each cohort."""
        return self.cells.groupby("cohort")["size"].first()

    @property
    def curve(self) -> pd.DataFrame:
        """All cohorts together by age: `customers` of cohorts that have reached it, and the share that was `active`."""
        sums = self.cells.groupby("age_months")[["size", "active"]].sum()
        return pd.DataFrame({"customers": sums["size"], "retention": sums["active"] / sums["size"]})

    def latest(self, count: int) -> Cohorts:
        """The last so many cohorts that are known beyond the month of their first order."""
        known = self.cells.loc[self.cells["age_months"] > 0, "cohort"].drop_duplicates().nlargest(count)
        return Cohorts(self.cells[self.cells["cohort"].isin(known)])

    def payback(self, cost: float | pd.Series, *, margin: float = 1.0) -> pd.DataFrame:
        """What the customers of each cohort have brought, against what winning one cost.

        Parameters
        ----------
        cost : float or Series
            Money for one new customer, above 0; or for one of each cohort, NaN where it is not known.
        margin : float
            Share of net money that is margin.

        Returns
        -------
        DataFrame
            Index the cohort; `margin_per_customer` so far, `ratio` of it to the cost, and `payback_months`, the first
            age by whose end it had covered the cost; NaN where it has not yet, or where the cost is not known.
        """
        earned = margin * self.money_per_customer
        each = cost.reindex(earned.index) if isinstance(cost, pd.Series) else pd.Series(cost, earned.index)
        covered = earned.ge(each, axis="index")
        months = covered.idxmax(axis="columns").where(covered.any(axis="columns")).astype("float64")
        so_far = earned.max(axis="columns") if earned.empty else earned.ffill(axis="columns").iloc[:, -1]
        return pd.DataFrame({"margin_per_customer": so_far, "ratio": so_far / each, "payback_months": months})

    def to_list(self) -> list[dict[str, Any]]:
        """One entry a cohort, with a list over the ages, as plain values ready for JSON."""
        lists = ("active", "order_days", "money")
        return [
            {
                "cohort": f"{month:%Y-%m}",
                "size": int(own["size"].iloc[0]),
                **{name: [plain_value(value) for value in own[name]] for name in lists},
            }
            for month, own in self.cells.groupby("cohort")
        ]


def cohorts(tx: Transactions, windows: Windows) -> Cohorts:
    """Follow the customers of every month of first orders, up to the last whole month before the cutoff.

    Customers of the log's first month are not all new: some ordered before the log begins.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff; its own month is left out unless the cutoff is the first day of it.
    """
    whole = windows.month_begun()
    net = "net" if tx.has_money else "CAST(NULL AS DECIMAL(38, 4))"
    with reading_facts(tx, windows) as (connection, facts):
        found = connection.execute(f"""
            WITH known AS (FROM {facts} WHERE {whole.history_sql("day")}),
            firsts AS (SELECT customer_id, date_trunc('month', min(day) FILTER (lines > 0)) AS cohort
              FROM known GROUP BY customer_id HAVING cohort IS NOT NULL),
            aged AS (
              SELECT customer_id, cohort, lines, {net} AS money,
                greatest(0, date_diff('month', cohort, date_trunc('month', day))) AS age_months
              FROM known JOIN firsts USING (customer_id))
            SELECT CAST(cohort AS TIMESTAMP) AS cohort, age_months,
              count(DISTINCT customer_id) FILTER (lines > 0) AS active, count(*) FILTER (lines > 0) AS order_days,
              sum(money)::DOUBLE AS money
            FROM aged GROUP BY cohort, age_months ORDER BY cohort, age_months""").df()
    return Cohorts(_filled(found, whole, has_money=tx.has_money))


def _filled(found: pd.DataFrame, whole: Windows, *, has_money: bool) -> pd.DataFrame:
    """Every cohort at every age that is over, with its size: that of its first month."""
    sizes = found[found["age_months"] == 0].set_index("cohort")["active"]
    last = pd.Period(whole.shifted(-1).cutoff, "M")
    oldest = [(last - pd.Period(cohort, "M")).n for cohort in sizes.index]
    keys = [(cohort, age) for cohort, most in zip(sizes.index, oldest, strict=True) for age in range(most + 1)]
    every = pd.DataFrame(keys, columns=["cohort", "age_months"]).astype(
        found.dtypes[["cohort", "age_months"]].to_dict()
    )
    table = every.merge(found, how="left", on=["cohort", "age_months"])
    counts = table[["active", "order_days"]].fillna(0).astype("int64")
    none = 0.0 if has_money else np.nan
    table = table.assign(size=table["cohort"].map(sizes), **counts, money=table["money"].astype("float64").fillna(none))
    return table[list(COLUMNS)].astype({"cohort": "datetime64[us]", "age_months": "int64", "size": "int64"})
