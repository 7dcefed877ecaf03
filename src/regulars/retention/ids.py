"""Customer ids of a whole shop in little memory: their order, their repeats, and where an id stands among others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.retention.control import WHOLE, typed
from regulars.retention.in_parts import parts

Rows = npt.NDArray[np.intp]
BoolArray = npt.NDArray[np.bool_]
SMALL_WHOLE = r"(0|-?[1-9][0-9]{0,17})(\.0+)?"  # whole numbers as `control.WHOLE` knows them, that fit 64 bits
SMALLEST, LARGEST = np.iinfo(np.int64).min, np.iinfo(np.int64).max


def in_order(ids: pd.Series) -> tuple[Rows, int]:
    """Rows in the order of their ids, whatever order they came in; and how many repeat an id.

    Parameters
    ----------
    ids : Series of shape (n,)
        Without nulls. Whole numbers come first, by value, then texts; 7, 7.0 and "7" are one id.

    Notes
    -----
    Numbers and texts are sorted as arrays; ids of several types, and numbers beyond 64 bits, one by one.

    Examples
    --------
    >>> rows, repeated = in_order(pd.Series(["b", "10", "9", "a", "9.0"], dtype="str"))
    >>> rows.tolist(), repeated
    ([2, 4, 1, 3, 0], 1)
    """
    whole = _small_whole(ids)
    if whole is None:
        return _one_by_one(ids)
    numbers, texts = np.flatnonzero(whole), np.flatnonzero(~whole)
    values, others = _as_numbers(ids, numbers), ids.iloc[texts]
    first, then = np.argsort(values, kind="stable"), others.argsort(kind="stable").to_numpy()
    repeated = _repeats(values, first)
    for part in parts(max(0, len(then) - 1)):
        here = others.iloc[then[part.start : part.stop + 1]].to_numpy(dtype=object)
        repeated += int(np.count_nonzero(here[1:] == here[:-1]))
    return np.concatenate([numbers[first], texts[then]]), repeated


def _small_whole(ids: pd.Series) -> BoolArray | None:
    """Which ids are whole numbers within 64 bits, the others being texts; None where some are neither."""
    if pd.api.types.is_signed_integer_dtype(ids.dtype):
        return np.ones(len(ids), dtype=bool)
    if not isinstance(ids.dtype, pd.StringDtype):
        return None
    small, whole = (ids.str.fullmatch(pattern).to_numpy(dtype=bool) for pattern in (SMALL_WHOLE, WHOLE.pattern))
    return small if np.array_equal(small, whole) else None


def _as_numbers(ids: pd.Series, rows: Rows) -> npt.NDArray[np.int64]:
    if pd.api.types.is_integer_dtype(ids.dtype):
        return ids.to_numpy(dtype=np.int64)
    values = np.empty(len(rows), dtype=np.int64)
    for part in parts(len(rows)):
        values[part] = [int(text.split(".", 1)[0]) for text in ids.iloc[rows[part]]]
    return values


def _repeats(values: npt.NDArray[np.int64], order: Rows) -> int:
    ordered = values[order]
    return int(np.count_nonzero(ordered[1:] == ordered[:-1]))


def _one_by_one(ids: pd.Series) -> tuple[Rows, int]:
    keys = [typed(customer_id) for customer_id in ids.tolist()]
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return np.array(order, dtype=np.intp), len(keys) - len(set(keys))


@dataclass(frozen=True, eq=False)
class IdIndex:
    """Where each id stands in a list, so that 7, 7.0 and "7" are one; a number takes 16 bytes.

    Parameters
    ----------
    numbers : ndarray of int64, ascending
        The ids that are whole numbers within 64 bits.
    places : ndarray of int
        Where each of them stands.
    others : mapping
        Where all other ids stand.

    Examples
    --------
    >>> index = IdIndex.of(pd.Series(["7.0", "a", 9], dtype=object))
    >>> index.places_of(pd.Series([9, 7, 8])).tolist(), index.places_of(pd.Series(["a"])).tolist()
    ([2, 0, -1], [1])
    """

    numbers: npt.NDArray[np.int64]
    places: Rows
    others: Mapping[int | str, int]

    @classmethod
    def of(cls, ids: pd.Series) -> IdIndex:
        """Of an id that is there twice, the last place counts."""
        found: list[tuple[npt.NDArray[np.int64], Rows]] = [(np.empty(0, np.int64), np.empty(0, np.intp))]
        others: dict[int | str, int] = {}
        for part in parts(len(ids)):
            rows, numbers, texts = _split(ids.iloc[part])
            found.append((numbers, rows + part.start))
            others.update((text, row + part.start) for row, text in texts.items())
        numbers, places = (np.concatenate(column) for column in zip(*found, strict=True))
        order = np.argsort(numbers, kind="stable")
        return cls(numbers[order], places[order], others)

    def places_of(self, ids: pd.Series) -> Rows:
        """Where each of these ids stands; −1 where it is not in the list."""
        made = np.full(len(ids), -1, dtype=np.intp)
        rows, numbers, texts = _split(ids)
        if len(self.numbers):
            at = np.maximum(np.searchsorted(self.numbers, numbers, side="right") - 1, 0)
            made[rows] = np.where(self.numbers[at] == numbers, self.places[at], -1)
        for row, text in texts.items():
            made[row] = self.others.get(text, -1)
        return made

    def among(self, ids: pd.Series) -> BoolArray:
        """Which of these ids are in the list."""
        return np.asarray(self.places_of(ids) >= 0)


def _split(ids: pd.Series) -> tuple[Rows, npt.NDArray[np.int64], dict[int, int | str]]:
    """Rows and values of the ids that are numbers within 64 bits, and the others by their row."""
    if pd.api.types.is_signed_integer_dtype(ids.dtype) and not ids.isna().any():
        return np.arange(len(ids)), ids.to_numpy(dtype=np.int64), {}
    values = [typed(customer_id)[1] for customer_id in ids.tolist()]
    small = [isinstance(value, int) and SMALLEST <= value <= LARGEST for value in values]
    rows = np.flatnonzero(small)
    numbers = np.array([values[row] for row in rows], dtype=np.int64)
    return rows, numbers, {row: value for row, value in enumerate(values) if not small[row]}
