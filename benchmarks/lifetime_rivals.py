"""The side of `lifetimes` and pandas in every contest. Each prepares what is not timed, and returns what is."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.lifetime_ours import MONTH, MONTHS, WINDOW, Run
from benchmarks.simulated_customers import SimulatedCustomers

COLUMNS = ["frequency", "recency", "T"]


def summary(simulated: SimulatedCustomers) -> Run:
    """The RFM summary of a table of purchases."""
    from lifetimes.utils import summary_data_from_transaction_data

    lines = simulated.lines

    def run() -> Any:
        made = summary_data_from_transaction_data(
            lines, "customer_id", "date", "amount", observation_period_end=simulated.cutoff, freq="D"
        )
        return made.to_numpy()

    return run


def cells(simulated: SimulatedCustomers) -> Run:
    """Customers that look alike, counted by pandas."""
    customers = simulated.summary
    return lambda: customers.groupby(COLUMNS).size().to_numpy().astype(float)


def fit(name: str, *, alike: bool = False) -> Callable[[SimulatedCustomers], Run]:
    """Parameters from one row a customer, or from the customers that look alike, counted beforehand; or none."""

    def contender(simulated: SimulatedCustomers) -> Run:
        from lifetimes.utils import ConvergenceError

        fitter = getattr(_lifetimes(), name)
        table = simulated.cells if alike else simulated.summary
        columns, weights = [table[name] for name in COLUMNS], table["weight"] if alike else None

        def run() -> Any:
            try:
                return fitter().fit(*columns, weights=weights).params_.to_numpy()
            except ConvergenceError:
                return np.empty(0)

        return run

    return contender


def gamma_gamma(simulated: SimulatedCustomers) -> Run:
    """Parameters from the customers who came back, selected beforehand."""
    fitter = _lifetimes().GammaGammaFitter
    back = simulated.summary[simulated.summary["frequency"] > 0]
    return lambda: fitter().fit(back["frequency"], back["monetary_value"]).params_.to_numpy()


def forecast(simulated: SimulatedCustomers) -> Run:
    """Expected purchases and P(alive) of every customer."""
    model, columns = _model(simulated), [simulated.summary[name] for name in COLUMNS]

    def run() -> Any:
        return np.stack([model.predict(WINDOW, *columns), model.conditional_probability_alive(*columns)])

    return run


def value(simulated: SimulatedCustomers) -> Run:
    """Discounted lifetime value of every customer over twelve months, by differences month by month."""
    model, columns, money = (
        _model(simulated),
        [simulated.summary[name] for name in COLUMNS],
        simulated.summary["monetary_value"],
    )
    spend = _lifetimes().GammaGammaFitter()
    p, q, gamma = simulated.spend.params_.values()
    spend.params_ = pd.Series({"p": p, "q": q, "v": gamma})
    monthly = (1 + simulated.annual_rate) ** (MONTH / 365) - 1

    def run() -> Any:
        made = spend.customer_lifetime_value(model, *columns, money, time=MONTHS, discount_rate=monthly, freq="D")
        return made.to_numpy()

    return run


def _model(simulated: SimulatedCustomers) -> Any:
    model = _lifetimes().BetaGeoFitter()
    model.params_ = pd.Series(simulated.model.params_)
    model.predict = model.conditional_expected_number_of_purchases_up_to_time
    return model


def _lifetimes() -> ModuleType:
    import lifetimes

    module: ModuleType = lifetimes
    return module


bg_nbd, mbg_nbd, pareto_nbd = fit("BetaGeoFitter"), fit("ModifiedBetaGeoFitter"), fit("ParetoNBDFitter")
bg_nbd_alike, mbg_nbd_alike = fit("BetaGeoFitter", alike=True), fit("ModifiedBetaGeoFitter", alike=True)
