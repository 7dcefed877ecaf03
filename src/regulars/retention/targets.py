"""From scores to a work list."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Real

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars import economics
from regulars.arrays import Floats
from regulars.columns import as_frame, numbers
from regulars.errors import Faults, InputError, ParamsError, nearest
from regulars.params import CampaignParams, OfferParams
from regulars.retention.control import held_out, typed
from regulars.retention.selection import Selection, select
from regulars.retention.worklist import Targets, opening
from regulars.tables import TARGETS

MOST_MONEY = 1e14  # as much as the amounts of a log can hold
FEW = 3  # examples that are shown
FIGURES = ("p_churn", "expected_spend")
REASONS = ("reason_1", "reason_2", "reason_3")
NEEDED = ("customer_id", *FIGURES, *REASONS)


def make_targets(
    scores: pd.DataFrame, offers: Sequence[OfferParams], campaign: CampaignParams, *, margin: float
) -> Targets:
    """Whom to contact, with which offer, on which day; and whom to leave alone for comparison.

    Parameters
    ----------
    scores : DataFrame, one row a customer, in any order
        Of the columns `tables.SCORES`: customer_id, p_churn, expected_spend (money of the window
        `[cutoff, cutoff + horizon_days)`) and the reasons. The frame is not changed.
    offers : sequence of OfferParams
        At least one; each customer gets at most one of them.
    campaign : CampaignParams
        Budget on *expected* cost, contacts_per_day · days contacts, share of controls.
    margin : float
        Margin as a share of revenue, in (0, 1].

    Returns
    -------
    Targets
        Empty, with the reason in words, where nobody is worth contacting.

    Raises
    ------
    ParamsError
        If the offers or the margin cannot be used.
    InputError
        If columns are missing, ids are null or repeated, or figures are out of range; also if
        expected_spend is null, because an offer cannot be valued without money.

    Notes
    -----
    Expected profit: `economics.expected_profit` at V = `economics.value_if_retained`, assumed
    acceptance and not causal. Choice: `selection.select`.

    **Control group.** Each customer's group is drawn by a hash of campaign and customer before anybody
    is selected. The prices are set by those who will be treated, so the capacity is filled with
    contacts that are made; then the same prices select among the held-out, who use neither
    capacity nor budget. The two groups passed one and the same bar and differ by the hash alone.

    Examples
    --------
    >>> scores = pd.DataFrame({
    ...     "customer_id": [1, 2, 3], "p_churn": [0.9, 0.8, 0.1], "expected_spend": [20.0, 90.0, 80.0],
    ...     "reason_1": ["raises the risk: has not ordered for 120 days"] * 3, "reason_2": None, "reason_3": None})
    >>> campaign = CampaignParams(name="spring", control_share=0.0)
    >>> targets = make_targets(scores, [OfferParams()], campaign, margin=0.5)
    >>> targets.frame[["customer_id", "group", "day", "offer", "expected_profit", "expected_cost"]].round(2)
       customer_id  group  day    offer  expected_profit  expected_cost
    0            2  treat    1  voucher             48.6            5.4
    1            1  treat    1  voucher             22.3            4.7
    """
    _check_params(offers, campaign, margin)
    _check_scores(as_frame(scores, "The scores table"))
    profit, cost = _valued(scores, offers, margin)
    best = profit.max(axis=1)
    eligible = _by_customer(scores["customer_id"], np.flatnonzero(best > 0))
    control = held_out(scores["customer_id"].iloc[eligible].tolist(), campaign)
    found = select(
        profit[eligible],
        cost[eligible],
        control,
        budget=math.inf if campaign.budget is None else campaign.budget,
        contacts=campaign.contacts_per_day * campaign.days,
    )
    listed = _listed(found, control, profit[eligible])
    rows, offer = eligible[listed], found.offer[listed]
    return Targets(
        frame=_frame(
            scores.iloc[rows], offers, campaign, offer, control[listed], profit[rows, offer], cost[rows, offer]
        ),
        scored=len(scores),
        eligible=len(eligible),
        budget=campaign.budget,
        budget_price=found.budget_price,
        contact_price=found.contact_price,
        best_profit=float(best.max()) if len(best) else None,
    )


def _valued(scores: pd.DataFrame, offers: Sequence[OfferParams], margin: float) -> tuple[Floats, Floats]:
    """Expected profit and expected cost, one row a customer, one column an offer."""
    p_churn, spend = (_figures(scores, name)[:, None] for name in FIGURES)
    value = economics.value_if_retained(p_churn=p_churn, expected_spend=spend, margin=margin)
    incentive_cost, contact_cost = [o.incentive_cost for o in offers], [o.contact_cost for o in offers]
    accept_rate, redeem_rate = [o.accept_rate for o in offers], [o.redeem_rate for o in offers]
    profit = economics.expected_profit(
        p_churn=p_churn,
        value_if_retained=value,
        incentive_cost=incentive_cost,
        contact_cost=contact_cost,
        accept_rate=accept_rate,
        redeem_rate=redeem_rate,
    )
    cost = economics.expected_cost(
        p_churn=p_churn,
        incentive_cost=incentive_cost,
        contact_cost=contact_cost,
        accept_rate=accept_rate,
        redeem_rate=redeem_rate,
    )
    return profit, cost


def _by_customer(ids: pd.Series, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """The rows in the order of their ids, so that the order in which they came does not matter."""
    keys = [typed(customer_id) for customer_id in ids.iloc[rows].tolist()]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return rows[np.array(order, dtype=np.intp)]


def _listed(found: Selection, control: npt.NDArray[np.bool_], profit: Floats) -> npt.NDArray[np.intp]:
    """Who is on the list, in its order; nobody if there is nobody to treat."""
    rows = np.flatnonzero(found.passes)
    if control[rows].all():
        return rows[:0]
    return rows[np.lexsort((-profit[rows, found.offer[rows]], control[rows]))]


def _frame(
    chosen: pd.DataFrame,
    offers: Sequence[OfferParams],
    campaign: CampaignParams,
    offer: npt.NDArray[np.intp],
    control: npt.NDArray[np.bool_],
    profit: Floats,
    cost: Floats,
) -> pd.DataFrame:
    """The list itself; `chosen` and the arrays are in its order, treated customers first."""
    day = pd.array(1 + np.arange(len(chosen)) // campaign.contacts_per_day, dtype="Int64")
    day[control] = pd.NA
    names = [offers[k].name for k in offer]
    said = [None if held else opening(name) for held, name in zip(control, names, strict=True)]
    made = chosen.reset_index(drop=True).assign(
        campaign=pd.array([campaign.name] * len(chosen), dtype="str"),
        group=pd.array(np.where(control, "control", "treat"), dtype="str"),
        day=day,
        channel=pd.array([offers[k].channel for k in offer], dtype="str"),
        offer=pd.array(names, dtype="str"),
        expected_profit=profit,
        expected_cost=cost,
        opening=pd.array(said, dtype="str"),
    )
    return made.loc[:, list(TARGETS)]


def _check_params(offers: Sequence[OfferParams], campaign: CampaignParams, margin: float) -> None:
    faults = Faults("The offers cannot be valued")
    if not isinstance(campaign, CampaignParams):
        faults.add(f"the campaign is a {type(campaign).__name__}; expected a CampaignParams, as from load_params")
    if not isinstance(offers, Sequence) or not all(isinstance(offer, OfferParams) for offer in offers):
        wrong = next((o for o in offers if not isinstance(o, OfferParams)), "") if isinstance(offers, list) else offers
        faults.add(f"the offers hold a {type(wrong).__name__}; expected a list of OfferParams, as from load_params")
    faults.raise_if_any(ParamsError)
    names = [offer.name for offer in offers]
    if not names:
        faults.add("there are no offers; give at least one under offers")
    for name in sorted({name for name in names if names.count(name) > 1}):
        faults.add(f"{names.count(name)} offers are called {name!r}; give each its own name")
    if isinstance(margin, bool) or not isinstance(margin, Real) or not 0 < margin <= 1:
        faults.add(f"margin is {margin}; it should be a share of revenue above 0, up to 1")
    faults.raise_if_any(ParamsError)


def _check_scores(scores: pd.DataFrame) -> None:
    faults = Faults("Cannot make a work list of these scores")
    missing = [name for name in NEEDED if name not in scores.columns]
    for name in missing:
        faults.add(f"column {name!r} is missing{nearest(name, map(str, scores.columns))}")
    faults.raise_if_any(InputError)
    of = f"of {len(scores):,} customers"
    if nulls := int(scores["customer_id"].isna().sum()):
        faults.add(f"customer_id is null for {nulls:,} {of}; every score needs its customer")
    if repeated := int(scores["customer_id"].dropna().map(typed).duplicated().sum()):
        faults.add(f"{repeated:,} rows repeat a customer_id; give one row a customer")
    figures = [numbers(scores[name], f"column {name!r}", faults) for name in FIGURES]
    p_churn, spend = (np.array([0.0]) if values is None else values for values in figures)  # a fault is noted
    if wrong := _outside(p_churn, 0, 1, of):
        faults.add(f"p_churn is not from 0 to 1 for {wrong}; score again")
    if unknown := int(np.isnan(spend).sum()):
        faults.add(
            f"expected_spend is null for {unknown:,} {of}: offers cannot be valued without money. "
            "Map amount, or quantity and unit_price, in transactions.columns and score again"
        )
    if wrong := _outside(spend[~np.isnan(spend)], 0, MOST_MONEY, of):
        faults.add(f"expected_spend is not from 0 to 1e14 for {wrong}; score again")
    faults.raise_if_any(InputError)


def _outside(values: Floats, low: float, high: float, of: str) -> str:
    """Count the values out of bounds, with examples; nothing where there are none."""
    wrong = values[~((values >= low) & (values <= high))]
    examples = ", ".join(f"{value:g}" for value in sorted(set(wrong.tolist()), key=str)[:FEW])
    return f"{len(wrong):,} {of}, such as {examples}" if len(wrong) else ""


def _figures(scores: pd.DataFrame, name: str) -> Floats:
    return scores[name].to_numpy(dtype=np.float64, na_value=np.nan)
