"""Uplift: from the file of a randomised campaign to who responds because of a contact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from regulars.errors import Faults, InputError, ParamsError
from regulars.params import Params, UpliftParams
from regulars.params.words import faults_in_words
from regulars.pipelines.inputs import forgotten_file
from regulars.predict import TABLE, Inputs, check_file, read_table, write_with_manifest
from regulars.predict.sinks import columns_in, readable
from regulars.progress import note
from regulars.retention.records import TEXTS
from regulars.retention.uplift import Judgement, judge
from regulars.retention.uplift.roles import CUSTOMERS, TREATMENTS, customer_column, is_history, plain_name
from regulars.transactions import Forgotten


@dataclass(frozen=True)
class Uplifted:
    """A judged campaign on disk."""

    judgement: Judgement
    path: Path
    manifest: Path


def judge_campaign(params: Params, campaign: Path, out: Path) -> Uplifted:
    """Judge a randomised campaign, and write its predictions with the judgement beside them."""
    path = check_file(out, TABLE, inputs=Inputs.of(params, campaign=campaign))
    found = judge(_without_forgotten(params, read_campaign(campaign, params.uplift)), params.uplift, seed=params.seed)
    return Uplifted(found, path, write_with_manifest(found.frame, path, found.to_dict()))


def uplift(
    campaign: pd.DataFrame | str | Path,
    *,
    treatment: str | None = None,
    control: object = None,
    outcomes: Sequence[str] = (),
    customer_id: str | None = None,
    propensity: str | None = None,
    exclude: Sequence[str] = (),
    rankings: Mapping[str, str] | None = None,
    margin: float | None = None,
    contact_cost: float | None = None,
    share: float = 0.3,
    seed: int = 0,
) -> Judgement:
    """Who responds because of a contact, from a randomised campaign; judged beside response, risk and chance.

    Parameters
    ----------
    campaign : DataFrame or path
        One row a customer: who got what, what followed, what was known before. A path ends in .parquet or .csv.
    treatment : str, optional
        Column of who got what; without it recognised by its name, as all that follows.
    control : optional
        Its value for those who were not contacted.
    outcomes : sequence of str, optional
        Columns of what followed: 0 or 1, or an amount.
    customer_id : str, optional
        Column of ids; never a feature.
    propensity : str, optional
        Column of the chance of being contacted, where it was not the same for all.
    exclude : sequence of str, optional
        Columns that were known only after the contact, or are not to be used.
    rankings : mapping, optional
        Names to columns by which customers could be ranked.
    margin : float, optional
        Share of an amount that is kept; with it or `contact_cost` rules are compared in money.
    contact_cost : float, optional
        Of one contact.
    share : float
        Of the customers that each rule contacts.
    seed : int
        Of folds, boosters and bootstrap.

    Returns
    -------
    Judgement
        `.in_words`, `.frame` (a row for each of the campaign), `.of_arm(outcome, arm)`.

    Raises
    ------
    InputError
        If the campaign cannot be used, or was not randomised.
    ParamsError
        If an argument cannot be used.
    """
    given = {
        "treatment": treatment,
        "control": None if control is None else str(control),
        "outcomes": (outcomes,) if isinstance(outcomes, str) else outcomes,
        "customer_id": customer_id,
        "propensity": propensity,
        "exclude": (exclude,) if isinstance(exclude, str) else exclude,
        "rankings": rankings or {},
        "margin": margin,
        "contact_cost": contact_cost,
        "share": share,
    }
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise ParamsError(f"seed is {seed!r}; expected a whole number, 0 or more.")
    terms = _terms(given)
    frame = read_campaign(Path(campaign), terms) if isinstance(campaign, str | Path) else campaign
    return judge(frame, terms, seed=seed)


def read_campaign(path: Path, terms: UpliftParams) -> pd.DataFrame:
    """Read the file of a campaign; ids and groups stay as they are written.

    Raises
    ------
    InputError
        If it is not there, or no table.
    """
    if path.suffix not in TABLE.endings:
        raise InputError(f"The campaign {str(path)!r} should end in {' or '.join(TABLE.endings)}. Write it as one.")
    if not path.is_file():
        raise InputError(
            f"There is no campaign file {str(path)!r}. Give a file with one row a customer of the campaign."
        )
    named = {terms.treatment, terms.customer_id, *TREATMENTS, *CUSTOMERS, *TEXTS}
    with readable(path):
        texts = [name for name in columns_in(path) if name in named or plain_name(name) in named]
    return read_table(path, texts=texts, verb="uplift")


def _terms(given: Mapping[str, Any]) -> UpliftParams:
    try:
        return UpliftParams.model_validate(given)
    except ValidationError as invalid:
        faults = Faults("The arguments cannot be used")
        for fault in faults_in_words(invalid, top=UpliftParams):
            faults.add(fault)
    raise faults.as_error(ParamsError)


def _without_forgotten(params: Params, campaign: pd.DataFrame) -> pd.DataFrame:
    """The campaign without customers who were forgotten; a campaign history lost them when they were."""
    forgotten, names = Forgotten.read(forgotten_file(params)), list(map(str, campaign.columns))
    column = None if is_history(names) else customer_column(names, params.uplift)
    if forgotten is None or column is None or column not in campaign:
        return campaign
    gone = forgotten.among(campaign[column])
    if gone.any():
        note(f"Left out of the campaign: {gone.sum():,} rows of customers who were forgotten.")
    return campaign[~gone].reset_index(drop=True)
