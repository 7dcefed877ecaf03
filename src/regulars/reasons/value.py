"""What raises and what lowers the value, as contributions that add up and in words."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from regulars.learners import Booster
from regulars.learners.base_models import log_mean
from regulars.reasons import value_sentences as sentences
from regulars.reasons.risk import NAMES, Speech, Voice, reasons_for

MONEY, COUNT = "expected_spend", "expected_purchases"
ABOUT = {MONEY: "value", COUNT: "expected orders"}
OFFSET = "offset_"  # columns of what the booster starts from
VALUE_REASONS = [f"value_{name}" for name in NAMES]


def contributions_to_mean(
    mean: str, booster: Booster | None, table: pd.DataFrame, quantities: pd.DataFrame, newcomer: pd.DataFrame
) -> pd.DataFrame:
    """What adds up to the logarithm of a mean: the lifetime model's, times the factor of a booster where there is one.

    Parameters
    ----------
    mean : str
        `expected_spend` or `expected_purchases`.
    booster : Booster or None
        What corrects it.
    table, quantities : DataFrame, n rows
        The design, and what the lifetime models say of the same customers.
    newcomer : DataFrame, 1 row
        What they say of a customer who has just ordered for the first time.

    Returns
    -------
    DataFrame, n rows
        The lifetime model's mean in parts, each less the newcomer's: `offset_alive`, `offset_purchases` and, of money,
        `offset_order_value`. Then a column a feature of the booster, and `bias`, which holds what is expected of
        the newcomer.

    Notes
    -----
    The mean is P(alive) times the order days expected of a customer who is, times what one brings; a logarithm makes a
    sum of it, to which the trees' contributions are added (`learners.leaves`).
    """
    offsets, usual = _parts(mean, quantities), _parts(mean, newcomer).iloc[0]
    trees = booster.contributions(table) if booster else pd.DataFrame({"bias": 0.0}, index=table.index)
    return pd.concat([(offsets - usual).set_axis(table.index), trees.assign(bias=trees["bias"] + usual.sum())], axis=1)


def _parts(mean: str, quantities: pd.DataFrame) -> pd.DataFrame:
    """Logarithms that add up to that of the mean."""
    of_mean, alive = (log_mean(quantities[name].to_numpy(np.float64)) for name in (mean, "p_alive"))
    parts = {"alive": alive, "purchases": of_mean - alive}
    if mean == MONEY:
        worth = log_mean(quantities["order_value"].to_numpy(np.float64))
        parts |= {"purchases": of_mean - alive - worth, "order_value": worth}
    return pd.DataFrame(parts).add_prefix(OFFSET)


def value_reasons_for(
    mean: str, contributions: pd.DataFrame, features: pd.DataFrame, usual: Mapping[str, float]
) -> pd.DataFrame:
    """Up to three sentences a customer that say why the value is what it is, the strongest first.

    A customer is held against one who has just ordered for the first time.

    Parameters
    ----------
    mean : str
        What the contributions are to: money is told as the value, counts as the expected orders.
    contributions : DataFrame, n rows
        From `contributions_to_mean`.
    features : DataFrame, n rows
        The feature table, for the values in the sentences.
    usual : mapping
        `shop_order_value` and `newcomer_order_rate`, as in `value.sentences`.

    Returns
    -------
    DataFrame, n rows
        `value_reason_1`, `value_reason_2`, `value_reason_3` (text; null where there is none).

    Examples
    --------
    >>> regular = pd.DataFrame({"frequency": [7.0], "tenure": [188.0], "order_rate": [1.1], "order_value_mean": [20.5]})
    >>> usual = {"newcomer_order_rate": 0.4, "shop_order_value": 36.99}
    >>> pushes = pd.DataFrame({"offset_purchases": [1.2], "offset_order_value": [-0.3], "bias": [2.8]})
    >>> for reason in value_reasons_for("expected_spend", pushes, regular, usual).iloc[0].dropna():
    ...     print(reason)
    raises the value: came back 7 times in 188 days
    lowers the value: spends 20.50 per order day on average; the shop's average is 36.99
    """
    speech = Speech(
        Voice(f"raises the {ABOUT[mean]}: ", sentences.TIMING_RAISES, sentences.RAISES),
        Voice(f"lowers the {ABOUT[mean]}: ", sentences.TIMING_LOWERS, sentences.LOWERS),
    )
    return reasons_for(contributions, features.assign(**usual), speech).set_axis(VALUE_REASONS, axis=1)
