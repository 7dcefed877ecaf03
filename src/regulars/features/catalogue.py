"""Features, declared once.

From this catalogue come the tables, the data dictionary, the model's signature and the leak proof. A feature is an
expression over **measures**: named looks at what a customer had done before the cutoff. Measures know no other days, so
no expression can reach past it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable

from regulars.features.basket_features import BASKET_FEATURES
from regulars.features.feature import Feature
from regulars.features.measures import MEASURES, described
from regulars.features.order_features import ORDER_FEATURES

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


def available(columns: Iterable[str]) -> tuple[Feature, ...]:
    """Features of a log that carries `columns`; the others are absent by name."""
    carried = frozenset(columns)
    return tuple(feature for feature in CATALOGUE if feature.needs <= carried)


def measures_used(features: Iterable[Feature]) -> tuple[str, ...]:
    """The measures that the expressions of features name."""
    named = set(re.findall(r"\w+", " ".join(feature.expression for feature in features)))
    return tuple(name for name in MEASURES if name in named)


def catalogue_hash(names: Iterable[str]) -> str:
    """First 12 hex digits of a checksum over the declarations of the named features."""
    by_name = {feature.name: feature for feature in CATALOGUE}
    known = [by_name[name] for name in names if name in by_name]
    declared = [(feature.name, feature.expression) for feature in known]
    text = json.dumps([declared, [described(name) for name in measures_used(known)]])
    return hashlib.sha256(text.encode()).hexdigest()[:12]
