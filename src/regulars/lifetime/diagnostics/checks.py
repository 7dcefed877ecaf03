"""The single checks of a fit certificate."""

from __future__ import annotations

import math

import numpy as np

from regulars.arrays import Floats
from regulars.features.arrivals import PILE_UP, TENTHS, pile_up
from regulars.lifetime.diagnostics.leaving import LEAVERS
from regulars.lifetime.diagnostics.oracle import LifetimesFit
from regulars.lifetime.fit.certificate import FitCheck
from regulars.lifetime.fit.optimise import Optimum
from regulars.lifetime.fit.spenders import Spenders
from regulars.lifetime.models.fitted import LifetimeModel
from regulars.lifetime.models.maximum_likelihood import MaximumLikelihoodModel

FLAT_SLOPE = 1e-6  # log-likelihood a customer and unit of a log-parameter
SAME_LIKELIHOOD = 0.01  # log-likelihood in all: starts within it have reached the same top
SINGULAR = 1e6  # condition number of the Hessian in log-parameters
WIDE = 1.0  # standard error of a log-parameter: the 95 % interval spans a factor of seven up and down
FEW_REPEATS = 0.95  # share of one-time buyers above which the rest carries the fit
SAMPLED = " from a sample of the customers, every top found there being carried to all of them"
ALIKE = 1e-24  # of the square of a mean: a variance below it is rounding
CORRELATED = 0.3  # of frequency and spend, above which one predicts the other
LIFETIMES_START = 0.1  # every log-parameter of lifetimes before its first step: exp(0.1) = 1.105171


def finite(model: LifetimeModel) -> FitCheck:
    """Parameters and likelihood are numbers."""
    values = [*model.params_.values(), model.log_likelihood_]
    broken = int(np.sum(~np.isfinite(values)))
    if broken:
        return FitCheck("finite", broken, "failure", f"{broken} parameters or likelihoods are not finite.")
    return FitCheck("finite", 0, "pass", "Parameters and likelihood are finite.")


def gradient(optimum: Optimum) -> FitCheck:
    """The slope is zero inside the domain."""
    slope = optimum.gradient_norm
    if slope <= FLAT_SLOPE:
        return FitCheck("gradient", slope, "pass", f"The likelihood is flat at the estimate ({slope:.1e} a customer).")
    return FitCheck("gradient", slope, "failure", f"The likelihood still slopes by {slope:.1e} a customer: no maximum.")


def starts(optimum: Optimum) -> FitCheck:
    """Several starts end at the same likelihood."""
    behind = optimum.log_likelihood - optimum.starts
    agree, worst = int(np.sum(behind < SAME_LIKELIHOOD)), float(behind.max())
    how = SAMPLED if optimum.sampled else ""
    if agree == len(behind):
        return FitCheck("starts", worst, "pass", f"All {agree} starts reached the same likelihood{how}.")
    found = f"{agree} of {len(behind)} starts reached the best likelihood{how}; the worst ended {worst:.3g} below."
    if agree < 2:
        return FitCheck("starts", worst, "failure", f"{found} A better optimum may have been missed.")
    return FitCheck("starts", worst, "warning", f"{found} The surface has more than one top.")


def boundary(model: LifetimeModel) -> FitCheck:
    """No parameter has run to the edge of the domain."""
    names = [name for name, edge in zip(model.estimated, model.optimum_.at_bound, strict=True) if edge]
    if not names:
        return FitCheck("boundary", 0, "pass", "No parameter is at the edge of its domain.")
    return FitCheck(
        "boundary",
        len(names),
        "warning",
        f"{', '.join(names)} ran to the edge of the domain: as far as the data tell, customers do not differ in it, or "
        "it never happens.",
    )


def hessian(optimum: Optimum) -> FitCheck:
    """The likelihood bends down in every direction."""
    curvature = _free(optimum)
    if not len(curvature):
        return FitCheck("hessian", float("nan"), "warning", "Every parameter is at the edge of its domain.")
    bends = np.linalg.eigvalsh(curvature)
    least, most = float(bends[0]), float(bends[-1])
    if most <= 0 or least < -1e-3 * most:
        return FitCheck("hessian", float("nan"), "failure", "The likelihood bends upwards: the estimate is no maximum.")
    condition = most / max(least, most * np.finfo(float).eps)
    if condition > SINGULAR:
        return FitCheck(
            "hessian",
            condition,
            "warning",
            f"The Hessian is singular (condition {condition:.1e}): a combination of parameters is not identified, but "
            "forecasts that do not depend on it stand.",
        )
    return FitCheck("hessian", condition, "pass", f"The Hessian is definite with condition number {condition:.3g}.")


def standard_errors(model: LifetimeModel) -> dict[str, float]:
    """Standard errors of the parameters by the delta method; NaN where they are not identified."""
    optimum = model.optimum_
    errors = np.full(len(optimum.theta), np.nan)
    curvature, free = _free(optimum), optimum.at_bound == 0
    if free.any() and np.linalg.eigvalsh(curvature)[0] > 0:
        jacobian = model._jacobian()[np.ix_(free, free)]
        errors[free] = np.sqrt(np.diag(jacobian @ np.linalg.inv(curvature) @ jacobian.T))
    return {name: float(error) for name, error in zip(model.estimated, errors, strict=True)}


def intervals(model: LifetimeModel) -> FitCheck:
    """The parameters are known within a usable interval."""
    errors = standard_errors(model)
    relative = {name: errors[name] / model.params_[name] for name in model.parameter_names}
    known = {name: error for name, error in relative.items() if np.isfinite(error)}
    if not known:
        return FitCheck("intervals", float("nan"), "warning", "No standard error can be given.")
    name = max(known, key=lambda name: known[name])
    found = f"The least certain parameter is {name}, with a standard error of {100 * known[name]:.0f} %"
    left_out = [name for name, error in errors.items() if not np.isfinite(error)]
    if known[name] > WIDE or left_out:
        also = f"; {', '.join(left_out)} not identified" if left_out else ""
        return FitCheck(
            "intervals", known[name], "warning", f"{found}{also}: do not read parameters, look at forecasts only."
        )
    return FitCheck("intervals", known[name], "pass", f"{found}.")


def start_signature(model: LifetimeModel) -> FitCheck:
    """The search has left the values that it began with."""
    shapes = [name for name in model.parameter_names if name not in getattr(model, "time_parameters", ())]
    moved = max(abs(np.log(model.params_[name]) - LIFETIMES_START) for name in shapes)
    if moved < 1e-4:
        same = " = ".join(shapes)
        return FitCheck("start_signature", moved, "failure", f"{same} = 1.105171: the start values, not an estimate.")
    return FitCheck("start_signature", float(moved), "pass", "The estimate differs from the start values of a search.")


def leaving(model: MaximumLikelihoodModel) -> FitCheck:
    """Leaving can be told from staying."""
    rows = model.rows_
    repeat = rows.x > 0
    alive = model._alive(rows)
    left = float(1 - (rows.weight * alive)[repeat].sum() / rows.weight[repeat].sum())
    if left < LEAVERS:
        return FitCheck(
            "leaving",
            left,
            "warning",
            f"Only {100 * left:.2f} % of repeat buyers are believed to have left: P(alive) is not identified, but "
            "the chance of a purchase and the counts stand.",
        )
    return FitCheck("leaving", left, "pass", f"{100 * left:.1f} % of repeat buyers are believed to have left.")


def one_time_buyers(model: MaximumLikelihoodModel) -> FitCheck:
    """Enough customers have come back."""
    share = float(model.rows_.weight[model.rows_.x == 0].sum() / model.rows_.customers)
    if share > FEW_REPEATS:
        return FitCheck(
            "one_time_buyers", share, "warning", f"{100 * share:.1f} % bought once: few customers carry the fit."
        )
    return FitCheck("one_time_buyers", share, "pass", f"{100 * share:.1f} % of the customers bought once.")


def left_truncation(model: MaximumLikelihoodModel) -> FitCheck:
    """The log does not begin with customers who had bought before it began."""
    T, weight = model.rows_.T, model.rows_.weight
    ratio = pile_up(T.max() - T, weight)
    if math.isnan(ratio):
        return FitCheck(
            "left_truncation", float("nan"), "pass", "Customers arrived on too few days to judge the beginning."
        )
    if ratio > PILE_UP:
        return FitCheck(
            "left_truncation",
            ratio,
            "warning",
            f"{100 * ratio / (ratio + TENTHS - 1):.0f} % of the first order days lie in the first tenth of the "
            "arrivals, "
            f"{ratio:.1f} times the later tenths: old customers look new. Give a longer log, or leave out its "
            "beginning.",
        )
    return FitCheck("left_truncation", ratio, "pass", "First order days do not pile up at the beginning of the log.")


def independence(spenders: Spenders) -> FitCheck:
    """What a customer spends does not depend on how often, as the Gamma-Gamma takes for granted."""
    name, x, m = "independence", spenders.x, spenders.m
    total = spenders.customers
    means = [(spenders.weight * column).sum() / total for column in (x, m)]
    off = [column - mean for column, mean in zip((x, m), means, strict=True)]
    spreads = [(spenders.weight * away**2).sum() for away in off]
    alike = any(spread <= ALIKE * total * mean**2 for spread, mean in zip(spreads, means, strict=True))
    if total <= 3 or alike:
        return FitCheck(name, float("nan"), "pass", "Too few differ to tell whether spend depends on frequency.")
    r = float((spenders.weight * off[0] * off[1]).sum() / np.sqrt(spreads[0] * spreads[1]))
    reach = 1.96 / np.sqrt(total - 3)
    low, high = np.tanh(np.arctanh(np.clip(r, -1 + 1e-12, 1 - 1e-12)) + np.array([-reach, reach]))
    found = f"Frequency and mean spend correlate by {r:.2f} (95 % interval {low:.2f} to {high:.2f})"
    if abs(r) < CORRELATED:
        return FitCheck(name, r, "pass", f"{found}: nearly independent, as the model has it.")
    side = "low" if r > 0 else "high"
    return FitCheck(name, r, "warning", f"{found}; the model has it that they do not: frequent buyers come out {side}.")


def lifetimes_agrees(other: LifetimesFit | None) -> FitCheck:
    """`lifetimes` agrees."""
    name = "lifetimes_agrees"
    if other is None:
        return FitCheck(name, float("nan"), "not made", "lifetimes has no such model; nothing to compare with.")
    apart = abs(other.theirs_at_ours - other.ours)
    if not np.isfinite(apart):
        return FitCheck(
            name, apart, "warning", "lifetimes finds no finite likelihood at our estimate: it cannot judge it."
        )
    if apart > 1e-6 * max(1.0, abs(other.ours)):
        return FitCheck(name, apart, "failure", f"lifetimes computes a likelihood that differs by {apart:.3g}.")
    behind = other.ours - other.their_best
    if not np.isfinite(behind):
        return FitCheck(name, apart, "pass", "lifetimes computes the same likelihood; its own search did not converge.")
    if behind < -SAME_LIKELIHOOD:
        return FitCheck(name, behind, "failure", f"lifetimes found parameters that are {-behind:.3g} likelier.")
    return FitCheck(name, behind, "pass", "lifetimes computes the same likelihood and finds nothing likelier.")


def _free(optimum: Optimum) -> Floats:
    """Minus the Hessian of the parameters that are inside the domain."""
    free = optimum.at_bound == 0
    inside: Floats = -optimum.hessian[np.ix_(free, free)]
    return inside
