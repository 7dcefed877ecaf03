"""Files that a campaign names in the parameters: exclusions, consents, contacts made before, and its history."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from regulars.errors import InputError
from regulars.loyalty.feeds.contacts import by_shop
from regulars.params import CONTACTS, LOG, Params
from regulars.pipelines.inputs import customers_file, read_feeds
from regulars.predict import read_table
from regulars.progress import note
from regulars.retention import Lists
from regulars.retention.permission import consents_of
from regulars.retention.records import LATER, TEXTS
from regulars.tables import CAMPAIGN_HISTORY, TARGETS
from regulars.transactions import run_day
from regulars.windows import Windows

LIST_TEXTS = (
    "campaign",
    "group",
    "channel",
    "offer",
    "kind",
    "opening",
    "next_product",
    "next_product_why",
    "model_version",
)
LIST_LATER = ("next_product", "next_product_why")  # columns that lists of before do not have: null there
LIST_DAYS = ("contact_on", "last_order", "cutoff")


def lists_read(params: Params) -> dict[str, Path]:
    """Which files are read beside feeds, so that no result is written over them."""
    campaign = params.campaign
    consents = None if campaign.consent == LOG or params.consent_column else campaign.consent
    files = {"exclusions": campaign.exclude, "consents": consents, "campaign history": campaign.history}
    return {name: Path(file) for name, file in files.items() if file}


def read_lists(params: Params, consents: pd.Series | None = None) -> Lists:
    """The exclusions, consents and earlier contacts; `consents` are the customers who consent by the log."""
    campaign = params.campaign
    by_log = campaign.consent == LOG
    consent = _on_all_channels(params, consents) if by_log else _consents(params)
    return Lists(_list(campaign.exclude, "campaign.exclude"), consent, read_contacts(params))


def _on_all_channels(params: Params, consents: pd.Series | None) -> pd.DataFrame:
    """Consents by the log, which knows no channels: who accepts marketing may be contacted on any of the offers'."""
    if consents is None:
        raise InputError(
            "campaign.consent is 'log', but the log does not tell who accepts marketing: of the known exports only "
            "Shopify's does. Name a file with the columns customer_id and channel, or leave campaign.consent out."
        )
    channels = pd.DataFrame({"channel": sorted({offer.channel for offer in params.offers})})
    return pd.DataFrame({"customer_id": consents}).merge(channels, how="cross")


def _consents(params: Params) -> pd.DataFrame | None:
    """The consents: from a file of their own, or as the customers' file has them on the day of the run."""
    known = customers_file(params) if params.consent_column else None
    if known is None or params.consent_column is None:
        return _list(params.campaign.consent, "campaign.consent")
    today = run_day(params.transactions.timezone).latest
    values = known.everybody_at(Windows.up_to(today).shifted(1))[params.consent_column]
    consents, unclear = consents_of(values, {offer.channel for offer in params.offers})
    if unclear:
        note(unclear)
    return consents


def read_contacts(params: Params) -> pd.DataFrame | None:
    """The contacts that the shop made, by the feed of contacts; None where none is given."""
    feed = read_feeds(params, [CONTACTS]).get(CONTACTS)
    return by_shop(feed.frame) if feed else None


def read_history_of(params: Params) -> pd.DataFrame | None:
    """The campaign history that the parameters name; None where they name none, or it is not there yet."""
    return read_history(Path(params.campaign.history)) if params.campaign.history else None


def read_history(path: Path) -> pd.DataFrame | None:
    """The campaign history; None where there is none yet."""
    needed = [name for name in CAMPAIGN_HISTORY if name not in LATER]
    return read_table(path, needed, verb="measure", texts=TEXTS) if path.exists() else None


def read_work_list(path: Path) -> pd.DataFrame:
    """A work list as `target` wrote it, days as days."""
    needed = [name for name in TARGETS if name not in LIST_LATER]
    frame = read_table(path, needed, verb="target", texts=LIST_TEXTS)
    frame = frame.assign(**{name: None for name in LIST_LATER if name not in frame})
    return frame.assign(**{name: pd.to_datetime(frame[name]) for name in LIST_DAYS})


def _list(path: str | None, key: str) -> pd.DataFrame | None:
    if path is None:
        return None
    if not Path(path).is_file():
        raise InputError(f"There is no file {path!r}, which {key} names. Correct the path, or leave {key} out.")
    return read_table(Path(path), texts=("channel", "opening"))
