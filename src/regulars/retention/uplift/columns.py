"""Columns of a campaign read as what they are, or refused with what was found in them."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.columns import numbers
from regulars.errors import Faults, InputError
from regulars.retention.control import typed
from regulars.retention.uplift.roles import Roles

FEWEST = 100  # rows of an arm, below which cross-fitted predictions say nothing
MOST_ARMS = 10
FARTHEST = 5.0  # standard errors between given chances and the share who were contacted
FEW = 3  # examples that are shown
CONTROLS = (
    *("control", "no e-mail", "no email", "no mail", "no contact", "no treatment", "none", "nobody", "not contacted"),
    *("held out", "holdout", "untreated", "placebo", "0", "false", "no"),
)


def arms_of(values: pd.Series, roles: Roles, faults: Faults) -> tuple[tuple[str, ...], NDArray[np.int64]] | None:
    """Names of the arms, the control group first, and the number of each row's."""
    what = f"column {roles.treatment!r}, which says who was contacted,"
    if nulls := int(values.isna().sum()):
        faults.add(f"{what} is null in {nulls:,} rows; expected what each customer got, or that they got nothing")
        return None
    met = {value: named(value) for value in values.unique().tolist()}
    names = sorted(set(met.values()))
    if len(names) < 2:
        faults.add(f"{what} holds one value ({names[0] if names else 'none'}): there is nobody to compare with")
        return None
    if len(names) > MOST_ARMS:
        faults.add(f"{what} holds {len(names):,} different values; expected up to {MOST_ARMS} kinds of contact")
        return None
    control = _control(names, roles, faults)
    if control is None:
        return None
    arms = (control, *(name for name in names if name != control))
    numbered = values.map({value: arms.index(name) for value, name in met.items()}).to_numpy(dtype=np.int64)
    for name, count in zip(arms, np.bincount(numbered, minlength=len(arms)).tolist(), strict=True):
        if count < FEWEST:
            faults.add(f"{what} holds {name!r} in {count:,} rows; expected at least {FEWEST} of each kind")
    return arms, numbered


def named(value: object) -> str:
    """A value as a name: 1, 1.0 and "1" are one."""
    return str(typed(value)[1])


def _control(names: list[str], roles: Roles, faults: Faults) -> str | None:
    shown = ", ".join(names)
    if roles.control is not None:
        asked = named(roles.control)
        if asked not in names:
            faults.add(f"uplift.control is {roles.control!r}, but column {roles.treatment!r} holds {shown}")
        return asked if asked in names else None
    found = [name for name in names if name.strip().casefold() in CONTROLS]
    if len(found) != 1:
        faults.add(
            f"column {roles.treatment!r} holds {shown}: which of them were not contacted is not clear. Name the value "
            "as uplift.control"
        )
    return found[0] if len(found) == 1 else None


def outcome_of(values: pd.Series, name: str, faults: Faults) -> Floats:
    """An outcome as numbers, or a fault."""
    is_switch = pd.api.types.is_bool_dtype(values.dtype)
    read = numbers(values.astype("float64") if is_switch else values, f"outcome {name!r}", faults)
    if read is None:
        return np.zeros(len(values))
    if nulls := int(np.isnan(read).sum()):
        faults.add(
            f"outcome {name!r} is null in {nulls:,} rows; expected a number in every row, 0 where nothing "
            "followed. To leave rows out would make the groups differ"
        )
    elif not np.isfinite(read).all():
        faults.add(f"outcome {name!r} holds infinite numbers")
    elif len(read) and (read == read[0]).all():
        faults.add(f"outcome {name!r} is {read[0]:g} in every row: there is nothing to explain")
    return read


def check_customers(frame: pd.DataFrame, roles: Roles, faults: Faults) -> None:
    """Every row needs a customer, and every customer one row in each campaign."""
    if roles.customer is None:
        return
    ids = frame[roles.customer]
    if nulls := int(ids.isna().sum()):
        faults.add(f"column {roles.customer!r} is null in {nulls:,} rows; expected an id in every row")
    keys = [name for name in (roles.customer, roles.campaign) if name]
    twice = frame.duplicated(keys, keep=False)
    if twice.any():
        examples = ", ".join(map(str, ids[twice].drop_duplicates().head(FEW)))
        needed = " and campaign" if roles.campaign else ", or a column campaign that tells their rows from each other"
        faults.add(
            f"{ids[twice].nunique():,} customers stand in more than one row (as {examples}); expected one row a "
            f"customer{needed}"
        )


def propensity_of(frame: pd.DataFrame, roles: Roles, faults: Faults) -> Floats | None:
    """The chance of having been contacted, where the file has it."""
    if roles.propensity is None:
        return None
    found = numbers(frame[roles.propensity], f"uplift.propensity {roles.propensity!r}", faults)
    if found is not None and not ((found > 0) & (found < 1)).all():
        count = int((~((found > 0) & (found < 1))).sum())
        faults.add(
            f"uplift.propensity {roles.propensity!r} is not between 0 and 1 in {count:,} rows; expected the chance "
            "that each customer had of being contacted"
        )
    return found


def check_chances(chances: Floats, arm: NDArray[np.int64], roles: Roles) -> None:
    """Everybody needs a chance of each kind, and given chances have to fit how many were contacted.

    Raises
    ------
    InputError
    """
    if (chances <= 0).any():
        raise InputError(
            f"The campaign cannot be used: column {roles.campaign!r} holds campaigns in which nobody, or everybody, "
            "was contacted. Leave them out: they have nobody to compare with."
        )
    if roles.propensity is None:
        return
    chance = chances[:, 1]
    apart = float((arm - chance).sum() / np.sqrt((chance * (1.0 - chance)).sum()))
    if abs(apart) > FARTHEST:
        raise InputError(
            f"The campaign cannot be used: by {roles.propensity!r} {100 * chance.mean():.1f} % of the customers "
            "should have "
            f"been contacted, and {100 * arm.mean():.1f} % were. Expected the chance of being contacted, as the "
            "draw had it."
        )
