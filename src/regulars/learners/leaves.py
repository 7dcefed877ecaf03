"""What each feature adds to a prediction of trees, looked up by the leaves that a row falls into."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from regulars.arrays import Floats

Node = Mapping[str, Any]  # as in LightGBM's dump of a model


@dataclass(frozen=True, eq=False)
class LeafContributions:
    """Contributions of the features at every leaf of every tree.

    Parameters
    ----------
    at_leaf : csr_array, shape (number of leaves, k)
        A row a leaf, tree after tree.
    first_leaf : array, shape (number of trees,)
        The row of each tree's first leaf.
    bias : float
        The mean of the trees over the rows that they were fitted on.

    Notes
    -----
    A row takes one path through a tree. At each node the mean of the fitted rows below it changes to that of those
    below the branch taken; the change is the contribution of the feature that the node asks (Saabas 2014,
    "Interpreting random forests"). So contributions depend on the leaf alone, are known before any row is seen, and
    add up to the raw score. TreeSHAP (Lundberg et al. 2020, "From local explanations to global understanding with
    explainable AI for trees") also counts the paths that were not taken, in many times the time. The bias is the
    same; `make benchmark NAME=score` shows both times, and how far the two agree.
    """

    at_leaf: csr_array
    first_leaf: NDArray[np.int64]
    bias: float

    @classmethod
    def of_trees(cls, roots: Sequence[Node], k: int) -> LeafContributions:
        """Contributions of `k` features.

        Examples
        --------
        >>> low = {"leaf_index": 0, "leaf_value": 1, "leaf_count": 30}
        >>> high = {"leaf_index": 1, "leaf_value": 5, "leaf_count": 10}
        >>> found = LeafContributions.of_trees([{"split_feature": 1, "left_child": low, "right_child": high}], 2)
        >>> found.bias, found.of(np.array([[0], [1]])).tolist()
        (2.0, [[0.0, -1.0], [0.0, 3.0]])
        """
        trees = [dict(_leaves(root, np.zeros(k))) for root in roots]
        table = np.vstack([tree[leaf] for tree in trees for leaf in sorted(tree)] or [np.zeros((0, k))])
        sizes = np.array([len(tree) for tree in trees], dtype=np.int64)
        return cls(csr_array(table), np.cumsum(sizes) - sizes, sum(_mean(root)[0] for root in roots))

    def of(self, leaves: NDArray[np.int64]) -> Floats:
        """Contributions to rows by the leaf that each falls into, shape (n, number of trees); returns (n, k)."""
        n, trees = leaves.shape
        falls = csr_array(
            (np.ones(n * trees), (leaves + self.first_leaf).ravel(), np.arange(n + 1) * trees),
            shape=(n, self.at_leaf.shape[0]),
        )
        return np.asarray((falls @ self.at_leaf).toarray())


def _is_leaf(node: Node) -> bool:
    return "split_feature" not in node


def _mean(node: Node) -> tuple[float, float]:
    """The mean of the fitted rows below a node, and their number."""
    if _is_leaf(node):
        return float(node["leaf_value"]), float(node.get("leaf_count", 1))
    (left, m), (right, n) = _mean(node["left_child"]), _mean(node["right_child"])
    return (left * m + right * n) / (m + n), m + n


def _leaves(node: Node, so_far: Floats) -> Iterator[tuple[int, Floats]]:
    """Every leaf below a node, with the contributions along its path."""
    if _is_leaf(node):
        yield int(node.get("leaf_index", 0)), so_far
        return
    here = _mean(node)[0]
    for child in (node["left_child"], node["right_child"]):
        change = np.zeros_like(so_far)
        change[node["split_feature"]] = _mean(child)[0] - here
        yield from _leaves(child, so_far + change)
