"""Sentences in the columns of a table in another language: reasons, openings."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from regulars.languages import Language
from regulars.languages.catalogue import chinese
from regulars.texts import TEXT_DTYPE


def table_in(language: Language, table: pd.DataFrame, columns: Iterable[str]) -> pd.DataFrame:
    """A table whose sentences in some columns were written in English, in this language; a column not there is none.

    Examples
    --------
    >>> made = pd.DataFrame({"customer_id": [1], "reason_1": ["raises the risk: has not ordered for 63 days"]})
    >>> table_in("zh", made, ["reason_1"]).reason_1[0]
    '流失风险上升：已63天未下单'
    """
    if language == "en":
        return table
    told = {name: table[name].map(chinese().in_words, na_action="ignore") for name in columns if name in table}
    return table.assign(**{name: values.astype(TEXT_DTYPE) for name, values in told.items()})
