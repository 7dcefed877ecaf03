"""Calibration of a mean: what makes predictions add up to a given total, or have a given mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from regulars.arrays import Floats

LEAST_PROBABILITY = 1e-4
WIDEST_SHIFT = 30.0


def log_odds(p: Floats) -> Floats:
    """Logarithms of p / (1 − p), with p clipped to [1e-4, 1 − 1e-4]."""
    inner = np.clip(p, LEAST_PROBABILITY, 1 - LEAST_PROBABILITY)
    return np.log(inner) - np.log1p(-inner)


def shift_to_mean(odds: Floats, mean: float) -> float:
    """The shift of all log-odds that gives the probabilities this mean, clipped to [0.5/n, 1 − 0.5/n].

    Parameters
    ----------
    odds : ndarray of shape (rows,)
        Log-odds.
    mean : float
        The mean probability to reach.

    Returns
    -------
    float
        To be added to all log-odds.

    Examples
    --------
    >>> round(shift_to_mean(np.zeros(10), 0.2), 4)  # log(0.2 / 0.8)
    -1.3863
    """
    half = 0.5 / len(odds)
    target = min(max(mean, half), 1.0 - half)
    return float(brentq(lambda shift: float(expit(odds + shift).mean()) - target, -WIDEST_SHIFT, WIDEST_SHIFT))


def scale_to(total: float, mean: Floats) -> float:
    """The factor that makes predictions add up to a total; 1 where they add up to 0.

    Parameters
    ----------
    total : float
        What they are to add up to.
    mean : ndarray of shape (rows,)
        Predicted means, in the same unit.

    Returns
    -------
    float
    """
    found = float(mean.sum())
    return round(total / found, 9) if found > 0 else 1.0


@dataclass(frozen=True)
class LogOddsShift:
    """Probabilities, averaged as log-odds and then shifted.

    Parameters
    ----------
    shift : float
        Added to the averaged log-odds.
    """

    shift: float = 0.0

    @classmethod
    def fit(
        cls, predictions: Mapping[str, Floats], weights: Mapping[str, float], reference: str, moved_by: float
    ) -> Self:
        """Give the average the mean that the reference has after its log-odds are moved.

        Parameters
        ----------
        predictions : mapping of str to ndarray of shape (rows,)
            Probabilities, by name of the base model.
        weights : mapping of str to float
            By name of the base model; they add up to 1.
        reference : str
            The base model whose mean is taken.
        moved_by : float
            Added to the log-odds of the reference.

        Returns
        -------
        LogOddsShift
        """
        return cls.to_mean(predictions, weights, float(expit(log_odds(predictions[reference]) + moved_by).mean()))

    @classmethod
    def to_mean(cls, predictions: Mapping[str, Floats], weights: Mapping[str, float], mean: float) -> Self:
        """Give the average this mean.

        Parameters
        ----------
        predictions : mapping of str to ndarray of shape (rows,)
            Probabilities, by name of the base model.
        weights : mapping of str to float
            By name of the base model; they add up to 1.
        mean : float
            The mean probability to reach, in (0, 1).

        Returns
        -------
        LogOddsShift
        """
        return cls(round(shift_to_mean(cls._average(predictions, weights), mean), 6))

    def combine(self, predictions: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
        """One probability a row.

        Parameters
        ----------
        predictions : mapping of str to ndarray of shape (rows,)
            Probabilities, by name of the base model.
        weights : mapping of str to float
            By name of the base model; they add up to 1.

        Returns
        -------
        ndarray of shape (rows,)
        """
        return np.asarray(expit(self._average(predictions, weights) + self.shift))

    @staticmethod
    def _average(predictions: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
        return np.asarray(sum(weight * log_odds(predictions[name]) for name, weight in weights.items() if weight))

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"shift": self.shift}


@dataclass(frozen=True)
class Scales:
    """Means, each scaled, then averaged.

    Parameters
    ----------
    scales : mapping of str to float
        A factor for each base model.
    """

    scales: Mapping[str, float]

    @classmethod
    def fit(
        cls, predictions: Mapping[str, Floats], weights: Mapping[str, float], reference: str, moved_by: float
    ) -> Self:
        """Make each base prediction add up to exp(moved_by) times the total of the reference.

        Parameters
        ----------
        predictions : mapping of str to ndarray of shape (rows,)
            Means, in order days or money, by name of the base model.
        weights : mapping of str to float
            By name of the base model; they add up to 1.
        reference : str
            The base model whose total is taken.
        moved_by : float
            Logarithm of the factor on that total.

        Returns
        -------
        Scales
        """
        total = float(np.exp(moved_by) * predictions[reference].sum())
        return cls({name: scale_to(total, predictions[name]) for name in weights})

    def combine(self, predictions: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
        """One mean a row.

        Parameters
        ----------
        predictions : mapping of str to ndarray of shape (rows,)
            Means, in order days or money, by name of the base model.
        weights : mapping of str to float
            By name of the base model; they add up to 1.

        Returns
        -------
        ndarray of shape (rows,)
        """
        return np.asarray(
            sum(weight * self.scales[name] * predictions[name] for name, weight in weights.items() if weight)
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {"scales": dict(self.scales)}


Calibration = LogOddsShift | Scales


def calibration_from_dict(values: Mapping[str, Any]) -> Calibration:
    """Read what `to_dict` wrote."""
    return LogOddsShift(values["shift"]) if "shift" in values else Scales(values["scales"])
