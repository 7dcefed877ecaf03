"""The scores of one customer: the row of a table that was made, or a row that a model makes now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from regulars.columns import plain_row
from regulars.errors import InputError
from regulars.features import build_features_of
from regulars.progress import note
from regulars.redact import redact
from regulars.texts import TEXT_DTYPE
from regulars.transactions import Attributes, Transactions
from regulars.windows import Windows, as_day

if TYPE_CHECKING:
    from regulars.tracking.versions import Registered

DAYS = (
    *("cutoff", "first_order", "last_order", "contact_on"),
    *("next_purchase_date", "next_purchase_low", "next_purchase_high"),
)
REASONS = ("reason_1", "reason_2", "reason_3")


@dataclass(frozen=True)
class Outlook:
    """The scores of one customer, and where they are from.

    Parameters
    ----------
    scores : mapping
        The row of the scores table; columns as in `tables.SCORES`.
    source : str
        The model's address, or the file of the scores.
    value_reasons : tuple of str
        What raises or lowers the value, the strongest first; empty where only the table is at hand.
    clv_horizon_days : int or None
        What the lifetime value is about; None where only the table is at hand.
    """

    scores: Mapping[str, Any]
    source: str
    value_reasons: tuple[str, ...] = ()
    clv_horizon_days: int | None = None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reasons for the risk, the strongest first."""
        return tuple(self.scores[name] for name in REASONS if isinstance(self.scores[name], str))

    def to_dict(self) -> dict[str, Any]:
        """The scores and where they are from, ready for JSON."""
        return {
            **plain_row(self.scores),
            "source": self.source,
            "value_reasons": list(self.value_reasons),
            "clv_horizon_days": self.clv_horizon_days,
        }


def outlook_of(
    tx: Transactions,
    model: Registered,
    customer_id: Any,
    windows: Windows,
    *,
    customers: Attributes | None = None,
    allow_past: bool = False,
) -> Outlook:
    """Score one customer: the row that `score_transactions` would give, without scoring the others.

    Parameters
    ----------
    tx : Transactions
        The validated log; rows at or after the cutoff change nothing.
    model : Registered
        From `tracking.versions.load_registered`.
    customer_id : int, float or str
        In the type that it has in the log.
    windows : Windows
        The cutoff.
    customers : Attributes, optional
        What is known of the customers beside the log.
    allow_past : bool
        Whether a cutoff before the training cutoff is scored.

    Raises
    ------
    ModelError
        If the cutoff lies before the training cutoff.
    """
    scorer = model.scorer
    if not allow_past:
        scorer.refuse_past(windows.cutoff)
    scorer.refuse_other_features(tx)
    features = build_features_of(tx, customer_id, windows.cutoff, customers)
    scores = scorer.score_features(features, allow_past=True)
    reasons = scorer.explain(features, allow_past=True).value_reasons.iloc[0].dropna()
    horizon = scorer.settings.lifetime.clv_horizon_days
    return Outlook(_row(scores), redact(model.uri), tuple(map(str, reasons)), horizon)


def outlook_in(table: pd.DataFrame, path: Path, customer_id: Any, windows: Windows) -> Outlook | str:
    """Find one customer in a scores table; a sentence where they are not in it.

    Parameters
    ----------
    table : DataFrame
        The scores; columns as in `tables.SCORES`.
    path : Path
        Where they were read from, for messages.
    customer_id : int, float or str
        In the type that it has in the log. A file of CSV may hold a number for a text, or a text for a number.
    windows : Windows
        The cutoff.

    Raises
    ------
    InputError
        If the scores were made at a later cutoff: they know what this one does not.
    """
    row = row_of(table, path, customer_id, windows)
    return row if isinstance(row, str) else Outlook(row, redact(str(path)))


def row_of(table: pd.DataFrame, path: Path, customer_id: Any, windows: Windows) -> dict[str, Any] | str:
    """Find the row of one customer in scores or in a work list, as `outlook_in` does.

    Parameters
    ----------
    table : DataFrame
        Scores or a work list, made at one cutoff.
    path : Path
        Where it was read, for the messages.
    customer_id : int or str
        The customer.
    windows : Windows
        Whose cutoff the table must not be later than.

    Returns
    -------
    dict or str
        The row by column; a sentence where there is none.

    Raises
    ------
    InputError
        If the table was made at a later cutoff.
    """
    if table.empty:
        return f"{str(path)!r} has no rows."
    made = windows.moved_to(as_day(pd.Timestamp(table["cutoff"].iloc[0])))
    if windows.before(made):
        raise InputError(
            f"{str(path)!r} was made at {made.cutoff}, so it knows more than the cutoff {windows.cutoff} allows. Give "
            f"one of that day or earlier, or --cutoff {made.cutoff}."
        )
    rows = table[_same(table["customer_id"], customer_id)]
    if rows.empty:
        return f"{str(path)!r} has no row of this customer; it was made at {made.cutoff}."
    if made.before(windows):
        note(
            f"{str(path)!r} was made at {made.cutoff}, before the cutoff {windows.cutoff}: later orders are not in it."
        )
    return _row(rows)


def _row(table: pd.DataFrame) -> dict[str, Any]:
    """The first row; days are timestamps, also those that a CSV file holds as text."""
    row = {str(name): table[name].iloc[0] for name in table.columns}
    return {
        name: pd.Timestamp(value) if name in DAYS and isinstance(value, str) else value for name, value in row.items()
    }


def _same(ids: pd.Series, customer_id: Any) -> NDArray[np.bool_]:
    if pd.api.types.is_numeric_dtype(ids) and not isinstance(customer_id, str):
        return np.asarray(ids == customer_id, dtype=np.bool_)
    return np.asarray(ids.astype(TEXT_DTYPE) == str(customer_id), dtype=np.bool_)
