"""A sentence about customers: to whom it applies, and how their values are written in it."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from regulars.arrays import Floats

LONGEST_VALUE = 40  # characters of an attribute's value

_PLURALS = {"category": "categories"}


class Customers(dict[str, Floats]):
    """The features of customers, an array each; one that the log does not carry is not known of anybody.

    Parameters
    ----------
    features : mapping of str to array, shape (n,)
    count : int
        n.
    """

    def __init__(self, features: Mapping[str, ArrayLike], count: int) -> None:
        super().__init__({name: np.asarray(values, dtype=np.float64) for name, values in features.items()})
        self.count = count

    @classmethod
    def of(cls, features: pd.DataFrame) -> Customers:
        """The rows of a feature table, but for texts."""
        numbers = {
            str(name): values for name, values in features.items() if pd.api.types.is_numeric_dtype(values.dtype)
        }
        return cls({name: values.to_numpy(np.float64) for name, values in numbers.items()}, len(features))

    def __missing__(self, name: str) -> Floats:
        """Not known."""
        return np.full(self.count, np.nan)

    def at(self, rows: NDArray[np.intp]) -> Customers:
        """Some of them."""
        return Customers({name: values[rows] for name, values in self.items()}, len(rows))


Holds = Callable[[Mapping[str, Floats]], NDArray[np.bool_]]


def always(c: Mapping[str, Floats]) -> NDArray[np.bool_]:
    """Of everybody."""
    return np.asarray(True)


class Sentence(NamedTuple):
    """A sentence with places for values, used only where it holds and reads as a reason."""

    text: str
    holds: Holds = always

    @property
    def places(self) -> list[tuple[str, str, str]]:
        """What it is made of: words, then the feature that follows them and how that is written (or nothing)."""
        return [(words, name or "", how or "") for words, name, how, _ in string.Formatter().parse(self.text)]

    def applies(self, customers: Customers) -> NDArray[np.bool_]:
        """To whom: it holds, and all of its values are known."""
        with np.errstate(divide="ignore", invalid="ignore"):
            found: NDArray[np.bool_] = np.broadcast_to(self.holds(customers), customers.count)
        for name in (name for _, name, _ in self.places if name):
            found = found & ~np.isnan(customers[name])
        return found

    def filled(self, customers: Customers, opening: str = "") -> list[str]:
        """The sentence of each of them, to whom it applies."""
        parts: list[list[str]] = [[opening] * customers.count]
        for words, name, how in self.places:
            parts.append([words] * customers.count)
            if name:
                values, which = np.unique(customers[name], return_inverse=True)  # most values are few
                parts.append(
                    np.array([_in_words(value, how) for value in values.tolist()], dtype=object)[which].tolist()
                )
        return list(map("".join, zip(*parts, strict=True)))


def _in_words(value: float, how: str) -> str:
    """Write a value as `money`, `share`, `times`, or with a noun: `day` is "1 day" or "1,200 days"."""
    if how == "money":
        return f"{value:,.2f}"
    if how == "share":
        return _share(value)
    if how == "times":
        return {1: "once", 2: "twice"}.get(round(value), f"{value:,.0f} times")
    digits = 1 if how != "day" and value < 10 and abs(value - round(value)) >= 0.05 else 0
    many = f"{value:,.{digits}f}"
    return f"{many} {how if many == '1' else _PLURALS.get(how, f'{how}s')}"


def first_that_applies(sentences: Sequence[Sentence], customers: Customers) -> NDArray[np.intp]:
    """Which sentence is the first that applies to each customer; -1 where none does."""
    found = np.full(customers.count, -1)
    for which, sentence in reversed(list(enumerate(sentences))):
        found[sentence.applies(customers)] = which
    return found


def fill(sentences: Sequence[Sentence], customers: Customers, opening: str = "") -> NDArray[np.object_]:
    """The first sentence that applies to each customer, after an opening; None where none does.

    Examples
    --------
    >>> spent = Sentence("has spent {net_total:money} so far", lambda c: c["net_total"] > 0)
    >>> fill([spent], Customers({"net_total": [1234.5, 0.0]}, 2)).tolist()
    ['has spent 1,234.50 so far', None]
    """
    found, told = first_that_applies(sentences, customers), np.full(customers.count, None, dtype=object)
    for which in np.unique(found[found >= 0]):
        rows = np.flatnonzero(found == which)
        told[rows] = sentences[which].filled(customers.at(rows), opening)
    return told


def of_attribute(name: str, value: float | str | None) -> str:
    """What an attribute of a customer is, in words.

    Examples
    --------
    >>> of_attribute("home_region", "north"), of_attribute("age", 34.0), of_attribute("age", float("nan"))
    ('home region is north', 'age is 34', 'age is not known')
    """
    called = name.replace("_", " ")
    if value is None or value != value:
        return f"{called} is not known"
    if isinstance(value, str):
        return f"{called} is {value if len(value) <= LONGEST_VALUE else f'{value[:LONGEST_VALUE]}…'}"
    return f"{called} is {f'{value:,.2f}'.rstrip('0').rstrip('.')}"


def _share(value: float) -> str:
    percent = round(100 * value)
    if percent == 0 and value > 0:
        return "less than 1 %"
    return "more than 99 %" if percent == 100 and value < 1 else f"{percent} %"
