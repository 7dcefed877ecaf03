"""Whether who was contacted was drawn at random: what was known before has to be alike in both groups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.retention.effects import BoolArray, holm

ALARM = 0.001  # a test below it refuses a file: one randomised file in a thousand
NOTICE = 0.05  # a column below it, after Holm, is named
FEW = 3  # columns that are named where they differ only all together
NEGLIGIBLE = 1e-8


@dataclass(frozen=True)
class Balance:
    """How alike two groups are in what was known before.

    Parameters
    ----------
    arm : str
        The group that is compared with the controls.
    p_value : float
        Of all columns together.
    by_column : dict of str to float
        P value of each column, after Holm.
    apart : dict of str to float
        Difference of the mean ranks, in standard deviations: above 0 where the contacted have more.
    """

    arm: str
    p_value: float
    by_column: dict[str, float]
    apart: dict[str, float]

    @property
    def is_random(self) -> bool:
        """Whether the groups differ no more than chance makes them."""
        return min([self.p_value, *self.by_column.values()]) >= ALARM

    @property
    def differing(self) -> list[str]:
        """The columns that differ, those that do most first."""
        order = sorted(self.by_column, key=lambda name: (self.by_column[name], -abs(self.apart[name]), name))
        limit = NOTICE if self.is_random else ALARM
        return [name for name in order if self.by_column[name] < limit] or order[: 0 if self.is_random else FEW]

    def to_dict(self) -> dict[str, object]:
        """Plain values for JSON."""
        return {"arm": self.arm, "p_value": self.p_value, "by_column": self.by_column, "apart": self.apart}


def balance(
    columns: Mapping[str, pd.DataFrame], treated: BoolArray, chance: Floats, strata: NDArray[np.int64], arm: str
) -> Balance:
    """Compare two groups in every column, and in all of them together.

    Parameters
    ----------
    columns : mapping of str to DataFrame
        A column of the file to the numbers that it is read as.
    treated : bool array, shape (n,)
    chance : array, shape (n,)
        The chance of treatment by the design.
    strata : array, shape (n,)
        Rows are compared within these: campaigns, which may have other customers and other chances.
    arm : str

    Notes
    -----
    With z = Σ (T − e)·x over rows, x centred within strata, z'V⁻¹z has a χ² law, V = Σ e(1 − e)·x·x' (Hansen & Bowers
    2008, "Covariate balance in simple, stratified and clustered comparative studies", Statistical Science 23). Numbers
    enter as ranks and as their distance from the middle rank, so that neither a few large values decide, nor a group of
    those in the middle passes; what is not known enters as a column of its own.
    """
    codes = np.unique(strata, return_inverse=True)[1].astype(np.int64)
    centred = {name: _centred(_compared(frame), codes) for name, frame in columns.items()}
    single = {name: _p_value(x, treated, chance) for name, x in centred.items()}
    every = np.hstack(list(centred.values())) if centred else np.zeros((len(treated), 0))
    apart = {name: _apart(x, treated, chance) for name, x in centred.items()}
    return Balance(
        arm, _p_value(every, treated, chance), dict(zip(single, holm(list(single.values())), strict=True)), apart
    )


def _compared(frame: pd.DataFrame) -> Floats:
    """Ranks within [−½, ½], their distance from the middle, and whether a value is not known."""
    made = []
    for name in frame:
        values = frame[name]
        unknown = values.isna().to_numpy()
        ranks = (values.rank().fillna((len(values) - unknown.sum() + 1) / 2)).to_numpy() / max(len(values), 1)
        middle = ranks - ranks.mean()
        made += [middle, np.abs(middle), unknown * 1.0]
    return np.column_stack(made)


def _centred(x: Floats, codes: NDArray[np.int64]) -> Floats:
    means = pd.DataFrame(x).groupby(codes).transform("mean").to_numpy()
    return np.asarray(x - means)


def _p_value(x: Floats, treated: BoolArray, chance: Floats) -> float:
    """Of the joint test; columns that others determine count once."""
    from scipy.stats import chi2

    spread = np.sqrt((x**2).mean(axis=0)) if len(x) else np.zeros(x.shape[1])
    scaled = x[:, spread > NEGLIGIBLE] / spread[spread > NEGLIGIBLE]
    if not scaled.shape[1]:
        return 1.0
    difference = (treated - chance) @ scaled
    values, vectors = np.linalg.eigh((scaled * (chance * (1.0 - chance))[:, None]).T @ scaled)
    kept = values > NEGLIGIBLE * values.max()
    statistic = float(np.sum((vectors[:, kept].T @ difference) ** 2 / values[kept]))
    return float(chi2.sf(statistic, int(kept.sum())))


def _apart(x: Floats, treated: BoolArray, chance: Floats) -> float:
    """Weighted difference of the means of the ranks that differ most, in standard deviations."""
    weights = treated / chance - (~treated) / (1.0 - chance)
    spread = x.std(axis=0)
    known = spread > NEGLIGIBLE
    if not known.any():
        return 0.0
    differences = (weights @ x[:, known]) / len(x) / spread[known]
    return float(differences[np.argmax(np.abs(differences))])
