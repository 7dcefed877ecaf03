"""The table that the boosters see."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from regulars.lifetime import QUANTITIES

_MONEY = frozenset({"order_value", "expected_spend"})


def design(features: pd.DataFrame, names: Sequence[str], quantities: pd.DataFrame) -> pd.DataFrame:
    """Features in the given order, then the lifetime model's quantities of the same cutoff."""
    has_money = "net_total" in names
    carried = [name for name in QUANTITIES if has_money or name not in _MONEY]
    return pd.concat([features[list(names)], quantities[carried].add_prefix("lifetime_")], axis="columns")
