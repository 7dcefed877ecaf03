"""A scores table that is read some customers at a time, from memory or from a file, so that it need not be held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.texts import TEXT_DTYPE

AT_ONCE = 50_000  # customers


class InParts(Protocol):
    """A table whose rows come in parts, in the same order whenever they are asked for."""

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns."""

    def __len__(self) -> int:
        """Number of rows."""

    def parts(self, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        """These columns, some rows at a time; one part without rows where the table has none."""


@dataclass(frozen=True, eq=False)
class Held:
    """A table in memory.

    Parameters
    ----------
    frame : DataFrame
    """

    frame: pd.DataFrame

    @property
    def columns(self) -> Sequence[str]:
        """Names of the columns."""
        return list(map(str, self.frame.columns))

    def __len__(self) -> int:
        return len(self.frame)

    def parts(self, names: Sequence[str]) -> Iterator[pd.DataFrame]:
        """These columns, some rows at a time; one part without rows where the table has none."""
        chosen = self.frame[list(names)]
        return (chosen.iloc[part] for part in parts(max(1, len(chosen))))


def parts(customers: int) -> Iterator[slice]:
    """So many customers at a time that what is computed for them needs little memory."""
    return (slice(first, min(first + AT_ONCE, customers)) for first in range(0, customers, AT_ONCE))


def rows_of(table: InParts, rows: npt.NDArray[np.intp], names: Sequence[str]) -> pd.DataFrame:
    """Some rows of a table, in the order asked for; texts as texts, even where the table has categories.

    Types are those of the whole table: a part without one of these rows counts for them too.

    Examples
    --------
    >>> table = Held(pd.DataFrame({"customer_id": [7, 8, 9], "clv": [1.0, 2.0, 3.0]}))
    >>> rows_of(table, np.array([2, 0]), ["customer_id"])["customer_id"].tolist()
    [9, 7]
    """
    order = np.argsort(rows, kind="stable")
    ascending, found, first = rows[order], [], 0
    for part in table.parts(names):
        low, high = np.searchsorted(ascending, [first, first + len(part)])
        found.append(_plain(part.iloc[ascending[low:high] - first]))
        first += len(part)
    back = np.empty(len(rows), dtype=np.intp)
    back[order] = np.arange(len(rows))
    return pd.concat(found, ignore_index=True).take(back).reset_index(drop=True)


def _plain(chosen: pd.DataFrame) -> pd.DataFrame:
    categories = chosen.select_dtypes("category").columns
    return chosen.astype(dict.fromkeys(categories, TEXT_DTYPE))
