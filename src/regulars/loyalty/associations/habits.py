"""Whether customers of several channels, of many kinds of goods, or of discounts order more afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from regulars.loyalty.associations.at_start import BINS, AtStart
from regulars.loyalty.associations.driver import RATIO, Driver, enough, interval, leaves_out, more_or_less, sentence
from regulars.loyalty.associations.estimates import Estimate, ratio_of_means

MOSTLY = 0.5  # of the money


@dataclass(frozen=True)
class Compared:
    """Two groups of customers whose orders are compared, in words that fit into a sentence."""

    driver: str
    group: str
    comparison: str


CHANNELS = Compared("several_channels", "customers of two channels or more", "customers of one channel")
DISCOUNT = Compared("mostly_on_discount", "customers who mostly buy at a discount", "those who mostly pay full price")
BROAD = {
    "categories": Compared("many_categories", "customers of many categories", "customers of few"),
    "products": Compared("many_products", "customers of many products", "customers of few"),
}


def habits(found: AtStart) -> Iterator[Driver]:
    """Compare the order days of customers by their habits before the window."""
    frame = found.frame
    if "channels_tried" in frame:
        several = frame["channels_tried"].to_numpy() > 1
        among = frame["orders"].to_numpy() > 1  # one order day hardly has room for two channels
        yield from _ordering(found, CHANNELS, several, among, adjusted=False)
        yield from _ordering(found, CHANNELS, several, among)
    for thing, compared in BROAD.items():
        if f"{thing}_tried" in frame:
            yield from _ordering(found, compared, *broad(found, f"{thing}_tried"))
    if "full_price" in frame:
        gross = frame["gross"].to_numpy()
        yield from _ordering(found, DISCOUNT, frame["full_price"].to_numpy() < MOSTLY * gross, gross > 0)


def broad(found: AtStart, tried: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Who has tried more than the median of customers with about as many order days; and of whom that is known."""
    counts = found.frame[tried].to_numpy()
    medians = np.array(
        [np.median(counts[found.bins == k]) if (found.bins == k).any() else 0 for k in range(len(BINS) + 1)]
    )
    return counts > medians[found.bins], counts > 0


def _ordering(
    found: AtStart, compared: Compared, exposed: NDArray[np.bool_], among: NDArray[np.bool_], *, adjusted: bool = True
) -> Iterator[Driver]:
    exposed, outcome = exposed[among], found.orders_after[among]
    if not enough(exposed) or not outcome[exposed].any() or not outcome[~exposed].any():
        return
    covariates = found.covariates[among] if adjusted else np.empty((len(exposed), 0))
    ratio = ratio_of_means(outcome, exposed, covariates)
    meaning = _sentence(found, compared, ratio, adjusted=adjusted)
    sizes = int(exposed.sum()), int((~exposed).sum())
    names = compared.driver, compared.group, compared.comparison
    yield Driver(*names, RATIO, ratio, *sizes, found.adjusted_for if adjusted else "", meaning)


def _sentence(found: AtStart, compared: Compared, ratio: Estimate, *, adjusted: bool) -> str:
    equal = f" {found.equal}" if adjusted else ", before anything is made equal"
    ends = interval(more_or_less(ratio.low), more_or_less(ratio.high))
    days, than = found.windows.horizon_days, compared.comparison
    text = f"{compared.group} ordered {more_or_less(ratio.value)} in {days} days than {than}{equal} {ends}."
    return sentence(text, clear=leaves_out(ratio, 1.0))
