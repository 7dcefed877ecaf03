from __future__ import annotations

import numpy as np
import pandas as pd

from regulars.transactions import read_transactions
from regulars.transactions.simulate import simulate_bg_nbd


def test_the_same_seed_gives_the_same_customers() -> None:
    one, two, other = (simulate_bg_nbd(200, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one.transactions, two.transactions)
    pd.testing.assert_frame_equal(one.customers, two.customers)
    assert not one.transactions.equals(other.transactions)


def test_rates_and_dropouts_have_the_moments_of_their_distributions() -> None:
    truth = simulate_bg_nbd(20_000, r=2.0, alpha=40.0, a=2.0, b=6.0, seed=3).customers
    assert abs(truth["rate"].mean() - 2 / 40) < 0.001
    assert abs(truth["dropout"].mean() - 2 / 8) < 0.005
    assert abs(truth["mean_amount"].mean() - 30) < 0.7


def test_repeat_purchases_have_the_expectation_of_bg_nbd() -> None:
    # Fader, Hardie & Lee 2005, eq. 9, by simulation-free numerical integration of lambda and p.
    r, alpha, a, b, days = 1.0, 30.0, 1.5, 4.0, 200
    cohort = simulate_bg_nbd(20_000, r=r, alpha=alpha, a=a, b=b, joining_days=1, days=days, seed=4)
    repeats = len(cohort.transactions) / 20_000 - 1
    rng = np.random.default_rng(0)
    rate, dropout = rng.gamma(r, 1 / alpha, 10**6), rng.beta(a, b, 10**6)
    expected = np.mean((1 - np.exp(-rate * dropout * (days - 0.5))) / dropout)  # customers join at noon on average
    assert abs(repeats - expected) < 0.05


def test_nobody_buys_after_leaving_and_days_lie_in_the_log() -> None:
    cohort = simulate_bg_nbd(2_000, days=300, joining_days=60, seed=5)
    last = cohort.transactions.groupby("customer_id")["date"].max()
    left = cohort.customers["left"].dropna()
    assert (last[left.index] == left).all()
    assert cohort.transactions["date"].min() == pd.Timestamp("2020-01-01")
    assert cohort.transactions["date"].max() < pd.Timestamp("2020-01-01") + pd.Timedelta(days=300)
    first = cohort.transactions.groupby("customer_id")["date"].min()
    assert (first == cohort.customers["joined"]).all()


def test_the_log_reads_without_a_fault() -> None:
    cohort = simulate_bg_nbd(300, seed=6)
    tx = read_transactions(cohort.transactions)
    assert tx.n_customers == 300
    assert tx.ledger.rows == len(cohort.transactions)
