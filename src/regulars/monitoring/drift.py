"""Features and scores against those at the training cutoff: beyond chance, beyond the usual, and large enough."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from regulars.monitoring.distances import Compared, Distances, compare
from regulars.monitoring.distribution import Distribution
from regulars.monitoring.findings import Finding, Severity
from regulars.monitoring.reference import SCORED, Distributions

ALPHA = 0.05  # probability with which chance alone gives any finding, over all columns and distances
LEAST = Distances(psi=0.1, ks=0.1, wasserstein=0.25)  # smaller changes are no finding, however sure they are
TIMES_USUAL = 2.0  # of the change in as many days before training, up to which a change is how this shop ages
SHOWN = 3
TITLES = ("PSI", "KS", "Wasserstein")  # of the distances


@dataclass(frozen=True)
class ColumnDrift:
    """One column at the scores' cutoff beside the training cutoff.

    Parameters
    ----------
    name : str
    distances, noise : Distances
        How far apart, and what chance alone gives at most.
    usual : Distances or None
        The largest in equal stretches of days before training; None where the log is too short for one.
    before, now : float
        Medians.
    """

    name: str
    distances: Distances
    noise: Distances
    usual: Distances | None
    before: float
    now: float

    @property
    def limits(self) -> Distances:
        """Beyond two of these it has moved."""
        usual = self.usual or Distances(0.0, 0.0, 0.0)
        return Distances(*(max(n, lo, TIMES_USUAL * u) for n, lo, u in zip(self.noise, LEAST, usual, strict=True)))

    @property
    def excess(self) -> float:
        """Two distances are at least so many times their limits: above 1 the column has moved.

        One alone misleads: where nearly all values are 0, a few others move Wasserstein's distance far.
        """
        return self._second[0]

    @property
    def _second(self) -> tuple[float, int]:
        """The second largest of the distances in units of their limits, and which it is."""
        excesses = [d / limit for d, limit in zip(self.distances, self.limits, strict=True)]
        return sorted(zip(excesses, range(len(excesses)), strict=True))[1]

    @property
    def has_moved(self) -> bool:
        """Whether two distances lie beyond their limits."""
        return self.excess > 1

    @property
    def in_words(self) -> str:
        """How far it has moved by the distance that decides, beside what chance and the usual ageing give."""
        _, k = self._second
        usual = f", usually up to {self.usual[k]:.2f}" if self.usual else ""
        return (
            f"{self.name} (median {self.before:,.4g}, now {self.now:,.4g}; {TITLES[k]} {self.distances[k]:.2f}, by "
            f"chance up to {self.noise[k]:.2g}{usual})"
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "column": self.name,
            "moved": self.has_moved,
            **self.distances._asdict(),
            "noise": _plain(self.noise),
            "usual": _plain(self.usual) if self.usual else None,
            "limits": _plain(self.limits),
            "median_at_training": None if math.isnan(self.before) else self.before,
            "median": None if math.isnan(self.now) else self.now,
        }


def _plain(distances: Distances) -> dict[str, float | None]:
    """Null for a distance that has no limit: of a column whose values are all equal."""
    return {name: value if math.isfinite(value) else None for name, value in distances._asdict().items()}


def drift(
    reference: Distributions, now: Distributions, earlier: Sequence[tuple[Distributions, Distributions]] = ()
) -> list[ColumnDrift]:
    """Compare every column; the later of two distributions is counted between the edges of the earlier one.

    Parameters
    ----------
    reference, now : mapping of str to Distribution
        At the training cutoff, and at that of the scores.
    earlier : sequence of pairs
        At two cutoffs, as far apart, up to the training cutoff; the earlier one first.
    """
    names = [name for name in reference if name in now]
    alpha = ALPHA / max(len(names) * len(LEAST), 1)
    return [
        _column(
            name, reference[name], now[name], [(a[name], b[name]) for a, b in earlier if name in a and name in b], alpha
        )
        for name in names
    ]


def _column(
    name: str,
    reference: Distribution,
    now: Distribution,
    earlier: Sequence[tuple[Distribution, Distribution]],
    alpha: float,
) -> ColumnDrift:
    found = compare(reference, now, alpha=alpha)
    before: list[Compared] = [compare(a, b, alpha=alpha) for a, b in earlier]
    usual = Distances(*(max(each.distances[k] for each in before) for k in range(len(LEAST)))) if before else None
    return ColumnDrift(name, found.distances, found.noise, usual, reference.median, now.median)


def drift_findings(columns: Sequence[ColumnDrift]) -> Iterator[Finding]:
    """Findings on features, and on scores."""
    groups: Mapping[str, list[ColumnDrift]] = {
        "features": [column for column in columns if column.name not in SCORED],
        "scores": [column for column in columns if column.name in SCORED],
    }
    for code, group in groups.items():
        moved = sorted((each for each in group if each.has_moved), key=lambda each: (-each.excess, each.name))
        if moved:
            shown = "; ".join(each.in_words for each in moved[:SHOWN])
            yield Finding(
                code,
                Severity.LOOK,
                f"{len(moved)} of {len(group)} {code} have moved since training by more than chance and their usual "
                f"change explain: {shown}{' …' if len(moved) > SHOWN else ''}.",
            )
