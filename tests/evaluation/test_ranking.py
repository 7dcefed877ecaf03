from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from regulars.evaluation.ranking import Ranking, RankSum, dot


def test_ranks_are_mid_ranks_less_a_half():
    score = np.random.default_rng(0).integers(0, 20, 200).astype(float)
    assert np.array_equal(Ranking(score).ranks(np.ones(200)), rankdata(score) - 0.5)


def test_group_sums_come_lowest_first():
    assert Ranking([3.0, 1.0, 3.0]).group_sums(np.array([1.0, 5.0, 2.0])).tolist() == [5.0, 3.0]


def test_dot_is_the_sum_of_products():
    assert dot(np.arange(4.0), np.arange(4.0)) == 14.0


def test_rank_sums_are_those_of_the_ranks():
    rng = np.random.default_rng(1)
    score, values = rng.integers(0, 30, 200).astype(float), rng.poisson(0.3, 200).astype(float)
    weights = rng.integers(0, 3, (4, 200))
    ranks, total = RankSum(score, values)(weights)
    assert ranks.tolist() == [dot(w * values, Ranking(score).ranks(w)) for w in weights]
    assert total.tolist() == [dot(w * 1.0, values) for w in weights]


def test_nothing_has_a_rank_sum_of_nothing():
    ranks, total = RankSum(np.arange(3.0), np.zeros(3))(np.ones((2, 3)))
    assert ranks.tolist() == total.tolist() == [0.0, 0.0]
