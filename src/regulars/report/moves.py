"""Pictures of how the customers move: money between two periods, and cohorts month by month."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from regulars.loyalty import Cohorts, Dynamics, Movement
from regulars.report.canvas import INK, NAIVE, OURS, RIVAL, Picture, draw
from regulars.report.customers import DEEPENING
from regulars.report.words import Money, number, percent

STEPS = (
    ("before", "before"),
    ("lost", "lost"),
    ("less", "kept, spend less"),
    ("more", "spend more"),
    ("back", "came back"),
    ("new", "new"),
    ("returns", "returns without orders"),
    ("now", "now"),
)
TOTALS = ("before", "now")
LARGEST = 12  # cohorts and months of a map that can be read on a phone


def pictures_of(found: Dynamics | None, money: Money) -> dict[str, Picture | None]:
    """The pictures by name; None where the log is too short for one, or has no money."""
    latest = found.latest if found else None
    has_money = latest is not None and not math.isnan(latest.money["now"])
    months = found.cohorts.retention.shape[1] if found else 0
    return {
        "money_bridge": money_bridge(latest, money) if latest and has_money else None,
        "cohort_map": cohort_map(found.cohorts) if found and months > 1 else None,
    }


def money_bridge(latest: Movement, money: Money) -> Picture:
    """How the money of one period became that of the next: one bar a kind of customer."""
    amounts = {name: latest.money[name] for name, _ in STEPS}
    steps = [(name, label) for name, label in STEPS if name in TOTALS or amounts[name]]
    names = [name for name, _ in steps]
    changes = np.array([amounts[name] for name in names])
    ends = np.cumsum(changes[:-1])
    starts = np.array([0.0, *ends[:-1], 0.0])
    colours = [NAIVE if name in TOTALS else OURS if amounts[name] >= 0 else RIVAL for name in names]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        places = np.arange(len(names))
        axes.barh(places, changes, left=starts, color=colours, height=0.66)
        reach = max(np.maximum(starts, starts + changes))
        for place, (start, change) in enumerate(zip(starts.tolist(), changes.tolist(), strict=True)):
            axes.text(max(start, start + change) + 0.02 * reach, place, money(change), va="center", color=INK)
        axes.set_yticks(places, [label for _, label in steps])
        axes.set_xlim(min(0.0, *(starts + changes)), 1.25 * reach)
        axes.set_xticks([])
        axes.invert_yaxis()
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)

    days = latest.windows.horizon_days
    finding = (
        f"The same customers brought {percent(latest.net_retention)} of what they brought in the {number(days)} days "
        f"before; new ones and those who came back added {money(amounts['new'] + amounts['back'])}."
    )
    return draw("money_bridge", f"Net money of {number(days)} days, from one period to the next.", finding, paint)


def cohort_map(cohorts: Cohorts) -> Picture:
    """Share of each cohort that ordered in each month after the first order, the latest cohorts and first months."""
    shows = "Customers by the month of their first order, and who ordered later."
    return draw("cohort_map", shows, _of_cohorts(cohorts), lambda figure: paint_cohorts(figure.subplots(), cohorts))


def _of_cohorts(cohorts: Cohorts) -> str:
    """What the cohorts do, without that of the log's first month, which also holds customers of before."""
    drawn, first = cohorts.latest(LARGEST), cohorts.cells["cohort"].min()
    shares, who = Cohorts(drawn.cells[drawn.cells["cohort"] != first]).curve["retention"], "after the first month"
    if 1 not in shares.index:
        shares, who = drawn.curve["retention"], "in the first month"
    later = f", {percent(shares[6])} six months after it" if 6 in shares.index else ""
    return (
        f"Of customers who came {who} of the log, {percent(shares.get(1, math.nan))} order in the month after their "
        f"first order{later}."
    )


def paint_cohorts(axes: Axes, cohorts: Cohorts) -> None:
    """Write the share that ordered into a cell a cohort and month; there have to be two months."""
    shares = cohorts.latest(LARGEST).retention.iloc[:, 1 : LARGEST + 1]
    cells = shares.to_numpy()
    most = float(np.nanmax(cells))  # twice as much ends the scale: ink can be read on all of its first half
    axes.imshow(np.ma.masked_invalid(cells), cmap=DEEPENING, vmin=0, vmax=2 * most or 1, aspect="auto")
    for row, column in zip(*np.nonzero(~np.isnan(cells)), strict=True):
        share = cells[row, column]
        axes.text(column, row, f"{100 * share:.0f}", ha="center", va="center", fontsize=9, color=INK)
    axes.set_xticks(range(shares.shape[1]), [str(age) for age in shares.columns])
    axes.set_yticks(range(len(shares)), [f"{month:%Y-%m}" for month in shares.index])
    axes.set_xlabel("months after the month of the first order")
    axes.set_title("share in % of each cohort that ordered")
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)
