"""When the next order is expected, given that one comes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.lifetime import Customers
from regulars.lifetime.models.base import TransactionModel

# A one-time buyer's waiting time has no mean; dates later than this are not worth telling apart.
LATEST_DAYS = 3650
NEXT_PURCHASE = {"next_purchase_date": 0.5, "next_purchase_low": 0.1, "next_purchase_high": 0.9}


def waits_of(model: TransactionModel, customers: Customers, beyond_days: int) -> pd.DataFrame:
    """Whole days from the cutoff to the next order day: the median and the 80 % interval.

    NaN where no purchase at all is likelier than one, and where the median lies beyond so many days.
    """
    rows, index = customers.rows, customers.summary.index
    comes = model.probability_of_return(rows)
    waits = {name: model.next_purchase_quantile(rows, quantile) for name, quantile in NEXT_PURCHASE.items()}
    days = {name: np.floor(np.minimum(wait, LATEST_DAYS)) for name, wait in waits.items()}
    shown = (comes >= 0.5) & (waits["next_purchase_date"] <= beyond_days)
    return pd.DataFrame(days, index=index).where(pd.Series(shown, index=index))


def dates_of(waits: pd.DataFrame, cutoffs: pd.Series) -> dict[str, pd.Series]:
    """The days on which these waits end."""
    return {name: (cutoffs + pd.to_timedelta(waits[name], unit="D")).astype("datetime64[us]") for name in NEXT_PURCHASE}
