"""Who makes features in what time and memory. Each contestant prepares what is not timed, and returns what is."""

from __future__ import annotations

import resource
import time
import warnings
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from benchmarks.feature_rivals import THIRTY, pandas_at, query_at
from benchmarks.measure import forget_peak, peak
from benchmarks.simulated_log import COLUMNS, CUTOFFS
from regulars.arrays import Floats
from regulars.features import CATALOGUE, build_features_at, rfm_summary, stream_features
from regulars.features.facts import facts_sql, reading_facts
from regulars.transactions import Transactions, read_transactions
from regulars.transactions.sql import connect, literal

SAME_THIRTY = [feature for feature in CATALOGUE if feature.name in THIRTY]
Run = Callable[[], Any]


def _table(log: Path, limit: str | None) -> Any:
    connection = connect(limit)
    connection.execute(f"CREATE TABLE log AS FROM read_parquet({literal(str(log))})")
    return connection


def _read(log: Path, limit: str | None) -> Transactions:
    return read_transactions(log, COLUMNS, memory_limit=limit)


def columns_read(log: Path, limit: str | None) -> Run:
    """The floor of all floors: the columns read once."""
    held = _table(log, limit)
    return lambda: held.execute("SELECT min(customer_id), min(date), sum(amount) FROM log").fetchall()


def group_by(log: Path, limit: str | None) -> Run:
    """One scan grouped by customer: what nobody who makes a row a customer can go below."""
    held = _table(log, limit)
    return lambda: held.execute("SELECT customer_id, count(*), sum(amount) FROM log GROUP BY customer_id").df()


def queries(log: Path, limit: str | None) -> Run:
    """A plain query a cutoff."""
    held = _table(log, limit)
    return lambda: means(held.execute(query_at(cutoff)).df() for cutoff in CUTOFFS)


def with_pandas(log: Path, limit: str | None) -> Run:
    """Groupbys, cutoff by cutoff; dates of microseconds, as pandas reads them."""
    held = pd.read_parquet(log).astype({"date": "datetime64[us]"})
    return lambda: means(pandas_at(held, cutoff) for cutoff in CUTOFFS)


def reading(log: Path, limit: str | None) -> Run:
    """Read, check, account for every row, sort."""
    return lambda: _read(log, limit)


def facts_exact(log: Path, limit: str | None) -> Run:
    """The facts alone, with exact sums."""
    tx = _read(log, limit)
    return lambda: tx.connection.execute(facts_sql(tx.columns)).fetchall()


def facts_of_doubles(log: Path, limit: str | None) -> Run:
    """The facts alone, with sums of doubles: what exactness costs."""
    tx = _read(log, limit)
    lines = "(SELECT * REPLACE (money::DOUBLE AS money) FROM lines)"
    return lambda: tx.connection.execute(facts_sql(tx.columns, lines=lines)).fetchall()


def in_tables(log: Path, limit: str | None) -> Run:
    """Facts, and the thirty features in six tables that are all held."""
    tx = _read(log, limit)
    return lambda: means(build_features_at(tx, CUTOFFS, SAME_THIRTY).values())


def in_parts(log: Path, limit: str | None) -> Run:
    """Facts, and the thirty features at every cutoff, some customers at a time; the rivals hold one table at a time."""
    tx = _read(log, limit)
    return lambda: means_of_parts(stream_features(tx, CUTOFFS, SAME_THIRTY))


def in_parts_from_facts(log: Path, limit: str | None) -> Run:
    """The same, the facts being there."""
    tx = _read(log, limit)
    with reading_facts(tx):
        pass
    return lambda: means_of_parts(stream_features(tx, CUTOFFS, SAME_THIRTY))


def all_in_parts(log: Path, limit: str | None) -> Run:
    """Facts, and all features that the log has columns for."""
    tx = _read(log, limit)
    return lambda: means_of_parts(stream_features(tx, CUTOFFS))


def summary(log: Path, limit: str | None) -> Run:
    """The RFM summary at the last cutoff."""
    tx = _read(log, limit)
    return lambda: rfm_summary(tx, CUTOFFS[0]).iloc[:, :4].mean().to_numpy()


def lifetimes_summary(log: Path, limit: str | None) -> Run:
    """The same with `lifetimes`, of the purchases."""
    from lifetimes.utils import summary_data_from_transaction_data

    held = pd.read_parquet(log).astype({"date": "datetime64[us]"})
    held = held[held["amount"] >= 0]
    asked = ("customer_id", "date", "amount")
    return lambda: (
        summary_data_from_transaction_data(held, *asked, observation_period_end=CUTOFFS[0], freq="D").mean().to_numpy()
    )


def means(tables: Iterable[pd.DataFrame]) -> Floats:
    """The mean of every one of the thirty features at every cutoff: what the contestants have to agree on."""
    return np.array([table[list(THIRTY)].mean().to_numpy() for table in tables])


def means_of_parts(parts: Iterable[pd.DataFrame]) -> Floats:
    """The same of tables that come in parts."""
    sums, counts = np.zeros((2, len(CUTOFFS), len(THIRTY)))
    for part in parts:
        cutoff = CUTOFFS.index(part["cutoff"].iloc[0].date())
        values = part[list(THIRTY)].to_numpy()
        sums[cutoff] += np.nansum(values, axis=0)
        counts[cutoff] += np.isfinite(values).sum(axis=0)
    return sums / counts


class Contestant(NamedTuple):
    """What is done, by whom, up to how many rows; `same` names those who have to agree."""

    name: str
    prepare: Callable[[Path, str | None], Run]
    same: str = ""
    most_rows: float = np.inf


CONTESTANTS = (
    Contestant("floor: the columns read", columns_read),
    Contestant("floor: one group-by scan", group_by),
    Contestant("facts: regulars", facts_exact),
    Contestant("facts: the same with sums of doubles", facts_of_doubles),
    Contestant("features: regulars, in parts", in_parts, "features"),
    Contestant("features: regulars, in six tables", in_tables, "features", 10_000_000),
    Contestant("features: regulars, in parts, from stored facts", in_parts_from_facts, "features"),
    Contestant("features: regulars, all it has, in parts", all_in_parts, "features"),
    Contestant("features: one DuckDB query a cutoff", queries, "features"),
    Contestant("features: pandas", with_pandas, "features", 10_000_000),
    Contestant("RFM summary: regulars", summary, "summary"),
    Contestant("RFM summary: lifetimes", lifetimes_summary, "summary", 10_000_000),
    Contestant("reading, checking and sorting: regulars", reading),
)


def measure(contestant: Contestant, log: Path, limit: str | None) -> dict[str, Any]:
    """CPU-seconds (all threads), seconds, most memory of the process in MB while it ran, and the answer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = contestant.prepare(log, limit)
        forget_peak()
        busy, start = _cpu(), time.perf_counter()
        answer = run()
    took = {"cpu_seconds": _cpu() - busy, "seconds": time.perf_counter() - start, "megabytes": peak()}
    return {**took, "answer": np.ravel(answer).tolist() if contestant.same else []}


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
