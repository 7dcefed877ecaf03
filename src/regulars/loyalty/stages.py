"""The stage of the relation: first-time, repeat or advocate.

Suspects and prospects have not bought yet, so a log of transactions does not know them.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.params import LoyaltyParams
from regulars.texts import TEXT_DTYPE

FIRST_TIME, REPEAT, ADVOCATE = "first_time", "repeat", "advocate"
STAGES = (FIRST_TIME, REPEAT, ADVOCATE)


def stages_of(features: pd.DataFrame, rules: LoyaltyParams) -> pd.Series[str]:
    """One order day is first-time, more are repeat; advocates have many, the last of them not long ago.

    That is `advocate_orders` order days or more, and one in the last `advocate_days`.
    """
    orders = features["frequency"].to_numpy() + 1
    lately = features["days_since_last"].to_numpy() <= rules.advocate_days
    advocate = (orders >= rules.advocate_orders) & lately
    stage = np.select([advocate, orders > 1], [ADVOCATE, REPEAT], FIRST_TIME)
    return pd.Series(stage, features.index, dtype=TEXT_DTYPE, name="stage")
