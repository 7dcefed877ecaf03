from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from regulars.evaluation.coverage import coverage, totals


def promised(origin: str, n: int = 600, *, seed: int = 0) -> pd.DataFrame:
    """Order days 0 to 2 around what is expected; intervals that miss the active ones above."""
    rng = np.random.default_rng(seed)
    expected = np.linspace(0.01, 1.99, n)
    return pd.DataFrame(
        {
            "origin": origin,
            "active": expected > 1.0,
            "expected_purchases": expected,
            "purchases": rng.permutation(np.arange(n) % 2 + 0.0),
            "purchases_low": 0.0,
            "purchases_high": np.where(expected > 1.0, 0.0, 1.0),
            "spend": 10.0,
            "spend_low": np.nan,
            "spend_high": np.nan,
        }
    )


def test_shares_and_widths_by_group_of_activity() -> None:
    told = coverage(promised("2020-01-01"))
    assert set(told["outcome"]) == {"purchases"}, "of money nothing was promised"
    at = told[told["origin"] == "2020-01-01"].set_index("group")
    assert at.loc["all", "customers"] == 600
    assert at.loc["all", "coverage"] == pytest.approx(0.75, abs=0.03)
    assert (at.loc[["1", "2", "3"], "coverage"] == 1.0).all()
    assert at.loc["active", "coverage"] == pytest.approx(0.5, abs=0.05)
    assert at.loc["active", "width"] == 0.0
    assert at.loc["all", "width"] == 0.5
    assert at.loc[[str(k) for k in range(1, 7)], "customers"].tolist() == [100] * 6


def test_the_mean_is_over_origins_whatever_their_size() -> None:
    both = pd.concat([promised("2020-01-01"), promised("2020-02-01", 60).assign(purchases=5.0)])
    told = coverage(both).set_index(["origin", "group"])
    assert told.loc[("mean", "all"), "coverage"] == told.loc[("2020-01-01", "all"), "coverage"] / 2
    assert told.loc[("2020-02-01", "all"), "coverage"] == 0.0


def test_where_nobody_was_active_there_is_no_such_group() -> None:
    assert "active" not in set(coverage(promised("2020-01-01").assign(active=False))["group"])


def test_the_order_of_rows_changes_nothing() -> None:
    rows = pd.concat([promised("2020-01-01"), promised("2020-02-01", seed=1)])
    pd.testing.assert_frame_equal(coverage(rows.sample(frac=1.0, random_state=0)), coverage(rows))


def test_totals_are_inside_or_not() -> None:
    rows = [
        ("2020-01-01", "purchases", 100.0, 90.0, 110.0, 2.0, 110.0),
        ("2020-01-01", "spend", 9.0, 8.0, 10.0, 2.0, 7.9),
    ]
    told = totals(pd.DataFrame(rows, columns=["origin", "outcome", "expected", "low", "high", "windows", "actual"]))
    assert told["inside"].tolist() == [True, False]
