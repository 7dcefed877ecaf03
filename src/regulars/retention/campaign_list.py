"""A work list that comes back to be measured: read column by column, or refused with all that is wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from regulars.arrays import Floats
from regulars.columns import as_frame, days, days_between, note_several, numbers
from regulars.errors import Faults, InputError, nearest
from regulars.retention.control import typed
from regulars.tables import CONTROL, TREAT
from regulars.texts import TEXT_DTYPE
from regulars.windows import Windows, working_days

SCORES = ("p_churn", "p_lost", "expected_spend", "clv")
MONEY = ("expected_profit", "expected_cost")
NUMBERS = (*SCORES, *MONEY, "horizon_days")
NEEDED = ("customer_id", "campaign", "group", "contact_on", "offer", "kind", *NUMBERS, "cutoff", "model_version")
LAST_ORDER = "last_order"  # read where it is there, to know how silent a customer was
FEW = 3  # examples that are shown


@dataclass(frozen=True, eq=False)
class CampaignList:
    """A work list whose columns hold what they should.

    Parameters
    ----------
    frame : DataFrame
        The list as it came, with days as timestamps and figures as doubles.
    name : str
        The campaign.
    windows : Windows
        From the first day that counts, one horizon of the scores.
    start_from : str
        Where the first day comes from, in words.
    """

    frame: pd.DataFrame
    name: str
    windows: Windows
    start_from: str

    @property
    def treated(self) -> npt.NDArray[np.bool_]:
        """Who was meant to be contacted."""
        return np.asarray(self.frame["group"] == TREAT)

    @property
    def keys(self) -> list[tuple[str, int | str]]:
        """Kind and value of each customer id, so that 7, 7.0 and "7" are one customer."""
        return [typed(customer_id) for customer_id in self.frame["customer_id"].tolist()]

    @property
    def silence(self) -> Floats:
        """Days from each customer's last order to the cutoff; NaN where the list does not tell."""
        if LAST_ORDER not in self.frame:
            return np.full(len(self.frame), np.nan)
        return days_between(self.frame[LAST_ORDER], self.frame["cutoff"])

    def figures(self, name: str) -> Floats:
        """A column of numbers as doubles."""
        return self.frame[name].to_numpy(dtype=np.float64)

    def without(self, left_out: npt.NDArray[np.bool_]) -> CampaignList:
        """Return the list without some of its rows."""
        return replace(self, frame=self.frame[~left_out])

    @classmethod
    def read(cls, targets: pd.DataFrame, *, start: dt.date | None = None) -> CampaignList:
        """Check a work list.

        Parameters
        ----------
        targets : DataFrame
            What `make_targets` made, or what was read from its file.
        start : date, optional
            `campaign.start`; without it the cutoff where contacts begin on the first working day from there, or no day
            is known, else the first day of contact.

        Raises
        ------
        InputError
            Naming every fault.
        """
        faults = Faults("The work list cannot be measured")
        frame = as_frame(targets, "The work list")
        for name in NEEDED:
            if name not in frame:
                faults.add(f"the column {name!r} is missing{nearest(name, frame.columns)}")
        note_several(frame, dict.fromkeys(frame.columns), faults)
        faults.raise_if_any(InputError)
        if frame.empty:
            raise InputError("The work list is empty: nobody was contacted, so there is nothing to measure.")
        frame = _typed(frame.reset_index(drop=True), faults)
        _check_groups(frame, faults)
        faults.raise_if_any(InputError)
        _check_one_campaign(frame, faults)
        faults.raise_if_any(InputError)
        windows, start_from = _windows(frame, start)
        return cls(frame, str(frame["campaign"].iloc[0]), windows, start_from)


def _typed(frame: pd.DataFrame, faults: Faults) -> pd.DataFrame:
    read: dict[str, Any] = {}
    for name in NUMBERS:
        if (values := numbers(frame[name], f"column {name!r}", faults)) is not None:
            read[name] = values
            if name not in MONEY and np.isnan(values).any():
                faults.add(f"column {name!r} has {np.isnan(values).sum():,} nulls; expected a number in every row")
    if (cutoff := days(frame["cutoff"], "column 'cutoff'", faults)) is not None:
        read["cutoff"] = cutoff
    for name in ("contact_on", LAST_ORDER):  # may be null
        if name in frame and (known := _known_days(frame[name], name, faults)) is not None:
            read[name] = known
    return frame.assign(**read)


def _known_days(values: pd.Series, name: str, faults: Faults) -> pd.Series | None:
    known = values.dropna()
    found = days(known, f"column {name!r}", faults) if len(known) else known
    return None if found is None else found.astype("datetime64[us]").reindex(values.index)


def _check_groups(frame: pd.DataFrame, faults: Faults) -> None:
    group = frame["group"].astype(object)
    if others := sorted({str(value) for value in group[~group.isin([TREAT, CONTROL])]}):
        faults.add(f"column 'group' holds {', '.join(others[:FEW])}; expected {TREAT} or {CONTROL}")
    if contacted := int((frame["contact_on"].notna() & (group == CONTROL)).sum()):
        faults.add(
            f"{contacted:,} of the control group have a day of contact. If they were contacted, nothing is left to "
            "compare with; if not, leave contact_on empty"
        )
    keys = pd.Series([typed(customer_id) for customer_id in frame["customer_id"].tolist()], index=frame.index)
    if repeated := int(keys.duplicated().sum()):
        example = frame["customer_id"][keys.duplicated()].iloc[0]
        faults.add(f"{repeated:,} customers are on the list more than once, such as {example}; expected one row each")


def _check_one_campaign(frame: pd.DataFrame, faults: Faults) -> None:
    for name, what in (("campaign", "one campaign"), ("cutoff", "one cutoff"), ("horizon_days", "one horizon")):
        found = frame[name].astype(TEXT_DTYPE).unique()
        if len(found) > 1:
            faults.add(
                f"column {name!r} holds {', '.join(sorted(found)[:FEW])}; a list is of {what}: measure each alone"
            )
    if (frame["horizon_days"] < 1).any() or (frame["horizon_days"] % 1 != 0).any():
        faults.add("column 'horizon_days' should hold a whole number of days, 1 or more")


def _windows(frame: pd.DataFrame, start: dt.date | None) -> tuple[Windows, str]:
    horizon, cutoff = int(frame["horizon_days"].iloc[0]), frame["cutoff"].iloc[0].date()
    known = frame["contact_on"].dropna()
    first = known.min().date() if len(known) else None
    if start is None:
        if first is None or first == working_days(cutoff, 1)[0]:
            return Windows.at(cutoff, horizon), "the cutoff of the scores"
        return Windows.at(first, horizon), "the first day of contact"
    asked = Windows.at(start, horizon)
    if first and not asked.counts(first):
        raise InputError(
            f"The list and the campaign do not match: the first contact is on {first}, which is not within the "
            f"{horizon} days from campaign.start, {start}. Measure with the start that the list was made with."
        )
    return asked, "campaign.start"
