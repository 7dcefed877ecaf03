"""Feeds that the parameters name, beside the log."""

from __future__ import annotations

import pandas as pd

from regulars.loyalty import FromFeed, from_feeds
from regulars.params import Params
from regulars.pipelines.inputs import read_feeds
from regulars.progress import step
from regulars.transactions import Transactions
from regulars.windows import Windows


def feeds_beside(params: Params, tx: Transactions, windows: Windows, states: pd.DataFrame) -> dict[str, FromFeed]:
    """What the feeds of `params` tell at a cutoff, beside the states of the customers."""
    feeds = read_feeds(params)
    with step("read what feeds tell"):
        return from_feeds(feeds, tx, windows, states, params.loyalty, margin=params.lifetime.margin)
