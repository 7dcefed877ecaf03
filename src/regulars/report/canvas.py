"""One style for all pictures: a figure goes in, an SVG that is the same everywhere comes out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from regulars.languages import Language

# Okabe & Ito's (2008) blue and vermilion stay apart for every common kind of colour blindness.
OURS, RIVAL, NAIVE = "#0b5d9e", "#c8500a", "#6b7480"
INK, MUTED, RULE, PALE = "#1d2733", "#5a6572", "#dde2e7", "#c9dcec"

SIZE = (5.4, 3.8)  # its letters can be read on a phone, and are no larger than text on a desk
STYLE: dict[str, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "regulars",
    "font.family": "DejaVu Sans",  # ships with matplotlib
    "font.size": 11,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": MUTED,
    "axes.titlecolor": MUTED,
    "axes.titlesize": 11,
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.spines.left": False,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": RULE,
    "grid.linewidth": 0.8,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 7,
    "ytick.major.pad": 7,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "lines.linewidth": 2.2,
    "lines.solid_capstyle": "round",
    "legend.frameon": False,
    "savefig.transparent": True,
    "savefig.facecolor": "none",
}
# "path" draws letters, so that a picture is the same everywhere; "none" leaves texts, which can be told in another
# language.
_LETTERS: ContextVar[str] = ContextVar("letters", default="path")
NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))

PERCENT = FuncFormatter(lambda share, _: f"{100 * share:.0f} %")
SHORT = FuncFormatter(lambda value, _: short(value))
THOUSANDS = FuncFormatter(lambda value, _: f"{value:,.0f}")


@dataclass(frozen=True)
class Picture:
    """A drawing and what it shows, in words, for those who cannot see it.

    Parameters
    ----------
    name : str
        Letters and underscores; also the prefix of its ids when it stands in a page.
    shows : str
        What is drawn, in a sentence.
    finding : str
        What is to be seen in it, with the figures that matter; the heading in a page.
    svg : str
        A whole SVG document.
    """

    name: str
    shows: str
    finding: str
    svg: str

    @property
    def alt(self) -> str:
        """All that the picture says, for those who cannot see it."""
        return f"{self.shows} {self.finding}"

    def inline(self) -> Markup:
        """The SVG to stand in a page: ids of its own, as wide as its place."""
        prefixed = re.sub(r'(\bid="|url\(#|href="#|aria-labelledby=")', rf"\g<1>{self.name}-", self.svg)
        return Markup(re.sub(r'^(<svg[^>]*?) width="[^"]*" height="[^"]*"', r"\1", prefixed))


def short(value: float) -> str:
    """Write a place of an axis so that several fit beside each other.

    Examples
    --------
    >>> short(1_250_000), short(500_000), short(7500)
    ('1.25M', '500k', '7,500')
    """
    if abs(value) >= 1e6:
        return f"{value / 1e6:,.4g}M"
    return f"{value / 1e3:,.4g}k" if abs(value) >= 1e4 else f"{value:,.6g}"


def draw(name: str, shows: str, finding: str, paint: Callable[[Figure], None]) -> Picture:
    """Let `paint` fill a figure of the common size and style, and write it down.

    Parameters
    ----------
    name, shows, finding : str
        See `Picture`.
    paint : callable
        Adds axes to the figure that it is given.

    Returns
    -------
    Picture
        The same bytes for the same strokes: no date, no random ids, glyphs drawn as paths.

    Examples
    --------
    >>> picture = draw("dot", "A dot.", "There is one.", lambda figure: figure.subplots().plot([1], [1], "o"))
    >>> picture.svg == draw("dot", "A dot.", "There is one.", lambda figure: figure.subplots().plot([1], [1], "o")).svg
    True
    """
    buffer = io.StringIO()
    with style.context(["default", STYLE, {"svg.fonttype": _LETTERS.get()}]):  # whatever the reader's matplotlibrc says
        figure = Figure(figsize=SIZE, layout="constrained")
        paint(figure)
        figure.savefig(buffer, format="svg", metadata=NO_METADATA)
    return Picture(name, shows, finding, _labelled(buffer.getvalue(), f"{shows} {finding}"))


@contextmanager
def letters_for(language: Language) -> Iterator[None]:
    """Let pictures that are drawn meanwhile be such that they can be told in this language."""
    token = _LETTERS.set("path" if language == "en" else "none")
    try:
        yield
    finally:
        _LETTERS.reset(token)


def percent_axis(axes: Axes, *which: str) -> None:
    """Let the named axes ("x", "y") run over shares from 0 to 1."""
    for name in which:
        getattr(axes, f"set_{name}lim")(-0.01, 1.02)
        getattr(axes, f"set_{name}ticks")([0, 0.25, 0.5, 0.75, 1])
        getattr(axes, f"{name}axis").set_major_formatter(PERCENT)


def _labelled(svg: str, alt: str) -> str:
    """Drop prolog, comments and the style sheet that would leak into a page; say what is to be seen."""
    svg = re.sub(r"<!--.*?-->\n?", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r"\s*<defs>\s*<style.*?</style>\s*</defs>", "", svg, count=1, flags=re.DOTALL)
    head, body = svg.split(">", 1)
    joins = 'style="stroke-linejoin: round; stroke-linecap: butt"'
    return f'{head} role="img" aria-labelledby="alt" {joins}>\n <title id="alt">{escape(alt)}</title>{body}'
