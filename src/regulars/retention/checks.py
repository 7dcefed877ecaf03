"""What a work list is made from, checked at the door: offers, campaign, margin and scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np
import pandas as pd

from regulars.columns import days, null_days, numbers
from regulars.errors import Faults, InputError, ParamsError, nearest
from regulars.params import CampaignParams, OfferParams
from regulars.tables import SCORES

FEW = 3  # examples that are shown
REASONS = ("reason_1", "reason_2", "reason_3")
UNUSABLE = "Cannot make a work list of these scores"
DAYS = ("cutoff", "last_order")
FORECASTS, NET = ("order_value", "spend_if_back", "expected_spend"), ("spend_so_far", "clv")
MONEY = (*FORECASTS, *NET)
BOUNDS = {  # 1e14 is as much as the amounts of a log can hold
    **dict.fromkeys(("p_churn", "p_lost"), (0, 1, "0 to 1")),
    **dict.fromkeys(FORECASTS, (0, 1e14, "0 to 1e14")),
    **dict.fromkeys(NET, (-1e14, 1e14, "-1e14 to 1e14")),
    "orders": (1, 1e9, "1 to 1e9"),
    "horizon_days": (1, 3660, "1 to 3660"),
}
NEEDED = tuple(name for name in SCORES if name in {"customer_id", *DAYS, *BOUNDS, *REASONS, "model_version"})
EXAMPLE = """\
offers:
  - {name: voucher, channel: email, contact_cost: 1.0, incentive_cost: 10.0, accept_rate: 0.3, winback_rate: 0.03,
     redeem_rate: 1.0}"""


def check_params(offers: Sequence[OfferParams], campaign: CampaignParams, margin: object) -> None:
    """Refuse offers, a campaign or a margin that cannot be used.

    Raises
    ------
    ParamsError
    """
    faults = Faults("The offers cannot be valued")
    if not isinstance(campaign, CampaignParams):
        faults.add(f"the campaign is a {type(campaign).__name__}; expected a regulars.Campaign, or that of load_params")
    if not isinstance(offers, Sequence) or not all(isinstance(offer, OfferParams) for offer in offers):
        wrong = next((o for o in offers if not isinstance(o, OfferParams)), "") if isinstance(offers, list) else offers
        faults.add(
            f"the offers hold a {type(wrong).__name__}; expected a list of regulars.Offer, or that of load_params"
        )
    faults.raise_if_any(ParamsError)
    check_stated(offers)
    names = [offer.name for offer in offers]
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(f"{names.count(name)} offers are called {name!r}; give each its own name")
    if isinstance(margin, bool) or not isinstance(margin, Real) or not 0 < float(margin) <= 1:
        faults.add(f"margin is {margin}; it should be a share of revenue above 0, up to 1")
    faults.raise_if_any(ParamsError)


def check_stated(offers: Sequence[OfferParams]) -> None:
    """Refuse to make up prices.

    Raises
    ------
    ParamsError
        If there are no offers.
    """
    if not offers:
        raise ParamsError(
            "No offers are stated, so no contact can be valued, and no prices are made up. State at least one with "
            f"your own costs and rates, as in this example:\n{EXAMPLE}"
        )


class ScoresCheck:
    """Looks at a scores table part by part, and refuses one that no work list can be made of, naming every fault.

    Parameters
    ----------
    columns : sequence of str
        Those of the table.

    Raises
    ------
    InputError
        If one that is needed is missing.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        faults = Faults(UNUSABLE)
        for name in NEEDED:
            if name not in columns:
                faults.add(f"column {name!r} is missing{nearest(name, columns)}")
        faults.raise_if_any(InputError)
        self.customers = self.null_ids = 0
        self.cutoffs: list[pd.Series] = []
        self.found = {name: _Found() for name in (*DAYS, *BOUNDS)}

    def typed(self, part: pd.DataFrame) -> pd.DataFrame | None:
        """The part with days as timestamps; None where there is a fault in it."""
        self.customers += len(part)
        nulls = int(part["customer_id"].isna().sum())
        self.null_ids += nulls
        self.cutoffs.append(part["cutoff"].drop_duplicates())
        read = {name: self.found[name].days(part[name], name) for name in DAYS}
        in_bounds = [self.found[name].numbers(part[name], name) for name in BOUNDS]
        known = {name: values for name, values in read.items() if values is not None}
        return None if nulls or len(known) < len(read) or not all(in_bounds) else part.assign(**known)

    def raise_if_any(self, repeated: int) -> None:
        """Raise one error that names all faults of all parts, and the ids that are there twice.

        Raises
        ------
        InputError
        """
        faults, of = Faults(UNUSABLE), f"of {self.customers:,} customers"
        if self.null_ids:
            faults.add(f"customer_id is null for {self.null_ids:,} {of}; every score needs its customer")
        if repeated:
            faults.add(f"{repeated:,} rows repeat a customer_id; give one row a customer")
        for name in DAYS:
            if fault := self.found[name].fault_of_days(name):
                faults.add(fault)
        if (cutoffs := pd.concat(self.cutoffs).nunique(dropna=False)) > 1:
            faults.add(f"the scores have {cutoffs} cutoffs; score all customers at one")
        for fault in self._without_money(of):
            faults.add(fault)
        for name in BOUNDS:
            if fault := self.found[name].fault_of_numbers(name, of):
                faults.add(fault)
        faults.raise_if_any(InputError)

    def _without_money(self, of: str) -> Iterator[str]:
        """A fault for all columns of money that are null for as many customers: mostly none has any."""
        nulls = {name: self.found[name].nulls for name in MONEY}
        for count in sorted({*nulls.values()} - {0}):
            names = [name for name in MONEY if nulls[name] == count]
            yield (
                f"{', '.join(names)} {'is' if len(names) == 1 else 'are'} null for {count:,} {of}: offers cannot be "
                "valued without money. Map amount, or quantity and unit_price, in transactions.columns and score again"
            )


@dataclass
class _Found:
    """What is wrong with a column so far."""

    unreadable: str | None = None
    nulls: int = 0
    outside: int = 0
    examples: tuple[float, ...] = ()

    def days(self, values: pd.Series, name: str) -> pd.Series | None:
        """The days as timestamps; None where one is not known or cannot be read."""
        nulls, faults = int(values.isna().sum()), Faults(name)
        self.nulls += nulls
        read = days(values.dropna(), f"column {name!r}", faults)
        self.unreadable = self.unreadable or next(iter(faults.found), None)
        return None if nulls else read

    def numbers(self, values: pd.Series, name: str) -> bool:
        """Whether all are numbers within the bounds; nulls of money are counted separately from what is outside."""
        (low, high, _), faults = BOUNDS[name], Faults(name)
        read = numbers(values, f"column {name!r}", faults)
        self.unreadable = self.unreadable or next(iter(faults.found), None)
        if read is None:
            return False
        null = np.isnan(read)
        self.nulls += int(null.sum())
        wrong = read[~((read >= low) & (read <= high)) & ~(null & (name in MONEY))]
        self.outside += len(wrong)
        self.examples = tuple(sorted({*self.examples, *wrong.tolist()}, key=str)[:FEW])
        return not len(wrong) and not null.any()

    def fault_of_days(self, name: str) -> str | None:
        return null_days(f"column {name!r}", self.nulls) if self.nulls else self.unreadable

    def fault_of_numbers(self, name: str, of: str) -> str | None:
        if self.unreadable or not self.outside:
            return self.unreadable
        examples = ", ".join(f"{value:g}" for value in self.examples)
        return f"{name} is not from {BOUNDS[name][2]} for {self.outside:,} {of}, such as {examples}; score again"


def with_days(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores that were checked, with days as timestamps."""
    faults = Faults(UNUSABLE)
    read = {name: days(scores[name], f"column {name!r}", faults) for name in DAYS if name in scores}
    faults.raise_if_any(InputError)
    return scores.assign(**read)


def check_start(start: dt.date, cutoff: dt.date) -> None:
    """Refuse a campaign that began before what its scores know.

    Raises
    ------
    ParamsError
    """
    if (start - cutoff).days < 0:
        raise ParamsError(
            f"campaign.start is {start}, before the cutoff of the scores ({cutoff}): the scores would already know "
            "what the campaign brought about. Score at the start or earlier, or start later."
        )
