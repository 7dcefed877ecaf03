"""Our side of every contest. Each prepares what is not timed, and returns what is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from regulars.benchmark.market import Market
from regulars.features import rfm_summary
from regulars.lifetime import BGNBD, MBGNBD, GammaGamma, ParetoNBD
from regulars.lifetime.base import LifetimeModel
from regulars.lifetime.clv import discounted_value
from regulars.lifetime.rows import rows_of

Answer = NDArray[np.float64]
Run = Callable[[], Answer]
WINDOW = 180.0  # days for which purchases are expected
MONTHS, MONTH = 12, 30  # lifetime value as `lifetimes` counts time


def summary(market: Market) -> Run:
    """The RFM summary of a log that has been read."""
    tx = market.read()
    return lambda: rfm_summary(tx, market.cutoff).to_numpy()


def summary_of_lines(market: Market) -> Run:
    """The RFM summary of a table of purchases, which is read, checked and hashed first."""
    _ = market.lines
    return lambda: rfm_summary(market.read(), market.cutoff).to_numpy()


def cells(market: Market) -> Run:
    """Customers that look alike, counted."""
    customers = market.summary
    return lambda: rows_of(customers).weight


def fit(model: type[LifetimeModel]) -> Callable[[Market], Run]:
    """Parameters from one row a customer, checks of the input and compression included, the certificate not."""

    def contender(market: Market) -> Run:
        customers = market.summary
        return lambda: np.array(list(model().fit(customers).params_.values()))

    return contender


def forecast(market: Market) -> Run:
    """Expected purchases and P(alive) of every customer."""
    customers, model = market.summary, market.model
    return lambda: np.stack([model.expected_purchases(customers, WINDOW), model.probability_alive(customers)])


def value(market: Market) -> Run:
    """Discounted lifetime value of every customer over twelve months."""
    customers, model, spend, rate = market.summary, market.model, market.spend, market.annual_rate
    return lambda: discounted_value(model, spend, customers, horizon_days=MONTHS * MONTH, annual_rate=rate)


bg_nbd, mbg_nbd, pareto_nbd, gamma_gamma = fit(BGNBD), fit(MBGNBD), fit(ParetoNBD), fit(GammaGamma)
