"""Feeds that the parameters name: read through the door, and put beside the log."""

from __future__ import annotations

from collections.abc import Collection

import pandas as pd

from regulars.loyalty import FromFeed, from_feeds
from regulars.params import FEEDS, Params
from regulars.pipelines.validate import forgotten_file
from regulars.progress import step
from regulars.transactions import Feed, Forgotten, Transactions, read_feed
from regulars.windows import Windows


def read_feeds(params: Params, names: Collection[str] = tuple(FEEDS)) -> dict[str, Feed]:
    """Read those of these feeds that the parameters name, without the rows of forgotten customers."""
    log, forgotten = params.transactions, Forgotten.read(forgotten_file(params))
    return {
        name: read_feed(
            name,
            params.feeds[name].path,
            params.feeds[name].columns,
            memory_limit=log.memory_limit,
            timezone=log.timezone,
            forgotten=forgotten,
        )
        for name in names
        if name in params.feeds
    }


def feeds_beside(params: Params, tx: Transactions, windows: Windows, states: pd.DataFrame) -> dict[str, FromFeed]:
    """What the feeds of `params` tell at a cutoff, beside the states of the customers."""
    feeds = read_feeds(params)
    with step("read what feeds tell"):
        return from_feeds(feeds, tx, windows, states, params.loyalty, margin=params.lifetime.margin)
