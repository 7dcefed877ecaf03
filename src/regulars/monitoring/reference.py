"""What training keeps of the log, features and scores, so that later ones can be compared: aggregates alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import pandas as pd

from regulars.arrays import Floats
from regulars.features import facts_so_far
from regulars.monitoring.distribution import Distribution
from regulars.scorer import Predicted, Scorer
from regulars.transactions import Transactions
from regulars.windows import Windows

SCORED = ("p_churn", "expected_purchases", "expected_spend")
Distributions = Mapping[str, Distribution]


@dataclass(frozen=True)
class History:
    """What a log holds before a cutoff; money is None where it carries none."""

    customers: int
    order_days: int
    money: float | None

    @classmethod
    def of(cls, features: pd.DataFrame) -> Self:
        """Add up a feature table."""
        facts = facts_so_far(features, features["cutoff"])
        money = facts["spend_so_far"]
        return cls(len(features), int(facts["orders"].sum()), float(money.sum()) if money.notna().all() else None)


@dataclass(frozen=True)
class Reference:
    """The log at the training cutoff, in aggregates.

    Parameters
    ----------
    cutoff : date
        The training cutoff.
    columns : tuple of str
        Columns of the log, under our names.
    rows : int
        Rows of the log, whatever became of them.
    endings : mapping of str to int
        Rows by what became of them.
    history : History
    distributions : mapping of str to Distribution
        Of every feature and of the scores that a model predicts.
    """

    cutoff: dt.date
    columns: tuple[str, ...]
    rows: int
    endings: Mapping[str, int]
    history: History
    distributions: Distributions

    @classmethod
    def of(
        cls,
        tx: Transactions,
        windows: Windows,
        features: pd.DataFrame,
        so_far: pd.DataFrame,
        scorer: Scorer,
        predicted: Predicted,
    ) -> Self:
        """Look at the log as training did.

        Parameters
        ----------
        tx : Transactions
        windows : Windows
            The training cutoff.
        features : DataFrame
            The feature table there, of all customers or a sample.
        so_far : DataFrame
            Of all customers, the columns of it that `facts_so_far` reads.
        scorer : Scorer
        predicted : Predicted
            What it predicts from the features.
        """
        return cls(
            windows.cutoff,
            tuple(sorted(tx.columns)),
            tx.ledger.rows,
            endings(tx),
            History.of(so_far),
            distributions(with_scores(features, scorer, predicted)),
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        shapes = {name: shape.to_dict() for name, shape in self.distributions.items()}
        return {**asdict(self), "cutoff": str(self.cutoff), "distributions": shapes}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Read what `to_dict` wrote."""
        return cls(
            dt.date.fromisoformat(values["cutoff"]),
            tuple(values["columns"]),
            values["rows"],
            values["endings"],
            History(**values["history"]),
            {name: Distribution.from_dict(shape) for name, shape in values["distributions"].items()},
        )


def endings(tx: Transactions) -> dict[str, int]:
    """Rows of a log by what became of them."""
    return {entry.reason: entry.rows for entry in tx.ledger.entries}


def columns_of(features: pd.DataFrame, scorer: Scorer) -> dict[str, Floats]:
    """The features by name, without a copy; of a category that the scorer knows, each value."""
    numbers = features.select_dtypes("float64")
    return {**{str(name): numbers[name].to_numpy() for name in numbers}, **scorer.attributes.shares(features)}


def with_scores(features: pd.DataFrame, scorer: Scorer, predicted: Predicted | None = None) -> dict[str, Floats]:
    """Features and what a scorer predicts from them, by name."""
    predicted = predicted or scorer.predict(features)
    return {**columns_of(features, scorer), **{name: getattr(predicted, name) for name in SCORED}}


def distributions(table: Mapping[str, Floats], like: Distributions | None = None) -> dict[str, Distribution]:
    """The distribution of every column, between edges of its own or those of others."""
    if like is None:
        return {name: Distribution.of(values) for name, values in table.items()}
    return {name: Distribution.of(table[name], shape.edges) for name, shape in like.items() if name in table}
