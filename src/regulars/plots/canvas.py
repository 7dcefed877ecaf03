"""Axes in the style of the report, or those that were given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from matplotlib import pyplot, style
from matplotlib.axes import Axes

from regulars.report.canvas import SIZE, STYLE


@contextmanager
def drawn_on(ax: Axes | None) -> Iterator[Axes]:
    """Give axes to draw on, in the common style while they are drawn.

    Parameters
    ----------
    ax : Axes, optional
        Those to draw on; a new figure if not given.
    """
    with style.context(STYLE):
        yield pyplot.subplots(figsize=SIZE, layout="constrained")[1] if ax is None else ax
