"""Whom to call this week: the work list, keep and win back apart; or who is due and who falls off."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from regulars.loyalty import Segmented
from regulars.loyalty.actions import ACTIONS
from regulars.reasons.risk import LOWERS
from regulars.report.words import Money, number
from regulars.tables import TREAT

LISTED = 10
WEEK = 7
REASONS = ("reason_1", "reason_2", "reason_3")
OPENINGS = ("raises the risk: ", "by order dates alone: ")
KINDS = {"keep": "Keep", "win_back": "Win back"}
MAY_GO = ACTIONS["repeat_poor"]  # who falls off, and may be let go
CALLED = ("phone", "telephone", "call")  # channels; who is reached on another is contacted


@dataclass(frozen=True, eq=False)
class CallList:
    """Some customers to call.

    Parameters
    ----------
    term : str
        A key of `DEFINITIONS`.
    title : str
        What they are, and how many there are in all.
    rows : list of dict
        The first of them; `why` in words.
    offers : list of str
        What is offered to whom of them, if anything.
    """

    term: str
    title: str
    rows: list[dict[str, Any]]
    offers: tuple[str, ...] = ()

    @property
    def is_offered(self) -> bool:
        """Whether the rows come from a work list."""
        return bool(self.offers)


def call_lists(targets: pd.DataFrame | None, states: Segmented | None, scores: pd.DataFrame) -> list[CallList]:
    """Those of the work list where there is one, else those of the states; empty ones are left out."""
    found = _due_and_falling(states, scores) if targets is None else _most_profit_first(_by_kind(targets))
    return [each for each in found if each.rows]


def _most_profit_first(found: Iterable[CallList]) -> list[CallList]:
    """Lists that are offered something, that of the contact that brings most first."""
    filled = [each for each in found if each.rows]
    return sorted(filled, key=lambda each: -float(each.rows[0]["expected_profit"]))


def title_of_calls(found: Sequence[CallList], money: Money) -> str:
    """Who is first, and why: of a work list whose contact brings most; where nobody falls off, how many are due."""
    if not found:
        return "Nobody is to be called"
    first, row = found[0], found[0].rows[0]
    if first.is_offered:
        verb = "Call" if str(row["channel"]).lower() in CALLED else "Contact"
        told = f"{verb} {row['customer_id']} first, for an expected profit of {money(row['expected_profit'])}"
    elif first.term == "due":
        return "Nobody is falling off; some are due by their own rhythm"
    elif row["action"] == MAY_GO:
        return "Who falls off may be let go: only a work list tells whether a call pays"
    else:
        told = f"Call {row['customer_id']} first"
    return f"{told}: {row['why']}" if row["why"] and not row["why"].startswith(LOWERS) else told


def why(reasons: Iterable[Any]) -> str:
    """The first reason, without the words that say of what: the column does."""
    told = next((reason for reason in reasons if isinstance(reason, str)), "")
    opening = next((opening for opening in OPENINGS if told.startswith(opening)), "")
    return told.removeprefix(opening)


def _by_kind(targets: pd.DataFrame) -> Iterable[CallList]:
    """The contacts of the first week, in the order of the list."""
    treated = targets[targets["group"] == TREAT]
    days = pd.to_datetime(treated["contact_on"])
    week = treated[days < days.min() + pd.Timedelta(days=WEEK)]
    for kind, name in KINDS.items():
        rows = week[week["kind"] == kind]
        all_of_them = int((treated["kind"] == kind).sum())
        shown = f"the first {number(len(rows.head(LISTED)))} of {number(len(rows))} this week"
        title = f"{name}: {shown}, {number(all_of_them)} on the whole list"
        offers = rows.groupby(["offer", "channel"]).size()
        told = tuple(f"{offer} by {channel}" for offer, channel in offers.index)
        yield CallList("expected_profit", title, [_called(row, len(told) > 1) for row in _records(rows)], told)


def _called(row: dict[str, Any], many_offers: bool) -> dict[str, Any]:
    offer = f"{row['offer']}, {row['channel']}" if many_offers else ""
    return {**row, "why": why(row[name] for name in REASONS), "offered": offer}


def _due_and_falling(states: Segmented | None, scores: pd.DataFrame) -> Iterable[CallList]:
    if states is None:
        return
    known = scores.set_index("customer_id")[["clv", "p_churn"]].reindex(states.frame["customer_id"])
    frame = states.frame.assign(clv=known["clv"].to_numpy(), at_stake=known.prod(axis=1, skipna=False).to_numpy())
    wait = pd.to_datetime(frame["due_on"]) - pd.to_datetime(frame["cutoff"])
    due = (wait < pd.Timedelta(days=WEEK)) & (frame["usual_gap"] > WEEK)  # who orders every week is always due
    frame["may_go"] = frame["action"] == MAY_GO
    falling = frame[frame["falling_off"]].sort_values(
        ["may_go", "at_stake", "orders", "customer_id"], ascending=[True, False, False, True]
    )
    due_first = frame[due].sort_values(["spend_so_far", "orders", "customer_id"], ascending=[False, False, True])
    has_money, most = frame["clv"].notna().any(), "those with most orders"
    at_stake, spent = ("those with most value at risk", "those who spent most") if has_money else (most, most)
    last = "; last who may be let go" if falling["may_go"].any() else ""
    parts = (
        ("falling_off", f"Falling off: {{}} of {{}}, {at_stake} first{last}", falling, _health),
        ("due", f"Due this week by their own rhythm: {{}} of {{}}, {spent} first", due_first, _rhythm),
    )
    for term, title, ordered, told in parts:
        shown = [{**row, "why": told(row)} for row in _records(ordered)]
        yield CallList(term, title.format(number(len(shown)), number(len(ordered))), shown)


def _health(row: dict[str, Any]) -> str:
    return str(row["health_reason"])


def _rhythm(row: dict[str, Any]) -> str:
    silent = (pd.Timestamp(row["cutoff"]) - pd.Timestamp(row["last_order"])).days
    return f"expected every {number(row['usual_gap'])} days; last order {number(silent)} days ago"


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    rows = table.head(LISTED)
    return [dict(zip(rows.columns, row, strict=True)) for row in rows.itertuples(index=False)]
