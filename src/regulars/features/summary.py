"""The RFM summary that lifetime-value models are fitted on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from regulars.features.catalogue import CATALOGUE
from regulars.features.days import BILLION, SCALE, begins_of, log_billionths, scaled, whole_customers
from regulars.features.facts import nobody_before
from regulars.features.feature import Feature
from regulars.features.snapshot import build_columns_at
from regulars.transactions import Sample, Transactions, in_sample, needed_log
from regulars.windows import Windows, cutoff_day

BATCH = 50_000  # lines
COLUMNS = ["frequency", "recency", "T", "monetary_value", "paid_repeats", "first_value", "last_value"]
MONEY_COLUMNS = COLUMNS[3:]
_CATALOGUE = {feature.name: feature for feature in CATALOGUE}


def _column(name: str, feature: str, expression: str = "{}") -> Feature:
    """A column of the summary: an expression of one feature of the catalogue, `{}`."""
    known = _CATALOGUE[feature]
    return Feature(name, expression.format(known.expression), known.unit, "", "", known.needs)


# The columns as features, so that a table of them is a summary: all customers are held once.
FROM_FACTS = (
    _column("frequency", "frequency"),
    _column("recency", "recency"),
    _column("T", "tenure"),
    _column("monetary_value", "repeat_value_mean", "where(orders > 1, {}, 0.0)"),
    _column("paid_repeats", "paid_days", "{} - (value_first > 0)"),
    _column("first_value", "order_value_first"),
    _column("last_value", "order_value_last"),
)
LOG_GAPS = Feature("log_gaps", "gap_logs", "days", "Sum of the logarithms of the gaps", "")
BESIDE_SUMMARY = (_CATALOGUE["orders_90"], _CATALOGUE["order_value_mean"])


def rfm_summary(tx: Transactions, cutoff: str | dt.date, *, log_gaps: bool = False) -> pd.DataFrame:
    """Frequency, recency, T and monetary value of every customer at the cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day; history is `[.., cutoff)`.
    log_gaps : bool
        Whether to add what tells BG/CNBD-k and MBG/CNBD-k best how regular customers are.

    Returns
    -------
    DataFrame
        Index `customer_id`; `frequency` (order days after the first), `recency` (days from first
        to last order day), `T` (days from first order day to cutoff); `monetary_value` (mean
        money of the order days after the first, net of the returns known at the cutoff; 0 without
        any), `paid_repeats` (those of them that brought money after these returns), `first_value` and
        `last_value` (money of the first and the last order day, likewise net), NaN without money;
        where it is asked for, `log_gaps` (sum of the natural logarithms of the days between order days).

    Raises
    ------
    InsufficientHistoryError
        If no customer bought before the cutoff.

    Notes
    -----
    Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Section 2, in days. The same as `summary_of`
    says of the features, without the rest of them.
    """
    day = cutoff_day(cutoff, needed_log(tx, "rfm_summary").last_day)
    return summary_at(tx, Windows.up_to(day), log_gaps=log_gaps)


def summary_at(
    tx: Transactions, windows: Windows, *, log_gaps: bool = True, sample: Sample | None = None, ids: bool = True
) -> pd.DataFrame:
    """The same at a cutoff, also of a sample of the customers, or without their ids.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    windows : Windows
        The cutoff.
    log_gaps : bool
        Whether to add them.
    sample : Sample, optional
        Only these customers.
    ids : bool
        Whether the index holds the ids; those of millions of customers take more memory than all that is known of
        them. Without them, the rows are in the same order, and the index is whole numbers.

    Returns
    -------
    DataFrame
    """
    if tx.has_returns:  # the facts know what was returned of which order day
        asked = [*FROM_FACTS, LOG_GAPS] if log_gaps else FROM_FACTS
        return build_columns_at(tx, [windows.cutoff], asked, sample=sample, numbered=not ids)[windows.cutoff]
    names = [*COLUMNS, "log_gaps"] if log_gaps else COLUMNS
    figures = np.empty((len(names), tx.n_customers if sample is None else sample.size_in(tx)))
    customers: list[pa.Array] = []
    filled = 0
    with tx.connection as connection:
        lines = connection.execute(_purchases_sql(tx, windows, sample)).to_arrow_reader(BATCH)
        for who, part in (_summary(lines, log_gaps=log_gaps) for lines in whole_customers(lines)):
            figures[:, filled : filled + len(who)] = part
            filled += len(who)
            customers += who.chunks if ids else ()
    if not filled:
        raise nobody_before(tx, windows)
    index = pd.Index(pa.chunked_array(customers).to_pandas(), name="customer_id") if ids else None
    summary = pd.DataFrame(figures[:, :filled].T, index=index, columns=names, copy=False)
    return summary if tx.has_money else summary.assign(**dict.fromkeys(MONEY_COLUMNS, np.nan))


def summaries_at(
    tx: Transactions, cutoffs: Sequence[dt.date], sample: Sample | None = None
) -> dict[dt.date, pd.DataFrame]:
    """Summaries at several cutoffs from one set of facts, as `rfm_summary` gives them one by one.

    Each has `log_gaps`, and the columns `orders_90` (order days in the 90 days before the cutoff) and
    `order_value_mean` (mean money of an order day; NaN where the log has none).

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    cutoffs : sequence of date
        Several cutoffs; history is what lies before each.
    sample : Sample, optional
        Only these customers.

    Returns
    -------
    dict of date to DataFrame
        By cutoff; times in days. Sorted by id; the index is the place of each customer in `DayOutcomes.customers`,
        or the id where a log tells when its lines came in, so that each cutoff has facts of its own.
    """
    asked = [feature for feature in (*FROM_FACTS, LOG_GAPS, *BESIDE_SUMMARY) if feature.needs <= tx.columns]
    made = build_columns_at(tx, cutoffs, asked, sample=sample, numbered=not tx.tells_when_known)
    unknown = dict.fromkeys(() if tx.has_money else (*MONEY_COLUMNS, "order_value_mean"), np.nan)
    return {cutoff: summary.assign(**unknown) for cutoff, summary in made.items()}


def money_of(summary: pd.DataFrame) -> float:
    """Money of all order days, net of the returns known at the cutoff; NaN without any."""
    return float((summary["frequency"] * summary["monetary_value"] + summary["first_value"]).sum(skipna=False))


def _summary(lines: pa.Table, *, log_gaps: bool) -> tuple[pa.ChunkedArray, NDArray[np.float64]]:
    """Customers, and their figures (one row a column), from lines in the order of customers and days."""
    customer, age, begins = lines["customer_id"], lines["age"].to_numpy(), begins_of(lines["customer_id"])
    money = scaled(lines["money"]) if "money" in lines.column_names else np.zeros(len(age), dtype=np.int64)
    joins = np.zeros(len(age), dtype=np.bool_)
    joins[begins] = True
    days = np.flatnonzero(joins | np.append(True, age[1:] != age[:-1]))  # the first line of every order day
    begins = np.flatnonzero(joins[days])
    ends = np.append(begins[1:], len(days))
    ages, bounds = age[days], np.append(days, len(age))
    T, repeats = ages[begins], ends - begins - 1
    paid = np.append(0, np.cumsum(money))  # may wrap around; differences do not care
    means = (paid[bounds[ends]] - paid[bounds[begins + 1]]) / SCALE / np.maximum(repeats, 1)
    brought = np.diff(paid[bounds]) > 0
    paid_repeats = np.add.reduceat(brought.astype(np.int64), begins) - brought[begins]
    first, last = ((paid[bounds[which + 1]] - paid[bounds[which]]) / SCALE for which in (begins, ends - 1))
    figures = [repeats, T - ages[ends - 1], T, means, paid_repeats, first, last]
    if log_gaps:
        logs = np.cumsum(log_billionths(np.where(joins[days], 0, -np.diff(ages, prepend=ages[:1]))))
        figures.append((logs[ends - 1] - logs[begins]) / BILLION)
    return customer.take(pa.array(days[begins])), np.stack(figures)


def _purchases_sql(tx: Transactions, windows: Windows, sample: Sample | None = None) -> str:
    """Lines of purchases before the cutoff: age in days, money.

    They come as `lines` holds them, by customer and day: DuckDB keeps the order of a table that it filters.
    """
    money = ", coalesce(money, 0) AS money" if tx.has_money else ""
    return f"""
SELECT customer_id, (DATE '{windows.cutoff}' - day)::INTEGER AS age{money}
FROM lines WHERE is_purchase AND {tx.history_sql(windows)} AND {in_sample("customer_id", sample)}
"""


def summary_of(features: pd.DataFrame) -> pd.DataFrame:
    """The RFM summary contained in a feature table."""
    summary = features[["frequency", "recency", "tenure"]].rename(columns={"tenure": "T"})
    if "repeat_value_mean" not in features:
        return summary.assign(**dict.fromkeys(MONEY_COLUMNS, np.nan))
    return summary.assign(
        monetary_value=features["repeat_value_mean"].fillna(0.0),
        paid_repeats=features["paid_days"] - (features["order_value_first"] > 0),
        first_value=features["order_value_first"],
        last_value=features["order_value_last"],
    )
