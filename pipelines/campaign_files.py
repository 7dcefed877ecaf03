"""Files that a campaign names in the parameters: exclusions, consents, contacts made before, and its history."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from regulars.errors import InputError
from regulars.params import CONTACTS, Params
from regulars.predict import read_table
from regulars.retention import Lists
from regulars.retention.records import TEXTS
from regulars.tables import CAMPAIGN_HISTORY, TARGETS

LIST_TEXTS = ("campaign", "group", "channel", "offer", "kind", "opening", "model_version")
LIST_DAYS = ("contact_on", "last_order", "cutoff")


def lists_read(params: Params) -> dict[str, Path]:
    """Which files are read beside feeds, so that no result is written over them."""
    campaign = params.campaign
    files = {"exclusions": campaign.exclude, "consents": campaign.consent, "campaign history": campaign.history}
    return {name: Path(file) for name, file in files.items() if file}


def read_lists(params: Params) -> Lists:
    """The exclusions, consents and earlier contacts."""
    campaign = params.campaign
    return Lists(
        _list(campaign.exclude, "campaign.exclude"), _list(campaign.consent, "campaign.consent"), read_contacts(params)
    )


def read_contacts(params: Params) -> pd.DataFrame | None:
    """The feed of contacts, under our names; None where none is given."""
    feed = params.feeds.get(CONTACTS)
    contacts = _list(feed.path, "feeds.contacts") if feed else None
    if feed is None or contacts is None:
        return None
    return contacts.rename(columns={theirs: ours for ours, theirs in feed.columns.items()})


def read_history_of(params: Params) -> pd.DataFrame | None:
    """The campaign history that the parameters name; None where they name none, or it is not there yet."""
    return read_history(Path(params.campaign.history)) if params.campaign.history else None


def read_history(path: Path) -> pd.DataFrame | None:
    """The campaign history; None where there is none yet."""
    return read_table(path, CAMPAIGN_HISTORY, verb="measure", texts=TEXTS) if path.exists() else None


def read_work_list(path: Path) -> pd.DataFrame:
    """A work list as `target` wrote it, days as days."""
    frame = read_table(path, TARGETS, verb="target", texts=LIST_TEXTS)
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in LIST_DAYS})


def _list(path: str | None, key: str) -> pd.DataFrame | None:
    if path is None:
        return None
    if not Path(path).is_file():
        raise InputError(f"There is no file {path!r}, which {key} names. Correct the path, or leave {key} out.")
    return read_table(Path(path), texts=("channel", "opening"))
