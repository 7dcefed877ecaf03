"""Health: good, average or poor, by rhythm, trend and bad events, with the reason in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.counted import counted
from regulars.params import LoyaltyParams
from regulars.texts import TEXT_DTYPE

GOOD, AVERAGE, POOR = "good", "average", "poor"
SHOP_GAPS = 2  # gaps of the shop's that a customer's own are counted with: one gap alone is mostly chance
LATELY = 90  # days
YEAR = 365  # days
LEAST_LATELY = 3  # order days lately whose mean is compared with that of the year's others
SMALLER_SHARE = 2 / 3  # of what an order day brought: below it orders are smaller
CHANCE = 1.645  # standard errors: of customers whose orders stay as they were, at most one in twenty
SILENT, RETURNED, NEW, FEWER, SMALLER = range(5)  # kinds of reasons


def usual_gap(features: pd.DataFrame) -> Floats:
    """Days between order days that are usual for each customer.

    The mean of their own gaps and of two of the shop's usual ones (the median of the customers' mean gaps). NaN for
    everybody where nobody came back: then nothing is known about gaps.

    Examples
    --------
    >>> usual_gap(pd.DataFrame({"frequency": [0.0, 2.0], "gap_mean": [np.nan, 30.0]})).tolist()
    [30.0, 30.0]
    """
    own, count = features["gap_mean"].to_numpy(), features["frequency"].to_numpy()
    shop = float(np.median(own[count > 0])) if (count > 0).any() else np.nan
    return np.asarray((np.where(count > 0, own, 0.0) * count + SHOP_GAPS * shop) / (count + SHOP_GAPS))


def health(features: pd.DataFrame, behind: NDArray[np.bool_], rules: LoyaltyParams) -> pd.DataFrame:
    """Health of every customer, the worst that applies.

    - *poor*: silent for more than `poor_gaps` usual gaps, or nothing bought since a return for more than
      `average_gaps` of them;
    - *average*: silent for more than `average_gaps` usual gaps, nothing bought since a return, later than new customers
      usually are with the second order, less than half of the order days of the 90 days before, or order days that
      bring less than two thirds of what those of the year before did, by more than chance;
    - *good*: none of these.

    Where customers order by chance at their usual pace, one gap in four or five is longer than 1.5 usual ones, and one
    in twenty longer than 3.

    Parameters
    ----------
    features : DataFrame, shape (n, k)
        The feature table at a cutoff. Without columns of money nobody's orders are found smaller.
    behind : array of bool, shape (n,)
        Which new customers are later than usual with their second order.
    rules : LoyaltyParams
        `average_gaps` and `poor_gaps`.

    Returns
    -------
    DataFrame, shape (n, 3)
        `usual_gap` (days), `health`, and `health_reason` in words.
    """
    silent, gap = features["days_since_last"].to_numpy(), usual_gap(features)
    late, lost = silent > rules.average_gaps * gap, silent > rules.poor_gaps * gap
    returned = features["days_since_return"].to_numpy()
    unrepaired = returned < silent
    now = features["orders_90"].to_numpy()
    before = features["orders_180"].to_numpy() - now
    value, value_before, smaller = smaller_orders(features)
    cases = [lost, unrepaired & late, unrepaired, late, behind, 2 * now < before, smaller]
    level = np.select(cases, [POOR, POOR, AVERAGE, AVERAGE, AVERAGE, AVERAGE, AVERAGE], GOOD)
    reason = np.select(cases, [SILENT, RETURNED, RETURNED, SILENT, NEW, FEWER, SMALLER], SILENT)
    nothing = np.zeros(len(features))
    numbers = {
        SILENT: (silent, gap),
        RETURNED: (returned, nothing),
        NEW: (silent, nothing),
        FEWER: (now, before),
        SMALLER: (value, value_before),
    }
    reasons = _in_words(reason, numbers)
    columns = {"usual_gap": gap, "health": pd.array(level, TEXT_DTYPE), "health_reason": pd.array(reasons, TEXT_DTYPE)}
    return pd.DataFrame(columns, index=features.index)


def smaller_orders(features: pd.DataFrame) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """Net money of an order day of the last 90 days, of the rest of the last 365, and who orders far less than before.

    That is who has come back three times or more, but for less than two thirds of the money, by more than chance: by
    over 1.645 standard errors of the difference, from the spread of their own order days. NaN where there were none.

    Examples
    --------
    >>> row = {"orders_90": 6.0, "net_90": 600.0, "orders_365": 24.0, "net_365": 9_600.0, "order_value_std": 200.0}
    >>> [each.tolist() for each in smaller_orders(pd.DataFrame([row, {**row, "order_value_std": 900.0}]))]
    [[100.0, 100.0], [500.0, 500.0], [True, False]]
    """
    if "net_90" not in features:
        unknown = np.full(len(features), np.nan)
        return unknown, unknown, np.zeros(len(features), dtype=bool)
    now, year = (features[f"orders_{days}"].to_numpy() for days in (LATELY, YEAR))
    net, net_year = (features[f"net_{days}"].to_numpy() for days in (LATELY, YEAR))
    with np.errstate(divide="ignore", invalid="ignore"):
        value, before = net / now, (net_year - net) / (year - now)
        error = features["order_value_std"].to_numpy() * np.sqrt(1 / now + 1 / (year - now))
        smaller = (now >= LEAST_LATELY) & (value < SMALLER_SHARE * before) & (before - value > CHANCE * error)
    return value, before, smaller


def _in_words(kind: NDArray[np.int64], numbers: dict[int, tuple[Floats, Floats]]) -> NDArray[np.object_]:
    """The reasons of all: customers with the same numbers share one sentence, which is written once."""
    kinds = [kind == each for each in numbers]
    one, other = (np.select(kinds, [pair[k] for pair in numbers.values()]) for k in (0, 1))
    keys = pd.DataFrame({"kind": kind, "one": np.rint(one), "other": np.rint(other)})
    group = keys.groupby(list(keys), dropna=False, sort=False).ngroup().to_numpy()
    sentences = [_sentence(*row) for row in keys.drop_duplicates().itertuples(index=False, name=None)]
    return np.array(sentences, dtype=object)[group]


def _sentence(kind: int, one: float, other: float) -> str:
    if kind == RETURNED:
        return f"gave something back {_ago(one)} and has not ordered since"
    if kind == NEW:
        return f"first order {_ago(one)}; most who order again have done so by then"
    if kind == FEWER:
        return f"{counted(one, 'order day')} in the last {LATELY} days, {other:.0f} in the {LATELY} before"
    if kind == SMALLER:
        return f"brought {one:,.0f} an order day in the last {LATELY} days, {other:,.0f} in the {YEAR - LATELY} before"
    return f"last order {_ago(one)}{_usual(other)}"


def _usual(gap: float) -> str:
    if gap != gap:
        return ""
    return "; expected every day" if round(gap) <= 1 else f"; expected every {gap:.0f} days"


def _ago(days: float) -> str:
    return "yesterday" if days == 1 else f"{days:.0f} days ago"
