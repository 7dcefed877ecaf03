"""What a work list is made from, checked at the door: offers, campaign, margin and scores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from numbers import Real

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.columns import days, numbers
from regulars.errors import Faults, InputError, ParamsError, nearest
from regulars.params import CampaignParams, OfferParams
from regulars.retention.control import are_plain_texts, typed

MOST_MONEY = 1e14  # as much as the amounts of a log can hold
FEW = 3  # examples that are shown
REASONS = ("reason_1", "reason_2", "reason_3")
PROBABILITIES, MONEY = ("p_churn", "p_lost"), ("order_value", "spend_if_back", "expected_spend")
NEEDED = (
    *("customer_id", "cutoff", "horizon_days", "last_order", "orders", "spend_so_far", *PROBABILITIES, *MONEY),
    *("clv", *REASONS, "model_version"),
)
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
        faults.add(f"the campaign is a {type(campaign).__name__}; expected a CampaignParams, as from load_params")
    if not isinstance(offers, Sequence) or not all(isinstance(offer, OfferParams) for offer in offers):
        wrong = next((o for o in offers if not isinstance(o, OfferParams)), "") if isinstance(offers, list) else offers
        faults.add(f"the offers hold a {type(wrong).__name__}; expected a list of OfferParams, as from load_params")
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


def check_scores(scores: pd.DataFrame) -> pd.DataFrame:
    """Return scores with days as timestamps; refuse those that no work list can be made of.

    Raises
    ------
    InputError
        Naming every fault.
    """
    faults = Faults("Cannot make a work list of these scores")
    for name in NEEDED:
        if name not in scores.columns:
            faults.add(f"column {name!r} is missing{nearest(name, map(str, scores.columns))}")
    faults.raise_if_any(InputError)
    of = f"of {len(scores):,} customers"
    if nulls := int(scores["customer_id"].isna().sum()):
        faults.add(f"customer_id is null for {nulls:,} {of}; every score needs its customer")
    if repeated := _repeated(scores["customer_id"].dropna()):
        faults.add(f"{repeated:,} rows repeat a customer_id; give one row a customer")
    read = {name: days(scores[name], f"column {name!r}", faults) for name in ("cutoff", "last_order")}
    if (cutoffs := scores["cutoff"].nunique(dropna=False)) > 1:
        faults.add(f"the scores have {cutoffs} cutoffs; score all customers at one")
    for name in PROBABILITIES:
        found = _numbers(scores, name, faults)
        if wrong := _outside(found, 0, 1, of):
            faults.add(f"{name} is not from 0 to 1 for {wrong}; score again")
    for name in MONEY:
        found = _numbers(scores, name, faults)
        if unknown := int(np.isnan(found).sum()):
            faults.add(
                f"{name} is null for {unknown:,} {of}: offers cannot be valued without money. "
                "Map amount, or quantity and unit_price, in transactions.columns and score again"
            )
        if wrong := _outside(found[~np.isnan(found)], 0, MOST_MONEY, of):
            faults.add(f"{name} is not from 0 to 1e14 for {wrong}; score again")
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


def _repeated(ids: pd.Series) -> int:
    keys = ids if pd.api.types.is_integer_dtype(ids.dtype) or are_plain_texts(ids) else ids.map(typed)
    return int(keys.duplicated().sum())


def _numbers(scores: pd.DataFrame, name: str, faults: Faults) -> Floats:
    found = numbers(scores[name], f"column {name!r}", faults)
    return np.array([], dtype=np.float64) if found is None else found  # a fault is noted


def _outside(values: Floats, low: float, high: float, of: str) -> str:
    """Count the values out of bounds, with examples; nothing where there are none."""
    wrong = values[~((values >= low) & (values <= high))]
    examples = ", ".join(f"{value:g}" for value in sorted(set(wrong.tolist()), key=str)[:FEW])
    return f"{len(wrong):,} {of}, such as {examples}" if len(wrong) else ""
