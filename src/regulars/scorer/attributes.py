"""Attributes of customers as columns of doubles: numbers as they are, a column for each kept value of a category."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd

from regulars.arrays import Floats
from regulars.notes import Note

MOST_VALUES = 20
FEWEST_OF_A_VALUE = 20  # customers; of a value of fewer nothing is learned, and it may name somebody
OTHER = "other"


@dataclass(frozen=True)
class AttributeColumns:
    """How attributes become columns: decided on the customers of the training cutoff, and the same ever after.

    Parameters
    ----------
    numbers : tuple of str
        Attributes that are numbers.
    categories : mapping of str to tuple of str
        The values of each category that are kept.
    with_others : tuple of str
        Categories that had more values than are kept; these count as one, and so does a value that is new. Of other
        categories a new value is not known.
    own : tuple of str
        Columns of the log's lines that only it has; what they become stands among the attributes.
    declared : mapping of str to str
        Features that the shop declares itself, which stand among the attributes too: from `features.declarations`.

    Examples
    --------
    >>> table = pd.DataFrame({"age": [34.0, 51.0], "region": ["north", "moon"]})
    >>> made = AttributeColumns(("age",), {"region": ("north", "south")}, ()).encoded(table)
    >>> made.to_dict("list")
    {'age': [34.0, 51.0], 'region.0': [1.0, 0.0], 'region.1': [0.0, 0.0]}
    """

    numbers: tuple[str, ...] = ()
    categories: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    with_others: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def fit(cls, table: pd.DataFrame, names: Sequence[str]) -> tuple[Self, list[Note]]:
        """Decide on the customers of a cutoff; say which attributes are left out, and which values count as one."""
        numbers, categories, with_others, notes = [], {}, [], []
        for name in names:
            values = table[name]
            if values.nunique(dropna=False) < 2:
                notes.append(Note("attribute_left_out", f"attribute {name} is left out: it is the same for everybody"))
            elif pd.api.types.is_numeric_dtype(values.dtype):
                numbers.append(name)
            elif kept := _kept_values(values):
                categories[name] = kept
                if others := _others(name, values, kept):
                    with_others.append(name)
                    notes.append(others)
            else:
                few = f"none of its values is that of {FEWEST_OF_A_VALUE} customers"
                notes.append(Note("attribute_left_out", f"attribute {name} is left out: {few}"))
        return cls(tuple(numbers), categories, tuple(with_others)), notes

    def __bool__(self) -> bool:
        return bool(self.names)

    @property
    def names(self) -> frozenset[str]:
        """The attributes."""
        return frozenset((*self.numbers, *self.categories))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that they become."""
        return (*self.numbers, *(column for name in self.categories for column in self._columns_of(name)))

    def encoded(self, table: pd.DataFrame) -> pd.DataFrame:
        """The attributes of a feature table as columns of doubles."""
        made = {name: table[name].to_numpy(np.float64) for name in self.numbers}
        for name in self.categories:
            made |= dict(self._indicators(name, table[name]))
        return pd.DataFrame(made, index=table.index)

    def shares(self, table: pd.DataFrame) -> dict[str, Floats]:
        """Each value of each category as a column of its own, 1 or 0, under words that name both."""
        made = {}
        for name, kept in self.categories.items():
            for told, (_, values) in zip((*kept, OTHER), self._indicators(name, table[name]), strict=False):
                made[f"{name} is {told}"] = values
        return made

    def added_up(self, contributions: pd.DataFrame) -> pd.DataFrame:
        """Contributions of columns with those of all values of a category as one, under its name, in its place."""
        owner = {column: name for name in self.categories for column in self._columns_of(name)}
        if not owner:
            return contributions
        made: dict[str, pd.Series] = {}
        for column in map(str, contributions.columns):
            name = owner.get(column, column)
            made[name] = made[name] + contributions[column] if name in made else contributions[column]
        return pd.DataFrame(made, index=contributions.index)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        categories = {name: list(kept) for name, kept in self.categories.items()}
        own = {"own": list(self.own)} if self.own else {}
        declared = {"declared": dict(self.declared)} if self.declared else {}
        plain = {"numbers": list(self.numbers), "categories": categories, "with_others": list(self.with_others)}
        return plain | own | declared

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote; of nothing, no attributes."""
        categories = {name: tuple(kept) for name, kept in values.get("categories", {}).items()}
        numbers, with_others, own = (tuple(values.get(name, ())) for name in ("numbers", "with_others", "own"))
        return cls(numbers, categories, with_others, own, dict(values.get("declared", {})))

    def _columns_of(self, name: str) -> tuple[str, ...]:
        # By number: a value may hold any sign, the name of a column in LightGBM not.
        others = (OTHER,) if name in self.with_others else ()
        return tuple(f"{name}.{which}" for which in (*range(len(self.categories[name])), *others))

    def _indicators(self, name: str, values: pd.Series) -> Iterator[tuple[str, np.ndarray]]:
        """1 in the column of the value; in none where it is not known."""
        kept = self.categories[name]
        for column, value in zip(self._columns_of(name), kept, strict=False):
            yield column, (values == value).fillna(False).to_numpy(np.float64)
        if name in self.with_others:
            yield f"{name}.{OTHER}", (values.notna() & ~values.isin(kept)).to_numpy(np.float64)


def _kept_values(values: pd.Series) -> tuple[str, ...]:
    """The values of the most customers, in the order of their texts."""
    counts = values.value_counts()
    ranked = sorted((-int(count), str(value)) for value, count in counts.items() if count >= FEWEST_OF_A_VALUE)
    return tuple(sorted(value for _, value in ranked[:MOST_VALUES]))


def _others(name: str, values: pd.Series, kept: tuple[str, ...]) -> Note | None:
    """A note on values that are not kept, where there are any."""
    others = values[values.notna() & ~values.isin(kept)]
    if others.empty:
        return None
    told = (
        f"attribute {name}: {len(kept)} of {values.nunique()} values are kept, those of the most customers; the others "
        f"({100 * len(others) / len(values):.0f} % of the customers) count as one, “{OTHER}”"
    )
    return Note("attribute_values", told)


NO_ATTRIBUTES = AttributeColumns()
