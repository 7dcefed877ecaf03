"""Made-up randomised campaigns whose true effects are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.arrays import Floats


@dataclass(frozen=True)
class Drawn:
    """A campaign's file, and the true effect on each of its rows."""

    frame: pd.DataFrame
    effect: Floats


def draw(n: int = 2000, *, size: float = 0.2, share: float = 0.5, seed: int = 0, null: bool = False) -> Drawn:
    """Customers who visit with a chance that rises with `loyal`, and by `size` more if contacted and `moved`.

    Those with `moved` below −1 are driven away by half as much. `spend` follows a visit.
    """
    rng = np.random.default_rng(seed)
    moved, loyal = rng.normal(size=n), rng.uniform(size=n)
    effect = np.where(moved > 0, size, np.where(moved < -1, -size / 2, 0.0)) * (not null)
    treated = rng.random(n) < share
    chance = np.clip(0.1 + 0.6 * loyal + effect * treated, 0.01, 0.99)
    visit = rng.random(n) < chance
    frame = pd.DataFrame(
        {
            "customer_id": np.arange(1, n + 1),
            "moved": moved,
            "loyal": loyal,
            "shop": rng.choice(["north", "south", "west"], n),
            "recency": rng.integers(1, 13, n),
            "group": np.where(treated, "mail", "control"),
            "visit": visit.astype(int),
            "spend": np.round(visit * rng.gamma(2.0, 20.0, n), 2),
        }
    )
    return Drawn(frame, effect)


def visits(n: int = 2000, **how: object) -> pd.DataFrame:
    """The same, with visits alone."""
    return draw(n, **how).frame.drop(columns="spend")  # type: ignore[arg-type]
