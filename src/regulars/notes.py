"""What a reader of a fit should know, as a value: programs go by the code, people read the text."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal, Self

Code = Literal[
    "sample",  # who was looked at, where that were not all customers
    "lifetime_model",  # which one was chosen, and why
    "lifetime_stand_in",  # another lifetime model replaces one whose fit failed
    "spend_stand_in",  # a weighted mean of order values replaces the spend model
    "lifetime_alone",  # there is no ensemble
    "blend_weights",  # how they were estimated
    "money_limited",  # expected money of many customers was limited
    "totals",  # what the forecast of totals follows
    "column_excluded",  # its distribution shifts between training cutoffs
    "slices_left_out",  # training slices whose lifetime fit was far off
    "p_alive",  # what it does not tell
    "p_lost",  # where it comes from
    "peak_passed",  # the busiest days of the year are just over
    "days_unseen",  # the log holds no year before the window
    "calendar",  # what days known ahead change
    "growth_from_few",  # most of the latest orders are of new customers
    "attribute_left_out",  # it tells nobody from anybody
    "attribute_values",  # which values of a category are kept
    "attributes_undated",  # nobody knows since when they hold
]


@dataclass(frozen=True)
class Note:
    """A thing to know of a fit.

    Parameters
    ----------
    code : str
        What it is about.
    text : str
        For people.
    """

    code: Code
    text: str

    def to_dict(self) -> dict[str, str]:
        """Plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, str]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(**values)  # type: ignore[arg-type]
