"""The leak proof: features and scores of a log do not change when its future does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from regulars.features import build_features
from regulars.scorer import Scorer
from regulars.transactions import Attributes, Transactions
from regulars.windows import Windows


@dataclass(frozen=True)
class Tried:
    """What one corruption of the future changed.

    Parameters
    ----------
    corruption : str
    features, scores : int
        Values of the feature table, and of the scores, that are not the same bytes; scores None without a scorer.
    peeking : int
        The same for features that look beyond the cutoff at the whole log: a planted leak. 0 would mean that this
        corruption finds none.
    """

    corruption: str
    features: int
    scores: int | None
    peeking: int


@dataclass(frozen=True)
class LeakProof:
    """What all corruptions changed.

    Parameters
    ----------
    windows : Windows
    values : int
        Values compared for each corruption.
    tried : tuple of Tried
    """

    windows: Windows
    values: int
    tried: tuple[Tried, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing changed, although every corruption would have been seen."""
        return bool(self.tried) and all(
            not trial.features and not trial.scores and trial.peeking for trial in self.tried
        )


@dataclass(frozen=True)
class _Seen:
    features: pd.DataFrame
    scores: pd.DataFrame | None
    peeking: pd.DataFrame


def prove_no_leak(
    honest: Transactions,
    corrupted: Iterable[tuple[str, Transactions]],
    windows: Windows,
    scorer: Scorer | None,
    customers: Attributes | None = None,
) -> LeakProof:
    """Compare features and scores of a log with those of its corruptions.

    Parameters
    ----------
    honest : Transactions
        The log as it is.
    corrupted : iterable of (str, Transactions)
        The same up to the cutoff; from `write_corrupted`. One is held at a time.
    windows : Windows
        The cutoff.
    scorer : Scorer, optional
        Scores are compared too.
    customers : Attributes, optional
        What is known of the customers beside the log. Where it is dated, it is corrupted too.
    """
    if scorer:
        scorer.refuse_other_features(honest)
    peeking = windows.moved_to(honest.last_day).closes
    expected = _see(honest, windows, peeking, scorer, customers)
    tried = []
    for corruption, tx, known in _corruptions(honest, corrupted, windows, customers):
        found = _see(tx, windows, peeking, scorer, known)
        scores = None
        if expected.scores is not None and found.scores is not None:
            scores = differing(expected.scores, found.scores)
        features, peeked = (differing(getattr(expected, t), getattr(found, t)) for t in ("features", "peeking"))
        tried.append(Tried(corruption, features, scores, peeked))
    compared = expected.features.size + (0 if expected.scores is None else expected.scores.size)
    return LeakProof(windows, compared, tuple(tried))


def _corruptions(
    honest: Transactions,
    corrupted: Iterable[tuple[str, Transactions]],
    windows: Windows,
    customers: Attributes | None,
) -> Iterator[tuple[str, Transactions, Attributes | None]]:
    """Every corrupted log beside the attributes as they are; then the log as it is beside corrupted attributes."""
    for corruption, tx in corrupted:
        yield corruption, tx, customers
    if customers and customers.days is not None:
        yield "attributes changed", honest, customers.corrupted(windows)


def _see(
    tx: Transactions, windows: Windows, peeking: dt.date, scorer: Scorer | None, customers: Attributes | None
) -> _Seen:
    features = build_features(tx, windows.cutoff, customers)
    scores = scorer.score_features(features, allow_past=True) if scorer else None
    return _Seen(features, scores, build_features(tx, peeking, customers))


def differing(one: pd.DataFrame, other: pd.DataFrame) -> int:
    """Count values that are not the same bytes; all of them where the rows or columns differ.

    Examples
    --------
    >>> differing(pd.DataFrame({"a": [0.1, 0.3]}), pd.DataFrame({"a": [0.1, 0.1 + 0.2]}))
    1
    """
    if not one.index.equals(other.index) or not one.columns.equals(other.columns):
        return max(one.size, other.size)
    return sum(_differing(one[name], other[name]) for name in one)


def _differing(one: pd.Series, other: pd.Series) -> int:
    if one.dtype == np.float64 == other.dtype:
        return int((one.to_numpy().view(np.int64) != other.to_numpy().view(np.int64)).sum())
    return int((~((one == other) | (one.isna() & other.isna()))).sum())
