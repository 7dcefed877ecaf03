"""Made-up predictions, from the truth for good contenders and with noise for bad ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
import pytest

from regulars.tables import PREDICTIONS

CONTENDERS = {"regulars": 0.0, "mbg_nbd": 0.3, "frequency": 1.5, "days_since_last": 1.0}


def simulated_predictions(
    noise: Mapping[str, float] = CONTENDERS,
    *,
    customers: int = 600,
    origins: int = 3,
    seed: int = 0,
    level: float = 0.0,
) -> pd.DataFrame:
    """Poisson purchases with known rates; each contender sees the rates through noise on the log scale."""
    rng = np.random.default_rng(seed)
    frames = []
    rate = rng.gamma(0.5, 1.6, customers) + 1e-3
    for number in range(origins):
        purchases = rng.poisson(rate)
        spend = purchases * 20.0 * rng.gamma(4, 0.25, customers)
        for contender, sigma in noise.items():
            seen = rate * np.exp(level + sigma * rng.normal(size=customers) - sigma**2 / 2)
            frame = pd.DataFrame(
                {
                    "origin": dt.date(1998, 1, 1) + dt.timedelta(days=30 * number),
                    "customer_id": [f"c{i:05d}" for i in range(customers)],
                    "contender": contender,
                    "p_churn": np.exp(-seen),
                    "expected_purchases": seen,
                    "expected_spend": seen * 20.0,
                    "actual_purchases": purchases,
                    "actual_spend": spend,
                }
            )
            frames.append(frame)
    return pd.concat(frames, ignore_index=True)[list(PREDICTIONS)]


@pytest.fixture(scope="session")
def simulate() -> Callable[..., pd.DataFrame]:
    return simulated_predictions
