"""The states of every customer at a cutoff, and what has changed since an earlier one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.features import available, build_features_at, facts_so_far
from regulars.loyalty.actions import actions_for
from regulars.loyalty.health import health
from regulars.loyalty.rfm import best_of, rfm_scores, segments_of
from regulars.loyalty.stages import STAGES, stages_of
from regulars.loyalty.tiers import is_main, measured, thresholds, tiers_of
from regulars.loyalty.transitions import transitions
from regulars.loyalty.watches import (
    anniversary,
    behind_by,
    due_on,
    falling_off,
    first_days,
    second_order_norm,
    spend_rank,
    thanks,
)
from regulars.params import LoyaltyParams, loyalty_rules
from regulars.tables import SEGMENTS
from regulars.transactions import Transactions, needed_log
from regulars.windows import Windows, cutoff_day

# The features that states follow from.
USED = {
    *("tenure", "recency", "days_since_last", "frequency", "gap_mean", "gap_first", "days_since_return"),
    *("orders_90", "orders_180", "orders_365", "net_total", "net_90", "net_180", "net_365", "order_value_std"),
}


@dataclass(frozen=True, eq=False)
class Segmented:
    """The states of all customers, and the figures that they follow from.

    Parameters
    ----------
    frame : DataFrame
        The table of states, one row a customer, sorted by `customer_id`; columns as in `tables.SEGMENTS`.
    earlier : DataFrame or None
        The same without what compares, at the earlier cutoff; None where the log does not reach back so far.
    cutoff, compared_with : datetime.date
        The two cutoffs; the second is None where there are no earlier states.
    tiers : dict of str to float
        The least that each tier takes, the highest first.
    norm_days : float or None
        Days by which a new customer's second order is normal; None where too few came back to tell.
    """

    frame: pd.DataFrame
    earlier: pd.DataFrame | None
    cutoff: dt.date
    compared_with: dt.date | None
    tiers: dict[str, float]
    norm_days: float | None

    @property
    def moves(self) -> pd.DataFrame | None:
        """Customers by their stage at the earlier cutoff and now; None where there is no earlier one."""
        if self.earlier is None:
            return None
        return transitions(self.earlier["stage"], self.frame.set_index("customer_id")["stage"], STAGES)

    def to_dict(self) -> dict[str, Any]:
        """Figures without customers, ready for JSON."""
        counts = {name: self.frame[name].value_counts() for name in ("segment", "stage", "health", "tier")}
        moves = self.moves
        return {
            "rows": len(self.frame),
            "cutoff": str(self.cutoff),
            "compared_with": str(self.compared_with) if self.compared_with else None,
            **{
                f"customers_by_{name}": {str(key): int(n) for key, n in found.items()} for name, found in counts.items()
            },
            "moves_between_stages": None
            if moves is None
            else {row: dict(moves.loc[row].items()) for row in moves.index},
            "falling_off": int(self.frame["falling_off"].sum()),
            "best": int(self.frame["best"].sum()),
            "tiers": self.tiers,
            "second_order_norm_days": self.norm_days,
        }


def segment(tx: Transactions, cutoff: str | dt.date, rules: LoyaltyParams | None = None) -> pd.DataFrame:
    """Loyalty states of every customer with a purchase before the cutoff.

    Parameters
    ----------
    tx : Transactions
        The validated log. Rows at or after the cutoff change nothing.
    cutoff : str or date
        A calendar day, its midnight, or "latest": the day after the last order day.
    rules : LoyaltyParams, optional
        The block `loyalty` of the parameters; its defaults if not given.

    Returns
    -------
    DataFrame, shape (n, 28)
        One row a customer, sorted by `customer_id`; columns as in the data dictionary under “Segments”.

    Raises
    ------
    InsufficientHistoryError
        If no customer bought before the cutoff.

    Examples
    --------
    >>> import regulars as rg
    >>> states = rg.segment(rg.read_transactions("demo"), cutoff="1998-01-01")
    >>> states["stage"].value_counts().to_dict()
    {'first_time': 13080, 'repeat': 8636, 'advocate': 1854}
    """
    return segment_log(tx, cutoff_day(cutoff, needed_log(tx, "segment").last_day), loyalty_rules(rules)).frame


def segment_log(tx: Transactions, cutoff: dt.date, rules: LoyaltyParams) -> Segmented:
    """Loyalty states at a cutoff, compared with those `compare_days` before it.

    Parameters
    ----------
    tx : Transactions
        A log from `read_transactions`.
    cutoff : date
        History is what lies before it.
    rules : LoyaltyParams
        The block `loyalty` of the parameters.

    Returns
    -------
    Segmented
    """
    windows = Windows.up_to(cutoff)
    before = windows.shifted(-rules.compare_days)
    reaches = before.history_days(tx.first_day) > 0
    used = [feature for feature in available(tx.columns) if feature.name in USED]
    tables = build_features_at(tx, [cutoff, before.cutoff] if reaches else [cutoff], used)
    features, past = tables[cutoff], tables.get(before.cutoff)
    least = thresholds(measured(features, rules), rules)
    earlier = None if past is None else _states(past, before.cutoff, rules, least)
    frame = _states(features, cutoff, rules, least)
    frame["tier_before"] = _looked_up(earlier, "tier", frame.index)
    frame["spend_rank_before"] = _looked_up(earlier, "spend_rank", frame.index).astype("float64")
    frame["segment_before"] = _looked_up(earlier, "segment", frame.index)
    frame["falling_off"] = falling_off(frame, rules)
    frame["thanks"] = thanks(features, past, rules.compare_days)
    return Segmented(
        frame.reset_index()[list(SEGMENTS)],
        earlier,
        cutoff,
        before.cutoff if reaches else None,
        least,
        second_order_norm(features),
    )


def _states(features: pd.DataFrame, cutoff: dt.date, rules: LoyaltyParams, least: dict[str, float]) -> pd.DataFrame:
    """What follows from one feature table."""
    norm = second_order_norm(features)
    behind = behind_by(features, norm)
    scores, judged = rfm_scores(features, rules), health(features, behind > 0, rules)
    stage = stages_of(features, rules)
    facts = pd.DataFrame({"cutoff": features["cutoff"], **facts_so_far(features, features["cutoff"])})
    return pd.concat(
        [
            facts,
            scores,
            segments_of(scores, features, rules),
            best_of(scores, features, rules),
            stage,
            judged,
            tiers_of(measured(features, rules), least).set_index(features.index),
            is_main(features),
            spend_rank(features),
            first_days(features, behind, norm, cutoff),
            due_on(features, judged["usual_gap"].to_numpy(), cutoff),
            anniversary(features, cutoff),
            actions_for(stage, judged["health"], rules.actions),
        ],
        axis=1,
    )


def _looked_up(earlier: pd.DataFrame | None, name: str, index: pd.Index) -> pd.Series:
    return pd.Series(None, index, dtype=object) if earlier is None else earlier[name].reindex(index)
