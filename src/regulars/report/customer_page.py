"""The page of one customer: one HTML file with everything in it, written when somebody asks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from numpy.typing import NDArray

from regulars.languages import Language
from regulars.languages.pages import page_in
from regulars.loyalty import Customer
from regulars.predict import Outlook
from regulars.report import words
from regulars.report.canvas import OURS, RIVAL, THOUSANDS, Picture, draw, letters_for
from regulars.report.customer_card import sections
from regulars.report.page import environment
from regulars.transactions import Bought


def render_customer(
    customer: Customer,
    outlook: Outlook | str,
    contact: Mapping[str, Any] | str | None,
    age: str,
    language: Language = "en",
) -> str:
    """Write the page of one customer as self-contained HTML: no script, nothing from elsewhere.

    Parameters
    ----------
    customer : Customer
        At a cutoff.
    outlook : Outlook or str
        The scores, or why there are none.
    contact : mapping, str or None
        The row of a work list, or why there is none; None without a list.
    age : str
        How old the log is, in a sentence.
    language : {"en", "zh"}
        Of the page.
    """
    template = environment().get_template("customer.html")
    with letters_for(language):
        parts, picture = sections(customer, outlook, contact), orders_over_time(customer)
    page = template.render(customer=customer, parts=parts, picture=picture, age=age)
    return words.unbroken(page_in(language, page))


def orders_over_time(customer: Customer) -> Picture:
    """Order days on a line of time, with their money where the log has some, and what was given back below."""
    history = customer.history
    has_money = customer.median_order is not None

    def paint(figure: Figure) -> None:
        axes = figure.subplots()
        bought = [float(day.money or 0) if has_money else 1.0 for day in history.order_days]
        axes.vlines(_days(history.order_days), 0, bought, color=OURS, linewidth=1.6)
        if history.returns:
            given_back = [-float(day.money or 0) for day in history.returns]
            axes.vlines(_days(history.returns), given_back, 0, color=RIVAL, linewidth=1.6)
        cutoff = np.array([customer.windows.cutoff], dtype="datetime64[D]")
        height = axes.get_xaxis_transform()
        axes.vlines(cutoff, 0, 1, transform=height, color=OURS, linewidth=1, linestyle="dotted")
        axes.set_title("money of each order day" if has_money else "order days")
        if has_money:
            axes.yaxis.set_major_formatter(THOUSANDS)
        else:
            axes.set_yticks([])
        locator = AutoDateLocator(maxticks=6)  # type: ignore[no-untyped-call]
        axes.xaxis.set_major_locator(locator)
        axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]

    days = len(history.order_days)
    finding = (
        f"{days:,} order day{'' if days == 1 else 's'}, the last {customer.silent_days:,} "
        f"day{'' if customer.silent_days == 1 else 's'} before the cutoff."
    )
    shows = "Order days over time" + (", what was given back below the line." if history.returns else ".")
    return draw("orders_over_time", shows, finding, paint)


def _days(bought: Sequence[Bought]) -> NDArray[np.datetime64]:
    return np.array([each.day for each in bought], dtype="datetime64[D]")
