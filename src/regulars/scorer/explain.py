"""Why the scores of a customer are what they are: contributions that add up, and the value in words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from regulars.features import summary_of
from regulars.lifetime import LifetimeValue
from regulars.reasons.value import COUNT, MONEY, OFFSET, contributions_to_mean, value_reasons_for
from regulars.scorer.attributes import NO_ATTRIBUTES, AttributeColumns
from regulars.scorer.base_models import LIGHTGBM, trees_of
from regulars.scorer.design import design
from regulars.scorer.ensemble import Ensemble

_NEWCOMER = pd.DataFrame({"frequency": [0.0], "recency": [0.0], "T": [1.0], "monetary_value": [0.0]})


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the predictions of the boosters are made of, a row a customer.

    They are explained before they are blended with others and calibrated, so the sums are those of
    `Scorer.base_predictions`, not the scores.

    Parameters
    ----------
    risk : DataFrame or None
        What each column of the design adds to the log-odds of no order in the window, and `bias`; a row adds up to what
        the churn booster says. None without boosters.
    value : DataFrame
        What adds up to the logarithm of the expected spend, or of the expected order days where the log has no money:
        the lifetime model's mean as `offset_alive`, `offset_purchases` and, of money, `offset_order_value`, each
        against a customer who has just ordered for the first time; what each column of the design adds by the booster;
        and `bias`, what is expected of that newcomer. Their exponentials are factors. Without boosters it adds up to
        the lifetime model's mean.
    value_reasons : DataFrame
        `value_reason_1`, `value_reason_2`, `value_reason_3`: what "raises the value" or "lowers the value", the
        strongest first; null where there is no more. They leave the booster out where it is not part of the score.
        Reasons for the risk stand in the scores.
    """

    risk: pd.DataFrame | None
    value: pd.DataFrame
    value_reasons: pd.DataFrame

    def first(self, rows: int) -> Explanation:
        """The explanation of the first rows."""
        risk = self.risk if self.risk is None else self.risk.iloc[:rows]
        return Explanation(risk, self.value.iloc[:rows], self.value_reasons.iloc[:rows])


def explained(
    lifetime: LifetimeValue,
    ensemble: Ensemble | None,
    features: pd.DataFrame,
    horizon_days: int,
    attributes: AttributeColumns = NO_ATTRIBUTES,
) -> Explanation:
    r"""Take apart what is predicted of customers for the next `horizon_days`.

    Parameters
    ----------
    lifetime : LifetimeValue
    ensemble : Ensemble or None
        None of a scorer that is lifetime value alone.
    features : DataFrame, shape (n, m)
        The features that the scorer names, as doubles.
    horizon_days : int
    attributes : AttributeColumns, optional
        How attributes among the features become columns; what is added by a category stands under its name.

    Examples
    --------
    >>> import numpy as np
    >>> from regulars.lifetime import GammaGamma, MBGNBD
    >>> purchases = MBGNBD.from_params({"r": 0.52, "alpha": 56.0, "a": 0.89, "b": 1.59})
    >>> lifetime = LifetimeValue(purchases, GammaGamma.from_params({"p": 6.25, "q": 3.74, "gamma": 15.44}), 35.2)
    >>> customers = pd.DataFrame({
    ...     "frequency": [6.0, 0.0], "recency": [230.0, 0.0], "tenure": [235.0, 400.0], "days_since_last": [5.0, 400.0],
    ...     "gap_mean": [38.3, float("nan")], "order_rate": [0.77, 0.0], "order_value_mean": [62.5, 12.0],
    ...     "order_value_first": [55.0, 12.0], "order_value_last": [61.0, 12.0],
    ...     "repeat_value_mean": [64.0, float("nan")], "paid_days": [7.0, 1.0]})
    >>> told = explained(lifetime, None, customers, horizon_days=180)
    >>> print(*told.value_reasons.iloc[0], sep="\n")
    raises the value: came back 6 times in 235 days
    raises the value: spends 62.50 per order day on average; the shop's average is 35.20
    raises the value: last ordered 5 days ago; the average gap is 38 days
    >>> print(np.exp(told.value.sum(axis=1)).round(2).tolist())  # money in 180 days
    [184.12, 2.53]
    """
    quantities, newcomer = (lifetime.quantities(who, horizon_days) for who in (summary_of(features), _NEWCOMER))
    blend = (ensemble.spend or ensemble.purchases) if ensemble else None
    trees = trees_of(blend) if blend else None
    has_money = ensemble.spend is not None if ensemble else not math.isnan(lifetime.order_value)
    mean = MONEY if has_money else COUNT
    table = design(features, [str(name) for name in features], quantities, attributes)
    value = attributes.added_up(contributions_to_mean(mean, trees, table, quantities, newcomer))
    used = value if blend is None or blend.weights[LIGHTGBM] else value.filter(like=OFFSET)
    usual = {
        "shop_order_value": lifetime.order_value,
        "newcomer_order_rate": 30.0 * float(newcomer["expected_purchases"].item()) / horizon_days,
    }
    return Explanation(
        risk=attributes.added_up(trees_of(ensemble.churn).contributions(table)) if ensemble else None,
        value=value,
        value_reasons=value_reasons_for(mean, used, features, usual),
    )
