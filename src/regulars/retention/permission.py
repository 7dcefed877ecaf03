"""Who may be contacted, and on which channel."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.columns import as_frame, days, days_between
from regulars.errors import Faults, InputError, nearest
from regulars.params import CampaignParams, OfferParams
from regulars.retention.control import typed
from regulars.retention.worth import figures
from regulars.transactions.values.expressions import NO, YES

BoolArray = npt.NDArray[np.bool_]
FEW = 3  # values that are shown


@dataclass(frozen=True, eq=False)
class Lists:
    """What is known of contacts besides the scores; a part that is None is not known.

    Parameters
    ----------
    exclude : DataFrame, optional
        `customer_id` of those who are never contacted.
    consent : DataFrame, optional
        `customer_id` and `channel` of every consent; without it all channels are allowed.
    contacts : DataFrame, optional
        `customer_id` and `day` of contacts made before, and `opening` where the words are known.
    """

    exclude: pd.DataFrame | None = None
    consent: pd.DataFrame | None = None
    contacts: pd.DataFrame | None = None


@dataclass(frozen=True)
class Permission:
    """Which offers each customer may get.

    Parameters
    ----------
    allowed : ndarray of bool, shape (n, offers)
    kept_out : tuple of (str, int)
        Why customers are kept out, and how many; each counts under the first cause that holds.
    suppressed : ndarray of bool, shape (n,)
        Excluded, or without consent to any of the channels: no tool may write to them.
    """

    allowed: BoolArray
    kept_out: tuple[tuple[str, int], ...]
    suppressed: BoolArray

    @classmethod
    def of(
        cls,
        scores: pd.DataFrame,
        offers: Sequence[OfferParams],
        campaign: CampaignParams,
        start: dt.date,
        lists: Lists,
    ) -> Permission:
        """Apply the limits of a campaign that starts on `start`."""
        keys = _Keys(scores["customer_id"])
        channels = _consents(lists.consent, offers, keys)
        excluded = keys.among(_ids(lists.exclude, "The file of excluded customers"))
        silent = days_between(scores["last_order"], scores["cutoff"])
        spent = figures(scores, "spend_so_far")
        most, least, gap = campaign.max_days_since_last, campaign.min_spend, campaign.min_days_between_contacts
        causes = {
            "are on the list of exclusions": excluded,
            "gave no consent to any of the channels": ~channels.any(axis=1),
            "have a net spend of 0 or less": ~(spent > 0),
            f"have a net spend below {least:,.2f}": spent < least,
            f"ordered less than {campaign.min_days_since_last} days before the cutoff": silent
            < campaign.min_days_since_last,
            f"have been silent for more than {most} days": np.zeros(len(scores), bool)
            if most is None
            else silent > most,
            f"were contacted within {gap} days before the start": _contacted(lists.contacts, start, gap, keys),
        }
        out, told = np.zeros(len(scores), dtype=bool), []
        for cause, holds in causes.items():
            if new := int((holds & ~out).sum()):
                told.append((cause, new))
            out |= holds
        suppressed = causes["are on the list of exclusions"] | causes["gave no consent to any of the channels"]
        return cls(channels & ~out[:, None], tuple(told), np.asarray(suppressed))


class _Keys:
    """Customers of the scores by id, so that 7, 7.0 and "7" are one; made only where a list is looked up."""

    def __init__(self, ids: pd.Series) -> None:
        self.ids = ids
        self._keys: pd.Series | None = None

    def among(self, ids: pd.Series | None) -> BoolArray:
        """Which customers are among these ids."""
        if ids is None or not len(ids):
            return np.zeros(len(self.ids), dtype=bool)
        if self._keys is None:
            self._keys = self.ids.map(typed)
        return np.asarray(self._keys.isin(set(ids.map(typed))))


def _ids(frame: pd.DataFrame | None, what: str) -> pd.Series | None:
    return None if frame is None else _column(frame, "customer_id", what)


def _column(frame: pd.DataFrame, name: str, what: str) -> pd.Series:
    if name not in as_frame(frame, what):
        raise InputError(
            f"{what} has no column {name!r}{nearest(name, map(str, frame.columns))}. Rename the column that holds it."
        )
    if nulls := int(frame[name].isna().sum()):
        raise InputError(f"{what} has {nulls:,} rows without {name}. Fill them in, or leave the rows out.")
    return frame[name]


def _consents(consent: pd.DataFrame | None, offers: Sequence[OfferParams], keys: _Keys) -> BoolArray:
    """Which customers may be contacted on the channel of each offer."""
    if consent is None:
        return np.ones((len(keys.ids), len(offers)), dtype=bool)
    what = "The file of consents"
    ids, channel = _column(consent, "customer_id", what), _column(consent, "channel", what).astype(str)
    allowed = {name: keys.among(ids[channel == name]) for name in {offer.channel for offer in offers}}
    return np.column_stack([allowed[offer.channel] for offer in offers])


def consents_of(values: pd.Series, channels: Collection[str]) -> tuple[pd.DataFrame, str | None]:
    """Consents from a column of customers, and a note on values that are read as no consent for want of a meaning.

    Parameters
    ----------
    values : Series
        Index: the ids. Yes or no to all channels, in the words that a log may have, or channels with a comma, semicolon
        or bar between them; nothing there is no consent.
    channels : collection of str
        Those of the offers.

    Raises
    ------
    InputError
        If nobody's value is a yes, a no or one of the channels.

    Examples
    --------
    >>> values = pd.Series(["yes", "email; phone", "maybe", None], index=["1", "2", "3", "4"], name="opt_in")
    >>> consents, note = consents_of(values, ["email"])
    >>> consents.to_dict("list")
    {'customer_id': ['1', '2'], 'channel': ['email', 'email']}
    >>> print(note)
    Column 'opt_in' (campaign.consent): 1 of 4 customers have a value that is neither yes, no nor a channel of the \
offers (email), and count as without consent: 'maybe' (1).
    """
    every, given, unclear = sorted(channels), [], Counter[str]()
    known = values.dropna()
    for customer_id, value in known.items():
        text = str(value).strip()
        words = every if text.lower() in YES else [] if text.lower() in NO else re.split(r"\s*[,;|]\s*", text)
        given += [(customer_id, channel) for channel in every if channel in words]
        if text.lower() not in (*YES, *NO) and set(channels).isdisjoint(words):
            unclear[text] += 1
    if len(known) and unclear.total() == len(known):
        raise InputError(
            f"Column {values.name!r} (campaign.consent) holds {str(known.iloc[0])!r} and the like; expected "
            f"yes, no, or channels of the offers ({', '.join(every)}) with commas between them."
        )
    return pd.DataFrame(given, columns=["customer_id", "channel"]), _unclear(values, every, unclear)


def _unclear(values: pd.Series, channels: Sequence[str], unclear: Counter[str]) -> str | None:
    """What became of values that mean neither consent nor refusal; None where there are none."""
    if not unclear:
        return None
    most = sorted(unclear.items(), key=lambda pair: (-pair[1], pair[0]))
    examples = ", ".join(f"{text!r} ({count:,})" for text, count in most[:FEW])
    more = len(most) - FEW
    others = f" and {more:,} other value{'s' if more > 1 else ''}" if more > 0 else ""
    return (
        f"Column {values.name!r} (campaign.consent): {unclear.total():,} of {len(values):,} customers have a value "
        f"that is neither yes, no nor a channel of the offers ({', '.join(channels)}), and count as without consent: "
        f"{examples}{others}."
    )


def _contacted(contacts: pd.DataFrame | None, start: dt.date, gap: int, keys: _Keys) -> BoolArray:
    """Who was contacted less than `gap` days before the start; later contacts are of no campaign before this one."""
    if contacts is None:
        return np.zeros(len(keys.ids), dtype=bool)
    made = contact_days(contacts)
    ago = days_between(made, pd.Series(pd.Timestamp(start), index=made.index))
    return keys.among(contacts["customer_id"][(ago >= 0) & (ago < gap)])


def contact_days(contacts: pd.DataFrame) -> pd.Series:
    """The days of a contacts feed, checked."""
    what, faults = "The contacts feed", Faults("The contacts feed cannot be used")
    _column(contacts, "customer_id", what)
    read = days(_column(contacts, "day", what), "column 'day'", faults)
    faults.raise_if_any(InputError)
    return pd.Series(read, index=contacts.index)
