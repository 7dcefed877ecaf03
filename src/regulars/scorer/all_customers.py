"""What all customers of a log are expected to do, where predictions were made of a sample of them."""

from __future__ import annotations

import pandas as pd

from regulars.scorer.ensemble import Predicted
from regulars.scorer.forecast import Forecast
from regulars.scorer.history import History
from regulars.scorer.scorer import Scorer
from regulars.windows import Windows

EXPECTED = ("expected_purchases", "expected_spend")


def forecast_of_all(history: History, windows: Windows, scorer: Scorer, predicted: Predicted) -> Forecast:
    """Totals of all customers at a cutoff, from predictions of the customers that a history looks at.

    Parameters
    ----------
    history : History
    windows : Windows
        The cutoff.
    scorer : Scorer
        Fitted there.
    predicted : Predicted
        From `scorer.predict` of the features at the cutoff.

    Notes
    -----
    With a sample, predictions are scaled by what the lifetime model expects of all customers over what it expects of
    the sample. The scorer's totals are a correction of the lifetime model's, and both the lifetime model and the
    correction come from all customers: what is left of the sampling is how the ensemble's total depends on who was
    drawn once it is held to the lifetime model's, which is little.
    """
    scale = _scale(history, windows, scorer, predicted) if history.sample else dict.fromkeys(EXPECTED, 1.0)
    return scorer.forecast(pd.DataFrame({name: scale[name] * getattr(predicted, name) for name in EXPECTED}))


def _scale(history: History, windows: Windows, scorer: Scorer, predicted: Predicted) -> dict[str, float]:
    """Totals of all customers over those of the sample, by the lifetime model."""
    lifetime, everybody = scorer.lifetime, history.summary_of_all(windows)
    expected = lifetime.expected(lifetime.customers(everybody), windows.horizon_days)
    of_all, of_sample = (table[list(EXPECTED)].sum(skipna=False) for table in (expected, predicted.quantities))
    by_number = len(everybody) / len(predicted.quantities)
    return {name: float(of_all[name] / of_sample[name]) if of_sample[name] else by_number for name in EXPECTED}
