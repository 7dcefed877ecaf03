"""Five figures for the window to come, each with its range and with what past windows brought, like for like."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.report.content import ReportContent
from regulars.report.words import Money, number, percent, rough, span_in_words
from regulars.scorer.forecast import Total
from regulars.scorer.like_for_like import LikeForLike
from regulars.scorer.window_sums import WindowTotal
from regulars.windows import Windows

SAME = 0.005  # smaller changes are called the same


@dataclass(frozen=True)
class Comparison:
    """What a past window brought.

    Parameters
    ----------
    name : str
        Which window, in a few words.
    dates : str
        From when to when.
    value : str
        The figure; a dash where it is not known.
    change : str
        How the forecast differs from it; empty where it is not known.
    is_known : bool
        Whether the log reaches back so far.
    """

    name: str
    dates: str
    value: str
    change: str = ""
    is_known: bool = True


@dataclass(frozen=True)
class Tile:
    """One figure.

    Parameters
    ----------
    term : str
        A key of `DEFINITIONS`.
    name, value : str
        What it is, and the figure.
    between : str
        Its range; empty where there is none.
    of : str
        The customers that it is about.
    comparisons : tuple of Comparison
    """

    term: str
    name: str
    value: str
    between: str
    of: str
    comparisons: tuple[Comparison, ...]

    @property
    def dates(self) -> str:
        """The dates of the windows that it is compared with, to stand after its own."""
        return "".join(f"; {past.name.lower()}: {past.dates}" for past in self.comparisons)


@dataclass(frozen=True, eq=False)
class Pace:
    """How much less, and more, often customers may order than expected: the ends of the range over what is expected."""

    low: float
    high: float

    @classmethod
    def of(cls, total: Total | None) -> Pace | None:
        """From a total with a range; None without one."""
        if total is None or total.low is None or total.high is None or not total.expected:
            return None
        return cls(total.low / total.expected, total.high / total.expected)

    def of_orders(self, p_churn: Floats) -> tuple[float, float]:
        """Mean chance to order at both ends: a pace k times as high turns the chance of none, p, into p^k."""
        return tuple(float(np.mean(1.0 - p_churn**pace)) for pace in (self.low, self.high))  # type: ignore[return-value]


def tiles(content: ReportContent, money: Money) -> list[Tile]:
    """The figures that there are: three of them without money."""
    return [*_of_money(content, money), *_of_customers(content)]


def change_in_words(now: float, then: float) -> str:
    r"""How a forecast differs from a past figure.

    Examples
    --------
    >>> change_in_words(88.0, 100.0), change_in_words(100.2, 100.0), change_in_words(3.0, 0.0)
    ('12\xa0% less', 'the same', '')
    """
    if not then > 0 or math.isnan(now):
        return ""
    change = now / then - 1
    return "the same" if abs(change) < SAME else f"{percent(abs(change))} {'more' if change > 0 else 'less'}"


def points_in_words(now: float, then: float) -> str:
    """How a share differs from a past one.

    Examples
    --------
    >>> points_in_words(0.62, 0.65), points_in_words(0.62, 0.622), points_in_words(0.5, float("nan"))
    ('3 points less', 'the same', '')
    """
    if math.isnan(now) or math.isnan(then):
        return ""
    change = round(100 * (now - then))
    some = f"{abs(change)} point{'' if abs(change) == 1 else 's'}"
    return f"{some} {'more' if change > 0 else 'less'}" if change else "the same"


def _of_money(content: ReportContent, money: Money) -> Iterator[Tile]:
    scores = content.scores
    spend, clv = (math.fsum(scores[name].astype(float)) for name in ("expected_spend", "clv"))
    if math.isnan(spend):
        return
    customers = f"all {number(len(scores))} customers known at the cutoff"
    total = content.forecast.spend if content.forecast else None
    past = content.past
    yield Tile(
        "expected_spend",
        "Revenue",
        money(spend),
        _range(total, money),
        customers,
        _compared(past, spend, money, lambda window: window.money),
    )
    if content.model:
        days, pace = content.model.clv_horizon_days, Pace.of(total)
        around = Total(clv, clv * pace.low, clv * pace.high) if pace else None
        before = past.last_value if past else None
        earned = before.money * content.model.margin if before else math.nan
        yield Tile(
            "value",
            f"{'Margin' if content.model.margin < 1 else 'Value'} over {_months(days)}",
            money(clv),
            _range(around, money),
            f"{customers}; margin {percent(content.model.margin)} of revenue, discounted at "
            f"{percent(content.model.annual_discount_rate)} a year",
            (_comparison(f"Last {_months(days)}", before, money(earned), change_in_words(clv, earned)),)
            if past
            else (),
        )


def _of_customers(content: ReportContent) -> Iterator[Tile]:
    scores, past = content.scores, content.past
    total = content.forecast.purchases if content.forecast else None
    p_churn, pace = scores["p_churn"].to_numpy(np.float64), Pace.of(total)
    ordering, customers = float((1.0 - p_churn).sum()), f"all {number(len(scores))} customers known at the cutoff"
    low_high = [len(p_churn) * share for share in pace.of_orders(p_churn)] if pace else (None, None)
    yield Tile(
        "returning",
        "Customers who order",
        number(ordering),
        _range(Total(ordering, *low_high), number),
        customers,
        _compared(past, ordering, number, lambda window: float(window.ordered)),
    )
    lately = _ordered_lately(scores)
    if lately.any():
        kept, recent = float((1.0 - p_churn[lately]).mean()), int(lately.sum())
        yield Tile(
            "kept",
            "Recent customers kept",
            percent(kept),
            _range(Total(kept, *(pace.of_orders(p_churn[lately]) if pace else (None, None))), percent),
            f"the {number(recent)} customers who ordered in the window before the cutoff",
            _compared(past, kept, percent, lambda window: window.retention, points_in_words),
        )
    expected = math.fsum(scores["expected_purchases"].astype(float))
    yield Tile(
        "order_days",
        "Orders",
        number(expected),
        _range(total, number),
        customers,
        _compared(past, expected, number, lambda window: float(window.order_days)),
    )


def new_customers_in_words(past: LikeForLike | None, money: Money) -> str:
    """What first-time buyers of the window will bring beside the forecast; nothing where it is not known."""
    new = past.new if past else None
    if past is None or new is None:
        return ""
    if not new.is_known:
        return f", and how much those of the next {number(past.windows.horizon_days)} days will bring is not known"
    total, write = (new.spend, money) if new.spend else (new.purchases, number)
    around = _range(total, write)
    told = f"{rough(total.expected, write)}{'' if new.spend else ' orders'}{f' ({around})' if around else ''}"
    return f": those of the next {number(past.windows.horizon_days)} days will bring about {told} more"


def _ordered_lately(scores: pd.DataFrame) -> np.ndarray:
    """Who ordered in the horizon before the cutoff; nobody where the scores do not tell."""
    silent = (pd.to_datetime(scores["cutoff"]) - pd.to_datetime(scores["last_order"])).dt.days
    return (silent <= scores["horizon_days"].astype(float)).to_numpy()


def _compared(
    past: LikeForLike | None,
    now: float,
    write: Callable[[float], str],
    of: Callable[[WindowTotal], float],
    differs: Callable[[float, float], str] = change_in_words,
) -> tuple[Comparison, ...]:
    """The last window and the same days of the year before."""
    if past is None:
        return ()
    pairs = ((f"Last {number(past.windows.horizon_days)} days", past.last), ("Same days last year", past.year_before))
    then = [of(found) if found else math.nan for _, found in pairs]
    return tuple(
        _comparison(name, found, write(value), differs(now, value))
        for (name, found), value in zip(pairs, then, strict=True)
    )


def _comparison(name: str, found: WindowTotal | None, value: str, change: str) -> Comparison:
    if found is None:
        return Comparison(name, "the log does not reach back so far", value, is_known=False)
    return Comparison(name, dates_of(found.windows), value, change)


def dates_of(windows: Windows) -> str:
    """The days of a window in words."""
    return span_in_words(windows.cutoff, windows.last_day)


def _range(total: Total | None, write: Callable[[float], str]) -> str:
    if total is None or total.low is None or total.high is None:
        return ""
    return f"{rough(total.low, write)} to {rough(total.high, write)}"


def _months(days: int) -> str:
    return "12 months" if days == 365 else f"{number(days)} days"
