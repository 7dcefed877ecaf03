"""Whether intervals and dates held, from the summary of a backtest to what a page says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from regulars.report.canvas import INK, OURS, PALE, RIVAL, SHORT, Picture, draw

MEAN = "mean"
OUTCOMES = {"purchases": "order days", "spend": "money"}
GROUPS = {
    "all": "all customers",
    "active": "bought within one horizon before",
    "6": "most active sixth",
    "5": "second sixth",
    "4": "third sixth",
    "3": "fourth sixth",
    "2": "fifth sixth",
    "1": "least active sixth",
}


def by_group(backtest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row a group of customers, all of them first: share inside and mean width of both outcomes, over origins."""
    rows: dict[str, dict[str, Any]] = {}
    for row in backtest.get("coverage", []):
        if row["origin"] == MEAN:
            at = rows.setdefault(row["group"], {"name": GROUPS[row["group"]], "customers": row["customers"]})
            at |= {f"{row['outcome']}_inside": row["coverage"], f"{row['outcome']}_width": row["width"]}
    return [rows[group] for group in GROUPS if group in rows]


def of_all_together(backtest: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One row an origin: the forecast total with its interval, and the actual total."""
    rows: dict[str, dict[str, Any]] = {}
    for row in backtest.get("totals", []):
        rows.setdefault(row["origin"], {"origin": row["origin"]})[row["outcome"]] = row
    return list(rows.values())


def totals_held(backtest: Mapping[str, Any]) -> Picture | None:
    """Actual totals as dots against the ranges that were forecast, at each origin."""
    rows = of_all_together(backtest)
    names = [(key, name) for key, name in OUTCOMES.items() if any(key in row for row in rows)]
    if not names:
        return None

    def paint(figure: Figure) -> None:
        axes = figure.subplots(1, len(names), squeeze=False, sharey=True)[0]
        for each, (key, name) in zip(axes, names, strict=True):
            _dots(each, [(row["origin"], row[key]) for row in rows if key in row])
            each.set_title(name)
        axes[0].legend(loc="upper center", bbox_to_anchor=(0.5 * len(names), -0.1), ncols=2)

    told = [row[key]["inside"] for row in rows for key, _ in names if key in row]
    finding = f"{sum(told)} of {len(told)} forecast totals held."
    return draw("totals_held", "Actual totals against the 90 % ranges forecast at each origin.", finding, paint)


def _dots(axes: Axes, found: list[tuple[str, Mapping[str, Any]]]) -> None:
    places = range(len(found))
    lows, highs = [row["low"] for _, row in found], [row["high"] for _, row in found]
    axes.hlines(places, lows, highs, color=PALE, linewidth=9)
    axes.plot([row["expected"] for _, row in found], places, "|", color=OURS, markersize=11, label="forecast")
    for inside, colour, label in ((True, INK, "actual"), (False, RIVAL, "actual, outside")):
        at = [(row["actual"], place) for place, (_, row) in zip(places, found, strict=True) if row["inside"] == inside]
        if at:
            axes.plot(*zip(*at, strict=True), "o", color=colour, markersize=6, label=label)
    axes.set_yticks(places, [str(origin) for origin, _ in found])
    axes.set_ylim(len(found) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(SHORT)
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.grid(visible=False, axis="y")


def next_dates(backtest: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """How the dates of the next purchase did over origins; None where nobody came back."""
    means = [row for row in backtest.get("dates", []) if row["origin"] == MEAN]
    return means[0] if means and means[0]["concordance"] is not None else None
