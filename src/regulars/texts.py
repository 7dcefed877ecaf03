"""The one type of a column of texts, the same on every pandas: texts, with NaN where there is none."""

from __future__ import annotations

import numpy as np
import pandas as pd

# What pandas 3 calls "str". On pandas 2 that word makes objects, and the text 'None' of a missing one.
TEXT_DTYPE = pd.StringDtype(na_value=np.nan)
