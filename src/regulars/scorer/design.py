"""The table that the boosters see."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from regulars.lifetime import QUANTITIES
from regulars.scorer.attributes import NO_ATTRIBUTES, AttributeColumns

_MONEY = frozenset({"order_value", "expected_spend"})


def design(
    features: pd.DataFrame,
    names: Sequence[str],
    quantities: pd.DataFrame,
    attributes: AttributeColumns = NO_ATTRIBUTES,
) -> pd.DataFrame:
    """Features in the given order, attributes as doubles, then the lifetime model's quantities of the same cutoff."""
    has_money = "net_total" in names
    carried = [name for name in QUANTITIES if has_money or name not in _MONEY]
    parts = [plain_design(features, names, attributes), quantities[carried].add_prefix("lifetime_")]
    return pd.concat(parts, axis="columns")


def plain_design(features: pd.DataFrame, names: Sequence[str], attributes: AttributeColumns) -> pd.DataFrame:
    """The same without the lifetime model's quantities."""
    table = features[[name for name in names if name not in attributes.names]]
    return pd.concat([table, attributes.encoded(features)], axis="columns") if attributes else table
