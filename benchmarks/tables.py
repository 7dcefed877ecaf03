"""What was measured, as tables for a terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.lifetime_benchmark import Benchmark
from regulars.cli.layout import grid, joined


def lifetime_table(made: Benchmark) -> str:
    """What each side needed, a table for each number of customers."""
    head = ["task", "rival", "seconds", "theirs", "ratio", "from", "to", "MB", "theirs", "agreement"]
    figures = ["seconds", "rival_seconds", "ratio", "ratio_low", "ratio_high", "megabytes", "rival_megabytes"]

    def cells(row: dict[Any, Any]) -> list[str]:
        return [row["task"], row["rival"], *(f"{row[name]:.3g}" for name in figures), row["agreement"]]

    return _tables(made, "customers", head, cells)


def features_table(made: Benchmark) -> str:
    """What every contestant needed, a table for each number of rows."""
    head = ["contestant", "CPU s", "seconds", "peak MB", "x group-by", "agrees"]
    figures = ["cpu_seconds", "seconds", "megabytes", "floors"]
    agrees = {True: "yes", False: "no"}

    def cells(row: dict[Any, Any]) -> list[str]:
        measured = (f"{row[name]:,.0f}" if row[name] >= 100 else f"{row[name]:.3g}" for name in figures)
        return [row["contestant"], *measured, agrees.get(row["agrees"], "")]

    return _tables(made, "rows", head, cells)


def targets_table(made: Benchmark) -> str:
    """What every contestant needed, a table for each number of customers."""
    return _beside_floor(made, "x sorting")


def loyalty_table(made: Benchmark) -> str:
    """What every contestant needed, a table for each number of customers."""
    return _by_cpu(made, "x features")


def train_table(made: Benchmark) -> str:
    """What every contestant needed, a table for each number of customers."""
    return _by_cpu(made, "x floor")


def night_table(made: Benchmark) -> str:
    """What every contestant needed, a table for each number of customers; the ratio is that of CPU-seconds."""
    return _by_cpu(made, "x floor")


def score_table(made: Benchmark) -> str:
    """What every contestant needed, a table for each number of customers, and how far contributions agree."""
    agree = made.table.dropna(subset="correlation").iloc[-1]
    told = (
        f"Contributions by leaves and by TreeSHAP: correlation {agree['correlation']:.3f}; the strongest topic is the "
        f"same for {100 * agree['same_first']:.0f} % of customers."
    )
    return joined([_beside_floor(made, "x floor")], [told])


def spark_table(made: Benchmark) -> str:
    """What Spark costs once, and what a part takes there and here, a table for each number of customers."""

    def cells(row: dict[Any, Any]) -> list[str]:
        return [row["contestant"], *(f"{row[name]:,.3g}" for name in ("seconds", "floors"))]

    return _tables(made, "customers", ["contestant", "seconds", "x here"], cells)


def _by_cpu(made: Benchmark, times: str) -> str:
    figures = ("cpu_seconds", "seconds", "floors")

    def cells(row: dict[Any, Any]) -> list[str]:
        return [row["contestant"], *(f"{row[name]:,.3g}" for name in figures), f"{row['megabytes']:,.0f}"]

    return _tables(made, "customers", ["contestant", "CPU s", "seconds", times, "peak MB"], cells)


def _beside_floor(made: Benchmark, times: str) -> str:
    def cells(row: dict[Any, Any]) -> list[str]:
        return [row["contestant"], *(f"{row[name]:,.3g}" for name in ("seconds", "floors")), f"{row['megabytes']:,.0f}"]

    return _tables(made, "customers", ["contestant", "seconds", times, "peak MB"], cells)


def _tables(made: Benchmark, size: str, head: list[str], cells: Callable[[dict[Any, Any]], list[str]]) -> str:
    tables = [
        [f"{many:,} {size}", *grid(head, [cells(row) for row in rows.to_dict("records")])]
        for many, rows in made.table.groupby(size)
    ]
    return joined(*tables, [made.machine])
