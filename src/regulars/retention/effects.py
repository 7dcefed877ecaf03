"""What a contact changed: two randomised groups compared, plainly and adjusted by what was known before.

Both estimates are for everybody who was meant to be contacted, whether they were or not (intention to treat).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats

BoolArray = npt.NDArray[np.bool_]

CONFIDENCE = 0.90
ROWS_A_TERM = (
    5  # customers in the smaller group for each coefficient: with fewer, a covariate costs more than it brings
)
FEWEST = 2  # customers of a group from which a spread can be had


@dataclass(frozen=True)
class Effect:
    """The difference that a contact makes to one customer, with its uncertainty.

    Parameters
    ----------
    value : float
        Mean difference, in the unit of the outcome.
    error : float
        Its standard error.
    freedom : float
        Degrees of freedom of the t distribution.
    """

    value: float
    error: float
    freedom: float

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Lower and upper end of the interval that holds the true difference with this confidence."""
        from scipy.stats import t

        reach = float(t.ppf((1.0 + confidence) / 2.0, self.freedom)) * self.error
        return self.value - reach, self.value + reach

    @property
    def p_value(self) -> float:
        """Chance of a difference at least as large, in either direction, if a contact changes nothing."""
        from scipy.stats import t

        if self.error == 0:
            return 1.0 if self.value == 0 else 0.0
        return float(2.0 * t.sf(abs(self.value) / self.error, self.freedom))


def reach(confidence: float) -> float:
    """How many standard errors an interval of the normal law reaches to each side.

    Examples
    --------
    >>> round(reach(0.95), 2)
    1.96
    """
    from scipy.special import ndtri

    return float(ndtri((1.0 + confidence) / 2.0))


def difference(outcome: Floats, treated: BoolArray) -> Effect:
    """Mean of the treated less mean of the controls.

    Parameters
    ----------
    outcome : ndarray of float64, shape (n,)
        One value a customer.
    treated : ndarray of bool, shape (n,)
        Who was meant to be contacted; at least two customers in each group.

    Notes
    -----
    Neyman's variance s₁²/n₁ + s₀²/n₀, which is never too small on average (Neyman 1923; Imbens & Rubin 2015, chapter
    6); degrees of freedom by Welch 1947 (Biometrika 34).

    Examples
    --------
    >>> found = difference(np.array([1.0, 0, 1, 1, 0, 0, 1, 0]), np.array([True] * 4 + [False] * 4))
    >>> found.value, round(found.error, 4)
    (0.5, 0.3536)
    """
    ones, zeros = outcome[treated], outcome[~treated]
    parts = np.array([ones.var(ddof=1) / len(ones), zeros.var(ddof=1) / len(zeros)])
    variance = float(parts.sum())
    sizes = np.array([len(ones) - 1, len(zeros) - 1])
    freedom = variance**2 / float(np.sum(parts**2 / sizes)) if variance > 0 else float(sizes.min())
    return Effect(float(ones.mean() - zeros.mean()), variance**0.5, freedom)


def adjusted(outcome: Floats, treated: BoolArray, covariates: Floats) -> Effect:
    """The same difference, less what the covariates explain of it: narrower where they predict the outcome.

    Parameters
    ----------
    outcome, treated : as in `difference`
    covariates : ndarray of float64, shape (n, k)
        What was known before the campaign. A column is left out where fewer than five customers of a group differ from
        its most frequent value: a few customers would decide.

    Notes
    -----
    Least squares of the outcome on treatment, centred covariates and their products (Lin 2013, Annals of Applied
    Statistics 7, equation 3): never less precise than the difference in large samples, whatever the true relation.
    Standard errors HC3 (MacKinnon & White 1985, Journal of Econometrics 29). With one covariate, the outcome of the
    period before, it is CUPED (Deng et al. 2013, WSDM). Products are left out, then covariates from the last on, where
    the smaller group has fewer than five customers a coefficient.

    Examples
    --------
    >>> before = np.arange(40.0)
    >>> treated = before % 2 == 0
    >>> after = before + 3.0 * treated + np.tile([0.1, 0.1, -0.1, -0.1], 10)
    >>> found = adjusted(after, treated, before[:, None])
    >>> round(found.value, 2), found.error < difference(after, treated).error / 10
    (3.0, True)
    """
    design = _design(treated, covariates)
    if design.shape[1] == 2:
        return difference(outcome, treated)
    inverse = np.linalg.pinv(design.T @ design)
    fitted = inverse @ (design.T @ outcome)
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    residual = (outcome - design @ fitted) / np.maximum(1.0 - leverage, 1e-6)
    influence = (inverse @ design.T)[1] * residual
    return Effect(float(fitted[1]), float(np.sqrt(np.sum(influence**2))), float(len(outcome) - design.shape[1]))


def variance_left(outcome: Floats, treated: BoolArray, covariates: Floats) -> float:
    """What the covariates leave of the outcome's variance within the groups, as a share; 1 where there is none.

    Parameters
    ----------
    outcome, treated, covariates : as in `adjusted`
    """
    design = _design(treated, covariates)
    full, plain = (_residual_variance(columns, outcome) for columns in (design, design[:, :2]))
    return full / plain if plain > 0 else 1.0


def can_compare(treated: BoolArray) -> bool:
    """Whether both groups are large enough for an interval."""
    return min(int(treated.sum()), int((~treated).sum())) >= FEWEST


def holm(p_values: list[float]) -> list[float]:
    """P values of several comparisons, such that with all of them at 5 % one false alarm in 20 is made in total.

    Notes
    -----
    Holm 1979 (Scandinavian Journal of Statistics 6).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate([(len(order) - k) * p_values[i] for k, i in enumerate(order)])
    made = np.empty(len(order))
    made[order] = np.minimum(stepped, 1.0)
    return [float(value) for value in made]


def _residual_variance(design: Floats, outcome: Floats) -> float:
    residual = outcome - design @ (np.linalg.pinv(design) @ outcome)
    return float(residual @ residual / (len(outcome) - design.shape[1]))


def _varies(values: Floats) -> bool:
    """Whether enough customers differ from the most frequent value."""
    return len(values) - int(np.unique(values, return_counts=True)[1].max()) >= ROWS_A_TERM


def _design(treated: BoolArray, covariates: Floats) -> Floats:
    """Columns: one, treatment, centred and scaled covariates, and their products with treatment."""
    varies = [_varies(column[treated]) and _varies(column[~treated]) for column in covariates.T]
    known = covariates[:, varies]
    smaller = min(int(treated.sum()), int((~treated).sum()))
    known = known[:, : max(0, smaller // ROWS_A_TERM - 1)]
    centred = (known - known.mean(axis=0)) / known.std(axis=0) if known.shape[1] else known
    columns = [np.ones((len(treated), 1)), treated[:, None].astype(np.float64), centred]
    if smaller >= ROWS_A_TERM * 2 * (1 + known.shape[1]):
        columns.append(centred * treated[:, None])
    return np.hstack(columns)
