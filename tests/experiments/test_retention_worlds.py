"""The checks that the experiment prints: each can fail."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.retention_worlds import laws, main, means, pooled, seeds, shares


def rows(regulars: list[float], *, best: float = 100.0, held: float = 1.0, shops: int = 2) -> pd.DataFrame:
    table = [
        {
            "shop": shop,
            "round": k + 1,
            "regulars": profit,
            "seen": best,
            "plausible": 0.6 * best,
            "random": -10.0,
            "contacts": max(profit, 0.0),
            "held": held if k else float("nan"),
        }
        for shop in range(shops)
        for k, profit in enumerate(regulars)
    ]
    return pd.DataFrame(table)


def test_a_list_may_lose_at_first_and_not_once_campaigns_are_measured() -> None:
    assert all(laws(means(rows([-5, -5, -5, 1, 80]))).values())
    assert list(laws(means(rows([5, 5, 5, -1, 80]))).values()) == [True, False]
    assert list(laws(means(rows([-11, 5, 5, 5, 80]))).values()) == [False, True]


def test_where_nothing_changes_contacts_have_to_end() -> None:
    assert all(laws(means(rows([400, 0, 0, 10], best=0.0))).values())
    assert not all(laws(means(rows([400, 0, 0, 30], best=0.0))).values())


def test_shares_of_the_best_policy_are_reached_or_missed() -> None:
    assert list(shares(means(rows([10, 75]))).values()) == [True, True]
    assert list(shares(means(rows([10, 74]))).values()) == [True, False]
    assert shares(means(rows([10, 0], best=0.0))) == {}


def test_coverage_is_pooled_over_worlds_with_its_count() -> None:
    both = pd.concat([rows([1, 1, 1]).assign(world="a"), rows([1, 1, 1], held=0.5).assign(world="b")])
    assert pooled(both).startswith("95 % intervals of learned rates: 12 of 16 hold the truth, 75.0 % (95 % interval")
    assert pooled(both).endswith("over 4 shops).")


def test_shops_are_so_many_or_from_one_to_another() -> None:
    assert list(seeds("3")) == [0, 1, 2]
    assert list(seeds("4-6")) == [4, 5, 6]


@pytest.mark.parametrize("asked", [["unknown"], ["4", "unknown"], ["4", "null", "unknown"]])
def test_a_name_that_is_no_world_is_refused_with_those_there_are(asked: list[str]) -> None:
    with pytest.raises(SystemExit, match=r"'unknown'.*'quiet are moved', .*'null', 'carry-over'\.$"):
        main(*asked)
