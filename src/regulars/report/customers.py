"""Pictures of the customers: risk, value, concentration, and who is still alive."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from regulars.arrays import Floats
from regulars.loyalty.concentration import TOP_SHARE, lorenz, share_of_top
from regulars.report.canvas import INK, MUTED, OURS, PALE, PERCENT, RIVAL, THOUSANDS, Picture, draw, percent_axis
from regulars.report.content import AliveGrid
from regulars.report.words import money, number, percent

Extent = tuple[float, float, float, float]

BAND_EDGES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
BAND_NAMES = ("under 20 %", "20–40 %", "40–60 %", "60–80 %", "over 80 %")
LORENZ_POINTS = 200
RISK_CELLS, VALUE_CELLS, GRID_ROWS = 25, 20, 30
DEEPENING = LinearSegmentedColormap.from_list("deepening", ["#eef4f9", "#a9c9e2", "#4a8dc0", "#0b5d9e", "#06304f"])


def risk_bands(scores: pd.DataFrame) -> pd.DataFrame:
    """Customers and their money by probability of no order in the window.

    Returns
    -------
    DataFrame
        One row a band of 20 points, safest first: `band`, `customers`, `no_order` (Σ p_churn), `expected_spend`, `clv`.
    """
    band = np.clip(np.searchsorted(BAND_EDGES, scores["p_churn"], side="right") - 1, 0, len(BAND_NAMES) - 1)
    sums = {
        "customers": np.bincount(band, minlength=len(BAND_NAMES)),
        "no_order": _sums(band, scores["p_churn"]),
        "expected_spend": _sums(band, scores["expected_spend"]),
        "clv": _sums(band, scores["clv"]),
    }
    return pd.DataFrame({"band": BAND_NAMES, **sums})


def risk_and_value(bands: pd.DataFrame) -> Picture:
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


def risk_map(scores: pd.DataFrame, listed: pd.Series | None) -> Picture:
    """How many customers lie at each risk and value, and where those on the work list lie.

    Parameters
    ----------
    scores : DataFrame
        `p_churn` and `clv`, at least one positive.
    listed : Series of bool, optional
        Which rows are on the work list.
    """
    values = np.maximum(scores["clv"].to_numpy(dtype=np.float64), 0.01)
    low, high = np.floor(np.log10(np.quantile(values, 0.001))), np.ceil(np.log10(values.max()))
    across = np.linspace(0, 1, RISK_CELLS + 1)
    up = np.linspace(low, max(high, low + 1), VALUE_CELLS + 1)
    heights = np.clip(np.log10(values), up[0], up[-1])
    counts = np.histogram2d(heights, scores["p_churn"], [up, across])[0]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        _heat_of_counts(axes, counts, (0, 1, up[0], up[-1]))
        if listed is not None and listed.any():
            on_list = np.histogram2d(heights[listed], scores["p_churn"][listed], [up, across])[0]
            row, column = np.nonzero(on_list)
            size = 8 + 70 * np.sqrt(on_list[row, column] / on_list.max())
            middle = (across[:-1] + across[1:]) / 2, (up[:-1] + up[1:]) / 2
            axes.scatter(middle[0][column], middle[1][row], s=size, color=RIVAL, edgecolor="white", linewidth=0.7)
        percent_axis(axes, "x")
        axes.set_xlim(0, 1)
        axes.set_xlabel("probability of no order in the window")
        axes.set_title("lifetime value")
        axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda power, _: f"{10**power:,.10g}"))

    finding = f"{number(len(scores))} customers by risk and value."
    if listed is not None:
        finding = f"{number(listed.sum())} of the {number(len(scores))} customers are on the work list."
    return draw("risk_map", "Density of customers by risk and lifetime value.", finding, paint)


def concentration(series: dict[str, pd.Series]) -> Picture:
    """Lorenz curves: how unevenly value is spread over customers."""

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], color=MUTED, linewidth=1)
        at = np.linspace(0, 1, LORENZ_POINTS + 1)
        looks = ((OURS, "solid"), (RIVAL, "dashed"))
        for (name, values), (colour, line) in zip(series.items(), looks, strict=False):
            axes.plot(at, np.interp(at, *lorenz(values)), label=name, color=colour, linestyle=line)
            axes.plot(1 - TOP_SHARE, 1 - share_of_top(values), "o", color=colour, markersize=7)
        axes.axvspan(1 - TOP_SHARE, 1, color=PALE, alpha=0.45, linewidth=0)
        axes.text(1 - TOP_SHARE / 2, 0.05, "top 20 %", ha="center", color=INK)
        percent_axis(axes, "x", "y")
        axes.set_xlabel("share of customers, least valuable first")
        axes.set_title("share of the value that they hold")
        axes.legend(loc="upper left")

    shares = ", ".join(f"{percent(share_of_top(values))} of {name}" for name, values in series.items())
    finding = f"The top {percent(TOP_SHARE)} of customers hold {shares}."
    return draw("concentration", "Share of value by share of customers (Lorenz curves).", finding, paint)


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


def where_customers_are(features: pd.DataFrame, alive: AliveGrid) -> Picture:
    """How many repeat buyers lie at each frequency and recency, on the axes of `alive_map`."""
    repeat = features[features["frequency"] > 0]
    last = alive.frequencies[-1]
    edges = np.linspace(0, _extent(alive)[3], GRID_ROWS + 1), np.arange(0.5, last + 1)
    counts = np.histogram2d(repeat["recency"], np.minimum(repeat["frequency"], last), edges)[0]

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        _heat_of_counts(axes, counts, (0.5, last + 0.5, 0, edges[0][-1]))
        _name_axes(axes)

    finding = f"{number(len(repeat))} of {number(len(features))} customers came back."
    return draw("where_customers_are", "Number of customers by frequency and recency.", finding, paint)


def _sums(band: npt.NDArray[np.intp], values: pd.Series) -> Floats:
    return np.bincount(band, values.astype(np.float64), len(BAND_NAMES)).astype(np.float64)


def _bars(axes: Axes, lengths: pd.Series, labels: list[str], colour: str) -> None:
    axes.bar_label(axes.barh(range(len(lengths)), lengths, height=0.66, color=colour), labels, padding=4, color=INK)
    axes.set_xlim(0, max(1e-9, 1.5 * float(lengths.max())))
    axes.set_xticks([])
    axes.grid(visible=False)
    axes.spines["bottom"].set_visible(False)


def _heat_of_counts(axes: Axes, counts: Floats, extent: Extent) -> None:
    """Shade cells by their customers on a logarithmic scale; those without are left blank."""
    norm = LogNorm(1, max(2.0, counts.max()))
    heat(axes, np.ma.masked_equal(counts, 0), extent, "customers", norm, THOUSANDS)


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
