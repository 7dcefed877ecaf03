"""One finding out of many."""

from __future__ import annotations

import pandas as pd

from regulars.loyalty import FromFeed


def figure(told: FromFeed, driver: str) -> pd.Series:
    """The only row of a finding."""
    (found,) = [row for _, row in told.findings.iterrows() if row["driver"] == driver]
    return found
