"""The rivals that matter, in five rows; those that predict alike share one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars.report.contenders import LIFETIME_RIVALS, OURS_NAME, means, ranked, title_of
from regulars.report.words import number, percent, signed

ROWS = 5
RULES = ("days_since_last", "frequency", "hiatus", "pooled_rate")
SHOWN = ("log_loss", "auc")


@dataclass(frozen=True)
class Against:
    """How far ours lies from a rival by one metric, with its interval and verdict."""

    value: str
    difference: str
    verdict: str


@dataclass(frozen=True)
class RivalRow:
    """Rivals that predict alike, and ours beside them."""

    name: str
    log_loss: Against
    auc: Against
    off: str


def five_rivals(backtest: Mapping[str, Any]) -> list[RivalRow]:
    """The champion, the best rule, the best lifetime model and the closest others, closest first."""
    values = means(backtest)
    gaps = {(row["contender"], row["metric"]): row for row in backtest["comparisons"]}
    compared = [name for name in ranked(backtest)[1:] if (name, "log_loss") in gaps]
    groups = list(_alike(compared, values))
    chosen = [*_first(groups, ("champion",)), *_first(groups, RULES), *_first(groups, LIFETIME_RIVALS)]
    chosen += [group for group in groups if group not in chosen]
    kept = [group for group in groups if group in chosen[:ROWS]]
    return [_row(group, values, gaps) for group in kept]


def _alike(names: list[str], values: Mapping[tuple[str, str], float]) -> Iterator[tuple[str, ...]]:
    """Rivals grouped by what they scored: to the last digit the same is one."""
    groups: dict[tuple[float, ...], list[str]] = {}
    for name in names:
        groups.setdefault(tuple(values[name, metric] for metric in SHOWN), []).append(name)
    yield from map(tuple, groups.values())


def _first(groups: list[tuple[str, ...]], names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [group for group in groups if set(group) & set(names)][:1]


def _row(
    group: tuple[str, ...], values: Mapping[tuple[str, str], float], gaps: Mapping[tuple[str, str], Any]
) -> RivalRow:
    name = group[0]
    log_loss, auc = (_against(values[name, metric], gaps.get((name, metric))) for metric in SHOWN)
    off = values.get((name, "spend_bias"), values.get((name, "count_bias"), np.nan))
    return RivalRow(", ".join(map(title_of, group)), log_loss, auc, percent(off, 1))


def _against(value: float, gap: Mapping[str, Any] | None) -> Against:
    if gap is None:
        return Against(number(value, 4), "", "")
    difference, low, high = (signed(gap[name], 4) for name in ("difference", "low", "high"))
    return Against(number(value, 4), f"{difference} [{low}, {high}]", gap["verdict"])


@dataclass(frozen=True)
class AtListSize:
    """How many of the customers at most risk did not order, of as many as the work list has."""

    customers: int
    share: float
    share_gone: float
    overall: float


def at_list_size(backtest: Mapping[str, Any], listed: int, customers: int) -> AtListSize | None:
    """Means over origins; of a tenth of the customers where there is no list. None without a gain curve."""
    rows = pd.DataFrame(backtest["gain"])
    rates = [origin["churn_rate"] for origin in backtest["origins"]]
    ours = rows[rows["contender"] == OURS_NAME] if len(rows) else rows
    if not len(ours) or not rates:
        return None
    share, overall = (listed / customers if listed else 0.1), float(np.mean(rates))
    found = float(np.interp(share, ours["contacted"], ours["churners"]))
    return AtListSize(listed or round(share * customers), share, min(1.0, found * overall / share), overall)
