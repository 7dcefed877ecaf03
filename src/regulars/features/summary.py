"""The RFM summary that lifetime-value models are fitted on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from regulars.errors import InsufficientHistoryError
from regulars.features.facts import UNITS as MONEY_UNITS
from regulars.features.gaps import BILLION, log_billionths
from regulars.transactions import Transactions
from regulars.windows import Windows

BATCH = 50_000  # lines
COLUMNS = ["frequency", "recency", "T", "monetary_value"]
UNITS = 10_000  # money is counted in whole ten-thousandths, so that sums are exact; a line is less than 10¹²


def rfm_summary(tx: Transactions, cutoff: str | dt.date, *, log_gaps: bool = False) -> pd.DataFrame:
    """Frequency, recency, T and monetary value of every customer at the cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    cutoff : str or date
        A calendar day, its midnight; history is `[.., cutoff)`.
    log_gaps : bool
        Whether to add what tells BG/CNBD-k and MBG/CNBD-k best how regular customers are.

    Returns
    -------
    DataFrame
        Index `customer_id`; `frequency` (order days after the first), `recency` (days from first
        to last order day), `T` (days from first order day to cutoff), `monetary_value` (mean
        money of the order days after the first; 0 without any, NaN without money); where it is
        asked for, `log_gaps` (sum of the natural logarithms of the days between order days).

    Raises
    ------
    InsufficientHistoryError
        If no customer bought before the cutoff.

    Notes
    -----
    Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Section 2, in days. The same as `summary_of`
    says of the features and `build_log_gaps` of the gaps, without the rest of them.
    """
    windows = Windows.at(cutoff, 1)
    lines = tx.connection.execute(_purchases_sql(tx, windows)).to_arrow_reader(BATCH)
    parts = [_summary(customers, log_gaps=log_gaps) for customers in _whole_customers(lines)]
    if not parts:
        raise InsufficientHistoryError(
            f"No customer has a purchase before the cutoff {windows.cutoff}: order days span {tx.first_day} to "
            f"{tx.last_day}. Choose a later cutoff."
        )
    customers = pa.chunked_array([chunk for customers, _ in parts for chunk in customers.chunks]).to_pandas()
    figures = np.concatenate([figures for _, figures in parts], axis=1).T
    names = [*COLUMNS, "log_gaps"] if log_gaps else COLUMNS
    summary = pd.DataFrame(figures, index=pd.Index(customers, name="customer_id"), columns=names, copy=False)
    return summary if tx.has_money else summary.assign(monetary_value=np.nan)


def _whole_customers(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Lines in parts that fit in the cache and cut no customer in two."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        lines = pa.Table.from_batches([*held, batch]).combine_chunks()
        customer = lines["customer_id"]
        cut = len(customer) - pc.sum(pc.equal(customer, customer[-1])).as_py()
        if cut:
            yield lines[:cut]
        held = lines[cut:].to_batches()
    if held:
        yield pa.Table.from_batches(held)


def _summary(lines: pa.Table, *, log_gaps: bool) -> tuple[pa.ChunkedArray, NDArray[np.float64]]:
    """Customers, and their figures (one row a column), from lines in the order of customers and days."""
    customer, age, money = lines["customer_id"], lines["age"].to_numpy(), lines["money"].to_numpy()
    joins = np.append(True, pc.not_equal(customer[1:], customer[:-1]).to_numpy())
    days = np.flatnonzero(joins | np.append(True, age[1:] != age[:-1]))  # the first line of every order day
    begins = np.flatnonzero(joins[days])
    ends = np.append(begins[1:], len(days))
    ages, bounds = age[days], np.append(days, len(age))
    T, repeats = ages[begins], ends - begins - 1
    paid = np.append(0, np.cumsum(money))  # may wrap around; differences do not care
    means = (paid[bounds[ends]] - paid[bounds[begins + 1]]) / UNITS / np.maximum(repeats, 1)
    figures = [repeats, T - ages[ends - 1], T, means]
    if log_gaps:
        logs = np.cumsum(log_billionths(np.where(joins[days], 0, -np.diff(ages, prepend=ages[:1]))))
        figures.append((logs[ends - 1] - logs[begins]) / BILLION)
    return customer.take(pa.array(days[begins])), np.stack(figures)


def _purchases_sql(tx: Transactions, windows: Windows) -> str:
    """Lines of purchases before the cutoff: age in days, money in whole ten-thousandths.

    They come as `lines` holds them, by customer and day: DuckDB keeps the order of a table that it filters.
    """
    money = f"coalesce({MONEY_UNITS}, 0)" if tx.has_money else "0::BIGINT"
    return f"""
SELECT customer_id, (DATE '{windows.cutoff}' - day)::INTEGER AS age, {money} AS money
FROM lines WHERE is_purchase AND {tx.history_sql(windows)}
"""


def summary_of(features: pd.DataFrame) -> pd.DataFrame:
    """The RFM summary contained in a feature table."""
    summary = features[["frequency", "recency", "tenure"]].rename(columns={"tenure": "T"})
    if "repeat_value_mean" not in features:
        return summary.assign(monetary_value=float("nan"))
    return summary.assign(monetary_value=features["repeat_value_mean"].fillna(0.0))
