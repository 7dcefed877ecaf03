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
from regulars.retention.ids import IdIndex
from regulars.retention.worth import figures
from regulars.texts import TEXT_DTYPE, plain_email
from regulars.transactions.values.expressions import NO, YES

BoolArray = npt.NDArray[np.bool_]
FEW = 3  # values that are shown
NOBODY = pd.Series([], dtype="int64")


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
    """Which offers some customers may get.

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


@dataclass(frozen=True, eq=False)
class Limits:
    """Whom a campaign may contact: its limits on silence and spend, and the customers on lists.

    Parameters
    ----------
    campaign : CampaignParams
    excluded, contacted : IdIndex
        Who is never contacted, and who was contacted too short a time before the start.
    consents : tuple of IdIndex or None
        For each offer, who may be contacted on its channel; None for everybody.
    """

    campaign: CampaignParams
    excluded: IdIndex
    contacted: IdIndex
    consents: tuple[IdIndex | None, ...]

    @classmethod
    def of(cls, offers: Sequence[OfferParams], campaign: CampaignParams, start: dt.date, lists: Lists) -> Limits:
        """The limits of a campaign that starts on `start`."""
        return cls(
            campaign,
            IdIndex.of(_alike(_ids(lists.exclude, "The file of excluded customers"))),
            IdIndex.of(_alike(_contacted(lists.contacts, start, campaign.min_days_between_contacts))),
            _consents(lists.consent, offers),
        )

    def permission(self, scores: pd.DataFrame) -> Permission:
        """Which offers each of these customers may get."""
        ids = _alike(scores["customer_id"])
        every = np.ones(len(ids), dtype=bool)
        channels = np.column_stack([every if known is None else known.among(ids) for known in self.consents])
        causes = {
            "are on the list of exclusions": self.excluded.among(ids),
            "gave no consent to any of the channels": ~channels.any(axis=1),
            **self._of_silence_and_spend(scores),
            f"were contacted within {self.campaign.min_days_between_contacts} days before the start": (
                self.contacted.among(ids)
            ),
        }
        out, told = np.zeros(len(scores), dtype=bool), []
        for cause, holds in causes.items():
            told.append((cause, int((holds & ~out).sum())))
            out |= holds
        suppressed = causes["are on the list of exclusions"] | causes["gave no consent to any of the channels"]
        return Permission(channels & ~out[:, None], tuple(told), np.asarray(suppressed))

    def _of_silence_and_spend(self, scores: pd.DataFrame) -> dict[str, BoolArray]:
        silent, spent = days_between(scores["last_order"], scores["cutoff"]), figures(scores, "spend_so_far")
        campaign, most, least = self.campaign, self.campaign.max_days_since_last, self.campaign.min_spend
        return {
            "have a net spend of 0 or less": np.asarray(~(spent > 0)),
            f"have a net spend below {least:,.2f}": np.asarray(spent < least),
            f"ordered less than {campaign.min_days_since_last} days before the cutoff": np.asarray(
                silent < campaign.min_days_since_last
            ),
            f"have been silent for more than {most} days": np.asarray(silent > (np.inf if most is None else most)),
        }


def counted(found: Sequence[Permission]) -> tuple[tuple[str, int], ...]:
    """Why customers are kept out, and how many in all parts; causes that keep nobody out are left away."""
    total: Counter[str] = Counter()
    for one in found:
        total.update(dict(one.kept_out))
    return tuple((cause, count) for cause, count in total.items() if count)


def _alike(ids: pd.Series) -> pd.Series:
    """Ids to compare: e-mail addresses in lower case and without blanks, as people's lists write them in any case."""
    texts = isinstance(ids.dtype, pd.StringDtype)
    if pd.api.types.is_numeric_dtype(ids.dtype) or (texts and not ids.str.contains("@", regex=False).any()):
        return ids
    return ids.map(lambda each: plain_email(each) if isinstance(each, str) else each)


def _ids(frame: pd.DataFrame | None, what: str) -> pd.Series:
    return NOBODY if frame is None else _column(frame, "customer_id", what)


def _column(frame: pd.DataFrame, name: str, what: str) -> pd.Series:
    if name not in as_frame(frame, what):
        raise InputError(
            f"{what} has no column {name!r}{nearest(name, map(str, frame.columns))}. Rename the column that holds it."
        )
    if nulls := int(frame[name].isna().sum()):
        raise InputError(f"{what} has {nulls:,} rows without {name}. Fill them in, or leave the rows out.")
    return frame[name]


def _consents(consent: pd.DataFrame | None, offers: Sequence[OfferParams]) -> tuple[IdIndex | None, ...]:
    """Who may be contacted on the channel of each offer."""
    if consent is None:
        return (None,) * len(offers)
    what = "The file of consents"
    ids, channel = _alike(_column(consent, "customer_id", what)), _column(consent, "channel", what).astype(TEXT_DTYPE)
    allowed = {name: IdIndex.of(ids[channel == name]) for name in {offer.channel for offer in offers}}
    return tuple(allowed[offer.channel] for offer in offers)


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


def _contacted(contacts: pd.DataFrame | None, start: dt.date, gap: int) -> pd.Series:
    """Who was contacted less than `gap` days before the start; later contacts are of no campaign before this one."""
    if contacts is None:
        return NOBODY
    made = contact_days(contacts)
    ago = days_between(made, pd.Series(pd.Timestamp(start), index=made.index))
    return contacts["customer_id"][(ago >= 0) & (ago < gap)]


def contact_days(contacts: pd.DataFrame) -> pd.Series:
    """The days of a contacts feed, checked."""
    what, faults = "The contacts feed", Faults("The contacts feed cannot be used")
    _column(contacts, "customer_id", what)
    read = days(_column(contacts, "day", what), "column 'day'", faults)
    faults.raise_if_any(InputError)
    return pd.Series(read, index=contacts.index)
