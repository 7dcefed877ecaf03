"""What each column of a campaign's file is: who got what, what followed, what was known before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from regulars.errors import Faults, InputError, nearest
from regulars.params import UpliftParams
from regulars.retention.records import LATER
from regulars.tables import CAMPAIGN_HISTORY

# Names by which columns are recognised, without regard to case, blanks and hyphens; the first that is there counts.
TREATMENTS = ("treatment", "treated", "treatment_group", "treatment_flg", "arm", "variant", "group", "segment")
OUTCOMES = (
    *("visit", "visited", "conversion", "converted", "ordered", "purchase", "purchased", "bought", "response"),
    *("responded", "response_att", "target", "outcome", "spend", "spent", "sales", "revenue", "margin", "profit"),
)
CUSTOMERS = ("customer_id", "customer", "client_id", "user_id", "customerid", "clientid", "userid", "id", "uid")
CAMPAIGN = ("campaign",)
AFTER = ("exposure", "exposed", "opened", "clicked", "clicks", "redeemed", "redemption", "unsubscribed", "contacted")
RANKINGS = {
    "silence": ("days_since_last", "days_since_last_order", "recency"),
    "value": ("clv", "history", "expected_spend", "spend_so_far", "past_spend", "monetary_value"),
    "profit": ("expected_profit",),
}

RULES = ("nobody", "everybody", "unharmed", "random", "risk", "response", "uplift")

HISTORY = UpliftParams(
    treatment="group",
    control="control",
    outcomes=("ordered", "profit"),
    customer_id="customer",
    exclude=("order_days", "revenue", "margin", "redeemed"),
    rankings={"silence": "days_since_last", "value": "clv", "profit": "expected_profit"},
)
NO_FEATURES = ("start", "horizon_days", "cutoff", "model_version", "currency")  # of a campaign, not of a customer


@dataclass(frozen=True)
class Roles:
    """What the columns of a file are.

    Parameters
    ----------
    treatment : str
        The column that says who got what.
    control : str or None
        The value of those who were not contacted; None where it is to be recognised.
    outcomes : tuple of str
    customer : str or None
        The column of ids.
    propensity : str or None
        The column with the chance of having been contacted.
    campaign : str or None
        Rows are compared within campaigns.
    features : tuple of str
        What was known before.
    left_out : dict of str to str
        Columns that are neither, and why.
    rankings : dict of str to str
        By which columns customers could be ranked.
    """

    treatment: str
    control: str | None
    outcomes: tuple[str, ...]
    customer: str | None
    propensity: str | None
    campaign: str | None
    features: tuple[str, ...]
    left_out: dict[str, str]
    rankings: dict[str, str]


def is_history(columns: Iterable[str]) -> bool:
    """Whether these are the columns of a campaign history that `measure` keeps."""
    return set(CAMPAIGN_HISTORY) - set(LATER) <= set(columns)


def customer_column(columns: Iterable[str], terms: UpliftParams, but: Iterable[str] = ()) -> str | None:
    """The column of ids: as the parameters say, else by its name; None without one."""
    return terms.customer_id or _first(CUSTOMERS, list(columns), but)


def roles_of(frame: pd.DataFrame, terms: UpliftParams) -> Roles:
    """Recognise the columns of a file; what the parameters name goes first.

    Raises
    ------
    InputError
        Naming every column that is missing or named twice, or what could not be recognised.
    """
    faults = Faults("The campaign cannot be used")
    if twice := sorted({str(name) for name in frame.columns[frame.columns.duplicated()]}):
        faults.add(f"more than one column is named {', '.join(map(repr, twice))}")
    terms = _of_history(frame, terms) if is_history(frame.columns) else terms
    columns = [str(name) for name in frame.columns]
    _check_named(terms, columns, faults)
    faults.raise_if_any(InputError)
    treatment = terms.treatment or _first(TREATMENTS, columns, (*terms.outcomes, *terms.exclude))
    if treatment is None:
        faults.add(
            "no column says who was contacted. Name it as uplift.treatment; "
            f"recognised are {', '.join(TREATMENTS)}. Columns found: {', '.join(columns)}"
        )
    found = [name for name in columns if plain_name(name) in OUTCOMES and name not in (treatment, *terms.exclude)]
    outcomes = terms.outcomes or tuple(found)
    if not outcomes:
        faults.add(
            "no column says what followed. Name one or more as uplift.outcomes; "
            f"recognised are {', '.join(OUTCOMES)}. Columns found: {', '.join(columns)}"
        )
    faults.raise_if_any(InputError)
    assert treatment is not None
    customer = customer_column(columns, terms, but=(treatment, *outcomes))
    campaign = _first(CAMPAIGN, columns, (treatment, *outcomes, *terms.exclude))
    special = {treatment, customer, campaign, terms.propensity, *outcomes}
    left_out = dict(_left_out([name for name in columns if name not in special], terms, frame, found))
    features = tuple(name for name in columns if name not in special and name not in left_out)
    return Roles(
        treatment, terms.control, outcomes, customer, terms.propensity, campaign, features, left_out,
        _rankings(terms, features),
    )  # fmt: skip


def _of_history(frame: pd.DataFrame, terms: UpliftParams) -> UpliftParams:
    """The columns of a campaign history are known; money that its logs did not have is no outcome."""
    known = [name for name in HISTORY.outcomes if frame[name].notna().all()]
    given = {name: getattr(terms, name) for name in terms.model_fields_set}
    made = {**{name: getattr(HISTORY, name) for name in HISTORY.model_fields_set}, "outcomes": tuple(known)}
    return terms.model_copy(update={**made, **{name: value for name, value in given.items() if value}})


def _check_named(terms: UpliftParams, columns: Sequence[str], faults: Faults) -> None:
    """Every column that the parameters name has to be there, and to be one thing."""
    single = {name: value for name in ("treatment", "customer_id", "propensity") if (value := getattr(terms, name))}
    named = [*single.items(), *(("outcomes", name) for name in terms.outcomes)]
    every = [*named, *(("exclude", name) for name in terms.exclude)]
    every += [(f"rankings.{key}", name) for key, name in terms.rankings.items()]
    for key, name in every:
        if name not in columns:
            faults.add(f"there is no column {name!r}, which uplift.{key} names{nearest(name, columns)}")
    taken: dict[str, str] = {}
    for key, name in [*named, *(("exclude", name) for name in terms.exclude)]:
        if name in taken:
            faults.add(f"column {name!r} is named twice: as uplift.{taken[name]} and as uplift.{key}")
        taken[name] = key
    results = {name for key, name in named if key in ("treatment", "outcomes")}
    for key, name in terms.rankings.items():
        if key in RULES:
            faults.add(
                f"uplift.rankings.{key}: {key} is the name of a rule that is compared anyway; choose another name"
            )
        if name in results:
            faults.add(f"uplift.rankings.{key} is {name!r}, which was not known before the contact")


def _left_out(
    columns: Sequence[str], terms: UpliftParams, frame: pd.DataFrame, found: Sequence[str]
) -> Iterator[tuple[str, str]]:
    for name in columns:
        plain = plain_name(name)
        if name in terms.exclude:
            yield name, "uplift.exclude"
        elif name in found:
            yield name, "by its name an outcome"
        elif plain in AFTER:
            yield name, "by its name known only after the contact"
        elif plain in CUSTOMERS or plain.endswith("_id"):
            yield name, "by its name an id"
        elif is_history(frame.columns) and plain in NO_FEATURES:
            yield name, "of the campaign, not of the customer"


def _rankings(terms: UpliftParams, features: Sequence[str]) -> dict[str, str]:
    known = {name: column for name, names in RANKINGS.items() if (column := _first(names, features))}
    return {**known, **terms.rankings}


def _first(names: Sequence[str], columns: Sequence[str], but: Iterable[str] = ()) -> str | None:
    plain: Mapping[str, str] = {plain_name(name): name for name in reversed(columns) if name not in but}
    return next((plain[name] for name in names if name in plain), None)


def plain_name(name: str) -> str:
    """A name without regard to how it is written.

    Examples
    --------
    >>> plain_name("Customer ID"), plain_name("treatment-group")
    ('customer_id', 'treatment_group')
    """
    return re.sub(r"[\s_-]+", "_", name.strip()).casefold()
