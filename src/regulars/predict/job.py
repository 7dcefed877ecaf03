"""What is scored: a log, a model, a cutoff; and what the scores follow from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from regulars.scorer import Scorer
from regulars.transactions import Attributes, Freshness, Transactions
from regulars.windows import Windows

if TYPE_CHECKING:
    from regulars.tracking.versions import Registered


@dataclass(frozen=True, eq=False)
class Job:
    """A log to be scored.

    Parameters
    ----------
    tx : Transactions
        The validated log; rows at or after the cutoff change nothing.
    model : Registered
        From `tracking.versions.load_registered`.
    windows : Windows
        The cutoff. The horizon of the scores is the scorer's own.
    freshness : Freshness
        How old the log is at the cutoff.
    customers : Attributes, optional
        What is known of the customers beside the log.
    memory_limit : str, optional
        As "2GB"; what parts of customers are sized by.
    """

    tx: Transactions
    model: Registered
    windows: Windows
    freshness: Freshness
    customers: Attributes | None = None
    memory_limit: str | None = None

    @property
    def scorer(self) -> Scorer:
        """The scorer of the model."""
        return self.model.scorer

    @property
    def made_from(self) -> dict[str, Any]:
        """All that decides the scores, but for the code: lines, model, cutoff, attributes."""
        known = self.customers
        return {
            "data_hash": self.tx.data_hash,
            "model_version": self.scorer.version,
            "cutoff": str(self.windows.cutoff),
            "customers": [known.data_hash, *known.names] if known else None,
        }

    def check(self, *, max_age_days: int | None = None, allow_past: bool = False) -> None:
        """Refuse a log that is too old, or a cutoff before the training cutoff; note what to beware of.

        Parameters
        ----------
        max_age_days : int, optional
            Most days between the last line of the log and the cutoff.
        allow_past : bool
            Whether a cutoff before the training cutoff is allowed.

        Raises
        ------
        InputError
            If the log is too old.
        ModelError
            If the cutoff lies before the training cutoff, unless that is allowed.
        """
        self.freshness.check(max_age_days)
        if not allow_past:
            self.scorer.refuse_past(self.windows.cutoff)
        self.scorer.refuse_other_features(self.tx)
