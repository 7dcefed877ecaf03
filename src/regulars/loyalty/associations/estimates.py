"""Estimates with 95 % intervals, by statsmodels: how customers with something differ from equal ones without it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import qr
from scipy.special import expit, ndtri

from regulars.arrays import Floats
from regulars.blas import one_thread

LEVEL = 0.95
ROBUST = "HC1"
COLLINEAR = 1e-6  # of a covariate's deviation is left when others are taken off it: it tells nothing more


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval."""

    value: float
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Whether all three are finite: a fit on too little information is not."""
        return bool(np.isfinite([self.value, self.low, self.high]).all())


def ratio_of_means(
    outcome: Floats, exposed: NDArray[np.bool_], covariates: Floats, *, level: float = LEVEL
) -> Estimate:
    """How many times as much of the outcome the exposed have as others with equal covariates.

    Parameters
    ----------
    outcome : float array, shape (n,)
        Order days, or anything else that is 0 or more.
    exposed : bool array, shape (n,)
    covariates : float array, shape (n, k)
        Without a constant column; k may be 0.

    Notes
    -----
    Poisson regression with robust errors, which holds for any spread of the outcome (Gourieroux, Monfort & Trognon
    1984, Econometrica 52).
    """
    from statsmodels.genmod.families import Poisson

    fit = _fitted(outcome, _design(exposed, covariates), Poisson())
    return _exp(fit.params[1], fit.bse[1], level)


def difference_of_shares(
    happened: NDArray[np.bool_], exposed: NDArray[np.bool_], covariates: Floats, *, level: float = LEVEL
) -> Estimate:
    """By how much the share to whom something happened differs between the exposed and others with equal covariates.

    Notes
    -----
    Logistic regression with robust errors; the mean over all customers of the probability if exposed less that if not
    (average marginal effect), its variance by the delta method.
    """
    from statsmodels.genmod.families import Binomial

    design = _design(exposed, covariates)
    fit = _fitted(happened.astype(float), design, Binomial())
    with_it, without = design.copy(), design.copy()
    with_it[:, 1], without[:, 1] = 1.0, 0.0
    p_with, p_without = expit(with_it @ fit.params), expit(without @ fit.params)
    slope = ((p_with * (1 - p_with)) @ with_it - (p_without * (1 - p_without)) @ without) / len(design)
    error = float(np.sqrt(slope @ fit.cov_params() @ slope))
    return _around(float((p_with - p_without).mean()), error, level)


def weights_of_odds(happened: Floats, columns: Floats) -> tuple[float, list[Estimate]]:
    """A constant, and how much each column adds to the logarithm of the odds: logistic regression, robust errors."""
    from statsmodels.genmod.families import Binomial

    fit = _fitted(happened, np.column_stack([np.ones(len(columns)), columns]), Binomial())
    pairs = zip(fit.params[1:], fit.bse[1:], strict=True)
    return float(fit.params[0]), [_around(float(value), float(error), LEVEL) for value, error in pairs]


def difference_of_means(
    outcome: Floats, exposed: NDArray[np.bool_], covariates: Floats, *, groups: NDArray[np.int64] | None = None
) -> Estimate:
    """By how much the mean differs between the exposed and others with equal covariates: least squares, robust errors.

    `groups` names the customer of each row, where one has several.
    """
    from statsmodels.regression.linear_model import OLS

    errors: dict[str, Any] = {"cov_type": ROBUST}
    if groups is not None:
        errors = {"cov_type": "cluster", "cov_kwds": {"groups": groups}}
    with one_thread():
        fit = OLS(outcome, _design(exposed, covariates)).fit(**errors)
        return _around(float(fit.params[1]), float(fit.bse[1]), LEVEL)


def ratio_of_totals(part: Floats, whole: Floats) -> Estimate:
    """The total of one amount over that of another, summed over rows: weighted least squares, robust errors."""
    from statsmodels.regression.linear_model import WLS

    there = whole > 0
    with one_thread():
        fit = WLS(part[there] / whole[there], np.ones(there.sum()), weights=whole[there]).fit(cov_type=ROBUST)
        return _around(float(fit.params[0]), float(fit.bse[0]), LEVEL)


def ratio_of_sums(part: Floats, whole: Floats) -> Estimate:
    """The share that a part has of the whole, summed over customers; never outside 0 and 1."""
    found = ratio_of_totals(part, whole)
    return Estimate(found.value, max(found.low, 0.0), min(found.high, 1.0))


def share(count: int, of: int) -> Estimate:
    """A share with Wilson's interval."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, of, alpha=1 - LEVEL, method="wilson")
    return Estimate(count / of, float(low), float(high))


def mean(values: Floats) -> Estimate:
    """A mean with the interval of Student's t."""
    from statsmodels.stats.weightstats import DescrStatsW

    low, high = DescrStatsW(values).tconfint_mean(alpha=1 - LEVEL)
    return Estimate(float(values.mean()), float(low), float(high))


def median_time(times: Floats, happened: NDArray[np.bool_]) -> Estimate:
    """The time by which it happened to half of all; what has not happened yet counts for as long as it is known.

    Not finite where it happened to too few.

    Notes
    -----
    Kaplan & Meier 1958 (J. Am. Stat. Assoc. 53); the interval by the log(−log) transform of the curve.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    found = SurvfuncRight(times, happened.astype(np.int64))
    with np.errstate(divide="ignore", invalid="ignore"):  # log(0) where it happened to all in the end
        low, high = found.quantile_ci(0.5, alpha=1 - LEVEL, method="cloglog")
    return Estimate(float(found.quantile(0.5)), float(low), float(high))


def pooled_odds_ratio(tables: Floats) -> Estimate:
    """The odds ratio that all tables of exposed and not by happened and not share.

    Parameters
    ----------
    tables : float array, shape (2, 2, k)

    Notes
    -----
    Mantel & Haenszel 1959 (J. Natl. Cancer Inst. 22), with the variance of Robins, Breslow & Greenland 1986 (Biometrics
    42). With a table for each day, it is nearly the ratio of the chances to order on a day.
    """
    from statsmodels.stats.contingency_tables import StratifiedTable

    found = StratifiedTable(tables)
    low, high = found.oddsratio_pooled_confint(alpha=1 - LEVEL)
    return Estimate(float(found.oddsratio_pooled), float(low), float(high))


def slope_of_counts(
    counts: Floats, slopes: Floats, fixed: Floats, expected: Floats, groups: NDArray[np.int64], contrast: Floats
) -> tuple[float, float, int]:
    """A combination of slopes of log counts, its error clustered by group, and how many groups there are.

    Parameters
    ----------
    counts : float array, shape (n,)
    slopes : float array, shape (n, k)
        What the counts are to respond to.
    fixed : float array, shape (n, m)
        Groups with a constant of their own: one column each.
    expected : float array, shape (n,)
        What the counts are proportional to.
    groups : int array, shape (n,)
    contrast : float array, shape (k,)
        Weights of the slopes.
    """
    from statsmodels.genmod.families import Poisson

    fit = _fitted(
        counts,
        np.column_stack([slopes, fixed]),
        Poisson(),
        offset=np.log(expected),
        errors={"cov_type": "cluster", "cov_kwds": {"groups": groups}},
    )
    places = slice(0, slopes.shape[1])
    error = float(np.sqrt(contrast @ fit.cov_params()[places, places] @ contrast))
    return float(contrast @ fit.params[places]), error, len(np.unique(groups))


def _design(exposed: NDArray[np.bool_], covariates: Floats) -> Floats:
    """A constant, the exposure, and the covariates that neither these nor other covariates already tell."""
    spread = covariates.std(axis=0) if covariates.size else np.zeros(0)
    varying = (covariates[:, spread > 0] - covariates[:, spread > 0].mean(axis=0)) / spread[spread > 0]
    base = np.column_stack([np.ones(len(exposed)), exposed.astype(float)])
    if not varying.size:
        return base
    left = varying - base @ np.linalg.lstsq(base, varying, rcond=None)[0]
    _, diagonal, order = qr(left, mode="economic", pivoting=True)
    told = np.abs(np.diag(diagonal)) > COLLINEAR * np.sqrt(len(exposed))
    return np.column_stack([base, varying[:, np.sort(order[: len(told)][told])]])


def _fitted(outcome: Floats, design: Floats, family: Any, *, offset: Floats | None = None, errors: Any = None) -> Any:
    from statsmodels.genmod.generalized_linear_model import GLM

    with one_thread(), warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a fit that does not converge has no finite interval, and is left out by that
        fit = GLM(outcome, design, family=family, offset=offset).fit(**(errors or {"cov_type": ROBUST}))
        if not fit.converged:
            fit.params[:] = np.nan
        return fit


def _around(value: float, error: float, level: float) -> Estimate:
    reach = float(ndtri(0.5 + level / 2)) * error
    return Estimate(value, value - reach, value + reach)


def _exp(value: float, error: float, level: float) -> Estimate:
    found = _around(float(value), float(error), level)
    return Estimate(*(float(np.exp(each)) for each in (found.value, found.low, found.high)))
