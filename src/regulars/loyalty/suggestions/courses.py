"""How one product follows another: how many went on from one to the other, and how much later."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from regulars.loyalty.suggestions.alike import Alike
from regulars.loyalty.suggestions.bought import Bought


def courses(bought: Bought, alike: Alike, chosen: pd.DataFrame) -> pd.DataFrame:
    """What became of the buyers of one product with regard to another.

    Parameters
    ----------
    bought : Bought
    alike : Alike
        Of the same products.
    chosen : DataFrame
        `because` and `product`, places of products; one row a pair.

    Returns
    -------
    DataFrame
        `chosen` with `customers_of_both` and `lift`; `waiting`, buyers of the one who did not have the other at that
        time; `later`, those of them who bought it on a later day; `conversion`, their share (NaN of nobody);
        `lead_days`, the median of the days that they took (NaN of nobody); and `same_day`, the share of those who
        bought both that began with both on one day.
    """
    pairs = bought.pairs.sort_values(["product", "customer"], ignore_index=True)
    ends = np.searchsorted(pairs["product"], np.arange(len(bought.products) + 1))
    customers, first = pairs["customer"].to_numpy(), pairs["first"].to_numpy()
    both, later, lead_days, same_day = np.zeros((4, len(chosen)))
    for k, (one, other) in enumerate(zip(chosen["because"], chosen["product"], strict=True)):
        a, b = slice(ends[one], ends[one + 1]), slice(ends[other], ends[other + 1])
        _, of_one, of_other = np.intersect1d(customers[a], customers[b], assume_unique=True, return_indices=True)
        days = first[a][of_one] - first[b][of_other]
        both[k], later[k], same_day[k] = len(days), (days > 0).sum(), (days == 0).sum() / max(1, len(days))
        lead_days[k] = np.median(days[days > 0]) if later[k] else np.nan
    one, other = chosen["because"].to_numpy(), chosen["product"].to_numpy()
    waiting = bought.products["buyers"].to_numpy(float)[one] - both + later
    return chosen.assign(
        customers_of_both=both,
        lift=alike.lift[one, other],
        waiting=waiting,
        later=later,
        conversion=np.divide(later, waiting, out=np.full(len(chosen), np.nan), where=waiting > 0),
        lead_days=lead_days,
        same_day=same_day,
    )


def course_in_words(one: object, other: object, course: Mapping[Hashable, Any]) -> str:
    """How a product follows another, in two sentences.

    Parameters
    ----------
    one, other : str or int
        The two products, as people call them.
    course : mapping
        `customers_of_both`, `lift`, `waiting`, `later` and `lead_days`, as `courses` counts them.

    Examples
    --------
    >>> counted = {"customers_of_both": 30, "lift": 1.6, "waiting": 60, "later": 24, "lead_days": 7.0}
    >>> print(course_in_words("tea", "cup", counted))  # doctest: +NORMALIZE_WHITESPACE
    Of 60 buyers of tea who had no cup, 24 (40 %) bought it later, half of them within 7 days. Buyers of the one are 1.6
    times as likely to buy the other as all customers.
    """
    waiting, later, lead = course["waiting"], course["later"], course["lead_days"]
    if later:
        share = f"{later:,.0f} ({100 * later / waiting:.0f} %) bought it later"
        within = f"half of them within {lead:,.0f} day{'s' * (lead != 1)}"
        told = f"Of {waiting:,.0f} buyers of {one} who had no {other}, {share}, {within}."
    else:
        told = f"All {course['customers_of_both']:,.0f} who bought both began with {other} or with both at once."
    return f"{told} Buyers of the one are {course['lift']:,.1f} times as likely to buy the other as all customers."
