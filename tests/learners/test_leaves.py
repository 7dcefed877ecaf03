"""Contributions by leaves: they add up, and go to the features that are asked."""

from __future__ import annotations

import numpy as np

from regulars.learners.leaves import LeafContributions


def test_a_path_credits_the_features_that_it_asks() -> None:
    leaves = [{"leaf_index": k, "leaf_value": value, "leaf_count": 10} for k, value in enumerate([0.0, 4.0, 8.0])]
    below = {"split_feature": 0, "left_child": leaves[1], "right_child": leaves[2]}
    found = LeafContributions.of_trees([{"split_feature": 2, "left_child": leaves[0], "right_child": below}], 3)
    assert found.bias == 4.0
    assert found.of(np.array([[0], [1], [2]])).tolist() == [[0, 0, -4], [-2, 0, 2], [2, 0, 2]]


def test_trees_that_are_one_leaf_add_nothing_but_their_value() -> None:
    found = LeafContributions.of_trees([{"leaf_value": 0.5}, {"leaf_value": 0.25}], 2)
    assert found.bias == 0.75
    assert found.of(np.zeros((3, 2), dtype=np.int64)).tolist() == [[0, 0]] * 3


def test_no_rows_and_no_trees() -> None:
    found = LeafContributions.of_trees([], 2)
    assert found.bias == 0
    assert found.of(np.zeros((3, 0), dtype=np.int64)).shape == (3, 2)
