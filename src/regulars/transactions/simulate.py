"""Customers whose truth is known: a cohort that buys and leaves as BG/NBD says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated log and the truth behind it.

    Parameters
    ----------
    transactions : pandas.DataFrame
        One row a purchase: customer_id (int), date (day), amount (2 digits).
    customers : pandas.DataFrame
        Index customer_id; `joined` (day), `rate` (purchases a day while alive), `dropout` (probability of leaving after
        each repeat purchase), `left` (day of the last purchase if the customer left after it, else NaT), `mean_amount`.
    """

    transactions: pd.DataFrame
    customers: pd.DataFrame


def simulate_bg_nbd(
    n_customers: int,
    *,
    r: float = 0.25,
    alpha: float = 31.0,
    a: float = 0.8,
    b: float = 2.5,
    start: str | dt.date = "2020-01-01",
    joining_days: int = 90,
    days: int = 540,
    mean_amount: float = 30.0,
    seed: int = 0,
) -> Simulated:
    """Draw a cohort that joins in `[start, start + joining_days)` and is followed to `start + days`.

    Parameters
    ----------
    n_customers : int
        Customers in the cohort.
    r, alpha : float
        Purchase rates are Gamma(r, rate alpha), in purchases a day; alpha in days.
    a, b : float
        Dropout probabilities are Beta(a, b).
    start : day
        First day on which customers join.
    joining_days, days : int
        Customers join uniformly over the first; the log is `[start, start + days)`.
    mean_amount : float
        Mean of the customers' mean amounts, in money.
    seed : int
        Same seed, same customers.

    Returns
    -------
    Simulated
        The log in days, and each customer's true rate and dropout.

    Notes
    -----
    BG/NBD (Fader, Hardie & Lee 2005, section 2): after joining, purchases come as a Poisson process of rate lambda, and
    after each of them the customer leaves for good with probability p. Times are cut to days, so purchases of one day
    merge in an order day: keep rates well below one a day where parameters are to be recovered. Amounts are gamma with
    shape 6 around a mean that is inverse-gamma over customers (gamma-gamma, Fader & Hardie 2013), whatever the rate.

    Examples
    --------
    >>> cohort = simulate_bg_nbd(3, r=1.0, alpha=20.0, seed=1)
    >>> list(cohort.transactions.columns), cohort.customers.index.tolist()
    (['customer_id', 'date', 'amount'], [0, 1, 2])
    """
    rng = np.random.default_rng(seed)
    rate, dropout = rng.gamma(r, 1 / alpha, n_customers), rng.beta(a, b, n_customers)
    joined = rng.integers(0, joining_days, n_customers)
    customer, day, left = _purchases(rng, rate, dropout, joined, days)
    shape, spread = 6.0, 4.0
    means = mean_amount * (spread - 1) / rng.gamma(spread, 1.0, n_customers)
    amounts = np.round(rng.gamma(shape, means[customer] / shape), 2)
    origin = pd.Timestamp(start)
    transactions = pd.DataFrame(
        {"customer_id": customer, "date": origin + pd.to_timedelta(day, unit="D"), "amount": amounts}
    )
    customers = pd.DataFrame(
        {
            "joined": origin + pd.to_timedelta(joined, unit="D"),
            "rate": rate,
            "dropout": dropout,
            "left": origin + pd.to_timedelta(pd.Series(left), unit="D"),
            "mean_amount": means,
        },
        index=pd.RangeIndex(n_customers, name="customer_id"),
    )
    return Simulated(transactions.sort_values(["customer_id", "date"], kind="stable", ignore_index=True), customers)


def _purchases(
    rng: np.random.Generator,
    rate: np.ndarray[tuple[int], np.dtype[np.float64]],
    dropout: np.ndarray[tuple[int], np.dtype[np.float64]],
    joined: np.ndarray[tuple[int], np.dtype[np.int64]],
    days: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Let all customers who are still there make their next purchase, round by round."""
    everyone = np.arange(len(rate))
    customers, bought = [everyone], [joined.astype(float)]
    left = np.full(len(rate), np.nan)
    active, clock = everyone, joined + rng.random(len(rate))
    while len(active):
        clock = clock + rng.exponential(1.0, len(active)) / np.maximum(rate[active], 1e-300)
        seen = clock < days
        active, clock = active[seen], clock[seen]
        customers.append(active)
        bought.append(np.floor(clock))
        leaves = rng.random(len(active)) < dropout[active]
        left[active[leaves]] = np.floor(clock[leaves])
        active, clock = active[~leaves], clock[~leaves]
    return np.concatenate(customers), np.concatenate(bought), left
