"""Pictures of the customers: risk, value, concentration, and P(alive)."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from regulars.arrays import Floats
from regulars.loyalty.concentration import TOP_SHARE, lorenz, share_of_top
from regulars.report.canvas import INK, OURS, PALE, PERCENT, RIVAL, Picture, draw
from regulars.report.content import AliveGrid
from regulars.report.words import Money, number, percent

Extent = tuple[float, float, float, float]

BAND_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
BAND_NAMES = ("under 20 %", "20–40 %", "40–60 %", "60–80 %", "over 80 %")
TENTHS = 10
DEEPENING = LinearSegmentedColormap.from_list("deepening", ["#eef4f9", "#a9c9e2", "#4a8dc0", "#0b5d9e", "#06304f"])


def risk_bands(scores: pd.DataFrame) -> pd.DataFrame:
    """Customers and their value by probability of no order in the window.

    Returns
    -------
    DataFrame
        One row a band of 20 points, safest first: `band`, `customers`, `clv`.
    """
    band = np.clip(np.searchsorted(BAND_EDGES, scores["p_churn"], side="right") - 1, 0, len(BAND_NAMES) - 1)
    sums = {
        "customers": np.bincount(band, minlength=len(BAND_NAMES)),
        "clv": np.bincount(band, scores["clv"].astype(np.float64), len(BAND_NAMES)),
    }
    return pd.DataFrame({"band": BAND_NAMES, **sums})


def risk_and_value(bands: pd.DataFrame, money: Money) -> Picture:
    """Customers beside their value, by band of risk."""

    def paint(figure: Figure) -> None:
        left, right = figure.subplots(1, 2, sharey=True)
        _bars(left, bands["customers"], [number(value) for value in bands["customers"]], PALE)
        left.set_title("customers")
        left.set_yticks(range(len(bands)), bands["band"])
        left.invert_yaxis()
        left.set_ylabel("probability of no order")
        _bars(right, bands["clv"], [money(value) for value in bands["clv"]], OURS)
        right.set_title("lifetime value")

    risky = bands.iloc[-1]
    finding = (
        f"{percent(risky['customers'] / bands['customers'].sum())} of customers have a risk over {percent(0.8)}, "
        f"and hold {percent(risky['clv'] / bands['clv'].sum())} of the lifetime value."
    )
    return draw("risk_and_value", "Customers and lifetime value by probability of no order.", finding, paint)


def tenths(values: pd.Series) -> Floats:
    """Shares of the sum that each tenth of the customers holds, those with most first; amounts below 0 count as 0.

    Examples
    --------
    >>> tenths(pd.Series([6.0, 1.0, 1.0, 1.0, 1.0])).round(2).tolist()
    [0.3, 0.3, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.05]
    """
    at, held = lorenz(values)
    return -np.diff(np.interp(1 - np.linspace(0, 1, TENTHS + 1), at, held))


def concentration(series: dict[str, pd.Series]) -> Picture:
    """What each tenth of the customers brings, the best first: one bar a kind of value."""
    shares = {name: tenths(values) for name, values in series.items()}

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        width = 0.8 / len(shares)
        for k, (name, held) in enumerate(shares.items()):
            places = np.arange(TENTHS) + (k - (len(shares) - 1) / 2) * width
            bars = axes.bar(places, held, width=0.92 * width, color=(OURS, RIVAL)[k], label=name)
            axes.bar_label(bars, [f"{100 * share:.0f}" if share >= 0.005 else "" for share in held], fontsize=9)
        axes.set_xticks(range(TENTHS), ["best", *(str(k) for k in range(2, TENTHS)), "last"])
        axes.grid(visible=False)
        axes.set_yticks([])
        axes.set_xlabel("tenth of the customers")
        axes.set_title("share in % of the sum")
        axes.legend(loc="upper right")

    told = [f"{percent(share_of_top(values))} of {name}" for name, values in series.items()]
    finding = f"The best {percent(TOP_SHARE)} of customers bring {' and '.join(told)}."
    return draw("concentration", "Share of the sum by tenth of the customers, the best first.", finding, paint)


def alive_map(alive: AliveGrid) -> Picture:
    """P(alive) over frequency and recency."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        heat(axes, alive.probabilities, _extent(alive), "P(alive)", Normalize(0, 1), PERCENT)
        _name_axes(axes)

    latest, busiest = alive.probabilities[-1], alive.probabilities[:, -1]
    finding = (
        f"P(alive) is up to {percent(latest.max())} for those who ordered to the end, "
        f"down to {percent(busiest.min())} for frequent buyers who have long been silent."
    )
    return draw("alive_map", "P(alive) by frequency and recency.", finding, paint)


def _bars(axes: Axes, lengths: pd.Series, labels: list[str], colour: str) -> None:
    axes.bar_label(axes.barh(range(len(lengths)), lengths, height=0.66, color=colour), labels, padding=4, color=INK)
    axes.set_xlim(0, max(1e-9, 1.5 * float(lengths.max())))
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)


def heat(
    axes: Axes, cells: Floats, extent: Extent, what: str, norm: Normalize, labels: FuncFormatter | None = None
) -> None:
    """Shade cells, the first row at the bottom, beside a bar that says what the shades mean."""
    image = axes.imshow(
        cells, cmap=DEEPENING, norm=norm, origin="lower", aspect="auto", extent=extent, interpolation="none"
    )
    bar = axes.figure.colorbar(image, ax=axes, fraction=0.05, pad=0.02, format=labels)
    bar.ax.set_title(what, fontsize=10, pad=8, loc="right")
    bar.outline.set_visible(False)
    axes.grid(visible=False)


def _extent(alive: AliveGrid) -> Extent:
    return alive.frequencies[0] - 0.5, alive.frequencies[-1] + 0.5, 0, float(alive.recencies[-1])


def _name_axes(axes: Axes) -> None:
    axes.set_xlabel("repeat order days (frequency)")
    axes.set_title("days from first to last order")
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
