"""Weights of a blend: none negative, and 1 in all."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, minimize

Floats = NDArray[np.float64]
Weights = tuple[float, ...]

EXACT = 1e-12  # change of the loss at which the search ends: two good opinions differ by very little


def best_weights(loss: Callable[[Floats], tuple[float, Floats]], size: int) -> Weights:
    """Weights that minimise a convex loss, given with its gradient.

    The corners are allowed: what adds nothing gets 0.

    Examples
    --------
    >>> wanted = np.array([0.7, 0.5, -0.2])
    >>> best_weights(lambda w: (float((w - wanted) @ (w - wanted)), 2 * (w - wanted)), 3)
    (0.6, 0.4, 0.0)
    """
    start, whole = np.full(size, 1.0 / size), LinearConstraint(np.ones((1, size)), 1.0, 1.0)
    found = minimize(
        loss, start, jac=True, method="SLSQP", bounds=Bounds(0.0, 1.0), constraints=whole, options={"ftol": EXACT}
    )
    inner = np.clip(found.x, 0.0, 1.0)
    candidates = [inner / inner.sum(), *np.eye(size)]  # the search may stop short of a corner
    best = np.round(min(candidates, key=lambda weights: loss(weights)[0]), 4)
    best[np.argmax(best)] += 1.0 - best.sum()
    return tuple(round(float(weight), 4) for weight in best)
