"""Maximum likelihood on log-parameters: several quasi-Newton climbs, then Newton steps on the best.

The climbs are SLSQP: as many evaluations as L-BFGS-B, but no BLAS threads to wait for on a busy machine (0.1 s where
L-BFGS-B took 0.6 s).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from scipy.optimize import OptimizeResult, minimize

from regulars.arrays import Floats

BOUND = 12.0  # |log parameter|, in units where the mean T (or the mean spend) is 10
BRINK = 0.5  # a parameter this close to the bound, and not pulled back from it, has run away
PULL = 1e-5  # log-likelihood a customer and unit of a log-parameter: out there a weaker pull is rounding
FLAT = 1e-12  # log-likelihood a customer and unit of a log-parameter: no slope worth a step
STILL = 1e-12  # a step in log-parameters that changes nothing
ROUNDING = 1e-8  # log-likelihood a customer: as far as Gamma functions of large arguments may round it

MET = 1e-3  # log-parameters as close as that are the same top
LEVEL = 1e-8  # log-likelihood a customer and unit of a log-parameter: steeper than that is no top

Objective = Callable[[Floats], tuple[float, Floats]]


class Top(NamedTuple):
    """Where a climb ended."""

    theta: Floats
    loss: float


@dataclass(frozen=True)
class Optimum:
    """Where the likelihood is highest, and what the certificate needs to judge it.

    `theta` are log-parameters in units of the data; `log_likelihood`, `gradient` and `hessian` are totals over
    all customers; `starts` holds the log-likelihood that every start reached; `at_bound` tells which parameters
    ran to the edge of the domain; `sampled`, whether the climbs took place on a sample before all customers were used.
    """

    theta: Floats
    log_likelihood: float
    gradient: Floats
    hessian: Floats
    starts: Floats
    at_bound: Floats
    customers: float
    sampled: bool = False

    @property
    def gradient_norm(self) -> float:
        """Largest slope a customer, over the parameters inside the domain."""
        return float(np.max(np.abs(self.gradient[self.at_bound == 0]), initial=0.0) / self.customers)

    @property
    def is_top(self) -> bool:
        """Whether the likelihood is flat here."""
        return bool(np.isfinite(self.log_likelihood)) and self.gradient_norm <= LEVEL

    def shifted(self, theta: Floats, log_likelihood: float) -> Optimum:
        """The same optimum in other units: log-parameters fall, the log-likelihood rises by so much."""
        return replace(
            self,
            theta=self.theta - theta,
            log_likelihood=self.log_likelihood + log_likelihood,
            starts=self.starts + log_likelihood,
        )


def maximise(
    objective: Objective,
    starts: Sequence[Floats],
    customers: float,
    sample: Objective | None = None,
    near: Optimum | None = None,
) -> Optimum:
    """Climb from every start and polish the best.

    Parameters
    ----------
    objective : callable
        Gives the total log-likelihood and its gradient at log-parameters.
    sample : callable, optional
        Estimates the same from a part of the customers. The climbs then take place there, and every top that they find
        is carried to all customers; should that not lead to a top, all climbs are made again with all customers.
    near : Optimum, optional
        The top of a likelihood much like this one. A few Newton steps from there take the place of the climbs; should
        they not lead to a top inside the domain, or should there be none, the climbs are made.
    """
    loss = _loss(objective, customers)
    if near is not None and not near.at_bound.any():
        top = _polished(loss, np.clip(near.theta, -BOUND, BOUND), -near.hessian / near.customers)
        optimum = _optimum(objective, loss, top.theta, [top], customers)
        if optimum.is_top and not optimum.at_bound.any():
            return optimum
    if sample is None:
        tops = [_climbed(loss, start) for start in starts]
    else:
        rough = _loss(sample, customers)
        tops = _carried(loss, rough, [_climbed(rough, start) for start in starts])
    best = min(tops, key=lambda top: top.loss).theta
    theta = best if sample else _polished(loss, best).theta
    optimum = replace(_optimum(objective, loss, theta, tops, customers), sampled=sample is not None)
    if optimum.sampled and not optimum.is_top:
        return maximise(objective, starts, customers)
    return optimum


def _optimum(objective: Objective, loss: Objective, theta: Floats, tops: Sequence[Top], customers: float) -> Optimum:
    value, gradient = objective(theta)
    reached = np.array([-top.loss * customers for top in tops])
    at_bound = _pinned(theta, -gradient / customers).astype(float)
    return Optimum(theta, value, gradient, -_curvature(loss, theta) * customers, reached, at_bound, customers)


def _loss(objective: Objective, customers: float) -> Objective:
    """Minus the log-likelihood a customer."""

    def loss(theta: Floats) -> tuple[float, Floats]:
        value, gradient = objective(theta)
        return (-value / customers, -gradient / customers) if np.isfinite(value) else (1e10, np.zeros_like(theta))

    return loss


def _climbed(loss: Objective, start: Floats) -> Top:
    options, limits = {"maxiter": 500, "ftol": 1e-14}, [(-BOUND, BOUND)] * len(start)
    run: OptimizeResult = minimize(loss, start, jac=True, method="SLSQP", bounds=limits, options=options)  # type: ignore[call-overload]
    return Top(run.x, float(run.fun))


def _carried(loss: Objective, rough: Objective, tops: Sequence[Top]) -> list[Top]:
    """Tops of the loss near those of a rough one; climbs that met there go on as one."""
    carried: list[Top] = []
    for i, top in enumerate(tops):
        met = [k for k in range(i) if np.max(np.abs(tops[k].theta - top.theta)) < MET]
        if met:
            carried.append(carried[met[0]])
            continue
        carried.append(_polished(loss, top.theta, _curvature(rough, top.theta)))
    return carried


def _polished(loss: Objective, theta: Floats, curvature: Floats | None = None) -> Top:
    """Damped Newton steps until the slope is flat; never uphill in loss, but for rounding where the slope falls.

    The curvature learns from the slopes that are met, and is computed anew where a step with it falls short.
    """
    value, slope = loss(theta)
    for _ in range(40):
        free = ~_pinned(theta, slope)
        if np.max(np.abs(slope[free]), initial=0.0) < FLAT:
            break
        exact = curvature is None
        if curvature is None:
            curvature = _curvature(loss, theta)
        step = np.zeros_like(theta)
        step[free] = _newton_step(curvature[np.ix_(free, free)], slope[free])
        if np.linalg.norm(step) < STILL:
            break
        for shrink in 0.5 ** np.arange(20):
            trial = np.clip(theta + shrink * step, -BOUND, BOUND)
            trial_value, trial_slope = loss(trial)
            fell = np.linalg.norm(trial_slope[free]) < 0.5 * np.linalg.norm(slope[free])
            if trial_value <= value + (ROUNDING if fell else 1e-13 * abs(value)):
                break
        else:
            if exact:
                break
            curvature = None
            continue
        curvature = _corrected(curvature, trial - theta, trial_slope - slope) if fell else None
        theta, value, slope = trial, trial_value, trial_slope
    return Top(theta, value)


def _corrected(curvature: Floats, step: Floats, change: Floats) -> Floats:
    """The curvature that explains the change of slope over a step, by the symmetric rank-one formula."""
    miss = change - (curvature * step).sum(axis=1)
    along = float((miss * step).sum())
    if abs(along) < 1e-8 * np.linalg.norm(miss) * np.linalg.norm(step):
        return curvature
    corrected: Floats = curvature + np.outer(miss, miss) / along
    return corrected


def _newton_step(curvature: Floats, slope: Floats) -> Floats:
    """Step downhill even where the surface is flat or bent the wrong way, of length 2 at most."""
    values, vectors = np.linalg.eigh(curvature)
    step: Floats = -vectors @ ((vectors.T @ slope) / np.maximum(np.abs(values), 1e-12))
    return step * min(1.0, 2.0 / float(np.linalg.norm(step)))


def _pinned(theta: Floats, slope: Floats) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which parameters stand at a bound from which the loss does not pull them back."""
    pull = slope * np.sign(theta)
    pinned: np.ndarray[tuple[int], np.dtype[np.bool_]] = (np.abs(theta) > BOUND - BRINK) & (pull < PULL)
    return pinned


def _curvature(loss: Objective, theta: Floats, width: float = 1e-4) -> Floats:
    """Hessian of the loss by central differences of its analytic gradient."""
    steps = np.eye(len(theta)) * width
    columns = np.array([(loss(theta + step)[1] - loss(theta - step)[1]) / (2 * width) for step in steps])
    symmetric: Floats = (columns + columns.T) / 2
    return symmetric
