"""What a campaign brought: the contacted of a work list compared with its control group, in the later log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.blas import one_thread
from regulars.errors import InputError, ParamsError
from regulars.params import OfferParams
from regulars.retention.campaign_list import FEW, SCORES, CampaignList
from regulars.retention.campaign_outcomes import (
    ORDERED,
    PROFIT,
    CampaignOutcomes,
    Terms,
    contacted,
    cost_basis,
    outcomes_of,
)
from regulars.retention.effects import CONFIDENCE, BoolArray, Effect, can_compare, holm
from regulars.retention.measurement import ADJUSTED, DIFFERENCE, EVERYBODY, Measurement
from regulars.retention.power import balance
from regulars.retention.rare_orders import cautious_adjusted, cautious_difference
from regulars.retention.records import records
from regulars.texts import TEXT_DTYPE
from regulars.transactions import Transactions, needed_log
from regulars.windows import Windows, cutoff_day

PARTS = ("offer", "kind", "segment")  # by what the effect is shown, where the list has more than one
PART_OUTCOMES = (ORDERED, PROFIT)
MOST_MISSING = 0.5


def measure(
    targets: pd.DataFrame,
    tx: Transactions,
    *,
    offers: Sequence[OfferParams] = (),
    margin: float = 1.0,
    start: dt.date | None = None,
    contacts: pd.DataFrame | None = None,
) -> Measurement:
    """What a campaign brought, with intervals: orders, revenue, margin and profit that would not have come anyway.

    Parameters
    ----------
    targets : DataFrame
        The work list with its control group, as `make_targets` made it or as its file was read.
    tx : Transactions
        A log that reaches at least to the end of the window `[start, start + horizon_days)`.
    offers : sequence of OfferParams, optional
        The terms of the offers; with them and a log that has discounts, costs are measured and not assumed.
    margin : float
        Margin as a share of revenue, in (0, 1], where the log has no unit_cost.
    start : date, optional
        `campaign.start`. Without it the cutoff of the scores where contacts begin there, else the first day of contact.
    contacts : DataFrame, optional
        Contacts that were made, `customer_id` and `day`: shows whether controls were contacted after all.

    Returns
    -------
    Measurement
        `.frame` holds every effect, `.in_words` what they mean, `.records` what goes into the campaign history.

    Raises
    ------
    InputError
        If the list cannot be used, the two do not belong together, the window has not ended, or a group is too small.

    Notes
    -----
    Everybody counts in the group that was drawn, contacted or not (intention to treat). Effects over two horizons show
    whether an order was only brought forward. The methods: `effects.difference` and `effects.adjusted`, with errors as
    large as `rare_orders` asks for.
    """
    if not 0 < margin <= 1:
        raise ParamsError(f"margin is {margin}; it should be a share of revenue, above 0 and up to 1.")
    listed, log = CampaignList.read(targets, start=start), needed_log(tx, "measure")
    _check_closed(listed, log)
    terms = Terms(margin, tuple(offers))
    missing = outcomes_of(listed, log, listed.windows, terms).missing
    _check_known(listed, missing, log)
    listed = listed.without(missing)
    if not can_compare(listed.treated):
        raise InputError(_too_few(listed))
    one = outcomes_of(listed, log, listed.windows, terms)
    two = listed.windows.doubled()
    second = outcomes_of(listed, log, two, terms) if _is_closed(two, log) else None
    with one_thread():
        known = _known_before(listed, log, terms)
        frame = pd.DataFrame(_rows(listed, one, second, known)).assign(campaign=listed.name)
    return Measurement(
        campaign=listed.name,
        windows=listed.windows,
        start_from=listed.start_from,
        treated=int(listed.treated.sum()),
        control=int((~listed.treated).sum()),
        effects=frame,
        two_horizons_from=None if second else two.closes,
        redeemed=None if one.discounted is None else _shares(one.discounted, listed),
        contacted=None if contacts is None else _shares(contacted(listed, contacts), listed),
        missing=int(missing.sum()),
        cost_basis=cost_basis(listed, log, terms) if log.has_money else None,
        expected_profit=float(np.nansum(listed.figures("expected_profit")[listed.treated])),
        balance=balance(listed.frame, (*SCORES, "expected_profit")),
        records=records(listed, one, currency=_currency(log)),
    )


@dataclass(frozen=True, eq=False)
class _Part:
    """Some of the customers of a list."""

    by: str
    name: str
    rows: Any


def _rows(
    listed: CampaignList, one: CampaignOutcomes, two: CampaignOutcomes | None, known: Floats
) -> Iterator[dict[str, Any]]:
    everybody = _Part(EVERYBODY, EVERYBODY, np.ones(len(listed.treated), dtype=bool))
    for horizons, outcomes in ((1, one), (2, two)):
        if outcomes:
            for outcome in outcomes.frame:
                yield from _compared(listed, outcomes, known, everybody, str(outcome), horizons)
    for by in PARTS:
        parts = list(_parts(listed, by))
        for outcome in PART_OUTCOMES:
            if outcome in one.frame:
                yield from _several(listed, one, known, parts, outcome)


def _parts(listed: CampaignList, by: str) -> Iterator[_Part]:
    """The parts of a list in which both groups can be compared; nothing where there is only one."""
    if by not in listed.frame or listed.frame[by].nunique() < 2:
        return
    values = listed.frame[by].astype(TEXT_DTYPE)
    for name in sorted(values.unique()):
        rows = (values == name).to_numpy()
        if can_compare(listed.treated[rows]):
            yield _Part(by, name, rows)


def _several(
    listed: CampaignList, outcomes: CampaignOutcomes, known: Floats, parts: list[_Part], outcome: str
) -> Iterator[dict[str, Any]]:
    """Effects of several parts: intervals that hold together (Bonferroni), p values by Holm."""
    if not parts:
        return
    confidence = 1.0 - (1.0 - CONFIDENCE) / len(parts)
    rows = [
        row for part in parts for row in _compared(listed, outcomes, known, part, outcome, 1, confidence=confidence)
    ]
    for method in (DIFFERENCE, ADJUSTED):
        same = [row for row in rows if row["method"] == method]
        for row, p_value in zip(same, holm([row["p_value"] for row in same]), strict=True):
            row["p_value"] = p_value
    yield from rows


def _compared(
    listed: CampaignList,
    outcomes: CampaignOutcomes,
    known: Floats,
    part: _Part,
    outcome: str,
    horizons: int,
    *,
    confidence: float = CONFIDENCE,
) -> Iterator[dict[str, Any]]:
    """One outcome of one part, by both methods."""
    values, treated = outcomes.frame[outcome].to_numpy()[part.rows], listed.treated[part.rows]
    shared: dict[str, Any] = {
        "by": part.by,
        "part": part.name,
        "outcome": outcome,
        "horizons": horizons,
        "treated": int(treated.sum()),
        "control": int((~treated).sum()),
        "treated_mean": float(values[treated].mean()),
        "control_mean": float(values[~treated].mean()),
        "confidence": confidence,
    }
    ordered = outcomes.frame[ORDERED].to_numpy()[part.rows] > 0
    methods: dict[str, Effect] = {
        DIFFERENCE: cautious_difference(values, ordered, treated),
        ADJUSTED: cautious_adjusted(values, ordered, treated, known[part.rows]),
    }
    for method, effect in methods.items():
        low, high = effect.interval(confidence)
        if outcome == ORDERED:  # shares of the groups: no difference is larger than all of them
            low, high = max(low, -1.0), min(high, 1.0)
        n = shared["treated"]
        yield {
            **shared,
            "method": method,
            "effect": effect.value,
            "low": low,
            "high": high,
            "total": effect.value * n,
            "total_low": low * n,
            "total_high": high * n,
            "p_value": effect.p_value,
        }


def _known_before(listed: CampaignList, log: Transactions, terms: Terms) -> Floats:
    """Risk, and orders and money of the horizon before: known before the first contact, and they predict outcomes."""
    before = outcomes_of(listed, log, listed.windows.before_cutoff(), terms).frame
    columns = [listed.figures("p_churn"), np.log1p(before["order_days"].to_numpy())]
    if log.has_money:  # logarithms, because a few large customers would decide
        columns.append(np.log1p(np.maximum(before["revenue"].to_numpy(), 0.0)))
    return np.column_stack(columns)


def _is_closed(windows: Windows, log: Transactions) -> bool:
    return windows.closed_by(cutoff_day("latest", log.last_day))


def _check_closed(listed: CampaignList, log: Transactions) -> None:
    windows = listed.windows
    if not _is_closed(windows, log):
        raise InputError(
            f"The outcomes of the campaign {listed.name!r} are not complete: they count from {windows.cutoff} "
            f"({listed.start_from}) to {windows.last_day}, and the last order of the log is of {log.last_day}. "
            f"Measure with a log that reaches to {windows.last_day}."
        )


def _check_known(listed: CampaignList, missing: BoolArray, log: Transactions) -> None:
    if missing.mean() > MOST_MISSING:
        examples = ", ".join(map(str, listed.frame["customer_id"][missing].head(FEW)))
        raise InputError(
            f"The list and the log do not belong together: {missing.sum():,} of {len(missing):,} customers of the list "
            f"are not in {log.source}, such as {examples}. Measure with the log of the shop that was scored; if "
            "customer ids have changed since, translate them in the list first."
        )


def _too_few(listed: CampaignList) -> str:
    treated, control = int(listed.treated.sum()), int((~listed.treated).sum())
    if not control:
        return (
            f"The list of the campaign {listed.name!r} has no control group, so nobody knows who would have ordered "
            "anyway, and the effect cannot be measured. Set campaign.control_share above 0 before the next list."
        )
    return (
        f"The list of the campaign {listed.name!r} has {treated:,} customers to contact and {control:,} in the control "
        "group; at least 2 of each are needed to compare. Make a longer list, or change campaign.control_share."
    )


def _shares(marked: Any, listed: CampaignList) -> tuple[float, float]:
    """Shares of the treated and of the controls."""
    return float(marked[listed.treated].mean()), float(marked[~listed.treated].mean())


def _currency(log: Transactions) -> str | None:
    return log.currencies[0] if len(log.currencies) == 1 else None
