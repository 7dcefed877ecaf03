"""Features of columns that only this log has: of numbers the sum, mean and last, of categories the usual and last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from regulars.features.feature import TEXT, Feature
from regulars.features.measures import Measure, at, total
from regulars.features.past import Past
from regulars.transactions.mapping.own_columns import OWN_LABEL, OWN_NUMBER

FAMILY = "own"


def own_features(columns: Iterable[str]) -> tuple[Feature, ...]:
    """Features of those `columns` of `lines` that only this log has, by their names.

    Examples
    --------
    >>> [feature.name for feature in own_features(["money", "own_number_weight"])]
    ['weight_sum', 'weight_mean', 'weight_last']
    >>> [feature.name for feature in own_features(["own_label_payment"])]
    ['payment_usual', 'payment_usual_share', 'payment_last', 'payment_novelty']
    """
    made: list[Feature] = []
    for column in sorted(columns):
        if column.startswith(OWN_LABEL):
            made += _of_category(column)
        elif column.startswith(OWN_NUMBER):
            made += _of_number(column)
    return tuple(made)


def own_measures(columns: Iterable[str]) -> dict[str, Measure]:
    """What these features are made of."""
    measures: dict[str, Measure] = {}
    for column in sorted(set(columns)):
        if column.startswith(OWN_LABEL):
            value = f"{column}_value"
            measures |= {f"{column}_{count}": total(f"{column}_{count}") for count in ("visits", "news")}
            measures[f"{column}_usual"] = partial(Past.usual_label, column=value)
            measures[f"{column}_usual_share"] = partial(Past.usual_share, column=value)
            measures[f"{column}_last"] = partial(Past.label_at, column=value, order=-1)
        elif column.startswith(OWN_NUMBER):
            for name in (f"{column}_sum", f"{column}_count"):
                measures |= {name: total(name), f"{name}_last": at(name, -1)}
    return measures


def given_name(column: str) -> str:
    """The name that the user gave a column of `lines`."""
    return column.removeprefix(OWN_NUMBER).removeprefix(OWN_LABEL)


def _of_number(column: str) -> Iterator[Feature]:
    name, needs = given_name(column), frozenset({column})
    mean = "where({0}_count{1} > 0, {0}_sum{1} / {0}_count{1}, nan)"
    yield Feature(f"{name}_sum", f"{column}_sum", "as given", f"Sum of {name} over all purchase lines", FAMILY, needs)
    stated = f"Mean of {name} over the purchase lines that have it; null without"
    yield Feature(f"{name}_mean", mean.format(column, ""), "as given", stated, FAMILY, needs)
    stated = f"Mean of {name} over those of the last order day; null without"
    yield Feature(f"{name}_last", mean.format(column, "_last"), "as given", stated, FAMILY, needs)


def _of_category(column: str) -> Iterator[Feature]:
    name, needs = given_name(column), frozenset({column})
    stated = f"The {name} of the most order days, the latest of several; null without"
    yield Feature(f"{name}_usual", f"{column}_usual", TEXT, stated, FAMILY, needs)
    stated = f"Share of the order days that have the usual {name}; null without"
    yield Feature(f"{name}_usual_share", f"{column}_usual_share", "share", stated, FAMILY, needs)
    stated = f"The {name} of the last order day: that of most of its lines; null without"
    yield Feature(f"{name}_last", f"{column}_last", TEXT, stated, FAMILY, needs)
    novelty = f"where({column}_visits > 0, {column}_news / {column}_visits, nan)"
    stated = f"Different values of {name} over those of each order day, day by day: 1 is always another one"
    yield Feature(f"{name}_novelty", novelty, "share", stated, FAMILY, needs)
