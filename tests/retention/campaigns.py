"""A made-up campaign: a work list with its control group, and the log that followed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.transactions import Transactions, read_transactions

CUTOFF = "2024-01-01"
HORIZON = 60
COLUMNS = {"customer_id": "customer_id", "ordered_at": "date", "amount": "amount"}


@dataclass(frozen=True)
class Played:
    """A list and its log."""

    targets: pd.DataFrame
    lines: pd.DataFrame
    columns: dict[str, str]

    def log(self, **extra: object) -> Transactions:
        """The log as it is read; `extra` columns are added to its lines."""
        lines = self.lines.assign(**extra)
        return read_transactions(lines, {**self.columns, **{name: name for name in extra}}, today="2025-01-01")


def play(
    customers: int = 1000,
    *,
    effect: float = 0.2,
    control_share: float = 0.3,
    base: float = 0.3,
    brought_forward: bool = False,
    seed: int = 0,
) -> Played:
    """Customers who order once in 60 days with the chance `base`, and `effect` more of those contacted.

    Everybody ordered before the cutoff, and once after 120 days, so that the log reaches that far; with
    `brought_forward` who ordered because of the contact skips the second window.
    """
    rng = np.random.default_rng(seed)
    ids = np.arange(1, customers + 1)
    treated = rng.random(customers) >= control_share
    p_churn = np.clip(1 - base + rng.normal(0, 0.1, customers), 0.02, 0.98)
    draw = rng.random(customers)
    anyway, moved = draw < 1 - p_churn, (draw >= 1 - p_churn) & (draw < 1 - p_churn + effect * treated)
    second = rng.random(customers) < 0.5
    lines = [
        _lines(ids, "2023-11-15", 20 + ids % 30),
        _lines(ids[anyway | moved], "2024-01-20", 40 + (ids % 10)[anyway | moved]),
        _lines(ids[second & ~(moved & brought_forward)], "2024-03-15", 40),
        _lines(ids, "2024-05-01", 40),
    ]
    targets = pd.DataFrame(
        {
            "customer_id": ids,
            "campaign": "spring",
            "group": np.where(treated, "treat", "control"),
            "contact_on": pd.Series(pd.Timestamp("2024-01-02"), index=range(customers)).where(treated),
            "channel": "email",
            "offer": np.where(ids % 3 == 0, "call", "voucher"),
            "kind": np.where(ids % 4 == 0, "win_back", "keep"),
            "expected_profit": 5.0,
            "expected_cost": 2.0,
            "p_churn": p_churn,
            "p_lost": p_churn * 0.4,
            "expected_spend": 40 * (1 - p_churn),
            "clv": 80 * (1 - p_churn),
            "cutoff": pd.Timestamp(CUTOFF),
            "horizon_days": HORIZON,
            "model_version": "0123456789ab",
        }
    )
    return Played(targets, pd.concat(lines, ignore_index=True), COLUMNS)


def _lines(ids: np.ndarray, day: str, amount: object) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": ids, "date": pd.Timestamp(day), "amount": np.asarray(amount) * 1.0})
