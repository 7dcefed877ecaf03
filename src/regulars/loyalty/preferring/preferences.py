"""What each customer prefers: channel, product, category, weekday, discount; and how sure that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincinv

from regulars.arrays import Floats
from regulars.loyalty.preferring.tastes import Tastes
from regulars.loyalty.suggestions.bought import bought_sql, known_customers
from regulars.tables import PREFERENCES
from regulars.texts import TEXT_DTYPE
from regulars.transactions import Transactions, needed_log
from regulars.windows import Windows, cutoff_day

LEAST_DAYS = 3  # order days of a customer of whom a preference is told
SURE = 0.9  # probability from which on a preference is called sure
ENDS = (0.025, 0.975)  # of the interval
WEEKDAY = "['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'][isodow(day)]"
EACH = "SELECT DISTINCT customer_id, day, {}::VARCHAR AS value FROM lines WHERE {}"
DISCOUNT = "CASE WHEN bool_or(discount > 0) THEN 'with a discount' ELSE 'at the full price' END"


def preferences(tx: Transactions, cutoff: str | dt.date = "latest") -> pd.DataFrame:
    """What each customer prefers, and how sure that is.

    A customer's share of order days is drawn towards that of the average customer: the more so the fewer order days
    there are, and the less the customers of this shop differ. Three Mondays of three prove little where everybody comes
    on any day; three calls of three prove much where callers always call.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day.

    Returns
    -------
    DataFrame
        Columns as in the data dictionary under “Preferences”: a row for each customer with three order days or more and
        each of channel, product, category, weekday and discount that the log tells; sorted by customer and by these.

    Notes
    -----
    Beta-binomial shrinkage (Skellam 1948, *J. R. Stat. Soc. B* 10). With n order days, k of them with the value, the
    mean share p of customers and the strength s of `Tastes`: share = (k + s·p) / (n + s), with the 95 % interval of the
    Beta distribution of k + s·p and n − k + s·(1 − p). `probability`: that the value is more frequent with this
    customer than the next one, I½(b, a), where a and b are k + s·p of the two; exact where an order day has one value.

    Examples
    --------
    >>> import regulars as rg
    >>> found = rg.preferences(rg.read_transactions("demo"), "1998-01-01")
    >>> found[["customer_id", "preferred", "order_days", "of_days", "is_sure"]].head(2)
      customer_id preferred  order_days  of_days  is_sure
    0       00003   Tuesday           1        5    False
    1       00004  Saturday           2        4    False
    """
    return preferences_of(tx, Windows.up_to(cutoff_day(cutoff, needed_log(tx, "preferences").last_day)))


def preferences_of(tx: Transactions, windows: Windows, customers: Sequence[Any] | None = None) -> pd.DataFrame:
    """What customers prefer, as `preferences` says it; of some of them where `customers` names ids of the log.

    How much customers differ is counted over all of them, whoever is asked about.

    Parameters
    ----------
    tx : Transactions
        Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.
    customers : sequence of ids, optional
        Those who are asked about, in the type of the log; all customers by default.
    """
    chosen = None if customers is None else known_customers(tx, windows, customers)
    found = [_judged(tx, about, visits, chosen) for about, visits in _aspects(tx, windows)]
    table = pd.concat(found, ignore_index=True).sort_values(["customer_id", "about"], ignore_index=True)
    return table[list(PREFERENCES)].astype({"about": TEXT_DTYPE, "preferred": TEXT_DTYPE})


def liked_products(tx: Transactions, windows: Windows, customers: Sequence[object]) -> pd.Series:
    """The product that each of some customers surely prefers, as text, index `customer_id`; others are left out.

    Parameters
    ----------
    tx : Transactions
        With `product_id`. Rows at or after the cutoff change nothing.
    windows : Windows
        The cutoff.
    customers : sequence of ids
        Those who are asked about, in the type of the log.
    """
    found = _judged(tx, "product", _of_products(tx, windows), known_customers(tx, windows, customers))
    sure = found[found["is_sure"]].sort_values("customer_id")
    return pd.Series(sure["preferred"].to_numpy(), index=pd.Index(sure["customer_id"]), dtype=TEXT_DTYPE)


def _aspects(tx: Transactions, windows: Windows) -> Iterator[tuple[str, str]]:
    """What may be preferred: its name, and SQL with a row for each `customer_id`, `day` and `value`."""
    before = f"is_purchase AND {tx.history_sql(windows)}"
    for name in sorted({"channel", "category"} & tx.columns):
        yield name, EACH.format(name, f"{before} AND {name} IS NOT NULL")
    if "product_id" in tx.columns:
        yield "product", _of_products(tx, windows)
    if "discount" in tx.columns:
        yield "discount", f"SELECT customer_id, day, {DISCOUNT} AS value FROM lines WHERE {before} GROUP BY ALL"
    yield "weekday", EACH.format(WEEKDAY, before)


def _of_products(tx: Transactions, windows: Windows) -> str:
    return EACH.format("product_id", bought_sql(tx, windows))


def _judged(tx: Transactions, about: str, visits: str, customers: list[Any] | None) -> pd.DataFrame:
    """The preferred value of each customer, with interval and probability."""
    tastes = Tastes.of(tx, visits)
    found = _first(tx, visits, tastes, customers)
    days, mean, first, second = (
        found[name].to_numpy(float) for name in ("of_days", "usual_share", "evidence", "of_next")
    )
    against = days + tastes.strength - first
    surely = _surely(first, against, second)
    return found.assign(about=about, share=first / (days + tastes.strength), usual_share=mean, **surely)


def _surely(first: Floats, against: Floats, second: Floats) -> dict[str, Any]:
    """Interval and probability, computed once for customers with equal counts."""
    counts, back = np.unique(np.column_stack([first, against, second]), axis=0, return_inverse=True)
    one, other, next_one = counts.T
    low, high = (betaincinv(one, np.maximum(other, 1e-9), end)[back] for end in ENDS)
    probability = betainc(np.maximum(next_one, 1e-9), one, 0.5)[back]
    return {"low": low, "high": high, "probability": probability, "is_sure": probability >= SURE}


def _first(tx: Transactions, visits: str, tastes: Tastes, customers: list[Any] | None) -> pd.DataFrame:
    """The most likely value of each customer: its order days and those of the prior, and the same of the next one.

    The next one may be a value that the customer never had: then the prior alone speaks for it.
    """
    chosen = "" if customers is None else "WHERE customer_id IN (SELECT unnest($4))"
    priors = (tastes.strength * tastes.means).sort_values(ascending=False, kind="stable")
    best, of_best, of_other = (*priors.index[:1], "")[0], *[*priors.iloc[:2], 0.0, 0.0][:2]
    asked = [tastes.means.index.tolist(), tastes.means.tolist(), best]
    return tx.connection.execute(
        f"""
        WITH visits AS (SELECT * FROM ({visits}) {chosen}),
        days AS (
          SELECT customer_id, count(DISTINCT day) AS of_days FROM visits GROUP BY 1 HAVING of_days >= {LEAST_DAYS}),
        known AS (SELECT unnest($1::VARCHAR[]) AS value, unnest($2::DOUBLE[]) AS usual_share),
        counts AS (
          SELECT *, order_days + {tastes.strength!r}::DOUBLE * usual_share AS evidence
          FROM (SELECT customer_id, value, count(*) AS order_days FROM visits GROUP BY ALL)
          JOIN days USING (customer_id) JOIN known USING (value))
        SELECT customer_id, value AS preferred, order_days, of_days, usual_share, evidence,
          greatest(
            coalesce(lead(evidence) OVER best, 0.0),
            CASE WHEN value = $3 THEN {float(of_other)!r} ELSE {float(of_best)!r} END::DOUBLE) AS of_next
        FROM counts
        WINDOW best AS (PARTITION BY customer_id ORDER BY evidence DESC, value)
        QUALIFY row_number() OVER best = 1""",
        [*asked, *([] if customers is None else [customers])],
    ).df()
