"""The distribution of a column as counts between quantiles: aggregates that are kept with a model, and no customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from regulars.arrays import Floats

QUANTILES = np.linspace(0.01, 0.99, 99)  # of more than 100 customers without the ends, which are the values of one
BELOW = 1e-9  # how far below a lone value its lower edge lies, relative to it


@dataclass(frozen=True)
class Distribution:
    """Counts of values at or below rising edges.

    Parameters
    ----------
    edges : tuple of float
        The different values among the 1 % to 99 % quantiles; empty where all values are missing. Where there is one
        alone, an edge just below it comes first, so that later values below are told from it.
    below : tuple of int
        Values at or below each edge.
    count, missing : int
        Values, and nulls beside them.
    spread : float
        Mean distance from the median, values beyond the outer edges taken as these; 0 where all are equal.
    """

    edges: tuple[float, ...]
    below: tuple[int, ...]
    count: int
    missing: int
    spread: float

    @classmethod
    def of(cls, values: npt.ArrayLike, edges: Sequence[float] | None = None) -> Self:
        """Count values, between edges of their own or given ones.

        Examples
        --------
        >>> Distribution.of([1.0, 1.0, 2.0, np.nan]).below
        (2, 3)
        """
        given = np.asarray(values, dtype=np.float64)
        known = np.sort(given[~np.isnan(given)])
        at = _edges(known) if edges is None else np.asarray(edges, dtype=np.float64)
        below = np.searchsorted(known, at, side="right")
        return cls(
            tuple(at.tolist()), tuple(below.tolist()), len(known), len(given) - len(known), round(_spread(known, at), 9)
        )

    @property
    def size(self) -> int:
        """Customers, with those whose value is missing."""
        return self.count + self.missing

    @property
    def shares_below(self) -> Floats:
        """The cumulative distribution at each edge."""
        return np.asarray(self.below, dtype=np.float64) / max(self.count, 1)

    @property
    def median(self) -> float:
        """The first edge that half of the values do not exceed; NaN without any value."""
        if not self.edges:
            return float("nan")
        return self.edges[min(int(np.searchsorted(self.shares_below, 0.5)), len(self.edges) - 1)]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(**{**values, "edges": tuple(values["edges"]), "below": tuple(values["below"])})


def _edges(known: Floats) -> Floats:
    if not len(known):
        return known
    edges = np.unique(np.quantile(known, QUANTILES, method="inverted_cdf"))
    return edges if len(edges) > 1 else np.array([edges[0] - BELOW * max(1.0, abs(edges[0])), edges[0]])


def _spread(known: Floats, edges: Floats) -> float:
    if not len(known) or not len(edges):
        return 0.0
    inner = np.clip(known, edges[0], edges[-1])
    return float(np.abs(inner - np.median(inner)).mean())
