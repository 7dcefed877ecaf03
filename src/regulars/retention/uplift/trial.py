"""A randomised campaign, read from any file: who got what, what followed, what was known before."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.arrays import Floats
from regulars.columns import as_frame
from regulars.errors import Faults, InputError
from regulars.params import UpliftParams
from regulars.retention.control import draw
from regulars.retention.effects import BoolArray
from regulars.retention.uplift.columns import arms_of, check_chances, check_customers, named, outcome_of, propensity_of
from regulars.retention.uplift.encode import encoded
from regulars.retention.uplift.roles import Roles, roles_of
from regulars.texts import TEXT_DTYPE

FOLDS = 5


@dataclass(frozen=True, eq=False)
class Trial:
    """A randomised campaign, its rows in an order that does not depend on that of the file.

    Parameters
    ----------
    roles : Roles
    rows : int array, shape (n,)
        Where each row stands in the file.
    customers : array, shape (n,), or None
        Ids, as in the file.
    campaigns : array, shape (n,), or None
        Names of the campaigns, where the file has several.
    clusters : int array, shape (n,)
        Rows of the same customer have the same number.
    arms : tuple of str
        The control group first.
    arm : int array, shape (n,)
    chances : array, shape (n, arms)
        The chance of each arm by the design.
    strata : int array, shape (n,)
        Number of the campaign.
    outcomes : dict of str to array of shape (n,)
    features : dict of str to DataFrame of n rows
        A column of the file to the numbers that it is read as.
    rankings : dict of str to array of shape (n,)
        Columns by which customers could be ranked; NaN ranks last.
    fold : int array, shape (n,)
    left_out : dict of str to str
        Columns that are not used, and why.
    """

    roles: Roles
    rows: NDArray[np.int64]
    customers: NDArray[Any] | None
    campaigns: NDArray[Any] | None
    clusters: NDArray[np.int64]
    arms: tuple[str, ...]
    arm: NDArray[np.int64]
    chances: Floats
    strata: NDArray[np.int64]
    outcomes: dict[str, Floats]
    features: dict[str, pd.DataFrame]
    rankings: dict[str, Floats]
    fold: NDArray[np.int64]
    left_out: dict[str, str]

    @classmethod
    def read(cls, campaign: pd.DataFrame, terms: UpliftParams, *, seed: int = 0) -> Trial:
        """Read a file's rows.

        Raises
        ------
        InputError
            With all that is wrong.
        """
        frame = as_frame(campaign, "The campaign").reset_index(drop=True)
        roles = roles_of(frame, terms)
        faults = Faults("The campaign cannot be used")
        arms = arms_of(frame[roles.treatment], roles, faults)
        outcomes = {name: outcome_of(frame[name], name, faults) for name in roles.outcomes}
        check_customers(frame, roles, faults)
        chance = propensity_of(frame, roles, faults)
        if chance is not None and arms and len(arms[0]) > 2:
            faults.add(f"uplift.propensity is given, but {roles.treatment!r} holds {len(arms[0]) - 1} kinds of contact")
        faults.raise_if_any(InputError)
        assert arms is not None
        features, constant = _features(frame, roles)
        if not features:
            raise InputError(
                "The campaign cannot be used: no column tells customers from each other by what was known before the "
                f"contact. {_why(constant | roles.left_out)}"
            )
        keys = _keys(frame, roles, features)
        order = np.lexsort((*outcomes.values(), arms[1], *_text(frame, roles.campaign), keys))
        strata = (
            pd.factorize(frame[roles.campaign], sort=True)[0] if roles.campaign else np.zeros(len(frame), dtype=int)
        )
        chances = _shares(arms[1], strata, len(arms[0])) if chance is None else np.column_stack([1 - chance, chance])
        check_chances(chances, arms[1], roles)
        return cls(
            roles=roles,
            rows=order,
            customers=frame[roles.customer].to_numpy()[order] if roles.customer else None,
            campaigns=frame[roles.campaign].to_numpy()[order] if roles.campaign else None,
            clusters=np.unique(keys[order], return_inverse=True)[1] if roles.customer else np.arange(len(order)),
            arms=arms[0],
            arm=arms[1][order],
            chances=chances[order],
            strata=np.asarray(strata)[order],
            outcomes={name: values[order] for name, values in outcomes.items()},
            features={name: columns.iloc[order].reset_index(drop=True) for name, columns in features.items()},
            rankings={name: _ranked(frame[column])[order] for name, column in roles.rankings.items()},
            fold=(draw(_persons(keys[order], roles), f"uplift {seed}") * FOLDS).astype(np.int64),
            left_out={**roles.left_out, **constant},
        )

    @property
    def table(self) -> pd.DataFrame:
        """All features as doubles, under names that LightGBM takes."""
        if not self.features:
            return pd.DataFrame(index=np.arange(len(self.arm)))
        joined = pd.concat(self.features.values(), axis=1)
        return joined.set_axis([f"f{k}" for k in range(joined.shape[1])], axis=1)

    def compared(self, arm: int) -> BoolArray:
        """Rows of an arm and of the control group."""
        return np.isin(self.arm, (0, arm))


def _shares(arm: NDArray[np.int64], strata: NDArray[np.int64], arms: int) -> Floats:
    """The share of each arm in the campaign of each row: by design the same chance for everybody in it."""
    counts = np.zeros((int(strata.max(initial=0)) + 1, arms))
    np.add.at(counts, (strata, arm), 1.0)
    return np.asarray((counts / counts.sum(axis=1, keepdims=True))[strata])


def _features(frame: pd.DataFrame, roles: Roles) -> tuple[dict[str, pd.DataFrame], dict[str, str]]:
    made, left_out = {}, {}
    for name in roles.features:
        found = encoded(frame[name], name)
        if isinstance(found, str):
            left_out[name] = found
        else:
            made[name] = found
    return made, left_out


def _keys(frame: pd.DataFrame, roles: Roles, features: dict[str, pd.DataFrame]) -> NDArray[Any]:
    """What stands for a customer: the id, or without one a hash of all that was known."""
    if roles.customer:
        return np.array([named(value) for value in frame[roles.customer].tolist()], dtype=object).astype(str)
    known = pd.concat(features.values(), axis=1).to_numpy(np.float64)
    return np.array([hashlib.sha256(row.tobytes()).hexdigest()[:16] for row in np.ascontiguousarray(known)])


def _persons(keys: NDArray[Any], roles: Roles) -> list[str]:
    """Whom a fold is drawn for: a customer, or without ids a row, the first, second, … of those that are alike."""
    if roles.customer:
        return [str(key) for key in keys]
    alike = pd.Series(keys).groupby(keys).cumcount()
    return [f"{key} {k}" for key, k in zip(keys.tolist(), alike.tolist(), strict=True)]


def _why(left_out: dict[str, str]) -> str:
    return " ".join(f"{name!r} is left out: {why}." for name, why in left_out.items())


def _text(frame: pd.DataFrame, campaign: str | None) -> list[NDArray[Any]]:
    return [frame[campaign].astype(TEXT_DTYPE).to_numpy(dtype=str)] if campaign else []


def _ranked(values: pd.Series) -> Floats:
    found = encoded(values, "ranking")
    if isinstance(found, str) or found.shape[1] != 1:
        return np.zeros(len(values))
    return found["ranking"].to_numpy(np.float64)
