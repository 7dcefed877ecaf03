"""Our side of every contest. Each prepares what is not timed, and returns what is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.simulated_customers import SimulatedCustomers
from regulars.features import rfm_summary
from regulars.lifetime import BGNBD, MBGNBD, GammaGamma, ParetoNBD
from regulars.lifetime.clv.clv import discounted_value
from regulars.lifetime.fit.rows import rows_of
from regulars.lifetime.models.fitted import LifetimeModel

Answer = NDArray[np.float64]
Run = Callable[[], Answer]
WINDOW = 180.0  # days for which purchases are expected
MONTHS, MONTH = 12, 30  # lifetime value as `lifetimes` counts time


def summary(simulated: SimulatedCustomers) -> Run:
    """The RFM summary of a log that has been read."""
    tx = simulated.read()
    return lambda: rfm_summary(tx, simulated.cutoff).iloc[:, :4].to_numpy()


def summary_of_lines(simulated: SimulatedCustomers) -> Run:
    """The RFM summary of a table of purchases, which is read, checked and hashed first."""
    _ = simulated.lines
    return lambda: rfm_summary(simulated.read(), simulated.cutoff).iloc[:, :4].to_numpy()


def cells(simulated: SimulatedCustomers) -> Run:
    """Customers that look alike, counted."""
    customers = simulated.summary
    return lambda: rows_of(customers).weight


def fit(model: type[LifetimeModel]) -> Callable[[SimulatedCustomers], Run]:
    """Parameters from one row a customer, checks of the input and compression included, the certificate not."""

    def contender(simulated: SimulatedCustomers) -> Run:
        customers = simulated.summary
        return lambda: np.array(list(model().fit(customers).params_.values()))

    return contender


def forecast(simulated: SimulatedCustomers) -> Run:
    """Expected purchases and P(alive) of every customer."""
    customers, model = simulated.summary, simulated.model
    return lambda: np.stack([model.expected_purchases(customers, WINDOW), model.probability_alive(customers)])


def value(simulated: SimulatedCustomers) -> Run:
    """Discounted lifetime value of every customer over twelve months."""
    customers, model, spend, rate = simulated.summary, simulated.model, simulated.spend, simulated.annual_rate
    terms = {"horizon_days": MONTHS * MONTH, "annual_rate": rate}
    return lambda: discounted_value(model, spend, customers, **terms).to_numpy()


bg_nbd, mbg_nbd, pareto_nbd, gamma_gamma = fit(BGNBD), fit(MBGNBD), fit(ParetoNBD), fit(GammaGamma)
