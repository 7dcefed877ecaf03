"""Reasons in words, from the booster's contributions."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from regulars.features import CATALOGUE

REASONS = 3

_FAMILY = {feature.name: feature.family for feature in CATALOGUE}
_SENTENCES = {feature.name: feature.reason for feature in CATALOGUE}
_NAMES = re.compile(r"{(\w+)")

# The lifetime model's quantities are functions of frequency, recency and T: said in those words.
_LIFETIME_FAMILY = "rhythm"
_LIFETIME_SENTENCES = (
    "has not ordered for {days_since_last:.0f} days; usually every {gap_mean:.0f}",
    "has ordered once, {days_since_last:.0f} days ago",
)


def reasons_for(contributions: pd.DataFrame, features: pd.DataFrame) -> pd.DataFrame:
    """Up to three sentences a customer that say why the risk is what it is.

    Contributions are summed by family of features, so that three reasons are three different
    things; each family speaks through its strongest feature. What raises the risk comes first,
    the strongest first; what lowers it follows where fewer than three raise it, and begins
    with "but".

    Parameters
    ----------
    contributions : DataFrame, shape (n, k + 1)
        From `Booster.contributions`.
    features : DataFrame, shape (n, m)
        The feature table, for the values in the sentences.

    Returns
    -------
    DataFrame, shape (n, 3)
        `reason_1`, `reason_2`, `reason_3`; null where there is none.
    """
    names = [name for name in contributions.columns if name != "bias"]
    families = pd.Series({name: _FAMILY.get(name, _LIFETIME_FAMILY) for name in names})
    order = sorted(families.unique())
    by_family = np.column_stack(
        [contributions[families.index[families == family]].sum(axis=1).to_numpy() for family in order]
    )
    strongest = {
        family: _strongest(contributions[families.index[families == family]], by_family[:, k])
        for k, family in enumerate(order)
    }
    ranked = np.argsort(-by_family, axis=1, kind="stable")
    values = features.to_dict("list")
    rows = []
    for i in range(len(features)):
        row = {name: column[i] for name, column in values.items()}
        said = [_say(strongest[order[k]][i], row, raises=by_family[i, k] > 0) for k in ranked[i]]
        rows.append(([s for s in dict.fromkeys(said) if s] + [None] * REASONS)[:REASONS])
    columns = [f"reason_{k + 1}" for k in range(REASONS)]
    return pd.DataFrame(rows, columns=columns, index=features.index, dtype=object)


def _strongest(contributions: pd.DataFrame, total: np.ndarray) -> list[str]:
    """The feature that pushes hardest in the direction of its family."""
    signed = contributions.to_numpy() * np.where(total > 0, 1.0, -1.0)[:, None]
    return [str(contributions.columns[k]) for k in signed.argmax(axis=1)]


def _say(name: str, row: Mapping[str, float], *, raises: bool) -> str | None:
    for sentence in _SENTENCES.get(name, _LIFETIME_SENTENCES):
        if all(pd.notna(row.get(used)) for used in _NAMES.findall(sentence)):
            words = sentence.format_map(row)
            return words if raises else f"but {words}"
    return None
