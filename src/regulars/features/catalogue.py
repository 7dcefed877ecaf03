"""Features, declared once.

From this catalogue come the tables, the data dictionary, the model's signature and the leak proof. A feature is an
expression over **measures**: named looks at what a customer had done before the cutoff. Measures know no other days, so
no expression can reach past it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from regulars.errors import Faults, ParamsError
from regulars.features.basket_features import BASKET_FEATURES
from regulars.features.feature import NO_ATTRIBUTES, OURS, Feature
from regulars.features.measures import MEASURES, Measure, described
from regulars.features.order_features import ORDER_FEATURES
from regulars.features.own_expressions import declared_features, look_of
from regulars.features.own_features import given_name, own_features, own_measures
from regulars.params import FeatureParams
from regulars.transactions import Transactions

CATALOGUE: tuple[Feature, ...] = (*ORDER_FEATURES, *BASKET_FEATURES)

# Money of order days. Where all was given back it is 0, which on a logarithmic scale lies far from every other amount:
# a few such customers would set the slope of a regression for all.
ORDER_AMOUNTS = (
    "order_value_mean",
    "repeat_value_mean",
    "order_value_first",
    "order_value_last",
    "order_value_largest",
)


def available(columns: Iterable[str], declared: Sequence[FeatureParams] = ()) -> tuple[Feature, ...]:
    """Features of a log that carries `columns`, those of its own last; the others are absent by name.

    Parameters
    ----------
    columns : iterable of str
    declared : sequence of FeatureParams, optional
        Features that its shop declares itself.

    Raises
    ------
    ParamsError
        If a column of the log's own would make a feature whose name another column has, or a declared feature cannot
        be used.
    """
    carried = frozenset(columns)
    own = own_features(carried)
    _refuse_taken(own)
    known = (*CATALOGUE, *own)
    made = declared_features(declared, carried, known, taken=[feature.name for feature in known])
    return (*(feature for feature in CATALOGUE if feature.needs <= carried), *own, *made)


def features_of(tx: Transactions) -> tuple[Feature, ...]:
    """All features of a log."""
    return available(tx.columns, tx.own_features)


def declarations(tx: Transactions) -> dict[str, str]:
    """Features that the shop declares itself: the name, and the expression in the words of the catalogue."""
    names = {feature.name for feature in tx.own_features}
    return {feature.name: feature.expression for feature in features_of(tx) if feature.name in names}


def _refuse_taken(own: Sequence[Feature]) -> None:
    """Refuse features of own columns that are called like another one, or like a column of the models."""
    taken = {*(feature.name for feature in CATALOGUE), *NO_ATTRIBUTES}
    faults = Faults("transactions.own_columns cannot be used")
    for feature in own:
        if feature.name in taken or feature.name.startswith(OURS):
            (column,) = feature.needs
            faults.add(f"{given_name(column)!r} makes {feature.name}, which is taken: choose another name")
    faults.raise_if_any(ParamsError)


def measures_used(features: Sequence[Feature]) -> dict[str, Measure]:
    """The measures that the expressions of features name."""
    named = set(re.findall(r"\w+", " ".join(feature.expression for feature in features)))
    known = MEASURES | own_measures(column for feature in features for column in feature.needs)
    looks = {name: look for name in sorted(named) if (look := look_of(name))}
    return {name: look for name, look in known.items() if name in named} | looks


def catalogue_hash(
    names: Iterable[str], own_columns: Iterable[str] = (), by_shop: Mapping[str, str] | None = None
) -> str:
    """First 12 hex digits of a checksum over the declarations of the named features.

    Parameters
    ----------
    names : iterable of str
        Names of features; those that are not declared are left out.
    own_columns : iterable of str
        Names of the log's own columns that are features.
    by_shop : mapping of str to str, optional
        Expressions of the features that the shop declares itself, by name; from `declarations`.

    Returns
    -------
    str
    """
    needs = frozenset(own_columns)
    shops = (Feature(name, expression, "", "", "", needs) for name, expression in (by_shop or {}).items())
    by_name = {feature.name: feature for feature in (*CATALOGUE, *own_features(needs), *shops)}
    known = [by_name[name] for name in names if name in by_name]
    declared = [(feature.name, feature.expression) for feature in known]
    text = json.dumps([declared, [described(name, look) for name, look in measures_used(known).items()]])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
