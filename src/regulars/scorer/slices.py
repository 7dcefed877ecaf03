"""Training rows: every customer at several past cutoffs whose outcomes are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import ks_2samp

from regulars.arrays import Floats
from regulars.notes import Note
from regulars.scorer.attributes import NO_ATTRIBUTES, AttributeColumns
from regulars.scorer.design import design
from regulars.scorer.history import History
from regulars.windows import Windows

MOST_SLICES = 8
SLICES_PER_HORIZON = 4
FOLDS = 2
MOST_ROWS = 100_000  # of a fit: neighbouring slices hold the same customers, a few weeks later

# A lifetime fit whose total is off the actual one by more than this factor (a log of a few weeks can look as if
# everybody had left) would train the boosters on quantities that mean nothing.
WORST_FACTOR = 2.0
FEWEST_OF_A_CLASS = 20

# The other quantities follow the actual totals; these can turn over from one refit to the next (nobody can leave at one
# slice, a third have left at another), and trees would learn the turn.
CAN_SHIFT = ("lifetime_p_alive", "lifetime_order_value")
SHIFT = 0.5  # Kolmogorov-Smirnov distance of neighbours: half of the customers lie where nobody was


def training_slices(history: History, windows: Windows) -> list[Windows]:
    """Past cutoffs to learn from, latest first: a quarter of the horizon apart, eight at most.

    Parameters
    ----------
    history : History
        Whose first and last days bound the slices.
    windows : Windows
        The cutoff that the slices lie before, and the length of their label windows.

    Returns
    -------
    list of Windows
        Empty where the log is too short for any.
    """
    return windows.training_slices(
        history.first_day(windows),
        history.last_day(windows),
        step_days=max(1, windows.horizon_days // SLICES_PER_HORIZON),
        at_most=MOST_SLICES,
    )


def usable_slices(history: History, slices: Sequence[Windows], model: str) -> tuple[list[Windows], list[Note]]:
    """Slices whose lifetime fit was near the actual total, and those left out, by name; all where none was near.

    Before the yearly peak of a shop all slices lie in its low season: their ranks are better than nothing, since
    weights are estimated on predictions that are scaled to the actual total, and the forecast total is set elsewhere.
    """
    kept, left_out = [], []
    for windows in slices:
        fitted = history.lifetime(windows, model).quantities(history.summary(windows), windows.horizon_days)
        expected, actual = fitted["expected_purchases"].sum(), history.labels(windows)["purchases"].sum()
        if actual / WORST_FACTOR <= expected <= actual * WORST_FACTOR:
            kept.append(windows)
        else:
            far_off = f"its lifetime fit expected {expected:,.0f} order days, actual {actual:,.0f}"
            left_out.append(Note("slices_left_out", f"training slice {windows.cutoff} is left out: {far_off}"))
    if slices and not kept:
        ranks_alone = (
            f"at each of the {len(slices)} training slices the lifetime fit was off by more than a factor of "
            f"{WORST_FACTOR:g}: they show who is likelier to buy, not how much all buy together"
        )
        return list(slices), [Note("slices_left_out", ranks_alone)]
    return kept, left_out


@dataclass(frozen=True)
class TrainingRows:
    """One row a customer and slice; the tables and `slice_of` run side by side.

    The design is put together where it is asked for, of the rows that are left by then: a fit reads few of them.

    Parameters
    ----------
    features : tuple of DataFrame
        The feature table of each slice.
    place : array of int
        Where every row stands in the feature table of its slice.
    columns : tuple of str
        What the boosters see.
    quantities : DataFrame
        What the lifetime models, refitted at each slice, say of the same customers.
    outcomes : DataFrame
        `purchases`, `spend`, `churned`.
    slices : tuple of Windows
        Latest first.
    slice_of : array of int
        Position in `slices` of every row; it never falls.
    names : tuple of str
        Features of which the design is made.
    encoding : AttributeColumns
        How attributes of customers among them become columns.
    """

    features: tuple[pd.DataFrame, ...]
    place: NDArray[np.intp]
    columns: tuple[str, ...]
    quantities: pd.DataFrame
    outcomes: pd.DataFrame
    slices: tuple[Windows, ...]
    slice_of: NDArray[np.intp]
    names: tuple[str, ...]
    encoding: AttributeColumns = NO_ATTRIBUTES

    @classmethod
    def stack(
        cls,
        history: History,
        slices: Sequence[Windows],
        names: Sequence[str],
        model: str,
        *,
        attributes: AttributeColumns = NO_ATTRIBUTES,
        seed: int,
    ) -> TrainingRows:
        """Stack the slices, of each at most `MOST_ROWS` customers, drawn at random.

        Parameters
        ----------
        history : History
            What is known at each slice.
        slices : sequence of Windows
            Past cutoffs with their label windows, latest first.
        names : sequence of str
            Features to take.
        model : str
            Name of the purchase model, such as `mbg_nbd`.
        attributes : AttributeColumns
            How attributes of customers become columns.
        seed : int
            Of the draw of customers.

        Returns
        -------
        TrainingRows
        """
        places, quantities, outcomes = [], [], []
        draw = np.random.default_rng(seed)
        for windows in slices:
            fitted = history.lifetime(windows, model).quantities(history.summary(windows), windows.horizon_days)
            places.append(_drawn(draw, np.arange(len(fitted)), MOST_ROWS))
            quantities.append(fitted.iloc[places[-1]])
            outcomes.append(history.labels(windows).iloc[places[-1]])
        features = tuple(map(history.features, slices))
        return cls(
            features=features,
            place=np.concatenate(places),
            columns=tuple(map(str, design(features[0].iloc[:0], names, quantities[0].iloc[:0], attributes))),
            quantities=pd.concat(quantities),
            outcomes=pd.concat(outcomes),
            slices=tuple(slices),
            slice_of=np.repeat(np.arange(len(slices)), [len(place) for place in places]),
            names=tuple(names),
            encoding=attributes,
        )

    @cached_property
    def table(self) -> pd.DataFrame:
        """What the boosters see: the design of the rows."""
        parts = [self._design(k) for k in np.unique(self.slice_of)]
        return pd.concat(parts) if parts else self._design(0)

    def _design(self, number: int) -> pd.DataFrame:
        """The same of the rows of one slice."""
        rows = self.slice_of == number
        features = self.features[number].iloc[self.place[rows]]
        return design(features, self.names, self.quantities[rows], self.encoding)[list(self.columns)]

    @property
    def attributes(self) -> tuple[str, ...]:
        """Columns of the design that come from attributes of customers."""
        return tuple(name for name in self.encoding.columns if name in self.columns)

    def seeing(self, columns: Sequence[str]) -> TrainingRows:
        """The same rows with some columns of the design."""
        return replace(self, columns=tuple(columns))

    def without_shifts(self, now: pd.DataFrame) -> tuple[TrainingRows, list[Note]]:
        """Without the columns whose distribution shifts between slices or up to the cutoff, and which these are.

        Lifetime quantities and attributes are looked at; of an attribute also how often it is known.

        Parameters
        ----------
        now : DataFrame
            The design at the training cutoff.
        """
        watched = self.seeing([name for name in (*CAN_SHIFT, *self.attributes) if name in self.columns])
        looks = [now, *(watched.where(self.slice_of == k).table for k in np.unique(self.slice_of))]
        notes, kept = [], list(self.columns)
        for name in (*CAN_SHIFT, *self.attributes):
            values = [look[name] for look in looks if name in look]
            shift = max((_apart(*(one.dropna().to_numpy() for one in pair)) for pair in pairwise(values)), default=0.0)
            if name in self.attributes:
                shift = max([shift, *(abs(a.isna().mean() - b.isna().mean()) for a, b in pairwise(values))])
            if shift > SHIFT:
                kept.remove(name)
                text = (
                    f"{name} is excluded from boosters and regressions: its distribution shifts between slices "
                    f"(Kolmogorov-Smirnov distance {shift:.2f})"
                )
                notes.append(Note("column_excluded", text))
        return self.seeing(kept), notes

    @property
    def latest(self) -> TrainingRows:
        """Rows of the latest slice."""
        return self.where(self.slice_of == 0)

    @property
    def closed_before_latest(self) -> TrainingRows:
        """Rows of the slices whose outcomes were known when the latest one began."""
        closed = [k for k, windows in enumerate(self.slices) if windows.closed_by(self.slices[0].cutoff)]
        return self.where(np.isin(self.slice_of, closed))

    @property
    def suffices(self) -> bool:
        """Whether there are enough customers who bought, and who did not, to learn from."""
        churned = float(self.outcomes["churned"].sum())
        return min(churned, len(self.outcomes) - churned) >= FEWEST_OF_A_CLASS

    @property
    def has_money(self) -> bool:
        """Whether anybody spent anything."""
        return bool(self.outcomes["spend"].sum() > 0)

    def outcome(self, name: str) -> Floats:
        """One outcome of every row."""
        return self.outcomes[name].to_numpy(np.float64)

    def lifetime(self, name: str) -> Floats:
        """One quantity of the lifetime models for every row."""
        return self.quantities[name].to_numpy(np.float64)

    def weights(self) -> Floats:
        """Weights of the rows, 1 on average: every slice counts the same, whatever its number of customers."""
        sizes = np.bincount(self.slice_of)
        return np.asarray(sizes[sizes > 0].mean() / sizes[self.slice_of], dtype=np.float64)

    def folds(self) -> NDArray[np.intp]:
        """The same fold for all rows of a customer, whatever the order of the rows."""
        _, rank = np.unique(self.quantities.index.to_numpy(), return_inverse=True)
        return np.asarray(rank % FOLDS, dtype=np.intp)

    def thinned(self, seed: int) -> TrainingRows:
        """At most `MOST_ROWS` rows, drawn at random, as many of each slice as far as it has them."""
        draw, sizes = np.random.default_rng(seed), np.bincount(self.slice_of)
        if len(self.place) <= MOST_ROWS:
            return self
        each = MOST_ROWS // int(np.count_nonzero(sizes))
        drawn = np.zeros(len(self.place), dtype=bool)
        for k in np.flatnonzero(sizes):
            drawn[_drawn(draw, np.flatnonzero(self.slice_of == k), each)] = True
        return self.where(drawn)

    def where(self, marked: NDArray[np.bool_]) -> TrainingRows:
        """The rows that are marked."""
        quantities, outcomes = (each[marked] for each in (self.quantities, self.outcomes))
        place, slice_of = (each[marked] for each in (self.place, self.slice_of))
        return replace(self, quantities=quantities, outcomes=outcomes, place=place, slice_of=slice_of)


def _drawn(draw: np.random.Generator, rows: NDArray[np.intp], most: int) -> NDArray[np.intp]:
    """At most so many of the rows, in their order."""
    return rows if len(rows) <= most else np.sort(draw.choice(rows, most, replace=False))


def _apart(a: Floats, b: Floats) -> float:
    return float(ks_2samp(a, b, method="asymp").statistic) if len(a) and len(b) else 0.0
