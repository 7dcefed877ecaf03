"""What a contender's ranking would be worth to a campaign, under assumed acceptance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from regulars.economics import empc
from regulars.evaluation.trials import P_CHURN, PURCHASES, SPEND, Trial, Trials
from regulars.params import OfferParams

COLUMNS = ["offer", "contender", "empc"]


def assumed_profit(trials: Trials, offers: Sequence[OfferParams], *, margin: float = 1.0) -> pd.DataFrame:
    """Expected maximum profit a customer of contacting by each contender's churn ranking.

    Parameters
    ----------
    trials : Trials
    offers : sequence of OfferParams
        Costs, and the assumed acceptance and redemption.
    margin : float
        Margin as a share of revenue.

    Returns
    -------
    DataFrame
        Columns `offer`, `contender`, `empc`: money a customer, the mean over origins. Empty where
        the log has no money.

    Notes
    -----
    EMPC (Verbraken, Verbeke & Baesens 2013, IEEE TKDE 25). The value of a customer who stays is the
    mean margin of those who bought in the window: a level, the same for all contenders, which is
    known afterwards only. The acceptance is an assumption of the offer, not an effect measured.
    """
    rows = [
        (offer.name, contender, float(np.mean([_empc(trial, contender, offer, margin) for trial in trials.trials])))
        for offer in offers
        for contender in trials.contenders
        if all((contender, P_CHURN) in trial.predicted and SPEND in trial.actual for trial in trials.trials)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _empc(trial: Trial, contender: str, offer: OfferParams, margin: float) -> float:
    churned, spend = trial.actual[P_CHURN], trial.actual[SPEND]
    buyers = spend[churned == 0]
    return empc(
        churned,
        trial.predicted[contender, P_CHURN],
        value_if_retained=margin * float(buyers.mean()) if len(buyers) else 0.0,
        incentive_cost=_incentive(trial, offer),
        contact_cost=offer.contact_cost,
        accept_rate=offer.accept_rate,
        redeem_rate=offer.redeem_rate,
    )


def _incentive(trial: Trial, offer: OfferParams) -> float:
    """Cost of the incentive when it is redeemed; a share is one of the mean order day in the window."""
    if offer.incentive_share is None:
        return float(offer.incentive_cost or 0.0)
    order_days = float(trial.actual[PURCHASES].sum())
    return offer.incentive_share * float(trial.actual[SPEND].sum()) / order_days if order_days else 0.0
