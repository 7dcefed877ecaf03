"""The rivals that matter, in five rows; those that predict alike share one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars.report.contenders import LIFETIME_RIVALS, OURS_NAME, QUESTIONS, gaps, means, ranked, title_of
from regulars.report.views import Cell, cell
from regulars.report.words import bias

ROWS = 5
RULES = ("days_since_last", "frequency", "hiatus", "pooled_rate")
SHOWN = tuple(metric for metric in QUESTIONS[0].metrics if metric.name in ("log_loss", "auc"))


@dataclass(frozen=True)
class RivalRow:
    """Rivals that predict alike, and ours beside them."""

    name: str
    log_loss: Cell
    auc: Cell
    off: str


def five_rivals(backtest: Mapping[str, Any]) -> list[RivalRow]:
    """The champion, the best rule, the best lifetime model and the closest others, closest first."""
    values, apart = means(backtest), gaps(backtest)
    compared = [name for name in ranked(backtest)[1:] if (name, "log_loss") in apart]
    groups = list(_alike(compared, values))
    chosen = [*_first(groups, ("champion",)), *_first(groups, RULES), *_first(groups, LIFETIME_RIVALS)]
    chosen += [group for group in groups if group not in chosen]
    kept = [group for group in groups if group in chosen[:ROWS]]
    return [_row(group, values, apart) for group in kept]


def _alike(names: list[str], values: Mapping[tuple[str, str], float]) -> Iterator[tuple[str, ...]]:
    """Rivals grouped by what they scored: to the last digit the same is one."""
    groups: dict[tuple[float, ...], list[str]] = {}
    for name in names:
        groups.setdefault(tuple(values[name, metric.name] for metric in SHOWN), []).append(name)
    yield from map(tuple, groups.values())


def _first(groups: list[tuple[str, ...]], names: tuple[str, ...]) -> list[tuple[str, ...]]:
    return [group for group in groups if set(group) & set(names)][:1]


def _row(
    group: tuple[str, ...], values: Mapping[tuple[str, str], float], apart: Mapping[tuple[str, str], Mapping[str, Any]]
) -> RivalRow:
    name = group[0]
    log_loss, auc = (cell(metric, values[name, metric.name], apart.get((name, metric.name))) for metric in SHOWN)
    off = values.get((name, "spend_bias"), values.get((name, "count_bias"), np.nan))
    return RivalRow(", ".join(map(title_of, group)), log_loss, auc, bias(off))


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
