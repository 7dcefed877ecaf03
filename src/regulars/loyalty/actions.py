"""What to do for a customer, by stage and health; a shop can put its own words in `loyalty.actions`."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from regulars.errors import ParamsError, nearest
from regulars.texts import TEXT_DTYPE

ACTIONS = {
    "first_time_good": "say thank you and show what goes with the first order",
    "first_time_average": "remind of the first order and ask whether all was well",
    "first_time_poor": "send one reminder, then no more",
    "repeat_good": "recommend something new from what they like",
    "repeat_average": "ask whether something is missing",
    "repeat_poor": "win back if the work list says that it pays, else let go",
    "advocate_good": "thank them and ask for a referral",
    "advocate_average": "write in person: ask whether something is missing",
    "advocate_poor": "call now: ask what has changed",
}


def actions_for(stage: pd.Series[str], health: pd.Series[str], own: Mapping[str, str]) -> pd.Series[str]:
    """The action for every customer, in the shop's own words where it has some.

    Raises
    ------
    ParamsError
        If the shop names a stage and health that there is not.
    """
    if unknown := [name for name in own if name not in ACTIONS]:
        raise ParamsError(
            f"loyalty.actions has {', '.join(unknown)}{nearest(unknown[0], ACTIONS)}; known: {', '.join(ACTIONS)}."
        )
    words = {**ACTIONS, **own}
    return (stage + "_" + health).map(words).astype(TEXT_DTYPE).rename("action")
