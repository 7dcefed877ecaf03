"""What is measured, one function a metric.

All take `(actual, predicted, weights=None)`. A row of weight 2 counts as two equal rows; tied
predictions are kept together or shared out evenly, so no answer depends on the order of rows.
A metric that the data leave undefined (AUC without churners, a bias relative to nothing) is
nan, never an error.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from regulars.arrays import Floats
from regulars.evaluation.ranking import IntArray, Ranking, RankSum, Statistic, Weights, dot, ratios

CLIP = 1e-15
SMALLEST_MEAN = 1e-9
TOP_SHARE = 0.1
BINS = 10


def auc(churned: npt.ArrayLike, p_churn: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Probability that a churner is scored above a non-churner, ties counting half.

    Notes
    -----
    Mann-Whitney form: (Σ_churners rank − P²/2) / (P · N), rank = weight below the middle of the
    row's ties, P and N the weights of churners and others (Hanley & McNeil 1982, Radiology 143).

    Examples
    --------
    >>> auc([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8])
    0.75
    """
    y = _floats(churned)
    return float(auc_of_weights(y, _floats(p_churn))(_weights(weights, y)))


def auc_of_weights(churned: Floats, p_churn: Floats) -> Statistic:
    """`auc` as a function of the weights: the rows are ranked once, and of the rarer outcome alone are ranks summed."""
    churners_are_rare = 2 * churned.sum() <= len(churned)
    rank_sum = RankSum(p_churn, churned) if churners_are_rare else RankSum(-p_churn, 1 - churned)

    def value(weights: Weights) -> Floats:
        ranks, rare = rank_sum(weights)
        return ratios(ranks - rare**2 / 2, rare * (weights.sum(axis=-1) - rare))

    return value


def log_losses(churned: npt.ArrayLike, p_churn: npt.ArrayLike) -> Floats:
    """Log-loss of each row, in nats, the probability clipped to `[1e-15, 1 − 1e-15]`."""
    y, p = _floats(churned), np.clip(_floats(p_churn), CLIP, 1 - CLIP)
    return -np.where(y > 0, np.log(p), np.log1p(-p))


def log_loss(churned: npt.ArrayLike, p_churn: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean surprise at what happened, in nats a customer; a strictly proper score.

    Notes
    -----
    −mean[y ln p + (1 − y) ln(1 − p)] (Good 1952, J. R. Stat. Soc. B 14), p clipped to 1e-15.

    Examples
    --------
    >>> round(log_loss([1, 0], [0.9, 0.2]), 4)
    0.1643
    """
    return _mean(log_losses(churned, p_churn), weights)


def squared_errors(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> Floats:
    """Squared error of each row."""
    return np.square(_floats(actual) - _floats(predicted))


def brier(churned: npt.ArrayLike, p_churn: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean squared error of the churn probability.

    Notes
    -----
    mean[(y − p)²] (Brier 1950, Monthly Weather Review 78).

    Examples
    --------
    >>> round(brier([1, 0], [0.9, 0.2]), 4)
    0.025
    """
    return _mean(squared_errors(churned, p_churn), weights)


def churn_bias(churned: npt.ArrayLike, p_churn: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean predicted churn minus the actual churn rate: calibration in the large.

    Examples
    --------
    >>> round(churn_bias([1, 0, 0, 1], [0.8, 0.5, 0.4, 0.7]), 4)
    0.1
    """
    return _mean(_floats(p_churn) - _floats(churned), weights)


def expected_calibration_error(
    churned: npt.ArrayLike, p_churn: npt.ArrayLike, weights: npt.ArrayLike | None = None
) -> float:
    """Mean gap between predicted and actual churn over ten bins of equal mass.

    Notes
    -----
    Σ_bins (n_bin / n) · |mean p − mean y| (Naeini, Cooper & Hauskrecht 2015, AAAI), with bins of
    equal mass: equal predictions share a bin, the one in which their middle lies.

    Examples
    --------
    >>> round(expected_calibration_error([1, 0, 0, 0], [0.5, 0.5, 0.5, 0.5]), 4)
    0.25
    """
    return _bin_gaps(churned, p_churn, weights)


def lift_at(
    churned: npt.ArrayLike, p_churn: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, share: float = TOP_SHARE
) -> float:
    """How much more often the share most at risk churned than everybody.

    Notes
    -----
    (churn rate in the top `share`) / (churn rate of all). Where the cut falls inside a group of
    equal predictions, the group enters in proportion: the mean over all ways to break the tie.

    Examples
    --------
    >>> lift_at([1, 0, 0, 0], [0.9, 0.2, 0.2, 0.1], share=0.25)
    4.0
    """
    return top_capture(churned, p_churn, weights, share=share) / share


def top_capture(
    actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, share: float = TOP_SHARE
) -> float:
    """Share of the actual total that lies with the customers ranked in the top `share`.

    Notes
    -----
    Σ_top y / Σ y; equal predictions at the cut enter in proportion.

    Examples
    --------
    >>> top_capture([60, 30, 10, 0], [8.0, 9.0, 1.0, 1.0], share=0.5)
    0.9
    """
    y = _floats(actual)
    w, ranking = _weights(weights, y), Ranking(-_floats(predicted))
    mass, total = ranking.group_sums(w), ranking.group_sums(w * y)
    room = share * w.sum() - (np.cumsum(mass) - mass)
    taken = np.divide(np.clip(room, 0, mass), mass, out=np.zeros_like(mass), where=mass > 0)
    return _ratio(dot(total, taken), total.sum())


def bias(actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """How far the predicted total lies from the actual one, as a share of the actual.

    Notes
    -----
    (Σ predicted − Σ actual) / Σ actual; nan where nothing happened.

    Examples
    --------
    >>> bias([2, 0, 3], [1.5, 0.5, 2.0])
    -0.2
    """
    y = _floats(actual)
    w = _weights(weights, y)
    return _ratio(dot(_floats(predicted) - y, w), dot(y, w))


def rmse(actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Root of the mean squared error, in the unit of the actuals.

    Examples
    --------
    >>> rmse([0, 2], [1.0, 1.0])
    1.0
    """
    return math.sqrt(_mean(squared_errors(actual, predicted), weights))


def mae(actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean absolute error, in the unit of the actuals.

    Notes
    -----
    The median minimises it, so on counts full of zeros it rewards predicting too little: read it
    beside `bias`, never alone.

    Examples
    --------
    >>> mae([0, 3], [1.0, 1.0])
    1.5
    """
    return _mean(np.abs(_floats(actual) - _floats(predicted)), weights)


def poisson_deviances(actual: npt.ArrayLike, predicted: npt.ArrayLike) -> Floats:
    """Poisson deviance of each row; a predicted mean below 1e-9 is taken as 1e-9."""
    y, mean = _floats(actual), np.maximum(_floats(predicted), SMALLEST_MEAN)
    return 2 * (xlogy(y, y / mean) - y + mean)


def poisson_deviance(actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Mean Poisson deviance of predicted counts: proper for the mean, whatever its size.

    Notes
    -----
    2 · mean[y ln(y / μ) − y + μ] (McCullagh & Nelder 1989, "Generalized Linear Models", §2.3).

    Examples
    --------
    >>> round(poisson_deviance([0, 2], [0.5, 1.0]), 4)
    0.8863
    """
    return _mean(poisson_deviances(actual, predicted), weights)


def normalised_gini(actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """How well the prediction ranks customers by value: 1 is the perfect order, 0 a random one.

    Notes
    -----
    Gini(actual in the order of the prediction) / Gini(actual in its own order) (Wang, Liu & Miao
    2019, "A deep probabilistic model for customer lifetime value prediction"), where Gini ∝
    Σ y · rank − n Σ y / 2 with mid-ranks. For a 0/1 actual it is 2 · AUC − 1.

    Examples
    --------
    >>> normalised_gini([0, 10, 30], [1.0, 5.0, 5.0])
    0.6666666666666666
    """
    y = _floats(actual)
    return float(gini_of_weights(y, _floats(predicted))(_weights(weights, y)))


def gini_of_weights(actual: Floats, predicted: Floats) -> Statistic:
    """`normalised_gini` as a function of the weights: the rows are ranked once, from the top, where the money is."""
    by_prediction, by_actual = RankSum(-predicted, actual), RankSum(-actual, actual)

    def value(weights: Weights) -> Floats:
        ranks, total = by_prediction(weights)
        random = total * weights.sum(axis=-1) / 2
        return ratios(random - ranks, random - by_actual(weights)[0])

    return value


def spearman(actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """Correlation of the ranks, ties at their mid-rank (Spearman 1904, Am. J. Psychol. 15).

    Examples
    --------
    >>> round(spearman([1, 2, 3], [0.1, 0.5, 0.4]), 4)
    0.5
    """
    y = _floats(actual)
    w = _weights(weights, y)
    a, b = (ranking.ranks(w) - w.sum() / 2 for ranking in (Ranking(y), Ranking(predicted)))
    return _ratio(dot(w, a * b), math.sqrt(dot(w, a * a) * dot(w, b * b)))


def decile_wape(actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> float:
    """How far the totals of the ten predicted deciles lie from the actual ones, as a share.

    Notes
    -----
    Σ_deciles |Σ predicted − Σ actual| / Σ actual. A percentage error by decile divides by each
    decile's own actual total, and explodes where one is zero. Equal predictions share a decile.

    Examples
    --------
    >>> decile_wape([0, 1, 5], [1.0, 1.5, 3.0])
    0.5833333333333334
    """
    y = _floats(actual)
    w = _weights(weights, y)
    return _bin_gaps(y, predicted, w) * _ratio(w.sum(), dot(w, y))


def equal_mass_bins(values: npt.ArrayLike, weights: npt.ArrayLike | None = None, *, bins: int = BINS) -> IntArray:
    """Bin `0..bins − 1` of each row, of equal weight but for ties, which share one.

    Examples
    --------
    >>> equal_mass_bins([5.0, 1.0, 1.0, 9.0], bins=2)
    array([1, 0, 0, 1])
    """
    score = _floats(values)
    w = _weights(weights, score)
    middle = Ranking(score).ranks(w)
    bin_of: IntArray = (middle * bins / max(w.sum(), 1)).astype(np.int64)
    return np.minimum(bin_of, bins - 1)


def weighted_mean(losses: Floats, weights: Floats) -> float:
    """Σ weight · loss / Σ weight."""
    return _ratio(dot(losses, weights), weights.sum())


def _bin_gaps(actual: npt.ArrayLike, predicted: npt.ArrayLike, weights: npt.ArrayLike | None) -> float:
    """Σ_bins |Σ predicted − Σ actual| / n, in bins of equal mass by the prediction."""
    p = _floats(predicted)
    w = _weights(weights, p)
    gaps = np.bincount(equal_mass_bins(p, w), w * (p - _floats(actual)))
    return _ratio(np.abs(gaps).sum(), w.sum())


def _floats(values: npt.ArrayLike) -> Floats:
    return np.asarray(values, dtype=np.float64)


def _weights(weights: npt.ArrayLike | None, rows: Floats) -> Floats:
    return np.ones(len(rows)) if weights is None else _floats(weights)


def _mean(losses: Floats, weights: npt.ArrayLike | None) -> float:
    return weighted_mean(losses, _weights(weights, losses))


def _ratio(above: float, below: float) -> float:
    return float(above) / float(below) if below else math.nan
