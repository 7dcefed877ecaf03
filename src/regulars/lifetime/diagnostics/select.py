"""The model that says best, ahead of time, how often each customer will buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from regulars.arrays import Floats
from regulars.columns import as_frame, numbers
from regulars.errors import Faults, InputError, ModelError
from regulars.lifetime.fit.rows import at_equal_steps
from regulars.lifetime.models.base import TransactionModel
from regulars.lifetime.models.by_name import transaction_model

CAP = 40  # counts from here on are one outcome, so that one extreme customer cannot decide
LEAST = 1e-12  # no outcome counts as less probable than this
ENOUGH = 25_000  # customers to choose by, where there are more
SAME = 1e-6  # log score a customer: models nearer than that are one model, as MBG/CNBD-k is MBG/NBD where k = 1
WITHIN = 1.96  # standard errors, of the 95 % interval


@dataclass(frozen=True)
class Choice:
    """The model that was chosen, and by how much.

    Parameters
    ----------
    model : TransactionModel
        The best one, fitted on the customers who decided.
    table : DataFrame
        One row a candidate, best first: `log_score` (mean log-probability of the actual counts, from 40 on one
        outcome), `behind` (how much the chosen one scores above it), `standard_error` of that difference over
        customers, `fault` of a candidate that could not be fitted.
    """

    model: TransactionModel
    table: pd.DataFrame

    @property
    def sentence(self) -> str:
        """Say which model was chosen, over which, and how sure that is."""
        rivals = self.table.iloc[1:].dropna(subset="log_score")
        same, behind = rivals[rivals["behind"] <= SAME], rivals[rivals["behind"] > SAME]
        alike = f" ({', '.join(same.index)}: the same)" if len(same) else ""
        if behind.empty:
            none_worse = "no other candidate does worse" if len(same) else "no other candidate could be fitted"
            return f"{self.model.name} was chosen{alike}; {none_worse}."
        lead, reach = behind["behind"].iloc[0], WITHIN * behind["standard_error"].iloc[0]
        unsure = "" if lead > reach else ", a tie"
        return (
            f"{self.model.name} was chosen{alike}: its log score a customer is {lead:.4f} above that of "
            f"{behind.index[0]} (95 % interval {lead - reach:.4f} to {lead + reach:.4f}){unsure}."
        )


def choose_model(
    candidates: Sequence[str], calibration_summary: pd.DataFrame, holdout_counts: ArrayLike, holdout_t: float
) -> Choice:
    """Fit the candidates before a cutoff and choose by the counts after it.

    Parameters
    ----------
    candidates : sequence of str
        Names of models; the first one wins a tie.
    calibration_summary : DataFrame
        `frequency`, `recency`, `T` at the cutoff, and `log_gaps` for the models with k.
    holdout_counts : array_like of shape (rows,)
        Purchases of each of these customers within `holdout_t` after the cutoff.
    holdout_t : float
        Length of the holdout, in the unit of T.

    Raises
    ------
    InputError
        If the counts do not fit the summary.
    ModelError
        If no candidate can be fitted.

    Notes
    -----
    The log score is strictly proper: it is highest, in expectation, for the true distribution of counts, not only its
    mean (Gneiting & Raftery 2007, JASA 102(477), section 4.1). A model that predicts most customers better, but all
    but rules out some who come back, is not chosen. Where there are more than 25,000 customers, so many at equal steps
    through the summary decide.

    Examples
    --------
    >>> from regulars.lifetime import MBGNBD, simulate
    >>> truth = MBGNBD.from_params({"r": 1.2, "alpha": 7.0, "a": 0.9, "b": 1.6})
    >>> cohort = simulate(truth, pd.DataFrame({"T": np.full(3000, 50.0)}), 26.0, seed=0)
    >>> choose_model(["nbd", "mbg_nbd"], cohort, cohort["purchases"], 26.0).sentence.split(": ")[0]
    'mbg_nbd was chosen'
    """
    counts = _checked_counts(holdout_counts, len(as_frame(calibration_summary, "The calibration summary")))
    if len(counts) > ENOUGH:
        kept, _ = at_equal_steps(np.ones(len(counts)), ENOUGH)
        calibration_summary, counts = calibration_summary.iloc[kept], counts[kept]
    models: dict[str, TransactionModel] = {}
    scores: dict[str, Floats] = {}
    faults: dict[str, str] = {}
    for name in candidates:
        model = transaction_model(name)
        try:
            models[name] = model.fit(calibration_summary)
        except ModelError as error:
            faults[name] = str(error)
            continue
        scores[name] = log_score(model, calibration_summary, counts, holdout_t)
    if not models:
        raise ModelError("No candidate could be fitted: " + "; ".join(f"{n}: {why}" for n, why in faults.items()))
    return _best(models, scores, faults)


def log_score(model: TransactionModel, summary: pd.DataFrame, counts: Floats, t: float) -> Floats:
    """Log-probability of each customer's count, counts from `CAP` on being one outcome."""
    pmf = model.purchase_pmf(model.rows(summary), t, CAP - 1)
    outcomes = np.column_stack([pmf, 1 - pmf.sum(axis=1)])
    came = outcomes[np.arange(len(counts)), np.minimum(counts, CAP).astype(int)]
    score: Floats = np.log(np.maximum(came, LEAST))
    return score


def _checked_counts(holdout_counts: ArrayLike, size: int) -> Floats:
    faults = Faults("The holdout counts cannot be used")
    counts = numbers(holdout_counts, "the list of counts", faults)
    faults.raise_if_any(InputError)
    if (
        counts is None
        or counts.shape != (size,)
        or not (np.isfinite(counts) & (counts >= 0) & (counts == np.floor(counts))).all()
    ):
        raise InputError(
            f"The holdout counts have shape {np.shape(holdout_counts)}; expected {size} whole numbers of 0 or more, "
            "one for each row of the calibration summary (0 for a customer who did not buy)."
        )
    return counts


def _best(models: dict[str, TransactionModel], scores: dict[str, Floats], faults: dict[str, str]) -> Choice:
    order = sorted(scores, key=lambda name: -round(scores[name].mean() / SAME))
    best = scores[order[0]]
    rows = [
        {
            "model": name,
            "log_score": scores[name].mean(),
            "behind": (best - scores[name]).mean(),
            "standard_error": (best - scores[name]).std() / np.sqrt(len(best)),
            "fault": None,
        }
        for name in order
    ]
    nothing = {"log_score": np.nan, "behind": np.nan, "standard_error": np.nan}
    rows += [{"model": name, **nothing, "fault": why} for name, why in faults.items()]
    return Choice(models[order[0]], pd.DataFrame(rows).set_index("model"))
