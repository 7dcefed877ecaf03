"""From scores to a work list."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.arrays import Floats
from regulars.columns import as_frame
from regulars.params import CampaignParams, OfferParams
from regulars.retention.candidates import Candidates
from regulars.retention.checks import NEEDED, check_params, with_days
from regulars.retention.control import typed
from regulars.retention.in_parts import Held, InParts, rows_of
from regulars.retention.let_go import LetGo
from regulars.retention.margins import Margins
from regulars.retention.openings import openings
from regulars.retention.permission import Lists, contact_days
from regulars.retention.rates import LearnedRates
from regulars.retention.selection import Selection, select
from regulars.retention.worklist import Targets
from regulars.retention.worth import KEEP, WIN_BACK, kind_of, profit_curve
from regulars.tables import CONTROL, TARGETS, TREAT
from regulars.texts import TEXT_DTYPE
from regulars.windows import working_days

__all__ = ["NEEDED", "make_targets"]

SHARES = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)  # of the customers, at which the profit curve is told
WHAT = "The scores table"
FOR_TREATED = ("opening", "next_product", "next_product_why")  # texts that controls do not have


def make_targets(
    scores: pd.DataFrame | InParts,
    offers: Sequence[OfferParams],
    campaign: CampaignParams,
    *,
    margin: float,
    margins: pd.Series | None = None,
    products: pd.Series | None = None,
    next_sale: Callable[[Sequence[object]], pd.DataFrame] | None = None,
    liked: Callable[[Sequence[object]], pd.Series] | None = None,
    lists: Lists | None = None,
    rates: LearnedRates | None = None,
) -> Targets:
    """Whom to contact, with which offer, on which day; and whom to leave alone for comparison.

    Parameters
    ----------
    scores : DataFrame or InParts, one row a customer, in any order
        The columns `tables.SCORES`, all at one cutoff. The frame is not changed. It is read some customers at a time:
        once to value the offers, once for the rows that are listed.
    offers : sequence of OfferParams
        At least one; each customer gets at most one of them.
    campaign : CampaignParams
        Budget on *expected* cost, contacts_per_day on so many working days, share of controls, and who is left out.
    margin : float
        Margin as a share of revenue, in (0, 1].
    margins : Series of float, optional
        Index `customer_id`: the margin of each customer, where the log knows what goods cost; `margin` for the others.
    products : Series of str, optional
        Index `customer_id`: name of the last product, for the openings.
    next_sale : callable, optional
        Asked once, for the ids of those to be contacted: a row for each who has a suggestion, columns as in
        `tables.NEXT_SALE`.
    liked : callable, optional
        Asked once, for the same ids: names of the products that customers surely prefer, index `customer_id`; for the
        openings.
    lists : Lists, optional
        Exclusions, consents and earlier contacts.
    rates : LearnedRates, optional
        What campaigns have shown about these offers (`learned_rates`), used in place of their stated rates.

    Returns
    -------
    Targets
        Empty, with the reason in words, where nobody is worth contacting.

    Raises
    ------
    ParamsError
        If there are no offers, or they, the margin or the start cannot be used.
    InputError
        If columns are missing, ids are null or repeated, or figures are out of range; also if
        money is null, because an offer cannot be valued without it.

    Notes
    -----
    Expected profit: `economics.expected_profit`, the quiet at margin × order_value and the lost at margin ×
    spend_if_back; assumed acceptance and not causal. Choice: `selection.select`.

    **Control group.** Each customer's group is drawn by a hash of campaign and customer before anybody
    is selected. The prices are set by those who will be treated, so the capacity is filled with
    contacts that are made; then the same prices select among the held-out, who use neither
    capacity nor budget. The two groups passed one and the same bar and differ by the hash alone.

    Examples
    --------
    >>> voucher = OfferParams(name="voucher", channel="email", contact_cost=1, incentive_cost=10, accept_rate=0.3,
    ...                       winback_rate=0.03, redeem_rate=1.0)
    >>> scores = pd.DataFrame({
    ...     "customer_id": [1, 2, 3], "cutoff": dt.date(2011, 12, 9), "horizon_days": 180, "model_version": "0123abcd",
    ...     "last_order": [dt.date(2011, 8, 11), dt.date(2011, 9, 1), dt.date(2011, 12, 1)], "orders": [2, 4, 9],
    ...     "spend_so_far": [60.0, 400.0, 900.0], "p_churn": [0.9, 0.8, 0.1], "p_lost": [0.6, 0.1, 0.0],
    ...     "order_value": [30.0, 100.0, 90.0], "spend_if_back": [45.0, 180.0, 300.0],
    ...     "expected_spend": [4.0, 30.0, 290.0], "clv": [8.0, 60.0, 500.0],
    ...     "reason_1": "raises the risk: has not ordered for 120 days", "reason_2": None, "reason_3": None})
    >>> campaign = CampaignParams(name="spring", control_share=0.0)
    >>> targets = make_targets(scores, [voucher], campaign, margin=0.5)
    >>> targets.frame[["customer_id", "offer", "kind", "expected_profit", "expected_cost"]].round(2)
       customer_id    offer  kind  expected_profit  expected_cost
    0            2  voucher  keep             5.64           5.13
    """
    check_params(offers, campaign, margin)
    table = _in_parts(scores)
    lists, shares = lists or Lists(), Margins.read(margins, margin)
    offers = rates.applied(offers) if rates else offers
    known = Candidates.read(table, offers, campaign, shares, lists, rates)
    control = known.held_out(campaign)
    found = select(
        known.worth.profit,
        known.worth.cost,
        control,
        budget=math.inf if campaign.budget is None else campaign.budget,
        contacts=campaign.contacts_per_day * campaign.days,
    )
    listed = _listed(found, control, known.worth.profit)
    offer = found.offer[listed].astype(np.intp)
    frame = _frame(
        with_days(rows_of(table, known.rows[listed], NEEDED)),
        offers,
        campaign,
        known.start,
        offer,
        control[listed],
        known.worth.profit[listed, offer],
        known.worth.cost[listed, offer],
    )
    frame = _with_next_sale(frame, next_sale)
    possible = known.best[np.isfinite(known.best)]
    return Targets(
        frame=_with_openings(frame, campaign, products, liked, lists.contacts),
        scored=len(known.ids),
        eligible=len(known.rows),
        budget=campaign.budget,
        budget_price=found.budget_price,
        contact_price=found.contact_price,
        best_profit=float(possible.max()) if len(possible) else None,
        days=campaign.days,
        gap=found.gap,
        profit_curve=_curve(possible),
        kept_out=known.kept_out,
        gone=LetGo(table, known.best, known.at_risk, shares),
        suppressed=known.ids[known.suppressed],
    )


def _in_parts(scores: pd.DataFrame | InParts) -> InParts:
    if hasattr(scores, "parts") and not isinstance(scores, pd.DataFrame):
        return scores
    return Held(as_frame(scores, WHAT).copy(deep=False))  # what is read later is what it holds now


def _curve(best: Floats) -> tuple[tuple[float, float], ...]:
    """Expected profit of the best offer by share of the customers contacted, the most profitable first."""
    return tuple(zip(SHARES, profit_curve(best, SHARES).tolist(), strict=True)) if len(best) else ()


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
    start: dt.date,
    offer: npt.NDArray[np.intp],
    control: npt.NDArray[np.bool_],
    profit: Floats,
    cost: Floats,
) -> pd.DataFrame:
    """The list without openings; `chosen` and the arrays are in its order, treated customers first."""
    treated = int((~control).sum())
    days = working_days(start, campaign.days) if treated else []
    on = pd.Series(pd.NaT, index=range(len(chosen)), dtype="datetime64[us]")
    on.iloc[:treated] = [pd.Timestamp(days[k // campaign.contacts_per_day]) for k in range(treated)]
    made = chosen.reset_index(drop=True).assign(
        campaign=pd.array([campaign.name] * len(chosen), dtype=TEXT_DTYPE),
        group=pd.array(np.where(control, CONTROL, TREAT), dtype=TEXT_DTYPE),
        contact_on=on,
        channel=pd.array([offers[k].channel for k in offer], dtype=TEXT_DTYPE),
        offer=pd.array([offers[k].name for k in offer], dtype=TEXT_DTYPE),
        kind=pd.array(np.where(kind_of(chosen), WIN_BACK, KEEP), dtype=TEXT_DTYPE),
        expected_profit=profit,
        expected_cost=cost,
        **{name: pd.array([None] * len(chosen), dtype=TEXT_DTYPE) for name in FOR_TREATED},
    )
    return made.loc[:, list(TARGETS)]


def _with_next_sale(frame: pd.DataFrame, next_sale: Callable[[Sequence[object]], pd.DataFrame] | None) -> pd.DataFrame:
    """The list with what to offer next to those who are contacted."""
    treated = frame.loc[frame["group"] == TREAT, "customer_id"].tolist()
    if next_sale is None or not treated:
        return frame
    found = next_sale(treated)
    places = {typed(customer): place for place, customer in enumerate(found["customer_id"].tolist())}
    rows = [places.get(typed(customer), -1) for customer in treated]
    rows += [-1] * (len(frame) - len(treated))
    told = {"next_product": found["product_id"].astype(str), "next_product_why": found["why"]}
    return frame.assign(
        **{
            name: pd.array([texts.iloc[row] if row >= 0 else None for row in rows], dtype=TEXT_DTYPE)
            for name, texts in told.items()
        }
    )


def _with_openings(
    frame: pd.DataFrame,
    campaign: CampaignParams,
    products: pd.Series | None,
    liked: Callable[[Sequence[object]], pd.Series] | None,
    contacts: pd.DataFrame | None,
) -> pd.DataFrame:
    """The list with what to say to those who are contacted."""
    treated = frame[frame["group"] == TREAT]
    ids = treated["customer_id"].tolist()
    words = openings(
        list(zip(ids, treated["kind"], treated["orders"].astype(int), treated["offer"], strict=True)),
        campaign.name,
        products=_of(products, ids),
        liked=_of(liked(ids) if liked and ids else None, ids),
        suggested=treated.set_index("customer_id")["next_product"].dropna().to_dict(),
        before=_earlier(contacts, ids),
    )
    return frame.assign(opening=pd.array([*words, *[None] * (len(frame) - len(words))], dtype=TEXT_DTYPE))


def _of(products: pd.Series | None, ids: Sequence[object]) -> Mapping[object, str]:
    if products is None:
        return {}
    known = dict(zip(map(typed, products.index.tolist()), products.tolist(), strict=True))
    return {customer: str(known[typed(customer)]) for customer in ids if known.get(typed(customer))}


def _earlier(contacts: pd.DataFrame | None, ids: Sequence[object]) -> Mapping[object, list[str]]:
    """The openings of earlier contacts, oldest first; "" where the words are not known."""
    if contacts is None:
        return {}
    listed = {typed(customer): customer for customer in ids}
    made = contacts.assign(day=contact_days(contacts)).sort_values("day", kind="stable")
    words = made["opening"].fillna("").astype(TEXT_DTYPE) if "opening" in made else pd.Series("", index=made.index)
    earlier: dict[object, list[str]] = {}
    for customer, text in zip(made["customer_id"].tolist(), words, strict=True):
        if (key := typed(customer)) in listed:
            earlier.setdefault(listed[key], []).append(text)
    return earlier
