"""Texts: the one type of a column of them, the same on every pandas, and how e-mail addresses are compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

# What pandas 3 calls "str". On pandas 2 that word makes objects, and the text 'None' of a missing one.
TEXT_DTYPE = pd.StringDtype(na_value=np.nan)


def plain_email(text: str) -> str:
    """An e-mail address in lower case and without blanks; any other text as it is.

    Examples
    --------
    >>> plain_email(" Ann@Example.com"), plain_email("C-12")
    ('ann@example.com', 'C-12')
    """
    return text.strip().lower() if "@" in text else text
