"""Sentences of a table told anew: where there is none, there is none; all else stays."""

from __future__ import annotations

import pandas as pd

from regulars.languages.tables import table_in


def test_only_the_columns_that_are_named_and_there_change() -> None:
    made = pd.DataFrame({"offer": ["coupon", "coupon"], "reason_1": ["lowers the risk: has returned nothing", None]})
    told = table_in("zh", made, ["reason_1", "opening"])
    assert told["reason_1"][0] == "流失风险下降：从未退货"
    assert pd.isna(told["reason_1"][1])
    assert told["offer"].tolist() == ["coupon", "coupon"]
    assert made["reason_1"][0] == "lowers the risk: has returned nothing"


def test_english_is_the_same_table() -> None:
    made = pd.DataFrame({"reason_1": ["lowers the risk: has returned nothing"]})
    assert table_in("en", made, ["reason_1"]) is made
