"""From the transactions of some customers to their scores: one function, wherever it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from regulars.features import build_features_in
from regulars.predict.job import Job
from regulars.predict.workers import worker_count
from regulars.scorer import Scorer
from regulars.transactions import Attributes, Part, Transactions
from regulars.windows import Windows


class ToScore(Protocol):
    """What scores of customers follow from: a `Job`, or a part of one that was sent elsewhere."""

    @property
    def tx(self) -> Transactions:
        """The log."""

    @property
    def scorer(self) -> Scorer:
        """The scorer."""

    @property
    def windows(self) -> Windows:
        """The cutoff."""

    @property
    def customers(self) -> Attributes | None:
        """What is known of the customers beside the log."""


class PartScores(NamedTuple):
    """The scores of a part, and what is kept beside them."""

    table: pa.Table
    known: Mapping[str, Any]


class Engine(Protocol):
    """Where parts are scored."""

    @property
    def at_once(self) -> int:
        """How many parts are worked on at the same time."""

    def part_scorer(self, job: Job) -> Callable[[Part], PartScores]:
        """What scores a part of the customers of a job, called by several threads at once."""

    def give_up(self) -> None:
        """End what is being scored, if waiting for it could be in vain."""


class Here:
    """The process that runs, with its threads."""

    @property
    def at_once(self) -> int:
        """As many as processors may be used, up to four."""
        return worker_count()

    def part_scorer(self, job: Job) -> Callable[[Part], PartScores]:
        """The function itself."""
        return partial(score_part, job)

    def give_up(self) -> None:
        """What has begun here comes to its end soon."""


def score_part(job: ToScore, part: Part) -> PartScores:
    """From the transactions of some customers to their scores, as they are kept.

    A score depends on the lines of its customer and on the model, never on who else is in the part.
    """
    features = build_features_in(job.tx, job.windows.cutoff, part, job.customers)
    scores = job.scorer.score_features(features, allow_past=True)
    table = pa.Table.from_pandas(scores, preserve_index=False)
    return PartScores(table, {"highs_given_a_purchase": job.scorer.highs_given_a_purchase(scores)})
