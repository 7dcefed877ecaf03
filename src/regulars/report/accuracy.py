"""Pictures of the backtest: predicted and actual figures. Aggregates only, no customers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from regulars.report.canvas import INK, MUTED, NAIVE, OURS, PALE, RIVAL, RULE, Picture, draw, percent_axis
from regulars.report.contenders import OURS_NAME, lifetime_rival, title_of
from regulars.report.words import number, percent, points

NAIVE_NAME = "days_since_last"
LOOKS: dict[str, dict[str, Any]] = {
    "ours": {"color": OURS, "marker": "o", "linestyle": "-", "zorder": 4},
    "lifetime": {"color": RIVAL, "marker": "s", "linestyle": (0, (5, 2)), "zorder": 3},
    "naive": {"color": NAIVE, "marker": "^", "linestyle": (0, (1, 1.6)), "zorder": 2},
}
FIRST_LIFT = 0.02  # the lift of the first few customers is chance


def shown(backtest: Mapping[str, Any], table: str) -> dict[str, pd.DataFrame]:
    """Rows of a table for ours, the better lifetime model and days since the last order, where present."""
    rows = pd.DataFrame(backtest[table])
    if rows.empty:
        return {}
    names = {"ours": OURS_NAME, "lifetime": lifetime_rival(backtest), "naive": NAIVE_NAME}
    found = {role: rows[rows["contender"] == name] for role, name in names.items()}
    return {role: part for role, part in found.items() if len(part)}


def backtest_pictures_of_page(backtest: Mapping[str, Any]) -> dict[str, Picture | None]:
    """The pictures that the page shows; how far rivals lie away stands there as a table."""
    return {"calibration": calibration(backtest), "by_frequency": by_frequency(backtest)}


def calibration(backtest: Mapping[str, Any]) -> Picture | None:
    """Reliability diagram: of those given a probability, how many did not order."""
    parts = shown(backtest, "calibration")
    if "ours" not in parts:
        return None
    gap = _ours(backtest, "ece")

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1, zorder=1)
        for role, rows in parts.items():
            axes.plot(rows["predicted"], rows["actual"], label=_name(rows), markersize=6, **LOOKS[role])
        percent_axis(axes, "x", "y")
        axes.set_title("share that did not order")
        axes.legend(loc="upper left")
        axes.set_xlabel("predicted probability of no order")

    shows = "Share of customers who did not order, against the predicted probability."
    return draw("calibration", shows, f"Our probabilities are {points(gap)} off on average.", paint)


def lift(backtest: Mapping[str, Any]) -> Picture | None:
    """How many more who do not order are among the customers most at risk than in a random choice."""
    parts = shown(backtest, "gain")
    rates = [origin["churn_rate"] for origin in backtest["origins"]]
    if "ours" not in parts or not rates:
        return None
    churn_rate = float(np.mean(rates))

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        contacted = np.linspace(FIRST_LIFT, 1, 99)
        axes.plot(contacted, np.minimum(1 / churn_rate, 1 / contacted), color=MUTED, linewidth=1, label="best possible")
        for role, rows in parts.items():
            rows = rows[rows["contacted"] >= FIRST_LIFT]
            look = {**LOOKS[role], "marker": ""}
            axes.plot(rows["contacted"], rows["churners"] / rows["contacted"], label=_name(rows), **look)
        axes.axhline(1, color=INK, linewidth=0.8)
        percent_axis(axes, "x")
        axes.set_xlabel("share of customers, most at risk first")
        axes.set_title("found who did not order, × a random choice")
        axes.yaxis.set_major_formatter("{x:.2f}×")
        figure.legend(loc="outside lower center", ncols=2)  # inside, it would cover one curve or another

    at = parts["ours"].set_index("contacted")["churners"]
    tenth = float(np.interp(0.1, at.index, at))
    shows = "Lift by share of customers contacted."
    finding = f"The riskiest {percent(0.1)} of customers hold {percent(tenth, 1)} of all who did not order."
    return draw("lift", shows, finding, paint)


def by_frequency(backtest: Mapping[str, Any]) -> Picture | None:
    """Predicted beside actual order days, by how often customers had come back."""
    parts = shown(backtest, "purchases_by_frequency")
    if "ours" not in parts:
        return None
    ours = parts["ours"]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.bar(ours["frequency"], ours["actual"], width=0.72, color=PALE, label="actual")
        for role, rows in parts.items():
            look = {**LOOKS[role], "linestyle": "none"}  # classes are no course
            axes.plot(rows["frequency"], rows["predicted"], label=_name(rows), markersize=6, **look)
        axes.set_xticks(ours["frequency"], [frequency_label(value) for value in ours["frequency"]])
        axes.grid(visible=False, axis="x")
        axes.set_xlabel("times come back before the cutoff")
        axes.set_title("order days a customer in the window")
        axes.legend(loc="upper left")

    last = ours.iloc[-1]
    finding = (
        f"Of customers who had come back {last['frequency']:.0f} times or more, {number(last['predicted'], 2)} "
        f"order days each were predicted, {number(last['actual'], 2)} were actual."
    )
    return draw("by_frequency", "Order days in the window by frequency.", finding, paint)


def differences(backtest: Mapping[str, Any], rivals: Sequence[str]) -> Picture | None:
    """How far ours lies from each rival, with its interval."""
    rows = pd.DataFrame(backtest["comparisons"])
    rows = rows[rows["metric"].isin(["log_loss", "auc"])] if len(rows) else rows
    rivals = [name for name in rivals if len(rows) and name in set(rows["contender"])]
    if not rivals:
        return None

    def paint(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, sharey=True)
        _intervals(left, rows[rows["metric"] == "log_loss"], rivals)
        left.set_title("log-loss\n← better")
        _intervals(right, rows[rows["metric"] == "auc"], rivals)
        right.set_title("AUC\nbetter →")

    verdicts = rows.loc[rows["metric"] == "log_loss", "verdict"].value_counts().to_dict()
    counted = ", ".join(f"{verdict} than {verdicts[verdict]}" for verdict in ("better", "worse") if verdict in verdicts)
    tied = f"tied with {verdicts['tie']}" if "tie" in verdicts else ""
    finding = f"By log-loss ours is {', '.join(filter(None, (counted, tied)))} of its {len(rivals)} rivals."
    return draw("differences", "Differences to each rival with intervals.", finding, paint)


def frequency_label(value: float) -> str:
    """Name a frequency; the last class is open."""
    return f"{value:.0f}" if value < 7 else "7+"


def _ours(backtest: Mapping[str, Any], metric: str) -> float:
    """The figure of the table, so that picture and table say the same."""
    rows = (row for row in backtest["metrics"] if (row["contender"], row["origin"]) == (OURS_NAME, "mean"))
    return next(float(row["value"]) for row in rows if row["metric"] == metric)


def _intervals(axes: Axes, rows: pd.DataFrame, rivals: Sequence[str]) -> None:
    at = rows.set_index("contender").reindex(list(rivals))
    colour = at["verdict"].map({"better": OURS, "worse": RIVAL}).fillna(NAIVE)
    place = np.arange(len(rivals))[::-1]
    axes.axvline(0, color=INK, linewidth=0.8, zorder=1)
    low, high = at["low"].astype(float), at["high"].astype(float)
    axes.hlines(place, low, high, color=colour, linewidth=1.6)
    axes.scatter([*low, *high], [*place, *place], s=80, c=[*colour, *colour], marker="|", linewidths=1.6)
    inside = colour.where(at["verdict"] != "tie", "white")
    axes.scatter(at["difference"].astype(float), place, s=10, c=inside, edgecolors=list(colour), linewidths=1, zorder=3)
    axes.set_yticks(place, [title_of(name) for name in rivals])
    axes.set_ylim(-0.6, len(rivals) - 0.4)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.margins(x=0.12)
    axes.set_facecolor("none")
    axes.spines["bottom"].set_color(RULE)


def _name(rows: pd.DataFrame) -> str:
    return title_of(str(rows["contender"].iloc[0]))
