from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray


@dataclass(frozen=True)
class Sample:
    """Rows whose truth is known: churn depends on `a` and a little on `b`, not on the rest."""

    table: pd.DataFrame
    churned: NDArray[np.float64]


@pytest.fixture(scope="session")
def sample() -> Sample:
    return make_sample()


def make_sample() -> Sample:
    rng = np.random.default_rng(5)
    table = pd.DataFrame(rng.normal(size=(900, 5)), columns=list("abcde"))
    table.loc[rng.random(900) < 0.1, "c"] = np.nan
    odds = np.exp(1.5 * table["a"] - 0.5 * table["b"])
    return Sample(table, (rng.random(900) < odds / (1 + odds)).to_numpy(np.float64))
